package apply_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/apply"
)

// doubled returns column x doubled, and as a list of itself.
func doubled(t *testing.T) apply.Func {
	fields := []arrow.Field{{Name: "double", Type: arrow.PrimitiveTypes.Float64}, {Name: "list", Type: arrow.ListOf(arrow.PrimitiveTypes.Float64)}}
	return apply.Batch(fields, func(_ context.Context, rec arrow.Record) (arrow.Record, error) {
		d := array.NewFloat64Builder(memory.DefaultAllocator)
		l := array.NewListBuilder(memory.DefaultAllocator, arrow.PrimitiveTypes.Float64)
		for _, x := range rec.Column(0).(*array.Float64).Float64Values() {
			d.Append(2 * x)
			l.Append(true)
			l.ValueBuilder().(*array.Float64Builder).Append(x)
		}
		return array.NewRecord(arrow.NewSchema(fields, nil), []arrow.Array{d.NewArray(), l.NewArray()}, rec.NumRows()), nil
	})
}

func badBatch(kind string) apply.Func {
	fields := []arrow.Field{{Name: "y", Type: arrow.PrimitiveTypes.Float64}}
	return apply.Batch(fields, func(_ context.Context, rec arrow.Record) (arrow.Record, error) {
		switch kind {
		case "error":
			return nil, errors.New("no luck")
		case "panic":
			panic("ouch")
		case "goexit":
			runtime.Goexit()
		case "rows":
			return rec.NewSlice(0, 0), nil
		case "columns":
			return array.NewRecord(arrow.NewSchema(nil, nil), nil, rec.NumRows()), nil
		case "type":
			n := arrow.NewSchema([]arrow.Field{{Name: "y", Type: arrow.PrimitiveTypes.Int64}}, nil)
			return array.NewRecord(n, []arrow.Array{rec.Column(1)}, rec.NumRows()), nil
		}
		return nil, nil
	})
}
