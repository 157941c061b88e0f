package write

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/internal/reinterpret"
)

// leafValues are the values of a column chunk as they are stored, without gaps for nulls. If an
// array has them just so they are its memory, not a copy.
type leafValues struct {
	fixed []byte     // of fixed width; booleans take a byte each
	base  []byte     // holds byte arrays
	texts []enc.Text // their places in base

	ownFixed, ownBase []byte // memory of its own, used again
}

// reset lets go of all values, and of the arrays' memory.
func (d *leafValues) reset() { d.fixed, d.base, d.texts = nil, nil, d.texts[:0] }

// count is how many values there are.
func (d *leafValues) count(l *leaf) int {
	if l.physical == format.ByteArray {
		return len(d.texts)
	}
	return len(d.fixed) / max(l.width, 1)
}

// size is how many bytes k values from at on take as they are.
func (d *leafValues) size(l *leaf, at, k int) int {
	switch {
	case l.physical == format.Boolean:
		return bitmap.Bytes(k)
	case l.physical != format.ByteArray:
		return k * l.width
	}
	n := 4 * k
	for _, t := range d.texts[at : at+k] {
		n += int(t.N)
	}
	return n
}

// keyBase is the memory that keyTexts lie in.
func (d *leafValues) keyBase(l *leaf) []byte {
	if l.physical == format.ByteArray {
		return d.base
	}
	return d.fixed
}

// keyTexts are the values that a dictionary numbers as texts: byte arrays, and values of a fixed
// length.
func (d *leafValues) keyTexts(l *leaf) []enc.Text {
	if l.physical == format.ByteArray {
		return d.texts
	}
	for at := len(d.texts) * l.width; at < len(d.fixed); at += l.width {
		d.texts = append(d.texts, enc.Text{At: uint32(at), N: uint32(l.width)})
	}
	return d.texts
}

// selection says which of an array's rows are taken: those whose bit is set in valid (from bit off
// on), or the rows in at, or all.
type selection struct {
	n     int // rows of the array
	count int // of them taken
	valid []byte
	off   int
	at    []int32
}

func (s *selection) all() bool { return s.valid == nil && s.at == nil }

// selectValid takes the rows of an array that are not null.
func selectValid(a arrow.Array) selection {
	valid, off, all := validityOf(a)
	if all {
		return selection{n: a.Len(), count: a.Len()}
	}
	return selection{n: a.Len(), count: bitmap.Count(valid, off, a.Len()), valid: valid, off: off}
}

// selectAt takes the rows in at, but for those that are gone.
func selectAt(at []int32, room []int32) selection {
	room = room[:0]
	for _, k := range at {
		if k >= 0 {
			room = append(room, k)
		}
	}
	if room == nil {
		room = []int32{}
	}
	return selection{count: len(room), at: room}
}

// pick fills dst, which has room for one more, with the selected of values: about 1 ns each if some
// are left out.
func pick[D, S int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](dst []D, src []S, s *selection) {
	switch {
	case s.at != nil:
		for i, k := range s.at {
			dst[i] = D(src[k])
		}
	case s.valid == nil:
		dst = dst[:s.n]
		for i, v := range src[:s.n] {
			dst[i] = D(v)
		}
	default:
		n := 0
		for i := 0; i < s.n; i += 64 {
			k := min(64, s.n-i)
			word := bitmap.Load(s.valid, s.off+i, k)
			for j, v := range src[i : i+k] {
				dst[n] = D(v) // a row that is left out is written, and written over
				n += int(word >> uint(j) & 1)
			}
		}
	}
}

// each visits the selected rows.
func (s *selection) each(visit func(row int)) {
	switch {
	case s.at != nil:
		for _, k := range s.at {
			visit(int(k))
		}
	case s.valid == nil:
		for i := range s.n {
			visit(i)
		}
	default:
		for i := range s.n {
			if bitmap.Get(s.valid, s.off+i) {
				visit(i)
			}
		}
	}
}

// add collects the selected values of an array.
func (d *leafValues) add(l *leaf, a arrow.Array, s selection) error {
	if s.count == 0 {
		return nil
	}
	switch a := a.(type) {
	case *array.Dictionary:
		at := make([]int32, 0, s.count)
		s.each(func(i int) { at = append(at, int32(a.GetValueIndex(i))) })
		return d.add(l, unwrap(a.Dictionary()), selection{count: len(at), at: at})
	case *array.Boolean:
		d.addBooleans(a, &s)
	case *array.Int8:
		pick(reinterpret.As[int32](d.room(s.count, 4)), a.Int8Values(), &s)
	case *array.Int16:
		pick(reinterpret.As[int32](d.room(s.count, 4)), a.Int16Values(), &s)
	case *array.Uint8:
		pick(reinterpret.As[int32](d.room(s.count, 4)), a.Uint8Values(), &s)
	case *array.Uint16:
		pick(reinterpret.As[int32](d.room(s.count, 4)), a.Uint16Values(), &s)
	case *array.Decimal128:
		return d.addDecimals(l, a, &s)
	case *array.Decimal256:
		out, values := d.room(s.count, 32), a.Values()
		s.each(func(i int) { out = putBig(out, reinterpret.Bytes(values[i:i+1])) })
	default:
		if l.width > 0 {
			return d.addFixed(l, a, &s)
		}
		return d.addTexts(a, &s)
	}
	return nil
}

