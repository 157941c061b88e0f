package bind

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/float16"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/count"
)

// Packer packs values of one Go type into the layout of an Arrow column.
//
//	bool                       bool
//	int8 … int64, int          int8 … int64, int64
//	uint8 … uint64, uint       uint8 … uint64, uint64
//	float32, float64           float32, float64
//	string                     string (utf8)
//	[]byte                     binary
//	time.Time                  timestamp[ns, UTC], years 1678 … 2261
//	time.Duration              duration[ns]
//	arrow.Date32, arrow.Date64 date32, date64
//	float16.Num                float16
//	sql.Null[T]                T, null where Valid is false
//
// Types defined on these (type Zone string) count as what they are defined on.
type Packer struct {
	Type     arrow.DataType
	Width    int  // bytes a row; 0: one bit; -1: variable, see Text
	Direct   bool // a slice of the Go type is the column's memory
	Nullable bool // the Go type is an sql.Null

	flag uintptr
	pack func(dst []byte, at int, src unsafe.Pointer, stride uintptr, n int) (int, error)
	text func(src unsafe.Pointer) string
}

// PackerFor finds the packer of a Go type. The error says which types there are.
func PackerFor(t reflect.Type) (Packer, error) {
	whole := t
	inner, flag, isNull := nullType(t)
	if isNull {
		t = inner
	}
	p, ok := packers[t]
	if !ok && t.PkgPath() != "github.com/apache/arrow/go/v17/arrow" {
		p, ok = packersByKind[t.Kind()]
		if t.Kind() == reflect.Slice {
			p, ok = packers[reflect.TypeFor[[]byte]()], t.Elem().Kind() == reflect.Uint8
		}
	}
	if !ok {
		return Packer{}, fmt.Errorf("no Arrow type stands for Go type %s: use a bool, number, string, []byte, time.Time, time.Duration, arrow.Date32, or an sql.Null of one", whole)
	}
	if isNull {
		p.Nullable, p.flag, p.Direct = true, flag, false
	}
	return p, nil
}

var timestampNS = &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}

var packers = map[reflect.Type]Packer{
	reflect.TypeFor[time.Time]():     {Type: timestampNS, Width: 8, pack: packTimes},
	reflect.TypeFor[time.Duration](): direct[int64](arrow.FixedWidthTypes.Duration_ns),
	reflect.TypeFor[arrow.Date32]():  direct[int32](arrow.FixedWidthTypes.Date32),
	reflect.TypeFor[arrow.Date64]():  direct[int64](arrow.FixedWidthTypes.Date64),
	reflect.TypeFor[float16.Num]():   direct[uint16](arrow.FixedWidthTypes.Float16),
	reflect.TypeFor[[]byte](): {Type: arrow.BinaryTypes.Binary, Width: -1,
		text: func(p unsafe.Pointer) string { return view(*(*[]byte)(p)) }},
}

var packersByKind = map[reflect.Kind]Packer{
	reflect.Bool: {Type: arrow.FixedWidthTypes.Boolean, Width: 0, pack: packBools},
	reflect.Int8: direct[int8](arrow.PrimitiveTypes.Int8), reflect.Int16: direct[int16](arrow.PrimitiveTypes.Int16),
	reflect.Int32: direct[int32](arrow.PrimitiveTypes.Int32), reflect.Int64: direct[int64](arrow.PrimitiveTypes.Int64),
	reflect.Uint8: direct[uint8](arrow.PrimitiveTypes.Uint8), reflect.Uint16: direct[uint16](arrow.PrimitiveTypes.Uint16),
	reflect.Uint32: direct[uint32](arrow.PrimitiveTypes.Uint32), reflect.Uint64: direct[uint64](arrow.PrimitiveTypes.Uint64),
	reflect.Int:     {Type: arrow.PrimitiveTypes.Int64, Width: 8, Direct: unsafe.Sizeof(int(0)) == 8, pack: packAs[int, int64]},
	reflect.Uint:    {Type: arrow.PrimitiveTypes.Uint64, Width: 8, Direct: unsafe.Sizeof(uint(0)) == 8, pack: packAs[uint, uint64]},
	reflect.Float32: direct[float32](arrow.PrimitiveTypes.Float32), reflect.Float64: direct[float64](arrow.PrimitiveTypes.Float64),
	reflect.String: {Type: arrow.BinaryTypes.String, Width: -1, text: func(p unsafe.Pointer) string { return *(*string)(p) }},
}

type integerOrFloat interface{ numeric | int | uint }

func direct[T integerOrFloat](t arrow.DataType) Packer {
	return Packer{Type: t, Width: int(unsafe.Sizeof(*new(T))), Direct: true, pack: packAs[T, T]}
}

func packAs[S, D integerOrFloat](dst []byte, at int, src unsafe.Pointer, stride uintptr, n int) (int, error) {
	out := unsafe.Slice((*D)(unsafe.Pointer(unsafe.SliceData(dst))), at+n)[at:]
	for i := range out {
		out[i] = D(*(*S)(unsafe.Add(src, uintptr(i)*stride)))
	}
	return n, nil
}

func packBools(dst []byte, at int, src unsafe.Pointer, stride uintptr, n int) (int, error) {
	for lo := 0; lo < n; lo += 64 {
		k := min(64, n-lo)
		var w uint64
		for i := range k {
			// The byte of a bool is 0 or 1: no branch on random data.
			w |= uint64(*(*uint8)(unsafe.Add(src, uintptr(lo+i)*stride))) << i
		}
		bitmap.Store(dst, at+lo, k, w)
	}
	return n, nil
}

