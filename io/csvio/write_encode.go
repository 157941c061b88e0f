package csvio

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/klauspost/compress/zstd"

	"github.com/volley-go/volley/internal/bind"
)

// encoder turns record batches into CSV text. It is used by one goroutine at a time
// and keeps its buffers from chunk to chunk.
type encoder struct {
	options WriteOptions
	schema  *arrow.Schema
	quotes  *quoting
	end     string
	text    []byte
	packed  bytes.Buffer
	zstd    *zstd.Encoder
}

func newEncoder(o WriteOptions, schema *arrow.Schema) *encoder {
	if o.Null == "" && schema.NumFields() == 1 {
		o.Null = NullWords()[0] // an empty line would be no row at all
	}
	e := &encoder{options: o, schema: schema, end: "\n", quotes: newQuoting(o)}
	if o.CRLF {
		e.end = "\r\n"
	}
	return e
}

// cells are the fields of a column, one after another.
type cells interface {
	// room gets rows lo … hi-1 ready, and returns how many bytes they can have at most.
	room(lo, hi int) int
	// put writes a row's field at a place of b and returns the place behind.
	put(b []byte, at, row int) int
}

// encodable tells whether a column type has a text form.
func encodable(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return encodable(t.ValueType)
	case *arrow.NullType, *arrow.Decimal128Type, *arrow.Decimal256Type:
		return true
	}
	return bind.Natural(t) != nil
}

// rowsAtOnce are encoded between two looks at whether there is room.
const rowsAtOnce = 256

// encode writes rows one after another, each column by the cells made for it once a batch.
func (e *encoder) encode(rec arrow.Record) ([]byte, error) {
	columns := make([]cells, rec.NumCols())
	for i, c := range rec.Columns() {
		f, err := e.column(c)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", rec.ColumnName(i), err)
		}
		columns[i] = f
	}
	at, rows := 0, int(rec.NumRows())
	for lo := 0; lo < rows; lo += rowsAtOnce {
		hi := min(lo+rowsAtOnce, rows)
		need := spare + (hi-lo)*(len(columns)+len(e.end))
		for _, c := range columns {
			need += c.room(lo, hi)
		}
		e.grow(at, need, float64(rows)/float64(hi))
		at = e.rows(columns, at, lo, hi)
	}
	return e.text[:at], nil
}

// grow makes room for need bytes behind at. times is how many times the rows there are of those
// so far, this need among them: all of them are likely to have room then.
func (e *encoder) grow(at, need int, times float64) {
	if len(e.text)-at >= need {
		return
	}
	text := make([]byte, max(at+need, int(float64(at)*times*1.05)+need))
	copy(text, e.text[:at])
	e.text = text
}

func (e *encoder) rows(columns []cells, at, lo, hi int) int {
	b, delimiter, end := e.text, e.options.Delimiter, e.end
	for row := lo; row < hi; row++ {
		for _, c := range columns {
			at = c.put(b, at, row)
			b[at] = delimiter
			at++
		}
		at += copy(b[at-1:], end) - 1
	}
	return at
}

func (e *encoder) header() []byte {
	var b []byte
	for i, f := range e.schema.Fields() {
		if i > 0 {
			b = append(b, e.options.Delimiter)
		}
		field := make([]byte, textRoom(len(f.Name)))
		b = append(b, field[:e.quotes.put(field, 0, []byte(f.Name), false)]...)
	}
	return append(b, e.end...)
}

// column makes the cells of a column, nulls included.
func (e *encoder) column(arr arrow.Array) (cells, error) {
	if arr.DataType().ID() == arrow.NULL {
		return fixedCells{len(e.options.Null), func(b []byte, at, _ int) int { return at + copy(b[at:], e.options.Null) }}, nil
	}
	f, err := e.values(arr)
	if err != nil {
		return nil, err
	}
	if nulls := bind.NullsOf(arr); nulls.Nulls > 0 {
		return &nullCells{f, nulls, e.options.Null}, nil
	}
	return f, nil
}

// nullCells are cells with nulls among them.
type nullCells struct {
	cells
	nulls bind.Column
	null  string
}

func (c *nullCells) room(lo, hi int) int { return c.cells.room(lo, hi) + (hi-lo)*len(c.null) }

func (c *nullCells) put(b []byte, at, row int) int {
	if c.nulls.IsNull(row) {
		return at + copy(b[at:], c.null)
	}
	return c.cells.put(b, at, row)
}

// fixedCells are cells of which none is longer than width.
type fixedCells struct {
	width int
	write func(b []byte, at, row int) int
}

func (c fixedCells) room(lo, hi int) int           { return (hi - lo) * c.width }
func (c fixedCells) put(b []byte, at, row int) int { return c.write(b, at, row) }

// quotedCells are cells that may need quotes, though they are no texts.
type quotedCells struct {
	fixedCells
	quotes *quoting
	one    []byte
}

