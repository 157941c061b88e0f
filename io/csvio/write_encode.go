package csvio

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/klauspost/compress/zstd"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/csv"
)

// encoder turns record batches into CSV text. It is used by one goroutine at a time
// and keeps its buffers from chunk to chunk.
type encoder struct {
	options    WriteOptions
	schema     *arrow.Schema
	quoted     [256]bool  // bytes that make a field need quotes
	first      [256]bool  // first bytes that may: of null words, comments and white space
	delimiters uint64     // one in each byte
	nulls      *csv.Words // words that would be read as null
	end        string
	text       []byte
	packed     bytes.Buffer
	zstd       *zstd.Encoder
}

func newEncoder(o WriteOptions, schema *arrow.Schema) *encoder {
	if o.Null == "" && schema.NumFields() == 1 {
		o.Null = NullWords()[0] // an empty line would be no row at all
	}
	e := &encoder{options: o, schema: schema, end: "\n", nulls: (&ReadOptions{}).nulls()}
	if o.CRLF {
		e.end = "\r\n"
	}
	for _, b := range []byte{o.Delimiter, '"', '\r', '\n'} {
		e.quoted[b] = true
	}
	e.delimiters = uint64(o.Delimiter) * eachByte
	for b := range e.first {
		e.first[b] = o.QuoteAll || o.Null != "" && byte(b) == o.Null[0] || e.nulls.Begin(byte(b)) || strings.IndexByte(" \t#\xEF", byte(b)) >= 0
	}
	return e
}

// field appends the text of one row of a column.
type field func(dst []byte, row int) []byte

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

// encode writes rows one after another: fields are appended by a function a column,
// found once a batch.
func (e *encoder) encode(rec arrow.Record) ([]byte, error) {
	fields := make([]field, rec.NumCols())
	for i, c := range rec.Columns() {
		f, err := e.column(c)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", rec.ColumnName(i), err)
		}
		fields[i] = f
	}
	b := e.text[:0]
	for row := range int(rec.NumRows()) {
		for i, f := range fields {
			if i > 0 {
				b = append(b, e.options.Delimiter)
			}
			b = f(b, row)
		}
		b = append(b, e.end...)
	}
	e.text = b
	return b, nil
}

func (e *encoder) header() []byte {
	b := e.text[:0]
	for i, f := range e.schema.Fields() {
		if i > 0 {
			b = append(b, e.options.Delimiter)
		}
		b = e.appendText(b, f.Name)
	}
	e.text = append(b, e.end...)
	return e.text
}

// column returns the function that appends a column's rows, nulls included.
func (e *encoder) column(arr arrow.Array) (field, error) {
	f, err := e.values(arr)
	if err != nil {
		return nil, err
	}
	null := e.options.Null
	if arr.DataType().ID() == arrow.NULL {
		return func(dst []byte, _ int) []byte { return append(dst, null...) }, nil
	}
	nulls := bind.NullsOf(arr)
	if nulls.Nulls == 0 {
		return f, nil
	}
	return func(dst []byte, row int) []byte {
		if nulls.IsNull(row) {
			return append(dst, null...)
		}
		return f(dst, row)
	}, nil
}

// values returns the function that appends the text of rows that are not null.
func (e *encoder) values(arr arrow.Array) (field, error) {
	switch a := arr.(type) {
	case *array.Null:
		return nil, nil
	case *array.Boolean:
		return e.plain(func(dst []byte, i int) []byte { return strconv.AppendBool(dst, a.Value(i)) }), nil
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
		return e.plain(func(dst []byte, i int) []byte { return slowFloat(dst, float64(a.Value(i).Float32()), 32) }), nil
	case *array.Float32:
		vals := a.Float32Values()
		return e.plain(func(dst []byte, i int) []byte { return slowFloat(dst, float64(vals[i]), 32) }), nil
	case *array.Float64:
		vals := a.Float64Values()
		var f floats
		return e.plain(func(dst []byte, i int) []byte { return f.append(dst, vals[i]) }), nil
	case *array.Date32:
		var d dates
		return e.plain(func(dst []byte, i int) []byte { return d.append(dst, int64(a.Value(i))) }), nil
	case *array.Date64:
		var d dates
		return e.plain(func(dst []byte, i int) []byte { return d.append(dst, floorDiv(int64(a.Value(i)), 86_400_000)) }), nil
	case *array.String:
		return func(dst []byte, i int) []byte { return e.appendText(dst, a.Value(i)) }, nil
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		return e.plain(func(dst []byte, i int) []byte { return append(dst, a.Value(i).ToString(scale)...) }), nil
	case *array.Decimal256:
		scale := a.DataType().(*arrow.Decimal256Type).Scale
		return e.plain(func(dst []byte, i int) []byte { return append(dst, a.Value(i).ToString(scale)...) }), nil
	case *array.Timestamp:
		return e.times(a)
	case *array.Time32, *array.Time64, *array.Duration:
		return e.spans(arr)
	case *array.Dictionary:
		entries, err := e.values(a.Dictionary())
		if err != nil {
			return nil, err
		}
		return func(dst []byte, i int) []byte { return entries(dst, a.GetValueIndex(i)) }, nil
	}
	v, err := bind.As[string](arr)
	if err != nil {
		return nil, err
	}
	binary := arrow.IsBaseBinary(arr.DataType().ID()) && !textType(arr.DataType()) || arr.DataType().ID() == arrow.FIXED_SIZE_BINARY || arr.DataType().ID() == arrow.BINARY_VIEW
	var buf [1]string
	return func(dst []byte, i int) []byte {
		s := v.Slice(i, i+1, buf[:])[0]
		if binary { // bytes are no text: base64 survives any reader
			return e.appendText(dst, base64.StdEncoding.EncodeToString([]byte(s)))
		}
		return e.appendText(dst, s)
	}, nil
}

