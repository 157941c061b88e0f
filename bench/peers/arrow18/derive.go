package main

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// derive adds total and per_mile to a batch.
func derive(record arrow.Record) arrow.Record {
	fare, tip, distance := floats(record, "fare"), floats(record, "tip"), floats(record, "distance")
	total, perMile := array.NewFloat64Builder(memory.DefaultAllocator), array.NewFloat64Builder(memory.DefaultAllocator)
	for i := range fare.Len() {
		if tip.IsNull(i) {
			total.AppendNull()
		} else {
			total.Append(fare.Value(i) + tip.Value(i))
		}
		perMile.Append(fare.Value(i) / max(distance.Value(i), 0.1))
	}
	return with(record, map[string]arrow.Array{"total": total.NewArray(), "per_mile": perMile.NewArray()}, "total", "per_mile")
}

func floats(record arrow.Record, name string) *array.Float64 {
	return record.Column(record.Schema().FieldIndices(name)[0]).(*array.Float64)
}

// with appends the named columns to a batch.
func with(record arrow.Record, columns map[string]arrow.Array, names ...string) arrow.Record {
	fields := append([]arrow.Field(nil), record.Schema().Fields()...)
	all := append([]arrow.Array(nil), record.Columns()...)
	for _, name := range names {
		fields = append(fields, arrow.Field{Name: name, Type: columns[name].DataType(), Nullable: true})
		all = append(all, columns[name])
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), all, record.NumRows())
}
