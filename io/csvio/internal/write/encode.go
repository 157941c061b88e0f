package write

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/klauspost/compress/zstd"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/decompress"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// encoder turns record batches into CSV text. It is used by one goroutine at a time
// and keeps its buffers from chunk to chunk.
type encoder struct {
	*output
	options Options
	schema  *arrow.Schema
	quotes  *quoting
	end     string
	texts   []columnText
	strands []csv.Strand
	rows    int // that are woven at once
	zstd    *zstd.Encoder
	counted int64 // bytes that it is counted for
}

// output is the text of a chunk, and what is written of it. It is apart from the encoder, which
// goes on with another chunk while this one waits for those before it.
type output struct {
	text   []byte
	packed bytes.Buffer
}

// kept is how many bytes the encoder keeps from chunk to chunk, beside its output.
func (e *encoder) kept() int64 {
	n := 0
	for i := range e.texts {
		n += cap(e.texts[i].slots) + columnBytes + 8*e.rows
	}
	if e.zstd != nil {
		n += zstdBytes
	}
	return int64(n)
}

const (
	columnBytes = 160      // of a columnText and a strand
	zstdBytes   = 18 << 20 // of a zstd encoder
)

// columnText is the memory of a column's fields.
type columnText struct {
	slots        []byte
	starts, lens []uint32 // of as many rows as are woven at once
}

// slotsKept is how much of it an encoder keeps from chunk to chunk. What long texts take goes back
// to the pool, or as much would lie with each encoder.
const slotsKept = 256 << 10

// roomFor returns memory for n bytes, and some more.
func (s *columnText) roomFor(n int) []byte {
	if len(s.slots) >= n+csv.Pad {
		return s.slots
	}
	s.release()
	if n += csv.Pad; n <= slotsKept {
		s.slots = make([]byte, min(n+n/4, slotsKept))
	} else {
		s.slots = bufpool.Get(n)
	}
	return s.slots
}

// release gives back what is more than an encoder keeps.
func (s *columnText) release() {
	if len(s.slots) > slotsKept {
		bufpool.Put(s.slots)
		s.slots = nil
	}
}

func newEncoder(o Options, schema *arrow.Schema) *encoder {
	if o.Null == "" && schema.NumFields() == 1 {
		o.Null = dialect.NullWords()[0] // an empty line would be no row at all
	}
	e := &encoder{output: new(output), options: o, schema: schema, end: "\n", quotes: newQuoting(o)}
	e.quotes.alone = schema.NumFields() == 1
	if o.CRLF {
		e.end = "\r\n"
	}
	return e
}

// columnEncoder writes the fields of a column of one chunk.
type columnEncoder interface {
	// encode sets the starts and lens of the fields of rows lo … hi-1, at most as many as s has
	// room for, and returns the text in which they lie: s's own, or the column's memory.
	encode(s *columnText, lo, hi int) (text []byte)
	// room returns the most bytes the rows take. put writes a row's field at a place of b, which
	// has room, and returns the place after it.
	room(lo, hi int) int
	put(b []byte, at, row int) int
}

// encodable reports whether a column type has a text form.
func encodable(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return encodable(t.ValueType)
	case *arrow.NullType, *arrow.Decimal128Type, *arrow.Decimal256Type:
		return true
	}
	return bind.Natural(t) != nil
}

// rowsAtOnce rows are encoded column by column and then woven, while their fields are in the cache.
// Of many columns fewer rows are, for about fieldsAtOnce fields, but not less than rowsLeast: of
// 2,000 columns of numbers 256 rows took 60 MB with each encoder.
const (
	rowsAtOnce   = 256
	rowsLeast    = 32
	fieldsAtOnce = 32 << 10
)

// rowsOf returns how many rows of some columns are woven at once, a multiple of rowsLeast.
func rowsOf(columns int) int {
	return max(rowsLeast, min(rowsAtOnce, fieldsAtOnce/columns)/rowsLeast*rowsLeast)
}