func (c *quotedCells) room(lo, hi int) int { return (hi - lo) * textRoom(c.width) }

func (c *quotedCells) put(b []byte, at, row int) int {
	return c.quotes.put(b, at, c.one[:c.write(c.one, 0, row)], false)
}

// fixed makes cells of values whose text never needs quotes, unless all are wanted, or the
// delimiter or the word for null is made of the characters of numbers and dates.
func (e *encoder) fixed(width int, write func(b []byte, at, row int) int) cells {
	c := fixedCells{width, write}
	if !e.options.QuoteAll && e.options.Null == "" && !bytes.ContainsRune([]byte("0123456789+-.:TZabcdefghijklmnopqrstuvwxyzINF"), rune(e.options.Delimiter)) {
		return c
	}
	return &quotedCells{c, e.quotes, make([]byte, width+spare)}
}

// appended makes cells of a function that appends, for types that are rare.
func (e *encoder) appended(width int, write func(dst []byte, row int) []byte) cells {
	return e.fixed(width, func(b []byte, at, row int) int { return at + len(write(b[at:at], row)) })
}

// values makes the cells of rows that are not null.
func (e *encoder) values(arr arrow.Array) (cells, error) {
	switch a := arr.(type) {
	case *array.Boolean:
		return e.fixed(5, func(b []byte, at, i int) int { return at + copy(b[at:], strconv.FormatBool(a.Value(i))) }), nil
	case *array.Int8:
		return integers(e, a.Int8Values()), nil
	case *array.Int16:
		return integers(e, a.Int16Values()), nil
	case *array.Int32:
		return integers(e, a.Int32Values()), nil
	case *array.Int64:
		return integers(e, a.Int64Values()), nil
	case *array.Uint8:
		return unsigned(e, a.Uint8Values()), nil
	case *array.Uint16:
		return unsigned(e, a.Uint16Values()), nil
	case *array.Uint32:
		return unsigned(e, a.Uint32Values()), nil
	case *array.Uint64:
		return unsigned(e, a.Uint64Values()), nil
	case *array.Float16:
		return e.fixed(floatRoom, func(b []byte, at, i int) int { return putShortest(b, at, float64(a.Value(i).Float32()), 32) }), nil
	case *array.Float32:
		vals := a.Float32Values()
		return e.fixed(floatRoom, func(b []byte, at, i int) int { return putShortest(b, at, float64(vals[i]), 32) }), nil
	case *array.Float64:
		vals, d := a.Float64Values(), new(decimals)
		return e.fixed(floatRoom, func(b []byte, at, i int) int { return d.put(b, at, vals[i]) }), nil
	case *array.Date32:
		vals, d := a.Date32Values(), new(dates)
		return e.fixed(dateRoom, func(b []byte, at, i int) int { return d.put(b, at, int64(vals[i])) }), nil
	case *array.Date64:
		vals, d := a.Date64Values(), new(dates)
		return e.fixed(dateRoom, func(b []byte, at, i int) int { return d.put(b, at, floorDiv(int64(vals[i]), 86_400_000)) }), nil
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		return e.appended(40+int(max(scale, -scale)), func(dst []byte, i int) []byte { return append(dst, a.Value(i).ToString(scale)...) }), nil
	case *array.Decimal256:
		scale := a.DataType().(*arrow.Decimal256Type).Scale
		return e.appended(80+int(max(scale, -scale)), func(dst []byte, i int) []byte { return append(dst, a.Value(i).ToString(scale)...) }), nil
	case *array.Timestamp:
		return e.times(a)
	case *array.Time32, *array.Time64, *array.Duration:
		return e.spans(arr)
	case *array.Dictionary:
		entries, err := e.values(a.Dictionary())
		if err != nil {
			return nil, err
		}
		return &entryCells{entries, a}, nil
	case *array.String:
		if a.Len() == 0 {
			return fixedCells{}, nil
		}
		return &stringCells{quotes: e.quotes, offsets: a.ValueOffsets(), data: stringData(a)}, nil
	}
	return e.texts(arr)
}

// entryCells are cells of a dictionary's entries.
type entryCells struct {
	cells
	indexes *array.Dictionary
}

func (c *entryCells) room(lo, hi int) int {
	n := 0
	for row := lo; row < hi; row++ {
		if c.indexes.IsValid(row) {
			k := c.indexes.GetValueIndex(row)
			n += c.cells.room(k, k+1)
		}
	}
	return n
}

func (c *entryCells) put(b []byte, at, row int) int {
	return c.cells.put(b, at, c.indexes.GetValueIndex(row))
}

type signedInt interface{ int8 | int16 | int32 | int64 }
type unsignedInt interface {
	uint8 | uint16 | uint32 | uint64
}

// intRoom is the most bytes an integer takes.
const intRoom = 20

func integers[T signedInt](e *encoder, vals []T) cells {
	return e.fixed(intRoom, func(b []byte, at, i int) int { return putInt(b, at, int64(vals[i])) })
}

