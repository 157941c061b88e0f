package spill

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/take"
)

const align = 64

func aligned(n int) int { return (n + align - 1) &^ (align - 1) }

// whole is a record whose arrays begin at their buffers' beginning and have nothing behind their
// end: slices are copied.
func whole(rec arrow.Record) (arrow.Record, error) {
	cols := make([]arrow.Array, rec.NumCols())
	for i, c := range rec.Columns() {
		if cols[i] = c; isWhole(c.Data()) {
			continue
		}
		var err error
		if cols[i], err = take.Copy(c); err != nil {
			return nil, fmt.Errorf("column %q: %w", rec.ColumnName(i), err)
		}
	}
	return array.NewRecord(rec.Schema(), cols, rec.NumRows()), nil
}

// isWhole reports whether an array can be written as its buffers are. What is behind the end of
// fixed widths and bits is cut off. False is always right, and costs a copy.
func isWhole(d arrow.ArrayData) bool {
	if d.Offset() != 0 {
		return false
	}
	switch t := d.DataType().(type) {
	case *arrow.NullType:
		return true
	case arrow.BinaryViewDataType:
		return viewed(d) == stored(d)
	case arrow.BinaryDataType:
		return d.Len() > 0 && d.Buffers()[2] != nil && lastOffset(t.Layout().Buffers[1].ByteWidth, d) == d.Buffers()[2].Len()
	case *arrow.DictionaryType:
		words := d.Dictionary()
		return words.Len() <= max(d.Len(), 16) && isWhole(words)
	case *arrow.ListType, *arrow.MapType:
		return d.Len() > 0 && inside(d, lastOffset(4, d))
	case *arrow.LargeListType:
		return d.Len() > 0 && inside(d, lastOffset(8, d))
	case *arrow.FixedSizeListType:
		return inside(d, d.Len()*int(t.Len()))
	case *arrow.StructType, *arrow.SparseUnionType:
		return inside(d, d.Len())
	case arrow.FixedWidthDataType:
		return true
	}
	return false
}

// inside reports whether all that is inside an array is whole and of that length.
func inside(d arrow.ArrayData, n int) bool {
	for _, c := range d.Children() {
		if c.Len() != n || !isWhole(c) {
			return false
		}
	}
	return true
}

// lastOffset is where the last value ends, or -1 if the first does not begin at 0.
func lastOffset(width int, d arrow.ArrayData) int {
	b := d.Buffers()[1].Bytes()
	if width == 4 {
		if offs := arrow.Int32Traits.CastFromBytes(b); offs[0] == 0 {
			return int(offs[d.Len()])
		}
		return -1
	}
	if offs := arrow.Int64Traits.CastFromBytes(b); offs[0] == 0 {
		return int(offs[d.Len()])
	}
	return -1
}

// viewed is how many bytes the views of an array point to, and stored how many there are.
func viewed(d arrow.ArrayData) (n int) {
	if d.Len() == 0 {
		return 0
	}
	for _, h := range arrow.ViewHeaderTraits.CastFromBytes(d.Buffers()[1].Bytes())[:d.Len()] {
		if !h.IsInline() {
			n += h.Len()
		}
	}
	return n
}

func stored(d arrow.ArrayData) (n int) {
	for _, b := range d.Buffers()[2:] {
		n += b.Len()
	}
	return n
}

// used is how many bytes of buffer k an array of that length has.
func used(d arrow.ArrayData, k int) int {
	b := d.Buffers()[k]
	n := b.Len()
	if k == 0 {
		return min(n, (d.Len()+7)/8)
	}
	if t, ok := d.DataType().(arrow.FixedWidthDataType); ok && k == 1 && len(d.Children()) == 0 {
		return min(n, (d.Len()*t.BitWidth()+7)/8)
	}
	return n
}

// encoder writes a block in two passes: the header, which tells the size, and the buffers.
type encoder struct {
	head    []byte
	buffers [][]byte
	size    int // of the buffers, aligned
}

// encode returns a block, in a buffer of the pool.
func encode(rec arrow.Record) []byte {
	e := encoder{head: make([]byte, 8, 512)}
	e.number(int(rec.NumRows()))
	for _, c := range rec.Columns() {
		e.data(c.Data())
	}
	binary.LittleEndian.PutUint64(e.head, uint64(len(e.head)))
	out := bufpool.Get(aligned(len(e.head)) + e.size)
	at := fill(out, 0, e.head)
	for _, b := range e.buffers {
		at = fill(out, at, b)
	}
	return out
}