// encode writes rows: column by column each field's text, then all of them row by row.
func (e *encoder) encode(rec arrow.Record) ([]byte, error) {
	columns := make([]columnEncoder, rec.NumCols())
	for i, c := range rec.Columns() {
		f, err := e.column(c)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", rec.ColumnName(i), err)
		}
		columns[i] = f
	}
	if len(e.texts) == 0 {
		e.begin(len(columns))
	}
	at, rows := 0, int(rec.NumRows())
	for lo := 0; lo < rows; lo += e.rows {
		hi := min(lo+e.rows, rows)
		for i, c := range columns {
			e.strands[i].Text = c.encode(&e.texts[i], lo, hi)
		}
		e.grow(at, csv.Room(e.strands, hi-lo), float64(rows)/float64(hi))
		at = csv.Weave(e.text, at, e.strands, hi-lo)
	}
	for i := range e.texts {
		e.texts[i].release()
		e.strands[i].Text = nil // which may be the chunk's
	}
	return e.text[:at], nil
}

// begin makes the memory of n columns.
func (e *encoder) begin(n int) {
	e.texts, e.strands, e.rows = make([]columnText, n), make([]csv.Strand, n), rowsOf(n)
	places := make([]uint32, 2*n*e.rows)
	for i := range e.strands {
		s, w := &e.texts[i], &e.strands[i]
		s.starts, places = places[:e.rows], places[e.rows:]
		s.lens, places = places[:e.rows], places[e.rows:]
		w.Starts, w.Lens = s.starts, s.lens
		w.AfterLen = 1
		w.After[0] = e.options.Delimiter
	}
	last := &e.strands[n-1]
	last.AfterLen = uint32(copy(last.After[:], e.end))
}

// grow makes room for need bytes after at. times is how many times as many rows the chunk has as
// were encoded with these: the room made is likely to be enough for all of them.
func (e *encoder) grow(at, need int, times float64) {
	if len(e.text)-at >= need {
		return
	}
	text := make([]byte, max(at+need, int(float64(at+need)*times*1.05)))
	copy(text, e.text[:at])
	e.text = text
}

// oneByOne encodes fields one after another.
func oneByOne(c columnEncoder, s *columnText, lo, hi int) []byte {
	text := s.roomFor(c.room(lo, hi) + spare)
	at := 0
	for row := lo; row < hi; row++ {
		start := at
		at = c.put(text, at, row)
		s.starts[row-lo], s.lens[row-lo] = uint32(start), uint32(at-start)
	}
	return text
}

// header is the line of names.
func (e *encoder) header(quoted bool) []byte {
	var b []byte
	for i, f := range e.schema.Fields() {
		if i > 0 {
			b = append(b, e.options.Delimiter)
		}
		name := e.defused([]byte(f.Name))
		field := make([]byte, textRoom(len(name)))
		put := e.quotes.put
		if quoted || strings.ContainsAny(f.Name, dialect.Usual) {
			put = putQuoted
		}
		b = append(b, field[:put(field, 0, name)]...)
	}
	return append(b, e.end...)
}

// headerOver is the line of names over the first rows. All names are in quotes where they would be
// taken for data or titles without, by who is told nothing: names that are years, over texts that
// look like them, over no rows; or for the first bytes of a file that is no text.
func (e *encoder) headerOver(rows []byte) []byte {
	line := e.header(false)
	text := append(slices.Clip(line), rows[:min(len(rows), sniff.HeadBytes)]...)
	if !mistaken(text) && sniff.ReadsAsNames(text, e.options.Delimiter, e.names()) {
		return line
	}
	return e.header(true)
}

// names are those of the columns.
func (e *encoder) names() []string {
	out := make([]string, e.schema.NumFields())
	for i, f := range e.schema.Fields() {
		out[i] = f.Name
	}
	return out
}

// mistaken reports whether a text begins as a file that is no text does: compressed, or an archive.
func mistaken(text []byte) bool {
	what, _ := decompress.Foreign(text)
	return what != "" || decompress.Format(text) != ""
}

// unmistaken puts the first field of rows in quotes if a file that begins with it would not be
// taken for text.
func unmistaken(rows []byte, delimiter byte) []byte {
	if !mistaken(rows) {
		return rows
	}
	end := bytes.IndexAny(rows, string([]byte{delimiter, '\r', '\n'}))
	field := make([]byte, textRoom(end))
	return append(field[:putQuoted(field, 0, rows[:end])], rows[end:]...)
}

