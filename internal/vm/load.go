package vm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// columnData is one column of the record batch at hand, as raw memory.
type columnData struct {
	lane  ir.Lane
	rows  int
	valid []byte // nil when the column has no nulls
	off   int    // of the slice, in rows
	data  []byte // lanes, bits or the bytes of texts

	offs32 []int32 // texts
	offs64 []int64
	views  []arrow.ViewHeader
	parts  [][]byte // of views

	dict  *columnData                  // the dictionary, whose values are of fixed width, bits or packed texts
	keys  func(dst []uint32, from int) // keys of the rows from on
	taken []uint64                     // the vector's values of fixed width
}

// bind takes the memory of an array. Arrays may be slices: every offset is
// honoured, of values, bits and validity alike.
func bind(a arrow.Array) (*columnData, error) {
	d := a.Data()
	b := &columnData{lane: ir.LaneOf(a.DataType()), rows: a.Len(), off: d.Offset()}
	if a.NullN() > 0 && len(a.NullBitmapBytes()) > 0 {
		b.valid = a.NullBitmapBytes()
	}
	bufs := d.Buffers()
	mem := func(i int) []byte {
		if i < len(bufs) && bufs[i] != nil {
			return bufs[i].Bytes()
		}
		return nil
	}
	switch a := a.(type) {
	case *array.Null:
		b.valid = make([]byte, (d.Offset()+a.Len()+7)/8)
	case *array.String:
		b.offs32, b.data = slice32(mem(1)), mem(2)
	case *array.LargeString:
		b.offs64, b.data = slice64(mem(1)), mem(2)
	case *array.StringView:
		b.bindViews(a, mem)
	case *array.Dictionary:
		return b, b.bindDictionary(a, mem(1))
	default:
		b.data = mem(1)
	}
	return b, b.check(a.Len())
}

func slice32(b []byte) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
}

func slice64(b []byte) []int64 {
	return unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/8)
}

func (b *columnData) bindViews(a *array.StringView, mem func(int) []byte) {
	raw := mem(1)
	b.views = unsafe.Slice((*arrow.ViewHeader)(unsafe.Pointer(unsafe.SliceData(raw))), len(raw)/16)
	for i := 2; i < len(a.Data().Buffers()); i++ {
		b.parts = append(b.parts, mem(i))
	}
}

func (b *columnData) bindDictionary(a *array.Dictionary, raw []byte) error {
	values, err := bind(a.Dictionary())
	if err != nil {
		return err
	}
	if n := len(values.offs64); n > 0 && values.offs64[n-1] > maxText {
		return errDictionaryTooLong
	}
	if values.views != nil {
		if values, err = values.packed(); err != nil {
			return err
		}
	}
	b.dict, b.lane = values, values.lane
	b.taken = make([]uint64, kernel.Rows*values.lane.Width()/8)
	width := a.Indices().DataType().(arrow.FixedWidthDataType).Bytes()
	if need := (b.off + a.Len()) * width; len(raw) < need {
		return fmt.Errorf("its keys have %d bytes, not %d", len(raw), need)
	}
	b.keys = keyReader(width, raw)
	return nil
}

var errDictionaryTooLong = errors.New("its dictionary holds more than 2 GiB of text")

// packed copies texts that are views, one behind the other.
func (b *columnData) packed() (*columnData, error) {
	p := &columnData{lane: ir.LaneText, rows: b.rows, valid: b.valid, off: b.off, offs32: make([]int32, b.off+b.rows+1)}
	for i := b.off; i < b.off+b.rows; i++ {
		if b.valid == nil || bitAt(b.valid, i) {
			p.data = append(p.data, b.view(i)...)
		}
		if len(p.data) > maxText {
			return nil, errDictionaryTooLong
		}
		p.offs32[i+1] = int32(len(p.data))
	}
	return p, nil
}

// keyReader widens dictionary keys. Signed and unsigned keys agree on every
// valid key below 2**31.
func keyReader(width int, raw []byte) func(dst []uint32, from int) {
	switch width {
	case 1:
		widen := kernel.Twin("convert", kernel.Convert[uint32, uint8])
		return func(dst []uint32, from int) { widen(dst, raw[from:]) }
	case 2:
		keys := unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(raw))), len(raw)/2)
		widen := kernel.Twin("convert", kernel.Convert[uint32, uint16])
		return func(dst []uint32, from int) { widen(dst, keys[from:]) }
	case 4:
		keys := unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(raw))), len(raw)/4)
		return func(dst []uint32, from int) { copy(dst, keys[from:]) }
	}
	keys := unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(raw))), len(raw)/8)
	return func(dst []uint32, from int) {
		for i, key := range keys[from : from+len(dst)] {
			dst[i] = uint32(min(key, math.MaxUint32))
		}
	}
}

