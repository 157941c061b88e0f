package frame

import (
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/index"
)

// columns makes a frame of some of this one's columns under the given fields.
func (f *Frame) columns(at []int, fields []arrow.Field) *Frame {
	meta := f.Schema().Metadata()
	out := &Frame{schema: arrow.NewSchema(fields, &meta), starts: f.starts}
	for _, r := range f.records {
		cols := make([]arrow.Array, len(at))
		for i, c := range at {
			cols[i] = r.Column(c)
		}
		out.records = append(out.records, array.NewRecord(out.schema, cols, r.NumRows()))
	}
	return out
}

// Select returns the named columns, in that order.
func (f *Frame) Select(names ...string) (*Frame, error) {
	at, taken := make([]int, len(names)), make(map[int]bool, len(names))
	fields := make([]arrow.Field, len(names))
	for i, name := range names {
		c, err := f.index(name)
		if err != nil {
			return nil, fmt.Errorf("select: %w", err)
		}
		if taken[c] {
			return nil, fmt.Errorf("select: column %q is named twice", name)
		}
		at[i], taken[c], fields[i] = c, true, f.schema.Field(c)
	}
	return f.columns(at, fields), nil
}

// Drop returns the frame without the named columns.
func (f *Frame) Drop(names ...string) (*Frame, error) {
	gone := map[int]bool{}
	for _, name := range names {
		c, err := f.index(name)
		if err != nil {
			return nil, fmt.Errorf("drop: %w", err)
		}
		gone[c] = true
	}
	var at []int
	var fields []arrow.Field
	for c, field := range f.Schema().Fields() {
		if !gone[c] {
			at, fields = append(at, c), append(fields, field)
		}
	}
	return f.columns(at, fields), nil
}

// Rename gives columns new names: keys are the old ones.
func (f *Frame) Rename(names map[string]string) (*Frame, error) {
	fields := slices.Clone(f.Schema().Fields())
	for from, to := range names {
		c, err := f.index(from)
		if err != nil {
			return nil, fmt.Errorf("rename: %w", err)
		}
		fields[c].Name = to
	}
	if err := distinct(arrow.NewSchema(fields, nil)); err != nil {
		return nil, fmt.Errorf("rename: %w", err)
	}
	return f.columns(index.All(len(fields)), fields), nil
}

// With returns the frame with columns added at the end or, where the name is there
// already, in the old one's place. Each must have the frame's number of rows; a frame
// without columns takes any.
func (f *Frame) With(columns ...Series) (*Frame, error) {
	if f.Schema().NumFields() == 0 {
		return New(columns...)
	}
	added, err := New(columns...)
	if err != nil {
		return nil, err
	}
	if added.NumRows() != f.NumRows() && len(columns) > 0 {
		return nil, fmt.Errorf("with: column %q has %s, the frame %d", columns[0].name, count.Of(added.NumRows(), "row"), f.NumRows())
	}
	return f.join(added), nil
}

// join puts another frame's columns beside this one's; both have the same number of rows. The
// result is cut where either is.
func (f *Frame) join(other *Frame) *Frame {
	fields := slices.Clone(f.Schema().Fields())
	place := make([]int, other.Schema().NumFields()) // of other's columns among fields
	for i, field := range other.Schema().Fields() {
		if have := f.Schema().FieldIndices(field.Name); len(have) > 0 {
			place[i], fields[have[0]] = have[0], field
		} else {
			place[i], fields = len(fields), append(fields, field)
		}
	}
	meta := f.Schema().Metadata()
	out := &Frame{schema: arrow.NewSchema(fields, &meta), starts: []int{0}}
	for lo := 0; lo < f.NumRows(); {
		r, at := f.locate(lo)
		or, oat := other.locate(lo)
		hi := min(f.starts[r+1], other.starts[or+1])
		cols := make([]arrow.Array, len(fields))
		for i := range f.Schema().NumFields() {
			cols[i] = cut(f.records[r].Column(i), at, at+hi-lo)
		}
		for i, p := range place {
			cols[p] = cut(other.records[or].Column(i), oat, oat+hi-lo)
		}
		out.add(array.NewRecord(out.schema, cols, int64(hi-lo)))
		lo = hi
	}
	return out
}

func cut(a arrow.Array, lo, hi int) arrow.Array {
	if lo == 0 && hi == a.Len() {
		return a
	}
	return array.NewSlice(a, int64(lo), int64(hi))
}