// column returns the encoder of a column, nulls included.
func (e *encoder) column(arr arrow.Array) (columnEncoder, error) {
	if arr.DataType().ID() == arrow.NULL {
		return fixedEncoder{len(e.options.Null), func(b []byte, at, _ int) int { return at + copy(b[at:], e.options.Null) }}, nil
	}
	f, err := e.values(arr)
	if err != nil {
		return nil, err
	}
	if nulls := bind.NullsOf(arr); nulls.Nulls > 0 {
		return &nullEncoder{f, nulls, e.options.Null}, nil
	}
	return f, nil
}

// nullEncoder encodes a column with nulls.
type nullEncoder struct {
	columnEncoder
	nulls bind.Column
	null  string
}

func (c *nullEncoder) encode(s *columnText, lo, hi int) []byte {
	if c.null != "" {
		return oneByOne(c, s, lo, hi)
	}
	text := c.columnEncoder.encode(s, lo, hi)
	for i := range s.lens[:hi-lo] {
		if c.nulls.IsNull(lo + i) {
			s.lens[i] = 0
		}
	}
	return text
}

func (c *nullEncoder) room(lo, hi int) int { return c.columnEncoder.room(lo, hi) + (hi-lo)*len(c.null) }

func (c *nullEncoder) put(b []byte, at, row int) int {
	if c.nulls.IsNull(row) {
		return at + copy(b[at:], c.null)
	}
	return c.columnEncoder.put(b, at, row)
}

// fixedEncoder encodes a column of which no field is longer than width.
type fixedEncoder struct {
	width int
	write func(b []byte, at, row int) int
}

func (c fixedEncoder) encode(s *columnText, lo, hi int) []byte { return oneByOne(c, s, lo, hi) }

func (c fixedEncoder) room(lo, hi int) int           { return (hi - lo) * c.width }
func (c fixedEncoder) put(b []byte, at, row int) int { return c.write(b, at, row) }

// slotEncoder is a fixedEncoder of values in a slice. It writes fields into slots of one width, so
// that none waits for where the one before it ends.
type slotEncoder[T any] struct {
	fixedEncoder
	vals []T
	fill func(vals []T, b []byte, width int, lens []uint32)
}

func (c *slotEncoder[T]) encode(s *columnText, lo, hi int) []byte {
	width := c.width + spare
	b := s.roomFor(len(s.starts) * width)
	for i := range hi - lo {
		s.starts[i] = uint32(i * width)
	}
	c.fill(c.vals[lo:hi], b, width, s.lens[:hi-lo])
	return b
}

// slots returns a slotEncoder. Its loop fill writes each value into its slot of width bytes and its
// length into lens. If quotes may be wanted, it is an encoder that puts the values one by one.
func slots[T any](e *encoder, width int, vals []T, put func(b []byte, at int, v T) int, fill func(vals []T, b []byte, width int, lens []uint32)) columnEncoder {
	c := e.fixed(width, func(b []byte, at, i int) int { return put(b, at, vals[i]) })
	if f, ok := c.(fixedEncoder); ok {
		return &slotEncoder[T]{f, vals, fill}
	}
	return c
}

// quotedEncoder encodes a column of numbers or times whose fields may need quotes.
type quotedEncoder struct {
	fixedEncoder
	quotes *quoting
	one    []byte
}

func (c *quotedEncoder) encode(s *columnText, lo, hi int) []byte { return oneByOne(c, s, lo, hi) }

func (c *quotedEncoder) room(lo, hi int) int { return (hi - lo) * textRoom(c.width) }

func (c *quotedEncoder) put(b []byte, at, row int) int {
	return c.quotes.put(b, at, c.one[:c.write(c.one, 0, row)])
}

// fixed returns the encoder of values whose text needs no quotes, unless all fields are to have
// them, or the delimiter or the word for null is made of the characters of numbers and dates.
func (e *encoder) fixed(width int, write func(b []byte, at, row int) int) columnEncoder {
	c := fixedEncoder{width, write}
	if !e.options.QuoteAll && e.options.Null == "" && !bytes.ContainsRune([]byte("0123456789+-.:TZabcdefghijklmnopqrstuvwxyzINF"), rune(e.options.Delimiter)) {
		return c
	}
	quotes := *e.quotes
	quotes.alone = false // numbers and times are told from what they are made of
	return &quotedEncoder{c, &quotes, make([]byte, width+spare)}
}

