package bind

import (
	"reflect"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// openText opens strings and binaries as Go strings or byte slices: views of the
// array's bytes, nothing is copied.
func openText(arr arrow.Array, t reflect.Type) (filler, bool) {
	if t.Kind() != reflect.String && !(t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8) {
		return nil, false
	}
	asString := t.Kind() == reflect.String
	switch a := arr.(type) {
	case *array.String:
		return offsets32(a.Data(), asString), true
	case *array.Binary:
		return offsets32(a.Data(), asString), true
	case *array.LargeString:
		return offsets64(a.Data(), asString), true
	case *array.LargeBinary:
		return offsets64(a.Data(), asString), true
	case *array.StringView:
		return indirect(a.Value, asString), true
	case *array.BinaryView:
		return indirect(func(i int) string { return view(a.Value(i)) }, asString), true
	case *array.FixedSizeBinary:
		return indirect(func(i int) string { return view(a.Value(i)) }, asString), true
	}
	return nil, false
}

// view sees bytes as a string.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// bytesOf sees a string as bytes; its capacity is its length, so that appending copies.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func offsets32(d arrow.ArrayData, asString bool) filler {
	return offsets(arrow.Int32Traits.CastFromBytes(buffer(d, 1)), d, asString)
}

func offsets64(d arrow.ArrayData, asString bool) filler {
	return offsets(arrow.Int64Traits.CastFromBytes(buffer(d, 1)), d, asString)
}

func offsets[O int32 | int64](offs []O, d arrow.ArrayData, asString bool) filler {
	if d.Len() > 0 {
		offs = offs[d.Offset():]
	}
	t := text[O]{offs, view(buffer(d, 2))}
	if asString {
		return &t
	}
	return &binary[O]{t}
}

// text is a string column of 32- or 64-bit offsets.
type text[O int32 | int64] struct {
	offs  []O
	bytes string
}

func (t *text[O]) fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	offs := t.offs[lo : lo+n+1]
	for i := range n {
		*(*string)(unsafe.Add(dst, uintptr(i)*stride)) = t.bytes[offs[i]:offs[i+1]]
	}
}
func (t *text[O]) clear(dst unsafe.Pointer) { *(*string)(dst) = "" }

// binary is the same as byte slices.
type binary[O int32 | int64] struct{ text[O] }

func (b *binary[O]) fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	offs := b.offs[lo : lo+n+1]
	for i := range n {
		*(*[]byte)(unsafe.Add(dst, uintptr(i)*stride)) = bytesOf(b.bytes[offs[i]:offs[i+1]])
	}
}
func (b *binary[O]) clear(dst unsafe.Pointer) { *(*[]byte)(dst) = nil }

// indirect is text whose rows are found one by one.
func indirect(at func(int) string, asString bool) filler {
	if asString {
		return &rowwise[string]{at}
	}
	return &rowwise[[]byte]{func(i int) []byte { return bytesOf(at(i)) }}
}

type rowwise[T any] struct{ at func(int) T }

func (r *rowwise[T]) fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	for i := range n {
		*(*T)(unsafe.Add(dst, uintptr(i)*stride)) = r.at(lo + i)
	}
}
func (r *rowwise[T]) clear(dst unsafe.Pointer) { var zero T; *(*T)(dst) = zero }

// dictionary opens the entries, and finds each row's by its index.
func dictionary(a *array.Dictionary, t reflect.Type) (filler, error) {
	entries, err := open(a.Dictionary(), t)
	if err != nil {
		if te, ok := err.(*TypeError); ok {
			te.Arrow = a.DataType()
		}
		return nil, err
	}
	d := &indexed{filler: entries, at: indexes(a.Indices()), entries: a.Dictionary().Len()}
	if t.Kind() != reflect.String {
		return d, nil
	}
	words := make([]string, d.entries)
	if len(words) > 0 {
		entries.fill(unsafe.Pointer(&words[0]), unsafe.Sizeof(""), 0, len(words))
	}
	return &words32{words, d.at}, nil
}

// indexes widens dictionary indexes to int32, once: the loops then have one form.
// Null rows may hold any index; they get 0.
func indexes(idx arrow.Array) []int32 {
	c, err := Open(idx, reflect.TypeFor[int64]())
	if err != nil { // uint64 indexes
		c, _ = Open(idx, reflect.TypeFor[uint64]())
	}
	out := make([]int32, idx.Len())
	var buf [256]int64
	for lo := 0; lo < len(out); lo += len(buf) {
		n := min(len(buf), len(out)-lo)
		c.Fill(unsafe.Pointer(&buf[0]), 8, lo, n)
		for i, v := range buf[:n] {
			out[lo+i] = int32(v)
		}
	}
	return out
}

// indexed is a dictionary column of any type, about 5 ns a row.
type indexed struct {
	filler
	at      []int32
	entries int
}

func (d *indexed) fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	if d.entries == 0 {
		return // every row is null
	}
	for i, k := range d.at[lo : lo+n] {
		d.filler.fill(unsafe.Add(dst, uintptr(i)*stride), stride, int(k), 1)
	}
}

// words32 is a dictionary of strings, whose headers are made once.
type words32 struct {
	words []string
	at    []int32
}

func (d *words32) fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	if len(d.words) == 0 {
		return
	}
	for i, k := range d.at[lo : lo+n] {
		*(*string)(unsafe.Add(dst, uintptr(i)*stride)) = d.words[k]
	}
}
func (d *words32) clear(dst unsafe.Pointer) { *(*string)(dst) = "" }
