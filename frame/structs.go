package frame

import (
	"fmt"
	"iter"
	"reflect"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bind"
)

var allocator = memory.DefaultAllocator

// FromStructs makes a frame of one row a struct, one column an exported field.
// The values are copied.
func FromStructs[T any](rows []T) (*Frame, error) {
	fields, err := bind.Fields(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	columns := make([]Series, len(fields))
	base := unsafe.Pointer(unsafe.SliceData(rows))
	for i, f := range fields {
		at := base
		if base != nil {
			at = unsafe.Add(base, f.Offset)
		}
		arr, err := bind.Array(at, unsafe.Sizeof(*new(T)), len(rows), f.Type)
		columns[i] = Series{f.Name, arr, err}
	}
	return New(columns...)
}

// Rows ranges over the frame's rows as structs, each with its row number. A null is the
// field's zero value; a field of type sql.Null shows it. Columns that no field
// names are not read. The structs are converted in runs: about 1 ns a
// field, nothing allocated per row.
func Rows[T any](f *Frame) (iter.Seq2[int, T], error) {
	b, err := bindRows(f, reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	return func(yield func(int, T) bool) {
		buf := make([]T, run)
		for k, columns := range b.columns {
			n := f.starts[k+1] - f.starts[k]
			for lo := 0; lo < n; lo += run {
				rows := buf[:min(run, n-lo)]
				for i, field := range b.fields {
					columns[i].Fill(unsafe.Add(unsafe.Pointer(&rows[0]), field.Offset), unsafe.Sizeof(rows[0]), lo, len(rows))
				}
				for i := range rows {
					if !yield(f.starts[k]+lo+i, rows[i]) {
						return
					}
				}
			}
		}
	}, nil
}

// bound is a struct type's fields opened on every record batch.
type bound struct {
	fields  []bind.Field
	columns [][]bind.Column // by batch, by field
}

func bindRows(f *Frame, t reflect.Type) (bound, error) {
	fields, err := bind.Fields(t)
	if err != nil {
		return bound{}, err
	}
	at, err := bind.Resolve(fields, f.Names())
	if err != nil {
		return bound{}, fmt.Errorf("struct %s: %w", t, err)
	}
	b := bound{fields: fields}
	records := f.records
	if len(records) == 0 { // the types must agree all the same
		records = []arrow.Record{emptyRecord(f.Schema())}
	}
	for _, r := range records {
		columns := make([]bind.Column, len(fields))
		for i, field := range fields {
			if columns[i], err = bind.Open(r.Column(at[i]), field.Type); err != nil {
				return bound{}, fmt.Errorf("struct %s, field %q: %w", t, field.Name, err)
			}
		}
		b.columns = append(b.columns, columns)
	}
	b.columns = b.columns[:len(f.records)]
	return b, nil
}

func emptyRecord(schema *arrow.Schema) arrow.Record {
	cols := make([]arrow.Array, schema.NumFields())
	for i, field := range schema.Fields() {
		cols[i] = array.NewBuilder(allocator, field.Type).NewArray()
	}
	return array.NewRecord(schema, cols, 0)
}
