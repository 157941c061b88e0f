package parquetio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
)

// builder puts the values of pages behind each other in Arrow buffers.
type builder interface {
	// add takes n values of v, from from on, and spreads them over rows rows, those
	// whose bit of valid is set, from bit on; nil valid is all.
	add(v *pageValues, from, n int, valid []byte, bit, rows int) error
	rows() int
	array() arrow.Array
}

// place is what all builders have: the validity and the number of rows.
type place struct {
	p     *part
	t     arrow.DataType
	valid []byte
	nulls int
	done  int
}

func (pl *place) rows() int { return pl.done }

// mark takes a page's validity in.
func (pl *place) mark(n int, valid []byte, bit, rows int) {
	if n < rows && pl.valid == nil {
		pl.valid = pl.p.lend(bitmap.Bytes(pl.p.hi - pl.p.lo))
		bitmap.Fill(pl.valid, 0, pl.p.hi-pl.p.lo, true)
	}
	if n < rows {
		bitmap.Copy(pl.valid, pl.done, valid, bit, rows)
	}
	pl.nulls += rows - n
	pl.done += rows
}

func (pl *place) make(buffers ...[]byte) arrow.Array {
	list := []*memory.Buffer{nil}
	if pl.nulls > 0 {
		list[0] = memory.NewBufferBytes(pl.valid)
	}
	for _, b := range buffers {
		list = append(list, memory.NewBufferBytes(b))
	}
	return array.MakeFromData(array.NewData(pl.t, pl.done, list, nil, pl.nulls, 0))
}

// newBuilder finds the builder for a column.
func newBuilder(p *part, c *fileColumn) (builder, error) {
	pl := place{p: p, t: c.t}
	rows := p.hi - p.lo
	switch t := c.t.(type) {
	case *arrow.NullType:
		return &nullBuilder{pl}, nil
	case *arrow.BooleanType:
		if c.element.Type.V == format.Boolean {
			return &bitBuilder{pl, p.lend(bitmap.Bytes(rows))}, nil
		}
	case *arrow.StringType, *arrow.BinaryType:
		if c.element.Type.V == format.ByteArray {
			return newTextBuilder(pl, rows), nil
		}
		if c.element.Type.V == format.FixedLenByteArray { // text of equal lengths
			b := newTextBuilder(pl, rows)
			b.width = int(c.element.TypeLength.V)
			return b, nil
		}
	case *arrow.FixedSizeBinaryType:
		return &bytesBuilder{pl, t.ByteWidth, p.lend(t.ByteWidth * rows)}, nil
	case *arrow.Decimal128Type:
		return decimals(pl, c, func(b []byte) (decimal128.Num, error) {
			n, err := wide(b, 16)
			return decimal128.New(int64(n[1]), n[0]), err
		})
	case *arrow.Decimal256Type:
		return decimals(pl, c, func(b []byte) (decimal256.Num, error) {
			n, err := wide(b, 32)
			return decimal256.New(n[3], n[2], n[1], n[0]), err
		})
	}
	if b := numberBuilder(pl, c); b != nil {
		return b, nil
	}
	return nil, fmt.Errorf("a %s of physical type %s is not supported", c.t, c.element.Type.V)
}

// numberBuilder finds the builder of a number or time by its physical type; nil where they do
// not go together.
func numberBuilder(pl place, c *fileColumn) builder {
	switch id := c.t.ID(); c.element.Type.V {
	case format.Int32:
		switch id {
		case arrow.INT8:
			return convert(pl, func(x int32) int8 { return int8(x) })
		case arrow.INT16:
			return convert(pl, func(x int32) int16 { return int16(x) })
		case arrow.UINT8:
			return convert(pl, func(x int32) uint8 { return uint8(x) })
		case arrow.UINT16:
			return convert(pl, func(x int32) uint16 { return uint16(x) })
		case arrow.INT32, arrow.UINT32, arrow.DATE32, arrow.TIME32:
			return convert[int32, int32](pl, nil)
		case arrow.INT64: // annotated wider than it is
			return convert(pl, func(x int32) int64 { return int64(x) })
		}
	case format.Int64:
		switch id {
		case arrow.INT64, arrow.UINT64, arrow.TIME64, arrow.TIMESTAMP, arrow.DURATION:
			return convert[int64, int64](pl, nil)
		}
	case format.Float:
		if id == arrow.FLOAT32 {
			return convert[float32, float32](pl, nil)
		}
	case format.Double:
		if id == arrow.FLOAT64 {
			return convert[float64, float64](pl, nil)
		}
	case format.Int96:
		if id == arrow.TIMESTAMP {
			b := convert[[12]byte, int64](pl, nil)
			b.try = int96
			return b
		}
	case format.FixedLenByteArray:
		if id == arrow.FLOAT16 && c.element.TypeLength.V == 2 {
			return convert[uint16, uint16](pl, nil)
		}
	}
	return nil
}

