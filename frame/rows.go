package frame

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/take"
)

// Slice returns rows lo … hi-1, sharing their memory. It panics, as slicing a Go
// slice does, unless 0 ≤ lo ≤ hi ≤ NumRows.
func (f *Frame) Slice(lo, hi int) *Frame {
	if lo < 0 || hi < lo || hi > f.NumRows() {
		panic(fmt.Sprintf("frame: slice bounds [%d:%d] out of range of %s", lo, hi, count.Of(f.NumRows(), "row")))
	}
	out := &Frame{schema: f.Schema(), starts: []int{0}}
	for lo < hi {
		r, at := f.locate(lo)
		n := min(hi, f.starts[r+1]) - lo
		rec := f.records[r]
		if n < int(rec.NumRows()) {
			rec = rec.NewSlice(int64(at), int64(at+n))
		}
		out.add(rec)
		lo += n
	}
	return out
}

// Head returns the first n rows, or all where there are fewer.
func (f *Frame) Head(n int) *Frame { return f.Slice(0, min(max(n, 0), f.NumRows())) }

// Tail returns the last n rows, or all where there are fewer.
func (f *Frame) Tail(n int) *Frame { return f.Slice(max(f.NumRows()-max(n, 0), 0), f.NumRows()) }

// Filter returns the rows whose mask is true. The mask must have one value a row.
// The rows are copied, at 1 to 8 ns a value.
func (f *Frame) Filter(mask []bool) (*Frame, error) {
	if len(mask) != f.NumRows() {
		return nil, fmt.Errorf("filter: the mask has %s, the frame %s", count.Of(len(mask), "value"), count.Of(f.NumRows(), "row"))
	}
	out := &Frame{schema: f.Schema(), starts: []int{0}}
	for k, r := range f.records {
		bits, kept := take.NewMask(int(r.NumRows())), 0
		for i, keep := range mask[f.starts[k]:f.starts[k+1]] {
			if keep {
				bits.Set(i)
				kept++
			}
		}
		if kept == int(r.NumRows()) {
			out.add(r)
			continue
		}
		err := out.addTaken(r, kept, func(c arrow.Array) (arrow.Array, error) { return take.Filter(c, bits, kept) })
		if err != nil {
			return nil, fmt.Errorf("filter: %w", err)
		}
	}
	return out, nil
}

// Take returns the given rows, in that order; a row may come more than once. The
// result is one record batch. A row that is not there is an error.
func (f *Frame) Take(rows []int) (*Frame, error) {
	for i, row := range rows {
		if row < 0 || row >= f.NumRows() {
			return nil, fmt.Errorf("take: row %d (number %d of those asked for) is not in the frame's %s", row, i, count.Of(f.NumRows(), "row"))
		}
	}
	one, err := f.Rechunk(0)
	if err != nil {
		return nil, fmt.Errorf("take: %w", err)
	}
	out := &Frame{schema: f.Schema(), starts: []int{0}}
	if len(rows) == 0 {
		return out, nil
	}
	if err := out.addTaken(one.records[0], len(rows), func(c arrow.Array) (arrow.Array, error) { return take.Rows(c, rows) }); err != nil {
		return nil, fmt.Errorf("take: %w", err)
	}
	return out, nil
}

// addTaken adds a record of n rows that take picks from each column.
func (f *Frame) addTaken(r arrow.Record, n int, take func(arrow.Array) (arrow.Array, error)) error {
	cols := make([]arrow.Array, r.NumCols())
	for i, c := range r.Columns() {
		var err error
		if cols[i], err = take(c); err != nil {
			return fmt.Errorf("column %q: %w", f.schema.Field(i).Name, err)
		}
	}
	f.add(array.NewRecord(f.schema, cols, int64(n)))
	return nil
}

// Concat puts frames under each other. They must have the same columns: names, types
// and order. No frames are an error.
func Concat(frames ...*Frame) (*Frame, error) {
	if len(frames) == 0 {
		return nil, errors.New("concat: no frames")
	}
	out := &Frame{schema: frames[0].Schema(), starts: []int{0}}
	for i, f := range frames {
		if err := sameTypes(out.schema, f.Schema()); err != nil {
			return nil, fmt.Errorf("concat: frame %d: %w", i, err)
		}
		if have, want := f.Names(), out.Names(); !slices.Equal(have, want) {
			return nil, fmt.Errorf("concat: frame %d has columns %s, the first %s: Select or Rename them", i, strings.Join(have, ", "), strings.Join(want, ", "))
		}
		for _, r := range f.records {
			out.add(r)
		}
	}
	return out, nil
}

// Rechunk returns the same rows in record batches of rows rows each, the last one
// shorter; 0 means one batch. Batches that are whole already are kept, the rest are
// copied.
func (f *Frame) Rechunk(rows int) (*Frame, error) {
	if rows < 0 {
		return nil, fmt.Errorf("rechunk: %s a batch", count.Of(rows, "row"))
	}
	if rows == 0 {
		rows = max(f.NumRows(), 1)
	}
	out := &Frame{schema: f.Schema(), starts: []int{0}}
	for lo := 0; lo < f.NumRows(); lo += rows {
		part := f.Slice(lo, min(lo+rows, f.NumRows()))
		cols := make([]arrow.Array, len(out.schema.Fields()))
		for i, field := range out.schema.Fields() {
			var err error
			if cols[i], err = take.Concat(field.Type, part.arrays(i)); err != nil {
				return nil, fmt.Errorf("rechunk: column %q: %w", field.Name, err)
			}
		}
		out.add(array.NewRecord(out.schema, cols, int64(part.NumRows())))
	}
	return out, nil
}