// fill copies bytes to a place, and zeros up to the next aligned one.
func fill(out []byte, at int, b []byte) int {
	n := copy(out[at:], b)
	clear(out[at+n : at+aligned(n)])
	return at + aligned(n)
}

func (e *encoder) number(n int) { e.head = binary.AppendUvarint(e.head, uint64(n)) }

// data writes an array into the header: its length and nulls, its buffers, what is inside it, its
// dictionary. A buffer that is not there is 0, any other its length and 1.
func (e *encoder) data(d arrow.ArrayData) {
	e.number(d.Len())
	e.number(d.NullN() + 1) // -1 is not known
	e.number(len(d.Buffers()))
	for k, b := range d.Buffers() {
		if b == nil {
			e.number(0)
			continue
		}
		n := used(d, k)
		e.number(n + 1)
		e.buffers, e.size = append(e.buffers, b.Bytes()[:n]), e.size+aligned(n)
	}
	e.number(len(d.Children()))
	for _, c := range d.Children() {
		e.data(c)
	}
	if d.DataType().ID() == arrow.DICTIONARY {
		e.data(d.Dictionary())
	}
}

// decoder reads a block. What does not fit in it is an error, so that nothing beyond it is touched.
type decoder struct {
	head  []byte
	block []byte
	at    int // of the next buffer
	err   error
}

var errTorn = errors.New("the block's header says more than the block holds")

func decode(schema *arrow.Schema, block []byte) (arrow.Record, error) {
	if len(block) < 8 {
		return nil, errTorn
	}
	n := binary.LittleEndian.Uint64(block)
	if n < 8 || n > uint64(len(block)) {
		return nil, errTorn
	}
	d := decoder{head: block[8:n], block: block, at: aligned(int(n))}
	rows := d.number()
	cols := make([]arrow.Array, schema.NumFields())
	for i, f := range schema.Fields() {
		data := d.data(f.Type)
		if d.err == nil && data.Len() != rows {
			d.err = errTorn
		}
		if d.err != nil {
			return nil, fmt.Errorf("column %q: %w", f.Name, d.err)
		}
		cols[i] = array.MakeFromData(data)
	}
	return array.NewRecord(schema, cols, int64(rows)), nil
}

func (d *decoder) number() int {
	v, n := binary.Uvarint(d.head)
	if n <= 0 || v > 1<<40 {
		d.err = errTorn
		return 0
	}
	d.head = d.head[n:]
	return int(v)
}

func (d *decoder) data(t arrow.DataType) *array.Data {
	n, nulls := d.number(), d.number()-1
	buffers := make([]*memory.Buffer, 0, 3)
	for range min(d.number(), len(d.head)) {
		buffers = append(buffers, d.buffer())
	}
	inside := childTypes(t)
	if d.number() != len(inside) {
		d.err = errTorn
	}
	var children []arrow.ArrayData
	for _, child := range inside {
		if d.err != nil {
			return nil
		}
		children = append(children, d.data(child))
	}
	dict, isDict := t.(*arrow.DictionaryType)
	if d.err != nil || !isDict {
		return array.NewData(t, n, buffers, children, nulls, 0)
	}
	return array.NewDataWithDictionary(t, n, buffers, nulls, 0, d.data(dict.ValueType))
}

func (d *decoder) buffer() *memory.Buffer {
	n := d.number() - 1
	if n < 0 || d.err != nil {
		return nil
	}
	if n > len(d.block)-d.at {
		d.err = errTorn
		return nil
	}
	b := d.block[d.at : d.at+n : d.at+n]
	d.at += aligned(n)
	return memory.NewBufferBytes(b)
}

// childTypes are those of the arrays inside one of type t.
func childTypes(t arrow.DataType) (out []arrow.DataType) {
	switch t := t.(type) {
	case arrow.ExtensionType:
		return childTypes(t.StorageType())
	case *arrow.RunEndEncodedType:
		return []arrow.DataType{t.RunEnds(), t.Encoded()}
	case *arrow.MapType:
		return []arrow.DataType{t.Elem()}
	case arrow.NestedType:
		for _, f := range t.Fields() {
			out = append(out, f.Type)
		}
	}
	return out
}