// int96 is nanoseconds of a day, then the Julian day.
func int96(b [12]byte) (int64, error) {
	nanos, day := int64(binary.LittleEndian.Uint64(b[:8])), int64(int32(binary.LittleEndian.Uint32(b[8:])))
	days := day - 2440588 // of 1970-01-01
	const perDay int64 = 86400e9
	if days > math.MaxInt64/perDay-1 || days < math.MinInt64/perDay+1 {
		return 0, fmt.Errorf("an INT96 time is Julian day %d, outside the years 1678 to 2261 that a timestamp[ns] holds", day)
	}
	return days*perDay + nanos, nil
}

// fixedBuilder is values of fixed width: P as stored, A in Arrow.
type fixedBuilder[P, A any] struct {
	place
	out  []A
	conv func(P) A          // nil: the same bytes
	try  func(P) (A, error) // in conv's stead, where it may fail
}

func convert[P, A any](pl place, conv func(P) A) *fixedBuilder[P, A] {
	rows := pl.p.hi - pl.p.lo
	buf := pl.p.lend(rows * int(unsafe.Sizeof(*new(A))))
	return &fixedBuilder[P, A]{place: pl, out: unsafe.Slice((*A)(unsafe.Pointer(unsafe.SliceData(buf))), rows), conv: conv}
}

func (b *fixedBuilder[P, A]) add(v *pageValues, from, n int, valid []byte, bit, rows int) error {
	if len(v.fixed) < (from+n)*int(unsafe.Sizeof(*new(P))) {
		return errShort
	}
	var src []P
	if n > 0 {
		src = unsafe.Slice((*P)(unsafe.Pointer(unsafe.SliceData(v.fixed))), from+n)[from:]
	}
	dst := b.out[b.done : b.done+rows]
	b.mark(n, valid, bit, rows)
	if same, ok := any(src).([]A); ok && b.conv == nil {
		if n == rows {
			copy(dst, same)
			return nil
		}
		var zero A
		k := 0
		for i := range dst {
			if bitmap.Get(valid, bit+i) {
				dst[i] = same[k]
				k++
			} else {
				dst[i] = zero
			}
		}
		return nil
	}
	return b.each(dst, src, n == rows, valid, bit)
}

func (b *fixedBuilder[P, A]) each(dst []A, src []P, all bool, valid []byte, bit int) error {
	var zero A
	k := 0
	for i := range dst {
		if !all && !bitmap.Get(valid, bit+i) {
			dst[i] = zero
			continue
		}
		if b.try == nil {
			dst[i] = b.conv(src[k])
		} else {
			var err error
			if dst[i], err = b.try(src[k]); err != nil {
				return err
			}
		}
		k++
	}
	return nil
}

func (b *fixedBuilder[P, A]) array() arrow.Array {
	return b.make(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(b.out))), len(b.out)*int(unsafe.Sizeof(*new(A)))))
}

// bytesBuilder is byte strings of one length.
type bytesBuilder struct {
	place
	width int
	out   []byte
}

func (b *bytesBuilder) add(v *pageValues, from, n int, valid []byte, bit, rows int) error {
	w := b.width
	if len(v.fixed) < (from+n)*w {
		return errShort
	}
	src, dst := v.fixed[from*w:], b.out[b.done*w:(b.done+rows)*w]
	b.mark(n, valid, bit, rows)
	k := 0
	for i := range rows {
		if n == rows || bitmap.Get(valid, bit+i) {
			copy(dst[i*w:(i+1)*w], src[k*w:])
			k++
		} else {
			clear(dst[i*w : (i+1)*w])
		}
	}
	return nil
}

func (b *bytesBuilder) array() arrow.Array { return b.make(b.out) }

// decimals reads unscaled integers of any physical type, big-endian where they are bytes.
func decimals[A any](pl place, c *fileColumn, conv func([]byte) (A, error)) (builder, error) {
	rows := pl.p.hi - pl.p.lo
	buf := pl.p.lend(rows * int(unsafe.Sizeof(*new(A))))
	return &decimalBuilder[A]{place: pl, out: unsafe.Slice((*A)(unsafe.Pointer(unsafe.SliceData(buf))), rows), conv: conv}, nil
}

type decimalBuilder[A any] struct {
	place
	out  []A
	conv func([]byte) (A, error)
}

