package frame

import (
	"fmt"
	"iter"
	"reflect"
	"sort"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/count"
)

// Series is a named column on its way into a frame: what [Of] and [Array] make and
// [New] and [Frame.With] take.
type Series struct {
	name string
	data arrow.Array
	err  error
}

// Of is a column of Go values, which are copied. Its Arrow type is that of
// the package doc's table; an unsupported Go type, or a time.Time that a
// timestamp cannot hold, is an error of New or With.
func Of[T any](name string, values []T) Series {
	arr, err := bind.Array(unsafe.Pointer(unsafe.SliceData(values)), unsafe.Sizeof(*new(T)), len(values), reflect.TypeFor[T]())
	return Series{name, arr, err}
}

// Array is a column of any Arrow type, whose memory the frame shares.
func Array(name string, values arrow.Array) Series { return Series{name, values, nil} }

// New makes a frame of columns of equal length.
func New(columns ...Series) (*Frame, error) {
	fields := make([]arrow.Field, len(columns))
	cols := make([]arrow.Array, len(columns))
	for i, c := range columns {
		if c.err != nil {
			return nil, fmt.Errorf("column %q: %w", c.name, c.err)
		}
		if c.data.Len() != columns[0].data.Len() {
			return nil, fmt.Errorf("column %q has %s, column %q %d", c.name, count.Of(c.data.Len(), "row"), columns[0].name, columns[0].data.Len())
		}
		fields[i] = arrow.Field{Name: c.name, Type: c.data.DataType(), Nullable: true}
		cols[i] = c.data
	}
	schema := arrow.NewSchema(fields, nil)
	if len(cols) == 0 {
		return FromRecords(schema)
	}
	return FromRecords(schema, array.NewRecord(schema, cols, int64(cols[0].Len())))
}

// Column is a column seen as values of a Go type.
type Column[T any] struct {
	views  []bind.View[T] // one a record batch
	starts []int
}

// Col returns a column as T. See the package doc for which Go types stand for which
// columns. It costs about 0.3 µs a record batch; nothing is copied.
func Col[T any](f *Frame, name string) (Column[T], error) {
	at, err := f.index(name)
	if err != nil {
		return Column[T]{}, err
	}
	c := Column[T]{starts: f.starts}
	for _, arr := range f.arrays(at) {
		v, err := bind.As[T](arr)
		if err != nil {
			return Column[T]{}, fmt.Errorf("column %q: %w", name, err)
		}
		c.views = append(c.views, v)
	}
	if len(c.views) == 0 { // no rows: the types must agree all the same
		empty := array.NewBuilder(allocator, f.schema.Field(at).Type).NewArray()
		if _, err := bind.As[T](empty); err != nil {
			return Column[T]{}, fmt.Errorf("column %q: %w", name, err)
		}
	}
	return c, nil
}

// Len is the number of rows.
func (c Column[T]) Len() int {
	if len(c.starts) == 0 {
		return 0
	}
	return c.starts[len(c.starts)-1]
}

// Nulls is the number of rows that are null.
func (c Column[T]) Nulls() int {
	n := 0
	for i := range c.views {
		n += c.views[i].Nulls
	}
	return n
}

// At returns the value of a row; ok is false where it is null. It costs about 5 ns:
// loops over many rows are better served by All or Values.
func (c Column[T]) At(row int) (value T, ok bool) {
	k := sort.SearchInts(c.starts, row+1) - 1
	v, at := &c.views[k], row-c.starts[k]
	if v.IsNull(at) && !v.SeesNull {
		return value, false
	}
	var buf [1]T
	return v.Slice(at, at+1, buf[:])[0], !v.IsNull(at)
}

// Values returns every row as a slice, with an arbitrary value where it is null.
// Where the column's memory is of type T (numbers, dates, timestamps) and the frame is one
// record batch, the slice is that memory and must not be written; else it is made.
func (c Column[T]) Values() []T {
	if len(c.views) == 1 && c.views[0].Direct() != nil {
		return c.views[0].Slice(0, c.Len(), nil)
	}
	out := make([]T, c.Len())
	for k := range c.views {
		part := out[c.starts[k]:c.starts[k+1]]
		copy(part, c.views[k].Slice(0, len(part), part))
	}
	return out
}

// run is how many rows All converts at a time: enough to spread the cost, little
// enough to stay in the first-level cache.
const run = 512

// All ranges over the rows that are not null, with their row number. With T an
// sql.Null it ranges over all of them.
func (c Column[T]) All() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		var buf []T
		for k := range c.views {
			v := &c.views[k]
			if v.Direct() == nil && buf == nil {
				buf = make([]T, run)
			}
			for lo := 0; lo < v.Len; lo += run {
				for i, x := range v.Slice(lo, min(lo+run, v.Len), buf) {
					if v.IsNull(lo+i) && !v.SeesNull {
						continue
					}
					if !yield(c.starts[k]+lo+i, x) {
						return
					}
				}
			}
		}
	}
}