func textType(t arrow.DataType) bool {
	return t.ID() == arrow.STRING || t.ID() == arrow.LARGE_STRING || t.ID() == arrow.STRING_VIEW
}

// plain wraps values whose text never needs quotes, unless all are wanted or the
// delimiter is a character of numbers and dates.
func (e *encoder) plain(f field) field {
	if !e.options.QuoteAll && !bytes.ContainsRune([]byte("0123456789+-.:TZabcdefghijklmnopqrstuvwxyzINF"), rune(e.options.Delimiter)) && e.options.Null == "" {
		return f
	}
	return func(dst []byte, row int) []byte {
		start := len(dst)
		dst = f(dst, row)
		if text := string(dst[start:]); e.needsQuotes(text) {
			return e.appendText(dst[:start], text)
		}
		return dst
	}
}

type signedInt interface{ int8 | int16 | int32 | int64 }
type unsignedInt interface {
	uint8 | uint16 | uint32 | uint64
}

func integers[T signedInt](e *encoder, vals []T) field {
	return e.plain(func(dst []byte, i int) []byte { return appendInt(dst, int64(vals[i])) })
}

func unsigned[T unsignedInt](e *encoder, vals []T) field {
	return e.plain(func(dst []byte, i int) []byte { return appendUint(dst, uint64(vals[i])) })
}

// times writes ISO 8601: with the zone's offset (Z for UTC) where the column has a zone, and the digits of its unit
// where there are parts of a second.
func (e *encoder) times(a *array.Timestamp) (field, error) {
	t := a.DataType().(*arrow.TimestampType)
	w := &stamps{perSecond: int64(time.Second / t.Unit.Multiplier()), digits: 3 * int(t.Unit)}
	vals := a.TimestampValues()
	switch t.TimeZone {
	case "":
	case "UTC":
		w.zone = "Z"
	default:
		v, err := bind.As[time.Time](a)
		if err != nil {
			return nil, err
		}
		var buf [1]time.Time
		return e.plain(func(dst []byte, i int) []byte {
			at := v.Slice(i, i+1, buf[:])[0]
			_, offset := at.Zone()
			w.zone = at.Format("Z07:00")
			return w.append(dst, int64(vals[i])+int64(offset)*w.perSecond)
		}), nil
	}
	return e.plain(func(dst []byte, i int) []byte { return w.append(dst, int64(vals[i])) }), nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// spans writes times of day as 15:04:05.999999999 and durations as Go does (1h2m3s).
func (e *encoder) spans(arr arrow.Array) (field, error) {
	v, err := bind.As[time.Duration](arr)
	if err != nil {
		return nil, err
	}
	var buf [1]time.Duration
	if arr.DataType().ID() == arrow.DURATION {
		return e.plain(func(dst []byte, i int) []byte { return append(dst, v.Slice(i, i+1, buf[:])[0].String()...) }), nil
	}
	midnight := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	return e.plain(func(dst []byte, i int) []byte {
		return midnight.Add(v.Slice(i, i+1, buf[:])[0]).AppendFormat(dst, "15:04:05.999999999")
	}), nil
}

// appendText writes a string, in quotes where it needs them.
func (e *encoder) appendText(dst []byte, s string) []byte {
	if !e.needsQuotes(s) {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			dst = append(dst, s[:i+1]...)
			dst = append(dst, '"')
			s, i = s[i+1:], -1
		}
	}
	dst = append(dst, s...)
	return append(dst, '"')
}

// needsQuotes tells whether a text would be read as something else without quotes: another
// field, a null, a comment or white space that some readers trim.
func (e *encoder) needsQuotes(s string) bool {
	if len(s) == 0 {
		return true
	}
	if e.first[s[0]] && (e.options.QuoteAll || s == e.options.Null || e.nulls.Has([]byte(s)) || strings.IndexByte(" \t#\xEF", s[0]) >= 0) {
		return true
	}
	if last := s[len(s)-1]; last == ' ' || last == '\t' {
		return true
	}
	return e.special(unsafe.Slice(unsafe.StringData(s), len(s)))
}
