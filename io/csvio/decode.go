package csvio

import (
	"fmt"
	"math"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/csv"
)

// windowBytes is how much text is indexed and then parsed, column by column: little enough that it
// and its index stay in a core's cache until all columns have been at it.
const windowBytes = 64 << 10

// block is the state of decoding a piece: a window of its text, the window's index, and the memory
// that its columns share.
type block struct {
	text      []byte // of the window, which is indexed and then parsed column by column
	index     *csv.Index
	quote     byte
	nulls     *csv.Words // of the column that is filled
	utf8      bool       // all of the window is
	converted bool       // from another encoding: what is no UTF-8 is no text, and no bytes of the file either
	rows      int        // good ones before the window
	most      int        // rows the block can have
	size      int        // bytes of the block
	done      int        // bytes before the window

	lent [][]byte // buffers of the pool that the columns use
	odd  []int32
	bad  []badValue
}

// badValue is a field of the window that does not fit its column.
type badValue struct{ row, column int }

// lend gets a buffer that is given back with the chunk.
func (b *block) lend(n int) []byte {
	buf := bufpool.Get(n)
	b.lent = append(b.lent, buf)
	return buf
}

func (b *block) free() {
	for _, buf := range b.lent {
		bufpool.Put(buf)
	}
}

// filler collects the values of a column.
type filler interface {
	// fill takes the rows of the window.
	fill(b *block)
	// array is the column of all rows.
	array(b *block) arrow.Array
}

// decoder makes the filler of a column of the text.
type decoder func(b *block, column int) filler

// decoderFor returns the decoder of a type; ok is false for types that text cannot be read as.
// found says that the type was found from samples: values that it would not hold as they are
// written then do not fit, such as leading zeros, telephone numbers and integers that a float
// rounds.
func decoderFor(t arrow.DataType, found bool) (d decoder, ok bool) {
	switch t := t.(type) {
	case *arrow.Int64Type:
		return numbers(t, found, (*csv.Index).Ints, csv.Int, csv.StrictInt), true
	case *arrow.Int32Type:
		return parsed(t, narrow[int32]), true
	case *arrow.Int16Type:
		return parsed(t, narrow[int16]), true
	case *arrow.Int8Type:
		return parsed(t, narrow[int8]), true
	case *arrow.Uint64Type:
		return parsed(t, csv.Uint), true
	case *arrow.Uint32Type:
		return parsed(t, narrowUnsigned[uint32]), true
	case *arrow.Uint16Type:
		return parsed(t, narrowUnsigned[uint16]), true
	case *arrow.Uint8Type:
		return parsed(t, narrowUnsigned[uint8]), true
	case *arrow.Float64Type:
		return numbers(t, found, (*csv.Index).Floats, csv.Float, csv.StrictFloat), true
	case *arrow.Float32Type:
		return parsed(t, float), true
	case *arrow.Date32Type:
		return parsed(t, csv.Date), true
	case *arrow.TimestampType:
		return timestamps(t), true
	case *arrow.Decimal128Type:
		return parsed(t, func(b []byte) (decimal128.Num, bool) { return decimal(b, int(t.Precision), int(t.Scale)) }), true
	case *arrow.BooleanType:
		return func(b *block, column int) filler {
			bits := b.lend(max(bitmap.Bytes(b.most), 1))
			clear(bits)
			return &bools{column: column, bits: bits}
		}, true
	case *arrow.StringType, *arrow.BinaryType:
		return func(b *block, column int) filler {
			buf := b.lend(4 * (b.most + 1))
			offsets := unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(buf))), b.most+1)
			offsets[0] = 0
			return &texts{t: t, column: column, buf: buf, offsets: offsets}
		}, true
	}
	return nil, false
}

func narrow[T int8 | int16 | int32](b []byte) (T, bool) {
	v, ok := csv.Int(b)
	return T(v), ok && int64(T(v)) == v
}

func narrowUnsigned[T uint8 | uint16 | uint32](b []byte) (T, bool) {
	v, ok := csv.Uint(b)
	return T(v), ok && uint64(T(v)) == v
}

// float is a float32, of which the range ends sooner.
func float(b []byte) (float32, bool) {
	f, ok := csv.Float(b)
	return float32(f), ok && (math.IsInf(f, 0) || !math.IsInf(float64(float32(f)), 0))
}