func (b *decimalBuilder[A]) add(v *pageValues, from, n int, valid []byte, bit, rows int) error {
	dst := b.out[b.done : b.done+rows]
	b.mark(n, valid, bit, rows)
	w := v.width()
	if v.physical == format.ByteArray && len(v.text) < from+n || v.physical != format.ByteArray && (w == 0 || len(v.fixed) < (from+n)*w) {
		return errShort
	}
	var zero A
	var buf [8]byte
	k := from
	for i := range dst {
		if n < rows && !bitmap.Get(valid, bit+i) {
			dst[i] = zero
			continue
		}
		var raw []byte
		switch v.physical {
		case format.ByteArray:
			raw = []byte(v.text[k])
		case format.Int32, format.Int64:
			for j := range w { // stored with the lowest byte first
				buf[w-1-j] = v.fixed[k*w+j]
			}
			raw = buf[:w]
		default:
			raw = v.fixed[k*w : (k+1)*w]
		}
		k++
		var err error
		if dst[i], err = b.conv(raw); err != nil {
			return err
		}
	}
	return nil
}

func (b *decimalBuilder[A]) array() arrow.Array {
	return b.make(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(b.out))), len(b.out)*int(unsafe.Sizeof(*new(A)))))
}

// wide reads a big-endian two's complement number of any length that fits in size bytes, as words, lowest first.
func wide(b []byte, size int) (words [4]uint64, err error) {
	neg := len(b) > 0 && b[0]&0x80 != 0
	fill := byte(0)
	if neg {
		fill = 0xFF
		words = [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	}
	for len(b) > size {
		if b[0] != fill {
			return words, errors.New("a decimal has more digits than its type")
		}
		b = b[1:]
	}
	for i := range b {
		c := b[len(b)-1-i]
		words[i/8] = words[i/8]&^(0xFF<<(i%8*8)) | uint64(c)<<(i%8*8)
	}
	return words, nil
}

type bitBuilder struct {
	place
	out []byte
}

func (b *bitBuilder) add(v *pageValues, from, n int, valid []byte, bit, rows int) error {
	if len(v.fixed)*8 < from+n {
		return errShort
	}
	at := b.done
	b.mark(n, valid, bit, rows)
	if n == rows {
		bitmap.Copy(b.out, at, v.fixed, from, n)
		return nil
	}
	bitmap.Fill(b.out, at, rows, false)
	k := from
	for i := range rows {
		if bitmap.Get(valid, bit+i) {
			if bitmap.Get(v.fixed, k) {
				bitmap.Set(b.out, at+i)
			}
			k++
		}
	}
	return nil
}

func (b *bitBuilder) array() arrow.Array { return b.make(b.out) }

// textBuilder is strings and binaries.
type textBuilder struct {
	place
	width int // of fixed-length text; 0 for byte arrays
	offs  []int32
	data  []byte
}

func newTextBuilder(pl place, rows int) *textBuilder {
	buf := pl.p.lend(4 * (rows + 1))
	b := &textBuilder{place: pl, offs: unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(buf))), rows+1)}
	b.offs[0] = 0
	return b
}

func (b *textBuilder) add(v *pageValues, from, n int, valid []byte, bit, rows int) error {
	if b.width > 0 {
		v.text = make([]string, v.n)
		for i := range v.text {
			v.text[i] = view(v.fixed[i*b.width : (i+1)*b.width])
		}
	}
	if len(v.text) < from+n {
		return errShort
	}
	src := v.text[from : from+n]
	total := len(b.data)
	for _, s := range src {
		total += len(s)
	}
	if total > math.MaxInt32 {
		return fmt.Errorf("%d rows have more than 2 GiB of text, which is more than one array holds: read in smaller chunks", rows)
	}
	b.grow(total)
	offs := b.offs[b.done+1 : b.done+1+rows]
	b.mark(n, valid, bit, rows)
	k := 0
	for i := range offs {
		if n == rows || bitmap.Get(valid, bit+i) {
			b.data = append(b.data, src[k]...)
			k++
		}
		offs[i] = int32(len(b.data))
	}
	return nil
}

// grow makes room, twice as much as there was at least; the buffer goes back to the pool.
func (b *textBuilder) grow(total int) {
	if total <= cap(b.data) {
		return
	}
	old := b.data
	b.data = append(bufpool.Get(max(total, 2*len(old)))[:0], old...)
	bufpool.Put(old[:cap(old)])
}

func (b *textBuilder) array() arrow.Array {
	b.p.lent = append(b.p.lent, b.data[:cap(b.data)])
	return b.make(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(b.offs))), 4*len(b.offs)), b.data)
}

type nullBuilder struct{ place }

func (b *nullBuilder) add(_ *pageValues, _, n int, _ []byte, _, rows int) error {
	if n > 0 {
		return errors.New("a column of type null holds values")
	}
	b.done += rows
	return nil
}

func (b *nullBuilder) array() arrow.Array { return array.NewNull(b.done) }