// appended returns the encoder of a function that appends, for types that are rare.
func (e *encoder) appended(width int, write func(dst []byte, row int) []byte) columnEncoder {
	return e.fixed(width, func(b []byte, at, row int) int { return at + len(write(b[at:at], row)) })
}

// values returns the encoder of rows that are not null.
func (e *encoder) values(arr arrow.Array) (columnEncoder, error) {
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
		return slots(e, intRoom, a.Int64Values(), putInt, fillInts), nil
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
		return slots(e, floatRoom, vals, d.put, d.fill), nil
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
		return &entryEncoder{entries, a}, nil
	case *array.String:
		if a.Len() == 0 {
			return fixedEncoder{}, nil
		}
		if e.options.DefuseFormulas {
			return e.textEncoder(arr)
		}
		return &stringEncoder{quotes: e.quotes, offsets: a.ValueOffsets(), data: stringData(a)}, nil
	}
	return e.textEncoder(arr)
}

// entryEncoder encodes a dictionary column by the encoder of its entries.
type entryEncoder struct {
	columnEncoder
	indexes *array.Dictionary
}

func (c *entryEncoder) encode(s *columnText, lo, hi int) []byte { return oneByOne(c, s, lo, hi) }

func (c *entryEncoder) room(lo, hi int) int {
	n := 0
	for row := lo; row < hi; row++ {
		if c.indexes.IsValid(row) {
			k := c.indexes.GetValueIndex(row)
			n += c.columnEncoder.room(k, k+1)
		}
	}
	return n
}

func (c *entryEncoder) put(b []byte, at, row int) int {
	return c.columnEncoder.put(b, at, c.indexes.GetValueIndex(row))
}

type signedInt interface{ int8 | int16 | int32 | int64 }
type unsignedInt interface {
	uint8 | uint16 | uint32 | uint64
}

// intRoom is the most bytes an integer takes.
const intRoom = 20

func integers[T signedInt](e *encoder, vals []T) columnEncoder {
	put := func(b []byte, at int, v T) int { return putInt(b, at, int64(v)) }
	return slots(e, intRoom, vals, put, func(vals []T, b []byte, width int, lens []uint32) {
		for i, v := range vals {
			lens[i] = uint32(putInt(b, i*width, int64(v)) - i*width)
		}
	})
}

func unsigned[T unsignedInt](e *encoder, vals []T) columnEncoder {
	return e.fixed(intRoom, func(b []byte, at, i int) int { return putUint(b, at, uint64(vals[i])) })
}

