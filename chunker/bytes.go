package chunker

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Bytes is the memory that a record's rows take, in bytes. Of a slice of a larger record it is the
// slice's share, of dictionaries too, so that the pieces that a record is cut into add up to it: a
// budget that holds them all counts the record once. While one of them is kept all of the record's
// memory is alive, which nobody counts; whoever keeps a few rows for long copies them
// ([Chunk.Take]).
//
// A dictionary is counted with each array that has it, unless these are slices of one array: two
// chunks that were made with the same dictionary count it twice. It costs about 50 ns a column, and
// 1 ns a row of string views, list views and dense unions.
func Bytes(rec arrow.Record) int64 {
	var n int64
	for _, c := range rec.Columns() {
		n += arrayBytes(c)
	}
	return n
}

func arrayBytes(a arrow.Array) int64 {
	n := int64(a.Len())
	validity := int64(0)
	if a.NullN() > 0 {
		validity = (n + 7) / 8
	}
	switch a := a.(type) {
	case array.ExtensionArray:
		return arrayBytes(a.Storage())
	case array.ListLike:
		return validity + listBytes(a)
	case *array.Struct:
		for i := range a.NumField() {
			validity += arrayBytes(a.Field(i))
		}
		return validity
	case *array.String:
		return validity + 4*n + int64(len(a.ValueBytes()))
	case *array.LargeString:
		return validity + 8*n + int64(len(a.ValueBytes()))
	case *array.Binary:
		return validity + 4*n + int64(len(a.ValueBytes()))
	case *array.LargeBinary:
		return validity + 8*n + int64(len(a.ValueBytes()))
	case *array.Dictionary:
		return validity + arrayBytes(a.Indices()) + share(arrayBytes(a.Dictionary()), n, wholeLen(a))
	case *array.SparseUnion:
		for k := range a.NumFields() { // the children of a slice are slices
			n += arrayBytes(a.Field(k))
		}
		return n
	case *array.DenseUnion:
		return denseBytes(a)
	case *array.RunEndEncoded:
		return runBytes(a)
	case array.ViewLike:
		return validity + viewBytes(a)
	}
	if t, ok := a.DataType().(arrow.FixedWidthDataType); ok {
		return validity + (n*int64(t.BitWidth())+7)/8
	}
	return int64(a.Data().SizeInBytes())
}

// share is what some of all values take, of bytes for all.
func share(bytes, some, all int64) int64 {
	if some >= all {
		return bytes
	}
	return int64(float64(bytes) * float64(some) / float64(all))
}

// wholeLen is the length of the array that a dictionary array is a slice of, by its buffer of
// indexes. What a buffer has beyond its rows to be a multiple of 64 bytes is no row.
func wholeLen(a *array.Dictionary) int64 {
	d := a.Data()
	width := a.DataType().(*arrow.DictionaryType).IndexType.(arrow.FixedWidthDataType).BitWidth() / 8
	buffer := d.Buffers()[1]
	if buffer == nil || d.Offset() == 0 && buffer.Len() < d.Len()*width+64 {
		return int64(d.Len())
	}
	return int64(buffer.Len() / width)
}

// listBytes are the offsets and values of lists, without their validity.
func listBytes(a array.ListLike) int64 {
	n := a.Len()
	places, values := int64(4), int64(0) // bytes for each list, and the values in all of them
	switch a.(type) {
	case *array.FixedSizeList:
		places = 0
	case *array.LargeList, *array.ListView:
		places = 8
	case *array.LargeListView:
		places = 16
	}
	switch a.(type) {
	case *array.ListView, *array.LargeListView: // in any order
		for i := range n {
			lo, hi := a.ValueOffsets(i)
			values += hi - lo
		}
	default:
		if n > 0 {
			lo, _ := a.ValueOffsets(0)
			_, hi := a.ValueOffsets(n - 1)
			values = hi - lo
		}
	}
	return places*int64(n) + share(arrayBytes(a.ListValues()), values, int64(a.ListValues().Len()))
}

func viewBytes(a array.ViewLike) int64 {
	out := int64(a.Len() * arrow.ViewHeaderSizeBytes)
	for i := range a.Len() {
		if h := a.ValueHeader(i); !h.IsInline() {
			out += int64(h.Len())
		}
	}
	return out
}

// denseBytes are the codes and offsets of a dense union, and its share of each child.
func denseBytes(a *array.DenseUnion) int64 {
	rows := make([]int64, a.NumFields())
	for i := range a.Len() {
		rows[a.ChildID(i)]++
	}
	n := 5 * int64(a.Len())
	for k, some := range rows {
		child := a.Field(k)
		n += share(arrayBytes(child), some, int64(child.Len()))
	}
	return n
}

// runBytes are the runs that have rows of the array.
func runBytes(a *array.RunEndEncoded) int64 {
	lo, n := 0, 0
	if a.Len() > 0 {
		lo, n = a.GetPhysicalOffset(), a.GetPhysicalLength()
	}
	bytes := int64(0)
	for _, part := range []arrow.Array{a.RunEndsArr(), a.Values()} {
		piece := array.NewSlice(part, int64(lo), int64(lo+n))
		bytes += arrayBytes(piece)
		piece.Release()
	}
	return bytes
}
