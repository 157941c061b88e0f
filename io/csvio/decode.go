package csvio

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/csv"
)

// block is a piece of text, indexed, on its way into columns.
type block struct {
	text  []byte
	index *csv.Index
	quote byte
	nulls *nullSet
	lent  [][]byte // buffers of the pool that the columns use
	bad   []badValue
}

// badValue is a field that does not fit its column.
type badValue struct{ row, column int }

// lend gets a buffer that is given back with the chunk.
func (b *block) lend(n int) []byte {
	buf := bufpool.Get(n)
	b.lent = append(b.lent, buf)
	return buf
}

func (b *block) field(row, column int) csv.Field {
	return b.index.Fields[row*b.index.Columns+column]
}

// decoder turns a column of fields into an array.
type decoder func(b *block, column int, t arrow.DataType) arrow.Array

// decoderFor finds the decoder of a type; ok is false for types that text cannot be read as.
func decoderFor(t arrow.DataType) (d decoder, ok bool) {
	switch t := t.(type) {
	case *arrow.Int64Type:
		return fixed(csv.Int), true
	case *arrow.Int32Type:
		return fixed(narrow[int32]), true
	case *arrow.Int16Type:
		return fixed(narrow[int16]), true
	case *arrow.Int8Type:
		return fixed(narrow[int8]), true
	case *arrow.Uint64Type:
		return fixed(csv.Uint), true
	case *arrow.Uint32Type:
		return fixed(narrowUnsigned[uint32]), true
	case *arrow.Uint16Type:
		return fixed(narrowUnsigned[uint16]), true
	case *arrow.Uint8Type:
		return fixed(narrowUnsigned[uint8]), true
	case *arrow.Float64Type:
		return fixed(csv.Float), true
	case *arrow.Float32Type:
		return fixed(func(b []byte) (float32, bool) { f, ok := csv.Float(b); return float32(f), ok }), true
	case *arrow.Date32Type:
		return fixed(csv.Date), true
	case *arrow.TimestampType:
		return fixed(timestamp(t)), true
	case *arrow.Decimal128Type:
		return fixed(func(b []byte) (decimal128.Num, bool) {
			d, err := decimal128.FromString(string(b), t.Precision, t.Scale)
			return d, err == nil
		}), true
	case *arrow.BooleanType:
		return bools, true
	case *arrow.StringType, *arrow.BinaryType:
		return texts, true
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

// timestamp parses points in time of a unit. A column with a zone takes values without one as
// UTC; a column without takes no value with one, which it could not keep. Digits
// finer than the unit do not fit.
func timestamp(t *arrow.TimestampType) func([]byte) (int64, bool) {
	nanos := int64(t.Unit.Multiplier())
	perSecond := int64(time.Second) / nanos
	return func(b []byte) (int64, bool) {
		sec, frac, zoned, ok := csv.Timestamp(b)
		if !ok || zoned && t.TimeZone == "" || int64(frac)%nanos != 0 {
			return 0, false
		}
		v := sec * perSecond
		if v/perSecond != sec { // nanoseconds reach the years 1678 to 2261
			return 0, false
		}
		return v + int64(frac)/nanos, true
	}
}

// validity is a column's bitmap while it is filled: all set, until the first null.
type validity struct {
	bits  []byte
	nulls int
}

func (v *validity) clear(b *block, row int) {
	if v.bits == nil {
		v.bits = b.lend(bitmap.Bytes(b.index.Rows))
		bitmap.Fill(v.bits, 0, b.index.Rows, true)
	}
	bitmap.Clear(v.bits, row)
	v.nulls++
}

func (v *validity) buffer() *memory.Buffer {
	if v.bits == nil {
		return nil
	}
	return memory.NewBufferBytes(v.bits)
}

// fixed makes a decoder of a parser of fixed-width values.
func fixed[T any](parse func([]byte) (T, bool)) decoder {
	return func(b *block, column int, t arrow.DataType) arrow.Array {
		rows, width := b.index.Rows, int(unsafe.Sizeof(*new(T)))
		buf := b.lend(max(rows*width, 1))[:rows*width]
		out := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(buf))), rows)
		var valid validity
		fields, step := b.index.Fields, b.index.Columns
		at := column
		for row := range out {
			f := fields[at]
			at += step
			if v, ok := parse(f.Raw(b.text)); ok {
				out[row] = v
				continue
			}
			var zero T
			out[row] = zero
			b.unparsed(f, row, column, &valid, func(text []byte) (ok bool) {
				out[row], ok = parse(text)
				return ok
			})
		}
		return array.MakeFromData(array.NewData(t, rows, []*memory.Buffer{valid.buffer(), memory.NewBufferBytes(buf)}, nil, valid.nulls, 0))
	}
}

// unparsed looks again at a field that is no value as it stands: a null, a value with
// blanks around it, or one that does not fit.
func (b *block) unparsed(f csv.Field, row, column int, valid *validity, again func([]byte) bool) {
	raw := f.Raw(b.text)
	text := trim(raw)
	switch {
	case len(text) == 0, !f.Quoted() && b.nulls.has(text):
		valid.clear(b, row)
	case len(text) < len(raw) && again(text):
	default:
		valid.clear(b, row)
		b.bad = append(b.bad, badValue{row, column})
	}
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

func bools(b *block, column int, t arrow.DataType) arrow.Array {
	rows := b.index.Rows
	bits := b.lend(max(bitmap.Bytes(rows), 1))
	clear(bits)
	var valid validity
	for row := range rows {
		f := b.field(row, column)
		set := func(text []byte) bool {
			v, ok := csv.Bool(text)
			if ok && v {
				bitmap.Set(bits, row)
			}
			return ok
		}
		if !set(f.Raw(b.text)) {
			b.unparsed(f, row, column, &valid, set)
		}
	}
	return array.MakeFromData(array.NewData(t, rows, []*memory.Buffer{valid.buffer(), memory.NewBufferBytes(bits)}, nil, valid.nulls, 0))
}

// texts copies fields behind each other. A block has less than 2 GiB, and so have they.
func texts(b *block, column int, t arrow.DataType) arrow.Array {
	rows := b.index.Rows
	buf := b.lend(4 * (rows + 1))
	offs := unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(buf))), rows+1)
	offs[0] = 0
	fields, step := b.index.Fields, b.index.Columns
	total := 0
	for at := column; at < len(fields); at += step {
		total += len(fields[at].Raw(b.text))
	}
	data := b.lend(max(total, 1))[:0]
	var valid validity
	at := column
	for row := range rows {
		f := fields[at]
		at += step
		raw := f.Raw(b.text)
		switch {
		case f.Escaped():
			_, data = f.Text(b.text, b.quote, data)
		case !f.Quoted() && b.nulls.has(raw):
			valid.clear(b, row)
		default:
			data = append(data, raw...)
		}
		offs[row+1] = int32(len(data))
	}
	return array.MakeFromData(array.NewData(t, rows, []*memory.Buffer{valid.buffer(), memory.NewBufferBytes(buf), memory.NewBufferBytes(data)}, nil, valid.nulls, 0))
}

// valueError says that a value does not fit its column's type.
type valueError struct {
	want  arrow.DataType
	found bool           // the type was found from samples, not given
	wider arrow.DataType // one that the value fits
}

func (e *valueError) Error() string {
	if e.found {
		return fmt.Sprintf("is no %s, which the samples of the column are: give the column's type in ReadOptions.Types, %s takes this value", e.want, e.wider)
	}
	return fmt.Sprintf("is no %s", e.want)
}