var (
	earliest = time.Unix(0, -1<<63)
	latest   = time.Unix(0, 1<<63-1)
)

func packTimes(dst []byte, at int, src unsafe.Pointer, stride uintptr, n int) (int, error) {
	out := unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(dst))), at+n)[at:]
	for i := range out {
		t := *(*time.Time)(unsafe.Add(src, uintptr(i)*stride))
		if t.Before(earliest) || t.After(latest) {
			return i, fmt.Errorf("time %s is outside the years 1678 to 2261 that a timestamp[ns] holds", t.Format(time.RFC3339))
		}
		out[i] = t.UnixNano()
	}
	return n, nil
}

// Null tells whether the value at src is a null; only sql.Null types have one.
func (p *Packer) Null(src unsafe.Pointer) bool {
	return p.Nullable && !*(*bool)(unsafe.Add(src, p.flag))
}

// Fixed packs n values into rows at … of dst, a column of Width 0 or more. It
// returns n, or the number of values packed before one that does not fit and the reason.
// With a bitmap as dst two goroutines must not write the same word.
func (p *Packer) Fixed(dst []byte, at int, src unsafe.Pointer, stride uintptr, n int) (int, error) {
	if n == 0 {
		return 0, nil
	}
	return p.pack(dst, at, src, stride, n)
}

// Append adds the value at src to a column of variable width.
func (p *Packer) Append(t *Text, src unsafe.Pointer) { t.Append(p.text(src)) }

// Text is a run of rows of variable width.
type Text struct {
	Ends []int // end of each row in Data
	Data []byte
}

// Append adds a row.
func (t *Text) Append(s string) {
	t.Data = append(t.Data, s...)
	t.Ends = append(t.Ends, len(t.Data))
}

// Skip adds an empty row, a null's place.
func (t *Text) Skip() { t.Ends = append(t.Ends, len(t.Data)) }

// Array packs n values of Go type t, that lie stride bytes apart from src on, into
// an array of their own. The values are copied.
func Array(src unsafe.Pointer, stride uintptr, n int, t reflect.Type) (arrow.Array, error) {
	p, err := PackerFor(t)
	if err != nil {
		return nil, err
	}
	valid, nulls := p.validity(src, stride, n)
	if p.Width < 0 {
		var text Text
		for i := range n {
			if at := unsafe.Add(src, uintptr(i)*stride); valid == nil || bitmap.Get(valid, i) {
				p.Append(&text, at)
			} else {
				text.Skip()
			}
		}
		return MakeText(p.Type, n, nulls, valid, []Text{text})
	}
	buf := bufpool.Aligned(FixedBytes(p.Width, n))
	for lo := 0; lo < n; {
		k, err := p.Fixed(buf, lo, unsafe.Add(src, uintptr(lo)*stride), stride, n-lo)
		lo += k
		switch {
		case err == nil:
		case valid != nil && !bitmap.Get(valid, lo):
			lo++ // what lies under a null does not matter
		default:
			return nil, fmt.Errorf("row %d: %w", lo, err)
		}
	}
	return MakeFixed(p.Type, n, nulls, valid, buf), nil
}

// validity collects the flags of an sql.Null type.
func (p *Packer) validity(src unsafe.Pointer, stride uintptr, n int) (valid []byte, nulls int) {
	if !p.Nullable {
		return nil, 0
	}
	valid = bufpool.Aligned(bitmap.Bytes(n))
	for i := range n {
		if p.Null(unsafe.Add(src, uintptr(i)*stride)) {
			nulls++
		} else {
			bitmap.Set(valid, i)
		}
	}
	if nulls == 0 {
		return nil, 0
	}
	return valid, nulls
}

// FixedBytes is the size of a column of n rows of Width bytes (0: bits).
func FixedBytes(width, n int) int {
	if width == 0 {
		return bitmap.Bytes(n)
	}
	return width * n
}

// MakeFixed makes an array of a fixed-width column's memory. valid may be nil.
func MakeFixed(t arrow.DataType, n, nulls int, valid, values []byte) arrow.Array {
	return array.MakeFromData(array.NewData(t, n, []*memory.Buffer{newBuffer(valid), memory.NewBufferBytes(values)}, nil, nulls, 0))
}

// MakeText joins runs of rows into a string or binary array.
func MakeText(t arrow.DataType, n, nulls int, valid []byte, runs []Text) (arrow.Array, error) {
	total := 0
	for _, r := range runs {
		total += len(r.Data)
	}
	if total > 1<<31-1 {
		return nil, fmt.Errorf("a %s column of %s takes %s, more than the 2 GiB one array holds: use Rechunk to cut the frame into smaller batches", Name(t), count.Of(n, "row"), count.Of(total, "byte"))
	}
	offs := bufpool.Aligned(4 * (n + 1))
	ends := unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(offs))), n+1)
	data := bufpool.Aligned(total)
	row, at := 1, 0
	for _, r := range runs {
		for _, e := range r.Ends {
			ends[row] = int32(at + e)
			row++
		}
		at += copy(data[at:], r.Data)
	}
	return array.MakeFromData(array.NewData(t, n, []*memory.Buffer{newBuffer(valid), memory.NewBufferBytes(offs), memory.NewBufferBytes(data)}, nil, nulls, 0)), nil
}

func newBuffer(b []byte) *memory.Buffer {
	if b == nil {
		return nil
	}
	return memory.NewBufferBytes(b)
}
