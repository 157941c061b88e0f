// Package bind opens Arrow arrays for reading as Go values, and packs Go values
// into Arrow buffers: the one place that knows which Go type stands for which
// Arrow type.
//
// A [Column] is an array opened as one Go type. Where the values lie in memory as
// that type (numbers, dates, timestamps, durations, decimals) they are seen as a
// Go slice without copying; else a run of rows is converted at a time, into
// memory of the caller's, so that hot loops are over slices of Go values and
// never make a call per row to reach one. A run is written with a stride: the
// same code fills a slice of T, the values inside a slice of sql.Null[T], and one
// field of a slice of structs.
//
// A [Packer] is the way back.
package bind

import (
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/terminal"
)

// Column is an Arrow array opened for reading as a Go type. It holds on to the
// array's buffers: strings it hands out are views of them.
type Column struct {
	Len   int
	Nulls int    // rows that are null
	Valid []byte // validity bitmap; nil where no row is null
	Bit   int    // bit of row 0 in Valid

	// SeesNull: the Go type is an sql.Null, so that a null row is a value of it.
	SeesNull bool

	direct  unsafe.Pointer // row 0, where the array's memory is a slice of the Go type
	filler  filler
	flag    uintptr // offset of the Valid field, where SeesNull
	element uintptr // size of the Go type
}

// filler writes values of an array into memory.
type filler interface {
	// fill writes rows lo … lo+n-1 to dst, dst+stride, …
	// Null rows get an arbitrary value.
	fill(dst unsafe.Pointer, stride uintptr, lo, n int)
	// clear writes the zero value to dst.
	clear(dst unsafe.Pointer)
}

// Open opens arr as Go type t. The error names both types and what to do.
// It costs about 0.3 µs, and a pass over the values where an int64 is to be seen as a
// float64 (each must be exact).
func Open(arr arrow.Array, t reflect.Type) (Column, error) {
	c := Column{Len: arr.Len(), element: t.Size()}
	inner, flag, isNull := nullType(t)
	if isNull {
		c.SeesNull, c.flag, t = true, flag, inner
	}
	if t.Kind() == reflect.Pointer {
		return Column{}, &TypeError{Arrow: arr.DataType(), Go: t, Remedy: fmt.Sprintf("pointers are not taken: sql.Null[%s] sees nulls", t.Elem())}
	}
	c.Valid, c.Bit, c.Nulls = validity(arr)
	f, err := open(arr, t)
	if err != nil {
		return Column{}, err
	}
	c.filler = f
	if s, ok := f.(slicer); ok && !c.SeesNull {
		c.direct = s.memory()
	}
	return c, nil
}

// NullsOf opens an array of any type for its nulls alone.
func NullsOf(arr arrow.Array) Column {
	c := Column{Len: arr.Len()}
	c.Valid, c.Bit, c.Nulls = validity(arr)
	return c
}

// Direct is the address of row 0 where the values lie in memory as the Go type, nil
// elsewhere (and for an empty array).
func (c *Column) Direct() unsafe.Pointer { return c.direct }

// Fill writes rows lo … lo+n-1 to dst, dst+stride, …, which must be memory of the Go type
// the column was opened as. A null row gets the zero value, with Valid
// unset where the type is an sql.Null.
func (c *Column) Fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	if n == 0 {
		return
	}
	c.filler.fill(dst, stride, lo, n)
	if c.Nulls == 0 {
		if c.SeesNull {
			for i := range n {
				*(*bool)(unsafe.Add(dst, uintptr(i)*stride+c.flag)) = true
			}
		}
		return
	}
	for i := range n {
		p := unsafe.Add(dst, uintptr(i)*stride)
		ok := bitmap.Get(c.Valid, c.Bit+lo+i)
		if !ok {
			c.filler.clear(p)
		}
		if c.SeesNull {
			*(*bool)(unsafe.Add(p, c.flag)) = ok
		}
	}
}

// IsNull tells whether a row is null.
func (c *Column) IsNull(row int) bool { return c.Nulls > 0 && !bitmap.Get(c.Valid, c.Bit+row) }

// View is a Column opened as T.
type View[T any] struct{ Column }

// As opens arr as T.
func As[T any](arr arrow.Array) (View[T], error) {
	c, err := Open(arr, reflect.TypeFor[T]())
	return View[T]{c}, err
}

// Slice returns rows lo … hi-1: a view of the array's memory where that is possible, else
// written into buf, whose capacity must be enough.
func (v *View[T]) Slice(lo, hi int, buf []T) []T {
	if v.direct != nil {
		return unsafe.Slice((*T)(v.direct), v.Len)[lo:hi]
	}
	buf = buf[:hi-lo]
	v.Fill(unsafe.Pointer(unsafe.SliceData(buf)), v.element, lo, hi-lo)
	return buf
}

