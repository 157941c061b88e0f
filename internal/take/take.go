// Package take makes arrays of chosen rows of an array, and joins arrays.
package take

import (
	"fmt"
	"slices"
	"strconv"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
)

// Rows returns the given rows of arr, in that order; a row may come more than
// once. A row takes 1 to 5 ns, and as much for each value that it has inside.
func Rows(arr arrow.Array, rows []int) (arrow.Array, error) {
	d := arr.Data()
	switch t := arr.DataType().(type) {
	case *arrow.NullType:
		return array.NewNull(len(rows)), nil
	case *arrow.DictionaryType:
		// The indexes are an array of their own; the entries stay as they are.
		idx := array.NewData(t.IndexType, d.Len(), d.Buffers(), nil, d.NullN(), d.Offset())
		taken, err := Rows(array.MakeFromData(idx), rows)
		if err != nil {
			return nil, err
		}
		td := taken.Data()
		return array.MakeFromData(array.NewDataWithDictionary(t, td.Len(), td.Buffers(), td.NullN(), 0, d.Dictionary().(*array.Data))), nil
	case arrow.BinaryViewDataType:
		// Only the views move; the bytes they point to stay.
		buffers := append([]*memory.Buffer{nil, fixed(d, arrow.ViewHeaderSizeBytes, rows)}, d.Buffers()[2:]...)
		return finish(arr, rows, buffers), nil
	case *arrow.BooleanType:
		return finish(arr, rows, []*memory.Buffer{nil, booleans(d, rows)}), nil
	case *arrow.StringType, *arrow.BinaryType:
		return text(arr, rows, arrow.Int32Traits.CastFromBytes(content(d, 1)))
	case *arrow.LargeStringType, *arrow.LargeBinaryType:
		return text(arr, rows, arrow.Int64Traits.CastFromBytes(content(d, 1)))
	case arrow.FixedWidthDataType:
		if len(d.Children()) == 0 && t.BitWidth()%8 == 0 {
			return finish(arr, rows, []*memory.Buffer{nil, fixed(d, t.BitWidth()/8, rows)}), nil
		}
	}
	picks := make([]Pick, len(rows))
	for i, row := range rows {
		picks[i].Row = int32(row)
	}
	return Picks(arr.DataType(), []arrow.Array{arr}, picks)
}

// finish adds the validity of the rows taken.
func finish(arr arrow.Array, rows []int, buffers []*memory.Buffer) arrow.Array {
	nulls := 0
	if arr.NullN() > 0 {
		src, off := arr.NullBitmapBytes(), arr.Data().Offset()
		dst := bufpool.Aligned(bitmap.Bytes(len(rows)))
		for i, r := range rows {
			if bitmap.Get(src, off+r) {
				bitmap.Set(dst, i)
			} else {
				nulls++
			}
		}
		if nulls > 0 {
			buffers[0] = memory.NewBufferBytes(dst)
		}
	}
	return array.MakeFromData(array.NewData(arr.DataType(), len(rows), buffers, nil, nulls, 0))
}

func content(d arrow.ArrayData, k int) []byte {
	if b := d.Buffers()[k]; b != nil {
		return b.Bytes()
	}
	return nil
}

func booleans(d arrow.ArrayData, rows []int) *memory.Buffer {
	src, off := content(d, 1), d.Offset()
	dst := bufpool.Aligned(bitmap.Bytes(len(rows)))
	for i, r := range rows {
		if bitmap.Get(src, off+r) {
			bitmap.Set(dst, i)
		}
	}
	return memory.NewBufferBytes(dst)
}

// fixed gathers values of width bytes.
func fixed(d arrow.ArrayData, width int, rows []int) *memory.Buffer {
	dst := bufpool.Aligned(width * len(rows))
	src := content(d, 1)
	if len(rows) == 0 || width == 0 {
		return memory.NewBufferBytes(dst)
	}
	src = src[d.Offset()*width:]
	switch width {
	case 1:
		gather[uint8](dst, src, rows)
	case 2:
		gather[uint16](dst, src, rows)
	case 4:
		gather[uint32](dst, src, rows)
	case 8:
		gather[uint64](dst, src, rows)
	case 16:
		gather[[2]uint64](dst, src, rows)
	default:
		for i, r := range rows {
			copy(dst[i*width:(i+1)*width], src[r*width:])
		}
	}
	return memory.NewBufferBytes(dst)
}

func gather[T any](dst, src []byte, rows []int) {
	size := int(unsafe.Sizeof(*new(T)))
	out := unsafe.Slice((*T)(unsafe.Pointer(&dst[0])), len(rows))
	in := unsafe.Slice((*T)(unsafe.Pointer(&src[0])), len(src)/size)
	for i, r := range rows {
		out[i] = in[r]
	}
}