// room makes room for n more values of width bytes, in memory of its own, and returns that, with
// room for one value more.
func (d *leafValues) room(n, width int) []byte {
	if len(d.fixed) == 0 || len(d.ownFixed) == 0 || &d.fixed[0] != &d.ownFixed[0] {
		d.fixed = append(d.ownFixed[:0], d.fixed...)
	}
	at, size := len(d.fixed), n*width
	d.fixed = slices.Grow(d.fixed, max(size+width, 64))
	d.ownFixed = d.fixed[:cap(d.fixed)]
	d.fixed = d.fixed[:at+size]
	return d.ownFixed[at : at+size+width]
}

// addBooleans makes bytes of bits: 0.3 ns each if all are taken.
func (d *leafValues) addBooleans(a *array.Boolean, s *selection) {
	out := d.room(s.count, 1)
	bits, off := a.Data().Buffers()[1].Bytes(), a.Data().Offset()
	if s.at != nil {
		for i, k := range s.at {
			out[i] = bits[(off+int(k))>>3] >> uint((off+int(k))&7) & 1
		}
		return
	}
	var some [64]byte
	n := 0
	for i := 0; i < s.n; i += 64 {
		k := min(64, s.n-i)
		unpackBits(&some, bitmap.Load(bits, off+i, k))
		if s.valid == nil {
			n += copy(out[n:], some[:k])
			continue
		}
		word := bitmap.Load(s.valid, s.off+i, k)
		for j, v := range some[:k] {
			out[n] = v
			n += int(word >> uint(j) & 1)
		}
	}
}

// unpackBits makes bytes of 0 and 1 of a word's bits, eight at a time: each byte of a copy of eight
// bits keeps one of them, which is carried to its top.
func unpackBits(dst *[64]byte, word uint64) {
	for i := 0; i < 64; i += 8 {
		eight := (word >> uint(i) & 0xFF) * 0x0101010101010101 & 0x8040201008040201
		binary.LittleEndian.PutUint64(dst[i:], (eight+0x7F7F7F7F7F7F7F7F)>>7&0x0101010101010101)
	}
}

// addFixed collects values that are stored as Arrow has them.
func (d *leafValues) addFixed(l *leaf, a arrow.Array, s *selection) error {
	data := a.Data()
	w := l.width
	values := data.Buffers()[1].Bytes()
	values = values[data.Offset()*w : (data.Offset()+a.Len())*w]
	scaled := inSeconds(a.DataType())
	fits := w != 4 && w != 8 || aligned(values, w)
	if s.all() && len(d.fixed) == 0 && !scaled && fits {
		d.fixed = values[:len(values):len(values)]
		return nil
	}
	out := d.room(s.count, w)
	switch {
	case s.all():
		copy(out, values)
	case w == 4 && fits:
		pick(reinterpret.As[uint32](out), reinterpret.As[uint32](values), s)
	case w == 8 && fits:
		pick(reinterpret.As[uint64](out), reinterpret.As[uint64](values), s)
	default:
		to := out
		s.each(func(i int) { to = to[copy(to, values[i*w:(i+1)*w]):] })
	}
	if scaled {
		return milliseconds(out[:s.count*w], w)
	}
	return nil
}

func aligned(b []byte, n int) bool {
	return uintptr(unsafe.Pointer(unsafe.SliceData(b)))%uintptr(n) == 0
}

func inSeconds(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.Time32Type:
		return t.Unit == arrow.Second
	case *arrow.TimestampType:
		return t.Unit == arrow.Second
	}
	return false
}

// milliseconds multiplies what Arrow has in seconds.
func milliseconds(fixed []byte, width int) error {
	if width == 4 {
		return thousandfold(reinterpret.As[int32](fixed), math.MaxInt32/1000)
	}
	return thousandfold(reinterpret.As[int64](fixed), math.MaxInt64/1000)
}

func thousandfold[T int32 | int64](seconds []T, most T) error {
	for i, v := range seconds {
		if v > most || v < -most {
			return fmt.Errorf("a time of %d s does not fit in milliseconds, Parquet's longest unit; make it null or filter the row out", v)
		}
		seconds[i] = v * 1000
	}
	return nil
}

func (d *leafValues) addDecimals(l *leaf, a *array.Decimal128, s *selection) (err error) {
	out, values := d.room(s.count, l.width), a.Values()
	s.each(func(i int) {
		v := values[i]
		if l.width == 16 {
			out = putBig(out, reinterpret.Bytes(values[i:i+1]))
			return
		}
		x := int64(v.LowBits())
		if v.HighBits() != x>>63 || l.width == 4 && int64(int32(x)) != x {
			err = fmt.Errorf("a value has more digits than its type %v; use a type of more digits", a.DataType())
		}
		out = out[copy(out, reinterpret.Bytes([]int64{x})[:l.width]):]
	})
	return err
}