// nullType takes an sql.Null[T] apart: T, and where the flag lies.
func nullType(t reflect.Type) (inner reflect.Type, flag uintptr, ok bool) {
	if t.Kind() != reflect.Struct || t.PkgPath() != "database/sql" || !strings.HasPrefix(t.Name(), "Null[") {
		return nil, 0, false
	}
	v, _ := t.FieldByName("V")
	f, _ := t.FieldByName("Valid")
	return v.Type, f.Offset, v.Offset == 0
}

// NullType is nullType for those who only ask: T of an sql.Null[T].
func NullType(t reflect.Type) (reflect.Type, bool) {
	inner, _, ok := nullType(t)
	return inner, ok
}

var _ = sql.Null[int]{} // the type nullType looks for

// validity returns an array's nulls as one bitmap. A dictionary's index may be valid and
// the entry it names null, so that its two bitmaps are joined.
func validity(arr arrow.Array) (valid []byte, bit, nulls int) {
	switch a := arr.(type) {
	case *array.Null:
		return make([]byte, bitmap.Bytes(a.Len())), 0, a.Len()
	case *array.Dictionary:
		if a.Dictionary().NullN() > 0 {
			return dictionaryValidity(a)
		}
	}
	if arr.NullN() == 0 {
		return nil, 0, 0
	}
	return arr.NullBitmapBytes(), arr.Data().Offset(), arr.NullN()
}

func dictionaryValidity(a *array.Dictionary) (valid []byte, bit, nulls int) {
	valid = make([]byte, bitmap.Bytes(a.Len()))
	for i := range a.Len() {
		if a.IsValid(i) && a.Dictionary().IsValid(a.GetValueIndex(i)) {
			bitmap.Set(valid, i)
		} else {
			nulls++
		}
	}
	return valid, 0, nulls
}

// TypeError says that an Arrow column cannot be seen as a Go type.
type TypeError struct {
	Arrow  arrow.DataType
	Go     reflect.Type
	Remedy string
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("column is %s, Go type is %s: %s", Name(e.Arrow), e.Go, e.Remedy)
}

// Name is an Arrow type in few words, as messages and tables show it.
func Name(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.StringType:
		return "string"
	case *arrow.LargeStringType:
		return "large_string"
	case *arrow.StringViewType:
		return "string_view"
	case *arrow.DictionaryType:
		return "dictionary<" + Name(t.ValueType) + ">"
	case *arrow.TimestampType:
		if t.TimeZone != "" {
			return fmt.Sprintf("timestamp[%s, %s]", t.Unit, terminal.Escape(t.TimeZone))
		}
		return fmt.Sprintf("timestamp[%s]", t.Unit)
	case *arrow.Decimal128Type:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case *arrow.Decimal256Type:
		return fmt.Sprintf("decimal256(%d,%d)", t.Precision, t.Scale)
	}
	return terminal.Escape(t.String()) // structs have names in theirs
}

// Natural is the Go type that loses nothing of an Arrow type, for messages and for
// values shown one at a time; nil where there is none (lists, structs, …).
func Natural(t arrow.DataType) reflect.Type {
	if d, ok := t.(*arrow.DictionaryType); ok {
		return Natural(d.ValueType)
	}
	return natural[t.ID()]
}

var natural = map[arrow.Type]reflect.Type{
	arrow.BOOL: reflect.TypeFor[bool](),
	arrow.INT8: reflect.TypeFor[int8](), arrow.INT16: reflect.TypeFor[int16](),
	arrow.INT32: reflect.TypeFor[int32](), arrow.INT64: reflect.TypeFor[int64](),
	arrow.UINT8: reflect.TypeFor[uint8](), arrow.UINT16: reflect.TypeFor[uint16](),
	arrow.UINT32: reflect.TypeFor[uint32](), arrow.UINT64: reflect.TypeFor[uint64](),
	arrow.FLOAT16: reflect.TypeFor[float32](), arrow.FLOAT32: reflect.TypeFor[float32](), arrow.FLOAT64: reflect.TypeFor[float64](),
	arrow.STRING: reflect.TypeFor[string](), arrow.LARGE_STRING: reflect.TypeFor[string](), arrow.STRING_VIEW: reflect.TypeFor[string](),
	arrow.BINARY: reflect.TypeFor[[]byte](), arrow.LARGE_BINARY: reflect.TypeFor[[]byte](),
	arrow.BINARY_VIEW: reflect.TypeFor[[]byte](), arrow.FIXED_SIZE_BINARY: reflect.TypeFor[[]byte](),
	arrow.DATE32: reflect.TypeFor[time.Time](), arrow.DATE64: reflect.TypeFor[time.Time](), arrow.TIMESTAMP: reflect.TypeFor[time.Time](),
	arrow.TIME32: reflect.TypeFor[time.Duration](), arrow.TIME64: reflect.TypeFor[time.Duration](), arrow.DURATION: reflect.TypeFor[time.Duration](),
}