// numbers makes a decoder of a loop over a column, a parser of one value, and a strict one.
func numbers[T any](t arrow.DataType, strict bool, parse func(*csv.Index, int, bool, []T, []int32) []int32, one, strictOne func([]byte) (T, bool)) decoder {
	if strict {
		one = strictOne
	}
	return fixed(t, func(x *csv.Index, column int, out []T, odd []int32) []int32 {
		return parse(x, column, strict, out, odd)
	}, one)
}

// timestamps are points in time of a unit. A column with a zone takes values without one as
// the zone's clock; a column without takes no value with one, which it could not keep. Digits
// finer than the unit do not fit.
func timestamps(t *arrow.TimestampType) decoder {
	perSecond, zoned := int64(time.Second/t.Unit.Multiplier()), t.TimeZone != ""
	if zone, err := t.GetZone(); err == nil && zone != time.UTC {
		return parsed(t, func(b []byte) (int64, bool) { return csv.TimeIn(b, perSecond, zone) })
	}
	return fixed(t,
		func(x *csv.Index, column int, out []int64, odd []int32) []int32 {
			return x.Times(column, perSecond, zoned, out, odd)
		},
		func(b []byte) (int64, bool) { return csv.Time(b, perSecond, zoned) })
}

// validity is a column's bitmap while it is filled: all set, until the first null.
type validity struct {
	bits  []byte
	nulls int
}

func (v *validity) clear(b *block, row int) {
	if v.bits == nil {
		v.bits = b.lend(max(bitmap.Bytes(b.most), 1))
		bitmap.Fill(v.bits, 0, b.most, true)
	}
	bitmap.Clear(v.bits, row)
	v.nulls++
}

func (v *validity) buffer(rows int) *memory.Buffer {
	if v.bits == nil {
		return nil
	}
	return memory.NewBufferBytes(v.bits[:bitmap.Bytes(rows)])
}

// values is a column of fixed-width values.
type values[T any] struct {
	t        arrow.DataType
	column   int
	buf      []byte
	out      []T
	valid    validity
	parse    func(x *csv.Index, column int, out []T, odd []int32) []int32
	parseOne func([]byte) (T, bool) // one value
}

// fixed makes a decoder of a loop over a column and a parser of one value.
func fixed[T any](t arrow.DataType, parse func(*csv.Index, int, []T, []int32) []int32, again func([]byte) (T, bool)) decoder {
	return func(b *block, column int) filler {
		width := int(unsafe.Sizeof(*new(T)))
		buf := b.lend(max(b.most*width, 1))
		out := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(buf))), b.most)
		return &values[T]{t: t, column: column, buf: buf, out: out, parse: parse, parseOne: again}
	}
}

// parsed makes a decoder of a parser alone.
func parsed[T any](t arrow.DataType, parse func([]byte) (T, bool)) decoder {
	return fixed(t, func(x *csv.Index, column int, out []T, odd []int32) []int32 {
		return csv.Values(x, column, parse, out, odd)
	}, parse)
}

func (f *values[T]) fill(b *block) {
	out := f.out[b.rows : b.rows+b.index.Rows]
	b.odd = f.parse(b.index, f.column, out, b.odd[:0])
	for _, row := range b.odd {
		var zero T
		out[row] = zero
		b.unparsed(int(row), f.column, &f.valid, func(text []byte) (ok bool) {
			v, ok := f.parseOne(text)
			if ok {
				out[row] = v
			}
			return ok
		})
	}
}

func (f *values[T]) array(b *block) arrow.Array {
	width := int(unsafe.Sizeof(*new(T)))
	return array.MakeFromData(array.NewData(f.t, b.rows, []*memory.Buffer{f.valid.buffer(b.rows), memory.NewBufferBytes(f.buf[:b.rows*width])}, nil, f.valid.nulls, 0))
}

// unparsed looks again at a field of the window that is no value as it stands: a null, a value with
// blanks around it, or one that does not fit.
func (b *block) unparsed(row, column int, valid *validity, again func([]byte) bool) {
	f := b.index.Field(row, column)
	text := csv.Trim(f.Raw(b.text))
	switch {
	case len(text) == 0, !f.Quoted() && b.nulls.Has(text):
		valid.clear(b, b.rows+row)
	case again(text):
	default:
		valid.clear(b, b.rows+row)
		b.bad = append(b.bad, badValue{row, column})
	}
}

// bools is a column of bits.
type bools struct {
	column int
	bits   []byte
	one    []bool // of the window
	valid  validity
}

