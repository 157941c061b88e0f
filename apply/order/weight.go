package order

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// weigher tells how many bits rows of a record take. Rows weigh the same wherever they lie: those
// of a record as much as those of its slices together. chunker.Bytes is not so, since it counts a
// dictionary once for each record. Here each row has its entry's text, and a validity bit even if
// nothing is null.
type weigher struct {
	row  int64 // bits that each row takes at least
	more []func(lo, hi int) int64
}

// weigherOf takes time by the columns, not by the rows.
func weigherOf(rec arrow.Record) (w weigher) {
	for _, c := range rec.Columns() {
		w.see(c)
	}
	return w
}

// bits is what rows lo to hi take. It takes time by the columns of texts and lists; by the rows too
// if columns are dictionaries, run-ends, views or unions of texts or lists.
func (w *weigher) bits(lo, hi int) int64 { return w.row*int64(hi-lo) + w.beside(lo, hi) }

// beside is what the rows take beyond the least.
func (w *weigher) beside(lo, hi int) (n int64) {
	if lo >= hi {
		return 0
	}
	for _, f := range w.more {
		n += f(lo, hi)
	}
	return n
}

// see adds a column.
func (w *weigher) see(arr arrow.Array) {
	w.row++
	switch a := arr.(type) {
	case *array.Null:
	case *array.Struct:
		for i := range a.NumField() {
			w.see(a.Field(i))
		}
	case array.ExtensionArray:
		w.see(a.Storage())
	case *array.Dictionary:
		w.row += int64(a.Indices().DataType().(arrow.FixedWidthDataType).BitWidth())
		w.through(a, a.Dictionary(), a.GetValueIndex)
	case *array.RunEndEncoded:
		w.through(a, a.Values(), a.GetPhysicalIndex)
	case array.Union:
		w.union(a)
	case array.BinaryLike:
		w.row += offsetBits(a.DataType())
		w.more = append(w.more, func(lo, hi int) int64 {
			return 8 * (a.ValueOffset64(hi-1) + int64(a.ValueLen(hi-1)) - a.ValueOffset64(lo))
		})
	case array.ViewLike:
		w.row += 8 * int64(arrow.ViewHeaderSizeBytes)
		w.eachRow(func(row int) (bits int64) {
			if h := a.ValueHeader(row); !h.IsInline() {
				bits = 8 * int64(h.Len())
			}
			return bits
		})
	case array.ListLike:
		w.list(a)
	default:
		if t, ok := arr.DataType().(arrow.FixedWidthDataType); ok {
			w.row += int64(t.BitWidth())
		}
	}
}

// offsetBits is what a type's offsets take for each row.
func offsetBits(t arrow.DataType) int64 {
	switch t.ID() {
	case arrow.LARGE_STRING, arrow.LARGE_BINARY, arrow.LARGE_LIST:
		return 64
	case arrow.FIXED_SIZE_LIST:
		return 0
	}
	return 32
}

// eachRow adds what each row takes for itself.
func (w *weigher) eachRow(bits func(row int) int64) {
	w.more = append(w.more, func(lo, hi int) (n int64) {
		for row := lo; row < hi; row++ {
			n += bits(row)
		}
		return n
	})
}

// through adds the values that the rows of arr have elsewhere.
func (w *weigher) through(arr, values arrow.Array, place func(row int) int) {
	var inner weigher
	inner.see(values)
	w.row += inner.row
	if len(inner.more) == 0 {
		return
	}
	w.eachRow(func(row int) (bits int64) {
		if !arr.IsValid(row) {
			return 0
		}
		if at := place(row); values.IsValid(at) {
			bits = inner.beside(at, at+1)
		}
		return bits
	})
}

// union adds of each row the one value that it has.
func (w *weigher) union(a array.Union) {
	inner := make([]weigher, a.NumFields())
	for i := range inner {
		inner[i].see(a.Field(i))
	}
	place := func(row int) int { return row }
	if dense, ok := a.(*array.DenseUnion); ok {
		place = func(row int) int { return int(dense.ValueOffset(row)) }
	}
	w.row += 8 + 32
	w.eachRow(func(row int) int64 {
		at := place(row)
		return inner[a.ChildID(row)].bits(at, at+1)
	})
}

// list adds the values inside. Of views, each list may lie anywhere; of other lists, they lie one
// after another.
func (w *weigher) list(a array.ListLike) {
	var inner weigher
	inner.see(a.ListValues())
	w.row += offsetBits(a.DataType())
	bits := func(lo, hi int) int64 {
		first, _ := a.ValueOffsets(lo)
		_, end := a.ValueOffsets(hi - 1)
		return inner.bits(int(first), int(end))
	}
	switch a.(type) {
	case *array.ListView, *array.LargeListView:
		w.eachRow(func(row int) int64 { return bits(row, row+1) })
	default:
		w.more = append(w.more, bits)
	}
}

// sumsOf are the bits before each of blocks that have so many rows each, and those of all rows.
func (w *weigher) sumsOf(rows, blockRows int) []int64 {
	out := make([]int64, 1, (rows+blockRows-1)/blockRows+1)
	for lo := 0; lo < rows; lo += blockRows {
		out = append(out, out[len(out)-1]+w.bits(lo, min(lo+blockRows, rows)))
	}
	return out
}