func unsigned[T unsignedInt](e *encoder, vals []T) cells {
	return e.fixed(intRoom, func(b []byte, at, i int) int { return putUint(b, at, uint64(vals[i])) })
}

// times writes ISO 8601: with the zone's offset (Z for UTC) where the column has a zone, and the digits of its unit
// where there are parts of a second.
func (e *encoder) times(a *array.Timestamp) (cells, error) {
	t := a.DataType().(*arrow.TimestampType)
	w := &stamps{perSecond: int64(time.Second / t.Unit.Multiplier()), digits: 3 * int(t.Unit)}
	vals := a.TimestampValues()
	const width = dateRoom + 32
	switch t.TimeZone {
	case "":
		return e.fixed(width, func(b []byte, at, i int) int { return w.put(b, at, int64(vals[i])) }), nil
	case "UTC":
		return e.fixed(width, func(b []byte, at, i int) int {
			at = w.put(b, at, int64(vals[i]))
			b[at] = 'Z'
			return at + 1
		}), nil
	}
	v, err := bind.As[time.Time](a)
	if err != nil {
		return nil, err
	}
	var buf [1]time.Time
	return e.fixed(width, func(b []byte, at, i int) int {
		local := v.Slice(i, i+1, buf[:])[0]
		_, offset := local.Zone()
		at = w.put(b, at, int64(vals[i])+int64(offset)*w.perSecond)
		return at + len(local.AppendFormat(b[at:at], "Z07:00"))
	}), nil
}

// spans writes times of day as 15:04:05.999999999 and durations as Go does (1h2m3s).
func (e *encoder) spans(arr arrow.Array) (cells, error) {
	v, err := bind.As[time.Duration](arr)
	if err != nil {
		return nil, err
	}
	var buf [1]time.Duration
	if arr.DataType().ID() == arrow.DURATION {
		return e.appended(32, func(dst []byte, i int) []byte { return append(dst, v.Slice(i, i+1, buf[:])[0].String()...) }), nil
	}
	midnight := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	return e.appended(32, func(dst []byte, i int) []byte {
		return midnight.Add(v.Slice(i, i+1, buf[:])[0]).AppendFormat(dst, "15:04:05.999999999")
	}), nil
}

// stringCells are texts that lie behind each other.
type stringCells struct {
	quotes  *quoting
	offsets []int32
	data    []byte
	clean   bool // nothing special is in the rows that are next
}

// stringData is the bytes that offsets point into.
func stringData(a *array.String) []byte {
	if buf := a.Data().Buffers()[2]; buf != nil {
		return buf.Bytes()
	}
	return nil
}

// room also looks whether anything special is in all the texts: mostly there is nothing, and they need no looking at
// one by one.
func (c *stringCells) room(lo, hi int) int {
	text := c.data[c.offsets[lo]:c.offsets[hi]]
	c.clean = hi-lo > 1 && !c.quotes.special(text) // a dictionary's entries come one by one
	return (hi-lo)*textRoom(0) + 2*len(text)
}

func (c *stringCells) put(b []byte, at, row int) int {
	lo, hi := int(c.offsets[row]), int(c.offsets[row+1])
	if lo+16 > len(c.data) || hi-lo > 16 {
		return c.quotes.put(b, at, c.data[lo:hi], c.clean)
	}
	if s := c.data[lo:hi]; c.quotes.outside(s) || !c.clean && c.quotes.special(s) {
		return putQuoted(b, at, s)
	}
	from, to := c.data[lo:lo+16], b[at:at+16]
	copy(to, from) // 16 bytes, whatever the text's length
	return at + hi - lo
}

// texts makes cells of whatever reads as strings. Bytes are no text: base64 survives any reader.
func (e *encoder) texts(arr arrow.Array) (cells, error) {
	v, err := bind.As[string](arr)
	if err != nil {
		return nil, err
	}
	var buf [1]string
	id := arr.DataType().ID()
	binary := arrow.IsBaseBinary(id) && id != arrow.LARGE_STRING || id == arrow.FIXED_SIZE_BINARY || id == arrow.BINARY_VIEW
	return &anyCells{quotes: e.quotes, text: func(i int) []byte {
		s := v.Slice(i, i+1, buf[:])[0]
		if binary {
			s = base64.StdEncoding.EncodeToString(unsafe.Slice(unsafe.StringData(s), len(s)))
		}
		return unsafe.Slice(unsafe.StringData(s), len(s))
	}}, nil
}

// anyCells are texts that are found one by one.
type anyCells struct {
	quotes *quoting
	text   func(row int) []byte
}

func (c *anyCells) room(lo, hi int) int {
	n := 0
	for row := lo; row < hi; row++ {
		n += textRoom(len(c.text(row)))
	}
	return n
}

func (c *anyCells) put(b []byte, at, row int) int { return c.quotes.put(b, at, c.text(row), false) }
