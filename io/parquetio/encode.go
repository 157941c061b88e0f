package parquetio

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	enc "github.com/volley-go/volley/internal/parquetenc"
)

// encoder encodes columns one after another; its scratch is used again.
type encoder struct {
	codec format.CompressionCodec
	out   []byte // the row group so far

	values dense
	bits   []byte
	page   []byte
	packed []byte
	ints   table[uint64]
	texts  table[string]
	codes  []uint32
}

// Pages hold about a megabyte before compression, and no more rows than readers that skip by pages like.
const (
	pageBytes = 1 << 20
	pageRows  = 1 << 16
)

// column encodes a column chunk and appends it to out.
func (e *encoder) column(c *encoding, pieces []arrow.Array) (format.ColumnChunk, error) {
	rows := 0
	e.values.reset()
	for _, a := range pieces {
		rows += a.Len()
		if err := e.values.add(c, a); err != nil {
			return format.ColumnChunk{}, err
		}
	}
	e.bits = slices.Grow(e.bits[:0], bitmap.Bytes(rows))[:bitmap.Bytes(rows)]
	clear(e.bits)
	count := presence(e.bits, pieces)

	start := len(e.out)
	m := format.ColumnMetaData{
		Type: c.physical, Codec: e.codec, NumValues: int64(rows), DictionaryPageOffset: -1,
		PathInSchema: thrift.Slice[string]{c.element.Name},
	}
	m.Statistics = c.statistics(&e.values)
	m.Statistics.NullCount = int64(rows - count)
	kind := format.Plain
	if dict, n, ok := e.dictionary(c); ok {
		kind = format.RLEDictionary
		m.DictionaryPageOffset = int64(start)
		h := format.PageHeader{Type: format.DictionaryPage}
		h.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: int32(n), Encoding: format.Plain})
		if err := e.put(&m, &h, dict); err != nil {
			return format.ColumnChunk{}, err
		}
	} else if c.deltas(e.values.fixed) {
		kind = format.DeltaBinaryPacked
	}
	m.Encoding = thrift.Slice[format.Encoding]{format.RLE, kind}
	if kind == format.RLEDictionary {
		m.Encoding = append(m.Encoding, format.Plain)
	}
	m.DataPageOffset = int64(len(e.out))
	if err := e.pages(c, &m, kind, rows, count); err != nil {
		return format.ColumnChunk{}, err
	}
	m.TotalCompressedSize = int64(len(e.out) - start)
	return format.ColumnChunk{MetaData: m}, nil
}

// pages encodes the data pages of a column chunk.
func (e *encoder) pages(c *encoding, m *format.ColumnMetaData, kind format.Encoding, rows, count int) error {
	width := 0
	if kind == format.RLEDictionary {
		width = enc.Width(slices.Max(append(e.codes, 0)))
	}
	each := min(pageRows, max(1, pageBytes/max(1, e.size(c, count)/max(1, rows))))
	for from, at := 0, 0; from < rows || rows == 0; from += each {
		n := min(each, rows-from)
		k := bitmap.Count(e.bits, from, n)
		p := append(e.page[:0], 0, 0, 0, 0)
		p = enc.AppendBits(p, e.bits, from, n)
		binary.LittleEndian.PutUint32(p, uint32(len(p)-4))
		switch kind {
		case format.RLEDictionary:
			p = enc.AppendHybrid(append(p, byte(width)), e.codes[at:at+k], width)
		case format.DeltaBinaryPacked:
			p = c.appendDeltas(p, e.values.fixed[at*c.width:(at+k)*c.width])
		default:
			p = e.values.appendPlain(p, c, at, k)
		}
		at += k
		e.page = p
		h := format.PageHeader{Type: format.DataPage}
		h.DataPageHeader = thrift.New(format.DataPageHeader{
			NumValues: int32(n), Encoding: kind, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
		})
		if err := e.put(m, &h, p); err != nil {
			return err
		}
		if rows == 0 {
			break
		}
	}
	return nil
}

// size is how many bytes the values take as they are.
func (e *encoder) size(c *encoding, count int) int {
	if c.width > 0 || c.physical == format.Boolean {
		return count * max(c.width, 1)
	}
	n := 4 * count
	for _, s := range e.values.texts {
		n += len(s)
	}
	return n
}

// put compresses a page and appends it with its header.
func (e *encoder) put(m *format.ColumnMetaData, h *format.PageHeader, plain []byte) error {
	packed := plain
	if e.codec != format.Uncompressed {
		var err error
		if e.packed, err = compress(e.codec, e.packed[:0], plain); err != nil {
			return err
		}
		packed = e.packed
	}
	h.UncompressedPageSize = int32(len(plain))
	h.CompressedPageSize = int32(len(packed))
	h.CRC = int32(crc32.ChecksumIEEE(packed))
	head, err := thrift.Marshal(new(thrift.CompactProtocol), h)
	if err != nil {
		return err
	}
	e.out = append(append(e.out, head...), packed...)
	m.TotalUncompressedSize += int64(len(head) + len(plain))
	return nil
}