// check refuses arrays whose buffers are shorter than their length says, so
// that no kernel reads past them.
func (b *columnData) check(n int) error {
	end := b.off + n
	have, need := len(b.data), end*b.lane.Width()
	switch {
	case n == 0:
		return nil
	case b.views != nil:
		have, need = len(b.views), end
	case b.lane == ir.LaneText && b.offs64 != nil:
		have, need = len(b.offs64), end+1
	case b.lane == ir.LaneText:
		have, need = len(b.offs32), end+1
	case b.lane == ir.LaneBits:
		need = (end + 7) / 8
	}
	if have < need {
		return fmt.Errorf("its buffer holds %d values or bytes, not %d", have, need)
	}
	if b.valid != nil && len(b.valid)*8 < end {
		return fmt.Errorf("its validity has %d bits, not %d", len(b.valid)*8, end)
	}
	return nil
}

// load points register r at the n rows from row on.
func (b *columnData) load(m *Machine, r, row int) {
	v, at := &m.v[r], b.off+row
	if v.nulls = b.valid != nil; v.nulls {
		kernel.LoadBits(v.valid[:], b.valid, at, m.n)
	}
	switch {
	case b.dict != nil:
		b.loadDictionary(m, v, at)
	case b.lane == ir.LaneNone: // its nulls are all that is asked for
	case b.views != nil:
		b.loadViews(m, v, at)
	case b.offs64 != nil:
		b.loadLarge(m, v, at)
	case b.lane == ir.LaneText:
		v.start, v.end = b.offs32[at:at+m.n], b.offs32[at+1:at+1+m.n]
		v.data, v.packed = b.data, true
	case b.lane == ir.LaneBits:
		kernel.LoadBits(v.own, b.data, at, m.n)
	default:
		v.p = unsafe.Pointer(&b.data[at*b.lane.Width()])
	}
}

// loadLarge rebases 64-bit offsets. A vector that spans more than 2 GiB ends
// the evaluation with an error.
func (b *columnData) loadLarge(m *Machine, v *vec, at int) {
	offs := b.offs64[at : at+m.n+1]
	base := offs[0]
	v.beginText(m.n)
	if offs[m.n]-base > maxText {
		m.err = errTextTooLong
		clear(v.ends)
	} else {
		for i, o := range offs {
			v.ends[i] = int32(o - base)
		}
	}
	v.start, v.end, v.packed = v.ends[:m.n], v.ends[1:m.n+1], true
	v.data = b.data[base:]
}

// loadViews copies the texts together; views point into any buffer.
func (b *columnData) loadViews(m *Machine, v *vec, at int) {
	v.beginText(m.n)
	for i := range m.n {
		if !v.nulls || v.valid[i>>6]>>(i&63)&1 != 0 {
			v.text = append(v.text, b.view(at+i)...)
		}
		v.ends[i+1] = int32(len(v.text))
	}
	v.endText(m, m.n)
}

func (b *columnData) view(i int) []byte {
	h := &b.views[i]
	if h.IsInline() {
		return h.InlineBytes()
	}
	part := b.parts[h.BufferIndex()]
	from := int(h.BufferOffset())
	return part[from : from+h.Len()]
}

// loadDictionary looks the keys up. Texts stay where they are.
func (b *columnData) loadDictionary(m *Machine, v *vec, at int) {
	var room [kernel.Rows]uint32
	keys := room[:m.n]
	b.keys(keys, at)
	b.markNulls(v, keys)
	d := b.dict
	switch w := d.lane.Width(); {
	case d.lane == ir.LaneText:
		d.takeTexts(v, keys)
	case d.lane == ir.LaneBits:
		d.takeBits(v, keys)
	case w == 16:
		takeLanes[ir.Dec](b, keys)
	case w == 8:
		takeLanes[uint64](b, keys)
	case w == 4:
		takeLanes[uint32](b, keys)
	case w == 2:
		takeLanes[uint16](b, keys)
	case w == 1:
		takeLanes[uint8](b, keys)
	}
	if len(b.taken) > 0 {
		v.p = unsafe.Pointer(&b.taken[0])
	}
}