func (f *bools) fill(b *block) {
	if cap(f.one) < b.index.Rows {
		f.one = make([]bool, b.index.Rows+b.index.Rows/4)
	}
	one := f.one[:b.index.Rows]
	b.odd = csv.Values(b.index, f.column, csv.Bool, one, b.odd[:0])
	for row, v := range one {
		if v {
			bitmap.Set(f.bits, b.rows+row)
		}
	}
	for _, row := range b.odd {
		b.unparsed(int(row), f.column, &f.valid, func(text []byte) bool {
			v, ok := csv.Bool(text)
			if ok && v {
				bitmap.Set(f.bits, b.rows+int(row))
			}
			return ok
		})
	}
}

func (f *bools) array(b *block) arrow.Array {
	return array.MakeFromData(array.NewData(arrow.FixedWidthTypes.Boolean, b.rows, []*memory.Buffer{f.valid.buffer(b.rows), memory.NewBufferBytes(f.bits[:bitmap.Bytes(b.rows)])}, nil, f.valid.nulls, 0))
}

// texts is a column of texts, copied one after another. A block has less than 2 GiB, and so have
// they: see limitMax.
type texts struct {
	t       arrow.DataType
	column  int
	buf     []byte
	offsets []int32
	data    []byte
	at      int // of data in what the block lent
	valid   validity
}

func (f *texts) fill(b *block) {
	f.room(b)
	out := f.offsets[b.rows+1 : b.rows+1+b.index.Rows]
	f.data, b.odd = b.index.Texts(f.column, b.nulls, out, f.data, b.odd[:0])
	for _, row := range b.odd {
		f.valid.clear(b, b.rows+int(row))
	}
	if !b.utf8 && (b.converted || f.t.ID() == arrow.STRING) {
		f.check(b)
	}
}

// check finds texts of the window that are no UTF-8.
func (f *texts) check(b *block) {
	for row := range b.index.Rows {
		at := b.rows + row
		if !utf8.Valid(f.data[f.offsets[at]:f.offsets[at+1]]) {
			f.valid.clear(b, at)
			b.bad = append(b.bad, badValue{row, f.column})
		}
	}
}

// manyColumns is from how many columns on the room for a window's texts is counted, which takes a
// nanosecond a field, rather than taken to be the whole window for each: of 2,000 columns that
// would be a thousand times the text.
const manyColumns = 16

// room makes room for all texts of the window, and for the block's if they go on like those before.
func (f *texts) room(b *block) {
	window := len(b.text)
	if b.index.Columns >= manyColumns {
		window = b.index.TextRoom(f.column)
	}
	need := len(f.data) + window + csv.Pad
	if need <= cap(f.data) {
		return
	}
	guess := b.size / b.index.Columns
	if b.done > 0 {
		guess = int(float64(len(f.data)) / float64(b.done) * float64(b.size) * 1.05)
	}
	most := len(f.data) + b.size - b.done + csv.Pad // all that is left of the block
	wider := bufpool.Get(max(need, min(guess+window+csv.Pad, most)))
	wider = wider[:copy(wider, f.data)]
	if cap(f.data) == 0 {
		f.at = len(b.lent)
		b.lent = append(b.lent, wider)
	} else { // the narrow one goes back at once, not with the chunk
		bufpool.Put(f.data)
		b.lent[f.at] = wider
	}
	f.data = wider
}

func (f *texts) array(b *block) arrow.Array {
	if f.data == nil {
		f.data = b.lend(1)[:0]
	}
	return array.MakeFromData(array.NewData(f.t, b.rows, []*memory.Buffer{f.valid.buffer(b.rows), memory.NewBufferBytes(f.buf[:4*(b.rows+1)]), memory.NewBufferBytes(f.data)}, nil, f.valid.nulls, 0))
}

// valueError says that a value does not fit its column's type.
type valueError struct {
	want  arrow.DataType
	found bool           // the type was found from samples, not given
	wider arrow.DataType // one that the value fits
	dates bool           // the value is a date in another order

	columns map[string]arrow.DataType // all columns of the window that are too narrow, and what is not
}

func (e *valueError) Error() string {
	const order = "give ReadOptions.Dates, which says whether day or month is first"
	text := "is no " + bind.Name(e.want)
	switch {
	case e.found:
		text += fmt.Sprintf(", which the samples of the column are: give the column's type in ReadOptions.Types, %s takes this value", bind.Name(e.wider))
		if e.dates {
			text += "; or " + order
		}
	case e.dates:
		text += ": " + order
	}
	return text
}
