package chunkertest

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/take"
)

// piece is rows of a record, from lo to before hi.
type piece struct {
	of     arrow.Record
	lo, hi int
}

// piecesOf cuts a frame, wherever its record batches end.
func piecesOf(f *frame.Frame, rows int) (out []piece) {
	if f.NumRows() == 0 {
		return nil
	}
	all := oneRecord(f)
	for lo := 0; lo < f.NumRows(); lo += rows {
		out = append(out, piece{all, lo, min(lo+rows, f.NumRows())})
	}
	return out
}

// oneRecord is the rows of a frame as one record.
func oneRecord(f *frame.Frame) arrow.Record {
	cols := make([]arrow.Array, f.Schema().NumFields())
	for i, field := range f.Schema().Fields() {
		var parts []arrow.Array
		for _, rec := range f.Records() {
			parts = append(parts, rec.Column(i))
		}
		var err error
		if cols[i], err = take.Concat(field.Type, parts); err != nil {
			panic(err)
		}
	}
	return array.NewRecord(f.Schema(), cols, int64(f.NumRows()))
}

// lent is a piece in memory of its own, as a slice of a longer record: rows that are none of the
// piece lie before and behind it.
type lent struct {
	record   arrow.Record
	own, was arrow.Record
}

func lend(p piece) lent {
	lo, hi := max(p.lo-2, 0), min(p.hi+2, int(p.of.NumRows()))
	was := p.of.NewSlice(int64(lo), int64(hi))
	own := copyRecord(was)
	return lent{own.NewSlice(int64(p.lo-lo), int64(p.hi-lo)), own, was}
}

// unchanged reports whether the values are those that were lent.
func (l lent) unchanged() bool {
	now, err := frame.FromRecords(l.own.Schema(), l.own)
	if err != nil {
		return false
	}
	was, err := frame.FromRecords(l.was.Schema(), l.was)
	return err == nil && was.Equal(now)
}

// overwrite puts other bytes in the place of the values, as a source does that uses its buffers for
// the next chunk.
func (l lent) overwrite() {
	for _, c := range l.own.Columns() {
		overwrite(c.Data())
	}
}

// overwrite leaves what says where values lie: who reads them anyway gets other values, and does
// not crash.
func overwrite(d arrow.ArrayData) {
	buffers := d.Buffers()
	switch d.DataType().(type) {
	case *arrow.DictionaryType:
		clear(bytesOf(buffers[1]))
		overwrite(d.Dictionary())
	case arrow.BinaryViewDataType:
		for _, b := range buffers[2:] {
			flip(bytesOf(b))
		}
	case arrow.BinaryDataType:
		flip(bytesOf(buffers[2]))
	case *arrow.NullType, arrow.NestedType, arrow.EncodedType:
	default:
		flip(bytesOf(buffers[len(buffers)-1]))
	}
	for _, c := range d.Children() {
		overwrite(c)
	}
}

func bytesOf(b *memory.Buffer) []byte {
	if b == nil {
		return nil
	}
	return b.Bytes()
}

func flip(b []byte) {
	for i := range b {
		b[i] ^= 0x5A
	}
}

// copyRecord makes a record of memory of its own.
func copyRecord(rec arrow.Record) arrow.Record {
	cols := make([]arrow.Array, rec.NumCols())
	for i, c := range rec.Columns() {
		cols[i] = copyArray(c)
	}
	return array.NewRecord(rec.Schema(), cols, rec.NumRows())
}

// copyArray copies dictionaries and the bytes behind views too.
func copyArray(a arrow.Array) arrow.Array {
	out, err := take.Copy(a)
	if err != nil {
		panic(err)
	}
	return out
}

// someNull is a frame with nulls in each column that may have some, in a fifth of the rows, others
// in each column.
func someNull(t testing.TB, f *frame.Frame) *frame.Frame {
	t.Helper()
	if f.NumRows() == 0 {
		return f
	}
	rec := oneRecord(f)
	cols := make([]arrow.Array, rec.NumCols())
	for i, c := range rec.Columns() {
		if cols[i] = c; f.Schema().Field(i).Nullable {
			cols[i] = withNulls(c, func(row int) bool { return (row+i)%5 == 1 || c.IsNull(row) })
		}
	}
	out, err := frame.FromRecords(f.Schema(), array.NewRecord(f.Schema(), cols, rec.NumRows()))
	require.NoError(t, err)
	return out
}

// otherUnderNulls is a frame that has the values of other rows in the memory under its nulls.
func otherUnderNulls(f *frame.Frame) *frame.Frame {
	if f.NumRows() == 0 {
		return f
	}
	rec := oneRecord(f)
	cols := make([]arrow.Array, rec.NumCols())
	for i, c := range rec.Columns() {
		if cols[i] = c; c.NullN() == 0 || c.NullN() == c.Len() {
			continue
		}
		taken, err := take.Rows(c, donors(c))
		if err != nil {
			continue
		}
		cols[i] = withNulls(taken, c.IsNull)
	}
	out, err := frame.FromRecords(f.Schema(), array.NewRecord(f.Schema(), cols, rec.NumRows()))
	if err != nil {
		panic(err)
	}
	return out
}

// donors lists the rows, with the last before it that has a value in the place of one that has
// none.
func donors(a arrow.Array) []int {
	out := make([]int, a.Len())
	last := 0
	for a.IsNull(last) {
		last++
	}
	for i := range out {
		if a.IsValid(i) {
			last = i
		}
		out[i] = last
	}
	return out
}

// withNulls is a copy of an array with nulls where isNull says, and the values that are there under
// them. An array of a type whose nulls are no bits comes back as it is.
func withNulls(a arrow.Array, isNull func(row int) bool) arrow.Array {
	switch a.DataType().(type) {
	case *arrow.NullType, arrow.UnionType, arrow.EncodedType:
		return a
	}
	d := copyArray(a).Data()
	if d.Offset() != 0 {
		return a
	}
	valid, nulls := make([]byte, bitmap.Bytes(a.Len())), 0
	for row := range a.Len() {
		if isNull(row) {
			nulls++
		} else {
			bitmap.Set(valid, row)
		}
	}
	buffers := append([]*memory.Buffer{memory.NewBufferBytes(valid)}, d.Buffers()[1:]...)
	if dict, ok := d.Dictionary().(*array.Data); ok && dict != nil {
		return array.MakeFromData(array.NewDataWithDictionary(d.DataType(), d.Len(), buffers, nulls, 0, dict))
	}
	return array.MakeFromData(array.NewData(d.DataType(), d.Len(), buffers, d.Children(), nulls, 0))
}