// markNulls makes null what the dictionary does not hold, or holds as null. Such a key becomes
// the number of entries.
func (b *columnData) markNulls(v *vec, keys []uint32) {
	d := b.dict
	for i, k := range keys {
		if k < uint32(d.rows) && (d.valid == nil || bitAt(d.valid, d.off+int(k))) {
			continue
		}
		if !v.nulls {
			kernel.FillBits(v.valid[:], true)
			v.nulls = true
		}
		v.valid[i>>6] &^= 1 << (i & 63)
		keys[i] = uint32(d.rows)
	}
}

func (b *columnData) takeTexts(v *vec, keys []uint32) {
	v.reserve(len(keys))
	starts, ends := v.ends[:len(keys)], v.ends[len(keys):2*len(keys)]
	for i, k := range keys {
		if starts[i], ends[i] = 0, 0; k < uint32(b.rows) {
			starts[i], ends[i] = b.text(int(k))
		}
	}
	v.start, v.end, v.data, v.packed = starts, ends, b.data, false
}

func (b *columnData) takeBits(v *vec, keys []uint32) {
	clear(v.own)
	for i, k := range keys {
		if k < uint32(b.rows) && bitAt(b.data, b.off+int(k)) {
			v.own[i>>6] |= 1 << (i & 63)
		}
	}
}

// takeLanes writes the values of keys into b's memory, 0 for nulls.
func takeLanes[T any](b *columnData, keys []uint32) {
	var zero T
	var values []T
	if d := b.dict; d.rows > 0 {
		values = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(d.data))), d.off+d.rows)[d.off:]
	}
	out := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b.taken))), len(keys))
	for i, k := range keys {
		if out[i] = zero; k < uint32(len(values)) {
			out[i] = values[k]
		}
	}
}

// text is where value k lies, of texts that have offsets.
func (b *columnData) text(k int) (start, end int32) {
	k += b.off
	if b.offs64 != nil {
		return int32(b.offs64[k]), int32(b.offs64[k+1])
	}
	return b.offs32[k], b.offs32[k+1]
}

func bitAt(b []byte, i int) bool { return b[i>>3]>>(i&7)&1 != 0 }

// reserve gives a text register memory for n starts and n ends.
func (v *vec) reserve(n int) {
	if cap(v.ends) < 2*n {
		v.ends = make([]int32, 2*n, 2*kernel.Rows)
	}
	v.ends = v.ends[:2*n]
}

// fill writes a constant into all lanes of a register, once.
func (m *Machine) fill(r int, l ir.Lane, val any) {
	v := &m.v[r]
	v.nulls = val == nil
	switch x := val.(type) {
	case nil:
		if l == ir.LaneText {
			v.fillText("")
		}
	case bool:
		kernel.FillBits(v.own, x)
	case string:
		v.fillText(x)
	case ir.Dec:
		fillLanes(v, x)
	case int8:
		fillLanes(v, x)
	case int16:
		fillLanes(v, x)
	case int32:
		fillLanes(v, x)
	case int64:
		fillLanes(v, x)
	case uint8:
		fillLanes(v, x)
	case uint16:
		fillLanes(v, x)
	case uint32:
		fillLanes(v, x)
	case uint64:
		fillLanes(v, x)
	case float32:
		fillLanes(v, x)
	case float64:
		fillLanes(v, x)
	}
}

func fillLanes[T any](v *vec, x T) {
	for i, s := 0, unsafe.Slice((*T)(v.p), kernel.Rows); i < len(s); i++ {
		s[i] = x
	}
}

// fillText makes all values the same bytes. Each vector is as long as the
// longest, so shorter ones take a prefix of start and end.
func (v *vec) fillText(s string) {
	v.reserve(kernel.Rows)
	v.start, v.end = v.ends[:kernel.Rows], v.ends[kernel.Rows:]
	for i := range v.end {
		v.start[i], v.end[i] = 0, int32(len(s))
	}
	v.data = []byte(s)
}

// LittleEndian guards the one assumption of this file: lanes are read in place.
var LittleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1