func text[O int32 | int64](arr arrow.Array, rows []int, offs []O) (arrow.Array, error) {
	d := arr.Data()
	if len(rows) > 0 {
		offs = offs[d.Offset():]
	}
	width := int(unsafe.Sizeof(O(0)))
	buf := bufpool.Aligned(width * (len(rows) + 1))
	ends := unsafe.Slice((*O)(unsafe.Pointer(&buf[0])), len(rows)+1)
	total := 0
	for i, r := range rows {
		total += int(offs[r+1] - offs[r])
		if width == 4 && total > 1<<31-1 {
			return nil, fmt.Errorf("the rows taken hold more than 2 GiB of text, more than one array holds: take fewer at a time")
		}
		ends[i+1] = O(total)
	}
	src, dst := content(d, 2), bufpool.Aligned(total)
	for i, r := range rows {
		copy(dst[ends[i]:ends[i+1]], src[offs[r]:offs[r+1]])
	}
	return finish(arr, rows, []*memory.Buffer{nil, memory.NewBufferBytes(buf), memory.NewBufferBytes(dst)}), nil
}

// Concat joins arrays of one type, dictionaries unified. One array is returned as it is.
// (Arrow's own joining of dictionaries with nulls gives wrong indexes, and that of sliced run-end
// encoded arrays wrong rows: see the tests.)
func Concat(t arrow.DataType, parts []arrow.Array) (arrow.Array, error) {
	full := make([]arrow.Array, 0, len(parts))
	for _, p := range parts {
		if p.Len() > 0 { // an empty array may lack the buffers that Concatenate wants
			full = append(full, p)
		}
	}
	switch len(full) {
	case 0:
		return Nulls(t, 0), nil
	case 1:
		return full[0], nil
	}
	if d, ok := t.(*arrow.DictionaryType); ok {
		return concatDictionaries(d, full)
	}
	if !joins(t) {
		return Picks(t, full, allOf(full))
	}
	out, err := array.Concatenate(full, memory.DefaultAllocator)
	if err != nil {
		return nil, fmt.Errorf("joining %d arrays of %s: %w", len(full), t, err)
	}
	return out, nil
}

// joins reports whether Arrow joins arrays of a type: flat ones, and lists and structs of those.
func joins(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.DictionaryType, *arrow.RunEndEncodedType, arrow.UnionType, *arrow.ListViewType, *arrow.LargeListViewType:
		return false
	case arrow.ExtensionType:
		return joins(t.StorageType())
	case arrow.NestedType:
		return !slices.ContainsFunc(t.Fields(), func(f arrow.Field) bool { return !joins(f.Type) })
	}
	return true
}

// allOf picks all rows of arrays.
func allOf(arrays []arrow.Array) (out []Pick) {
	for i, a := range arrays {
		for row := range a.Len() {
			out = append(out, Pick{int32(i), int32(row)})
		}
	}
	return out
}

// concatDictionaries joins dictionary arrays: entries that read the same are one.
func concatDictionaries(t *arrow.DictionaryType, parts []arrow.Array) (arrow.Array, error) {
	entries := map[string]int{}
	var dictionaries []arrow.Array // those with entries not seen before
	var kept [][]int
	idx := array.NewBuilder(memory.DefaultAllocator, t.IndexType)
	for _, p := range parts {
		d := p.(*array.Dictionary)
		words := d.Dictionary()
		place := make([]string, words.Len()) // of each entry in the joined dictionary; "" for a null
		var fresh []int
		for i := range place {
			if words.IsNull(i) {
				continue
			}
			key := words.ValueStr(i)
			at, seen := entries[key]
			if !seen {
				at = len(entries)
				entries[key] = at
				fresh = append(fresh, i)
			}
			place[i] = strconv.Itoa(at)
		}
		if len(fresh) > 0 {
			dictionaries, kept = append(dictionaries, words), append(kept, fresh)
		}
		for i := range d.Len() {
			if d.IsNull(i) || place[d.GetValueIndex(i)] == "" {
				idx.AppendNull()
			} else if err := idx.AppendValueFromString(place[d.GetValueIndex(i)]); err != nil {
				return nil, fmt.Errorf("joining dictionaries: %d entries are more than an index of %s can tell apart: %w", len(entries), t.IndexType, err)
			}
		}
	}
	for i, d := range dictionaries {
		var err error
		if dictionaries[i], err = Rows(d, kept[i]); err != nil {
			return nil, err
		}
	}
	words, err := Concat(t.ValueType, dictionaries)
	if err != nil {
		return nil, err
	}
	return array.NewDictionaryArray(t, idx.NewArray(), words), nil
}

// Nulls returns an array of n nulls.
func Nulls(t arrow.DataType, n int) arrow.Array {
	b := array.NewBuilder(memory.DefaultAllocator, t) // MakeArrayOfNull panics on views
	b.AppendNulls(n)
	return b.NewArray()
}