// appendPlain encodes k values from at on as they are.
func (d *dense) appendPlain(p []byte, c *encoding, at, k int) []byte {
	switch {
	case c.physical == format.Boolean:
		start := len(p)
		p = append(p, make([]byte, bitmap.Bytes(k))...)
		for i, b := range d.bits[at : at+k] {
			p[start+i>>3] |= b << uint(i&7)
		}
	case c.width > 0:
		p = append(p, d.fixed[at*c.width:(at+k)*c.width]...)
	default:
		for _, s := range d.texts[at : at+k] {
			p = binary.LittleEndian.AppendUint32(p, uint32(len(s)))
			p = append(p, s...)
		}
	}
	return p
}

// deltas tells whether integers are smaller as differences than as they are, by up to three samples.
func (c *encoding) deltas(fixed []byte) bool {
	if c.physical != format.Int32 && c.physical != format.Int64 {
		return false
	}
	const run = 1024
	size, plain := 0, 0
	n := len(fixed) / c.width
	for _, at := range []int{0, n / 2, n - run} {
		if at < 0 || at+run > n {
			continue
		}
		sample := fixed[at*c.width : (at+run)*c.width]
		size += len(c.appendDeltas(nil, sample))
		plain += len(sample)
	}
	return size < plain/2
}

func (c *encoding) appendDeltas(p, fixed []byte) []byte {
	if c.width == 4 {
		return enc.AppendDelta(p, as[int32](fixed))
	}
	return enc.AppendDelta(p, as[int64](fixed))
}

// dictionary makes a dictionary of the values where that saves much: e.codes are then the values' places in it.
func (e *encoder) dictionary(c *encoding) (plain []byte, n int, ok bool) {
	e.codes = e.codes[:0]
	switch {
	case c.physical == format.Boolean || c.physical == format.FixedLenByteArray:
		return nil, 0, false
	case c.width == 0:
		if e.codes, ok = e.texts.encode(e.codes, len(e.values.texts), func(i int) string { return e.values.texts[i] }, hashText); !ok {
			return nil, 0, false
		}
		for _, s := range e.texts.keys {
			plain = binary.LittleEndian.AppendUint32(plain, uint32(len(s)))
			plain = append(plain, s...)
		}
		return plain, len(e.texts.keys), len(plain) <= pageBytes
	case c.width == 8:
		values := as[uint64](e.values.fixed)
		e.codes, ok = e.ints.encode(e.codes, len(values), func(i int) uint64 { return values[i] }, hashInt)
	default:
		values := as[uint32](e.values.fixed)
		e.codes, ok = e.ints.encode(e.codes, len(values), func(i int) uint64 { return uint64(values[i]) }, hashInt)
	}
	if !ok {
		return nil, 0, false
	}
	for _, k := range e.ints.keys {
		plain = append(plain, raw([]uint64{k})[:c.width]...)
	}
	return plain, len(e.ints.keys), true
}

// statistics are the least and greatest value; none where a float is no number, or a text is long.
func (c *encoding) statistics(d *dense) (s format.Statistics) {
	switch {
	case c.physical == format.Boolean:
		s.MinValue, s.MaxValue = bounds(d.bits)
	case c.physical == format.ByteArray:
		return textBounds(d.texts)
	case c.physical == format.FixedLenByteArray:
		return s
	case c.physical == format.Float:
		s.MinValue, s.MaxValue = floatBounds(as[float32](d.fixed))
	case c.physical == format.Double:
		s.MinValue, s.MaxValue = floatBounds(as[float64](d.fixed))
	case c.unsigned && c.width == 4:
		s.MinValue, s.MaxValue = bounds(as[uint32](d.fixed))
	case c.unsigned:
		s.MinValue, s.MaxValue = bounds(as[uint64](d.fixed))
	case c.width == 4:
		s.MinValue, s.MaxValue = bounds(as[int32](d.fixed))
	default:
		s.MinValue, s.MaxValue = bounds(as[int64](d.fixed))
	}
	return s
}

func bounds[T uint8 | int32 | int64 | uint32 | uint64 | float32 | float64](values []T) (least, most []byte) {
	if len(values) == 0 {
		return nil, nil
	}
	lo, hi := values[0], values[0]
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
	}
	return bytes.Clone(raw([]T{lo})), bytes.Clone(raw([]T{hi}))
}

// floatBounds follows the format: no bounds where there is a NaN, and a zero stands for both zeros.
func floatBounds[T float32 | float64](values []T) (least, most []byte) {
	if len(values) == 0 {
		return nil, nil
	}
	lo, hi := values[0], values[0]
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
	}
	if lo != lo || hi != hi { // min and max keep a NaN
		return nil, nil
	}
	if lo == 0 {
		var zero T
		lo = -1 / (1 / zero) // -0
	}
	if hi == 0 {
		hi = 0
	}
	return raw([]T{lo}), raw([]T{hi})
}

// textMost is the longest bound that is kept.
const textMost = 128

func textBounds(texts []string) (s format.Statistics) {
	if len(texts) == 0 {
		return s
	}
	lo, hi := texts[0], texts[0]
	for _, t := range texts {
		lo, hi = min(lo, t), max(hi, t)
	}
	if len(lo) <= textMost && len(hi) <= textMost {
		s.MinValue, s.MaxValue = []byte(lo), []byte(hi)
	}
	return s
}
