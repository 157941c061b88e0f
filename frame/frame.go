package frame

import (
	"fmt"
	"slices"
	"sort"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/near"
)

// Frame is an immutable table: a schema and record batches of it. Goroutines may share it.
// The zero Frame has no columns and no rows.
type Frame struct {
	schema  *arrow.Schema
	records []arrow.Record // none is empty
	starts  []int          // row of the frame at which each record begins, and the number of rows last
}

// FromRecords makes a frame of record batches, whose memory it shares. Every record must have the
// schema's names and types in its order: columns that only stand in another order are never taken
// for each other. Metadata and nullability are the schema's. Column names must differ from each
// other.
func FromRecords(schema *arrow.Schema, records ...arrow.Record) (*Frame, error) {
	if err := distinct(schema); err != nil {
		return nil, err
	}
	f := &Frame{schema: schema, starts: []int{0}}
	for i, r := range records {
		err := sameTypes(schema, r.Schema())
		if nerr := sameNames(schema, r.Schema()); nerr != nil { // which may be why types differ
			err = nerr
		}
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", i, err)
		}
		f.add(r)
	}
	return f, nil
}

// add puts a record of the right types at the end.
func (f *Frame) add(r arrow.Record) {
	if r.NumRows() == 0 {
		return
	}
	if r.Schema() != f.schema {
		r = array.NewRecord(f.schema, r.Columns(), r.NumRows())
	}
	for _, c := range r.Columns() {
		bind.CountNulls(c)
	}
	f.records = append(f.records, r)
	f.starts = append(f.starts, f.NumRows()+int(r.NumRows()))
}

func distinct(schema *arrow.Schema) error {
	seen := make(map[string]int, schema.NumFields())
	for i, field := range schema.Fields() {
		if at, twice := seen[field.Name]; twice {
			return fmt.Errorf("columns %d and %d are both called %q: names must differ, rename one", at, i, field.Name)
		}
		seen[field.Name] = i
	}
	return nil
}

// sameNames compares the names of schemas of as many columns.
func sameNames(want, got *arrow.Schema) error {
	if want.NumFields() != got.NumFields() {
		return nil
	}
	for i, w := range want.Fields() {
		if g := got.Field(i).Name; g != w.Name {
			return fmt.Errorf("column %d is %q, the schema says %q: bring the columns into one order, or rename them", i, g, w.Name)
		}
	}
	return nil
}

// sameTypes compares schemas by their column types alone.
func sameTypes(want, got *arrow.Schema) error {
	if want == got {
		return nil
	}
	if want.NumFields() != got.NumFields() {
		return fmt.Errorf("has %s, the schema %d", count.Of(got.NumFields(), "column"), want.NumFields())
	}
	for i, w := range want.Fields() {
		if g := got.Field(i); !arrow.TypeEqual(w.Type, g.Type) {
			return fmt.Errorf("column %q is %s, the schema says %s", w.Name, bind.Name(g.Type), bind.Name(w.Type))
		}
	}
	return nil
}

// FromTable makes a frame of an Arrow table, sharing its memory.
func FromTable(t arrow.Table) (*Frame, error) {
	if err := distinct(t.Schema()); err != nil {
		return nil, err
	}
	f := &Frame{schema: t.Schema(), starts: []int{0}}
	reader := array.NewTableReader(t, 0)
	for reader.Next() {
		r := reader.Record()
		r.Retain() // the reader lets go of it at the next one
		f.add(r)
	}
	return f, reader.Err()
}

// Schema names and types the columns.
func (f *Frame) Schema() *arrow.Schema {
	if f.schema == nil {
		return arrow.NewSchema(nil, nil)
	}
	return f.schema
}

// Records returns the record batches, none of them empty. They share the frame's memory and are
// valid as long as it is; the slice is the caller's. What Arrow's buffers hold in the place of a
// null is not defined, as in Arrow's format, and may differ from run to run: ask IsNull first. No
// file that is written shows it.
func (f *Frame) Records() []arrow.Record { return slices.Clone(f.records) }

// Table returns the frame as an Arrow table, sharing its memory.
func (f *Frame) Table() arrow.Table { return array.NewTableFromRecords(f.Schema(), f.records) }

// NumRows is the number of rows.
func (f *Frame) NumRows() int {
	if len(f.starts) == 0 {
		return 0
	}
	return f.starts[len(f.starts)-1]
}

// Names lists the columns' names in their order.
func (f *Frame) Names() []string {
	names := make([]string, f.Schema().NumFields())
	for i, field := range f.Schema().Fields() {
		names[i] = field.Name
	}
	return names
}

// Column returns a column as Arrow arrays, one a record batch.
func (f *Frame) Column(name string) (*arrow.Chunked, error) {
	at, err := f.index(name)
	if err != nil {
		return nil, err
	}
	return arrow.NewChunked(f.Schema().Field(at).Type, f.arrays(at)), nil
}

func (f *Frame) arrays(column int) []arrow.Array {
	out := make([]arrow.Array, len(f.records))
	for i, r := range f.records {
		out[i] = r.Column(column)
	}
	return out
}

// index finds a column by its exact name.
func (f *Frame) index(name string) (int, error) {
	if at := f.Schema().FieldIndices(name); len(at) > 0 {
		return at[0], nil
	}
	return 0, fmt.Errorf("no column %q%s", name, near.Hint(name, f.Names()))
}

// locate finds the record batch of a row, and the row in it.
func (f *Frame) locate(row int) (record, at int) {
	k := sort.SearchInts(f.starts, row+1) - 1
	return k, row - f.starts[k]
}