// times writes ISO 8601: with the zone's offset (Z for UTC) where the column has a zone, and the
// digits of its unit where there are parts of a second.
func (e *encoder) times(a *array.Timestamp) (columnEncoder, error) {
	t := a.DataType().(*arrow.TimestampType)
	w := &stamps{perSecond: int64(time.Second / t.Unit.Multiplier()), digits: 3 * int(t.Unit)}
	vals := a.TimestampValues()
	const width = dateRoom + 32
	switch t.TimeZone {
	case "":
		put := func(b []byte, at int, v arrow.Timestamp) int { return w.put(b, at, int64(v)) }
		return slots(e, width, vals, put, func(vals []arrow.Timestamp, b []byte, width int, lens []uint32) {
			for i, v := range vals {
				lens[i] = uint32(w.put(b, i*width, int64(v)) - i*width)
			}
		}), nil
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
func (e *encoder) spans(arr arrow.Array) (columnEncoder, error) {
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

// stringEncoder encodes texts that lie one after another in data.
type stringEncoder struct {
	quotes  *quoting
	offsets []int32
	data    []byte
}

// stringData is the bytes that offsets point into.
func stringData(a *array.String) []byte {
	if buf := a.Data().Buffers()[2]; buf != nil {
		return buf.Bytes()
	}
	return nil
}

// encode leaves the texts where they are if none needs quotes. If some do, it copies all of them at
// once, and writes those in quotes after the copy.
func (c *stringEncoder) encode(s *columnText, lo, hi int) []byte {
	start, end := c.offsets[lo], c.offsets[hi]
	if int(end)+csv.Pad <= len(c.data) && !c.quotes.special(c.data[start:end]) && c.bare(lo, hi) {
		for i, end := range c.offsets[lo+1 : hi+1] {
			s.starts[i], s.lens[i] = uint32(start), uint32(end-start)
			start = end
		}
		return c.data
	}
	text := s.roomFor(int(end-start) + c.quotedRoom(lo, hi))
	behind := copy(text, c.data[start:end])
	at := 0
	for i, next := range c.offsets[lo+1 : hi+1] {
		n := int(next - start)
		start = next
		if field := text[at : at+n]; c.quotes.outside(field) || c.quotes.specialAt(text, at, n) {
			past := putQuoted(text, behind, field)
			s.starts[i], s.lens[i] = uint32(behind), uint32(past-behind)
			behind = past
		} else {
			s.starts[i], s.lens[i] = uint32(at), uint32(n)
		}
		at += n
	}
	return text
}

// bare reports whether no row needs quotes for what it begins or ends with.
func (c *stringEncoder) bare(lo, hi int) bool {
	start := c.offsets[lo]
	for _, end := range c.offsets[lo+1 : hi+1] {
		if c.quotes.outside(c.data[start:end]) {
			return false
		}
		start = end
	}
	return true
}

// quotedRoom returns the most bytes that the rows in need of quotes take. Of long texts it looks
// for quotes first, since most have none.
func (c *stringEncoder) quotedRoom(lo, hi int) (n int) {
	if n = c.room(lo, hi); n <= slotsKept {
		return n
	}
	n = 0
	for row := lo; row < hi; row++ {
		if s := c.data[c.offsets[row]:c.offsets[row+1]]; c.quotes.outside(s) || c.quotes.special(s) {
			n += len(s) + bytes.Count(s, []byte{'"'}) + textRoom(0)
		}
	}
	return n
}

func (c *stringEncoder) room(lo, hi int) int {
	return (hi-lo)*textRoom(0) + 2*int(c.offsets[hi]-c.offsets[lo])
}

func (c *stringEncoder) put(b []byte, at, row int) int {
	lo, hi := int(c.offsets[row]), int(c.offsets[row+1])
	s := c.data[lo:hi]
	if c.quotes.outside(s) || c.quotes.special(s) {
		return putQuoted(b, at, s)
	}
	if hi-lo <= 16 && lo+16 <= len(c.data) {
		copy(b[at:at+16], c.data[lo:lo+16]) // 16 bytes, whatever the text's length
		return at + hi - lo
	}
	return at + copy(b[at:], s)
}

// textEncoder returns the encoder of whatever reads as strings. Bytes are no text: they become
// base64, which survives any reader.
func (e *encoder) textEncoder(arr arrow.Array) (columnEncoder, error) {
	v, err := bind.As[string](arr)
	if err != nil {
		return nil, err
	}
	var buf [1]string
	id := arr.DataType().ID()
	binary := arrow.IsBaseBinary(id) && id != arrow.STRING && id != arrow.LARGE_STRING || id == arrow.FIXED_SIZE_BINARY || id == arrow.BINARY_VIEW
	return &anyEncoder{quotes: e.quotes, text: func(i int) []byte {
		s := v.Slice(i, i+1, buf[:])[0]
		if binary {
			s = base64.StdEncoding.EncodeToString(unsafe.Slice(unsafe.StringData(s), len(s)))
		}
		return e.defused(unsafe.Slice(unsafe.StringData(s), len(s)))
	}}, nil
}

// formulaBegins are the beginnings of a cell that a spreadsheet takes for a formula, or drops and
// then finds one (owasp.org, CSV Injection).
var formulaBegins = []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}

// defused returns a text, with an apostrophe before it if it would be a formula and the options ask
// for that.
func (e *encoder) defused(text []byte) []byte {
	if !e.options.DefuseFormulas || len(text) == 0 {
		return text
	}
	for _, begin := range formulaBegins {
		if bytes.HasPrefix(text, []byte(begin)) {
			return append([]byte{'\''}, text...)
		}
	}
	return text
}

// anyEncoder encodes texts that are made one by one.
type anyEncoder struct {
	quotes *quoting
	text   func(row int) []byte
}

func (c *anyEncoder) encode(s *columnText, lo, hi int) []byte { return oneByOne(c, s, lo, hi) }

func (c *anyEncoder) room(lo, hi int) int {
	n := 0
	for row := lo; row < hi; row++ {
		n += textRoom(len(c.text(row)))
	}
	return n
}

func (c *anyEncoder) put(b []byte, at, row int) int { return c.quotes.put(b, at, c.text(row)) }