// putBig writes a little-endian number as a big-endian one, and returns the rest of dst.
func putBig(dst, little []byte) []byte {
	for i, b := range little {
		dst[len(little)-1-i] = b
	}
	return dst[len(little):]
}

// textBytesMax is how many bytes of texts a column chunk may have: places are 32 bits.
const textBytesMax = 1<<32 - 1

// addTexts collects byte arrays.
func (d *leafValues) addTexts(a arrow.Array, s *selection) error {
	switch a := a.(type) {
	case *array.String:
		return addByOffsets(d, s, a.ValueOffsets(), bufferOf(a))
	case *array.Binary:
		return addByOffsets(d, s, a.ValueOffsets(), bufferOf(a))
	case *array.LargeString:
		return addByOffsets(d, s, a.ValueOffsets(), bufferOf(a))
	case *array.LargeBinary:
		return addByOffsets(d, s, a.ValueOffsets(), bufferOf(a))
	case *array.StringView:
		return d.copyTexts(s, func(i int) []byte { v := a.Value(i); return unsafe.Slice(unsafe.StringData(v), len(v)) })
	case *array.BinaryView:
		return d.copyTexts(s, a.Value)
	}
	return fmt.Errorf("a %T where texts or bytes were expected", a)
}

// bufferOf is the bytes that an array's offsets lead into.
func bufferOf(a arrow.Array) []byte {
	if b := a.Data().Buffers()[2]; b != nil {
		return b.Bytes()
	}
	return nil
}

// addByOffsets takes texts as places in an array's bytes. If there are others before them, all go
// into memory of their own.
func addByOffsets[O int32 | int64](d *leafValues, s *selection, offsets []O, base []byte) error {
	lo, hi := s.span()
	first, last := offsets[lo], offsets[hi]
	base = base[first:last]
	if int64(len(base))+int64(len(d.base)) > textBytesMax {
		return fmt.Errorf("the texts of a row group take more than 4 GiB; write smaller chunks")
	}
	shift := uint32(0)
	if len(d.texts) > 0 {
		shift = uint32(d.ownTexts())
		d.base = append(d.base, base...)
		d.ownBase = d.base
	} else {
		d.base = base[:len(base):len(base)]
	}
	at := len(d.texts)
	d.texts = slices.Grow(d.texts, s.count+1)[:at+s.count+1]
	fillTexts(d.texts[at:], offsets, shift-uint32(first), s)
	d.texts = d.texts[:at+s.count]
	return nil
}

// fillTexts fills out, which has room for one more, with the selected texts. It adds shift to their
// offsets.
func fillTexts[O int32 | int64](out []enc.Text, offsets []O, shift uint32, s *selection) {
	switch {
	case s.at != nil:
		for i, k := range s.at {
			out[i] = enc.Text{At: shift + uint32(offsets[k]), N: uint32(offsets[k+1] - offsets[k])}
		}
	case s.valid == nil:
		from := offsets[0]
		for i, to := range offsets[1 : s.n+1] {
			out[i] = enc.Text{At: shift + uint32(from), N: uint32(to - from)}
			from = to
		}
	default:
		n := 0
		for i := 0; i < s.n; i += 64 {
			k := min(64, s.n-i)
			word := bitmap.Load(s.valid, s.off+i, k)
			for j := range k {
				from := offsets[i+j]
				out[n] = enc.Text{At: shift + uint32(from), N: uint32(offsets[i+j+1] - from)}
				n += int(word >> uint(j) & 1)
			}
		}
	}
}

// span returns the range of rows that the selected ones lie in: the elements of lists may be few of
// a long array.
func (s *selection) span() (from, to int) {
	if s.at == nil {
		return 0, s.n
	}
	return int(slices.Min(s.at)), int(slices.Max(s.at)) + 1
}

// ownTexts copies bytes that are an array's, so that more can be put behind them, and returns how
// many there are.
func (d *leafValues) ownTexts() int {
	if len(d.base) == 0 || len(d.ownBase) == 0 || &d.base[0] != &d.ownBase[0] {
		d.ownBase = append(d.ownBase[:0], d.base...)
		d.base = d.ownBase
	}
	return len(d.base)
}

// copyTexts copies texts that do not lie in one piece of memory.
func (d *leafValues) copyTexts(s *selection, value func(int) []byte) (err error) {
	d.ownTexts()
	s.each(func(i int) {
		v := value(i)
		if int64(len(d.base))+int64(len(v)) > textBytesMax {
			err = fmt.Errorf("the texts of a row group take more than 4 GiB; write smaller chunks")
			return
		}
		d.texts = append(d.texts, enc.Text{At: uint32(len(d.base)), N: uint32(len(v))})
		d.base = append(d.base, v...)
	})
	d.ownBase = d.base
	return err
}
