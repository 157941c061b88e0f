package parquetio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/compress/brotli"
	"github.com/parquet-go/parquet-go/compress/gzip"
	"github.com/parquet-go/parquet-go/compress/lz4"
	"github.com/parquet-go/parquet-go/compress/snappy"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
)

// encoder encodes columns. It is used by one goroutine at a time and keeps its buffers.
type encoder struct {
	options WriteOptions
	out     []byte // the row group
	page    []byte // a page before it is compressed
	packed  []byte // and after
	header  bytes.Buffer
	dict    dictionary
	zstd    *zstd.Encoder
	codec   compress.Codec
}

// column encodes an array as a column chunk behind e.out. Offsets count from the row
// group's beginning; a DictionaryPageOffset of -1 says that there is none.
func (e *encoder) column(arr arrow.Array, field arrow.Field, l leaf) (format.ColumnChunk, error) {
	v, err := open(arr, l)
	if err != nil {
		return format.ColumnChunk{}, err
	}
	start := len(e.out)
	meta := format.ColumnMetaData{
		Type: l.physical, PathInSchema: []string{field.Name}, Codec: e.codecOf(), NumValues: int64(v.rows),
		DictionaryPageOffset: -1, Statistics: v.statistics(l),
	}
	encoding := format.Plain
	meta.Encoding = []format.Encoding{format.Plain, format.RLE}
	if !e.options.NoDictionary && e.dict.build(v) {
		encoding = format.RLEDictionary
		meta.Encoding = []format.Encoding{format.Plain, format.RLE, format.RLEDictionary}
		meta.DictionaryPageOffset = int64(start)
		if err := e.dictionaryPage(v, &meta); err != nil {
			return format.ColumnChunk{}, err
		}
	}
	meta.DataPageOffset = int64(len(e.out))
	rows := v.pageRows(e.options.PageBytes, encoding == format.RLEDictionary)
	done := 0 // values that are not null before the page
	for lo := 0; lo == 0 || lo < v.rows; lo += rows {
		n := min(rows, v.rows-lo)
		present := v.present(lo, n)
		e.page = e.levels(e.page[:0], v, lo, n, present)
		if encoding == format.Plain {
			e.page = v.plain(e.page, lo, n)
		} else {
			e.page = e.dict.indexes(e.page, done, present)
		}
		done += present
		h := format.DataPageHeader{
			NumValues: int32(n), Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
			Statistics: format.Statistics{NullCount: int64(n - present)},
		}
		if err := e.putPage(format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(h)}, &meta); err != nil {
			return format.ColumnChunk{}, err
		}
	}
	meta.TotalCompressedSize = int64(len(e.out) - start)
	return format.ColumnChunk{FileOffset: int64(start), MetaData: meta}, nil
}

// levels writes which rows are not null, behind their length: one run where all are, else
// the validity bitmap, which is the bit packing of such levels as it stands.
func (e *encoder) levels(dst []byte, v *values, lo, n, present int) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	switch present {
	case n:
		dst = binary.AppendUvarint(dst, uint64(n)<<1)
		dst = append(dst, 1)
	case 0:
		dst = binary.AppendUvarint(dst, uint64(n)<<1)
		dst = append(dst, 0)
	default:
		size := bitmap.Bytes(n)
		dst = binary.AppendUvarint(dst, uint64(size)<<1|1)
		k := len(dst)
		dst = append(dst, make([]byte, size)...)
		bitmap.Copy(dst[k:], 0, v.valid, v.bit+lo, n)
	}
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

func (e *encoder) dictionaryPage(v *values, meta *format.ColumnMetaData) error {
	e.page = e.dict.plain(e.page[:0], v)
	h := format.DictionaryPageHeader{NumValues: int32(e.dict.size()), Encoding: format.Plain}
	return e.putPage(format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(h)}, meta)
}

// putPage compresses e.page and writes it behind its header.
func (e *encoder) putPage(h format.PageHeader, meta *format.ColumnMetaData) error {
	body, err := e.compress(e.page)
	if err != nil {
		return err
	}
	if len(e.page) > 1<<31-1 {
		return fmt.Errorf("a page of %d bytes is larger than Parquet allows: write smaller chunks", len(e.page))
	}
	h.UncompressedPageSize, h.CompressedPageSize = int32(len(e.page)), int32(len(body))
	h.CRC = int32(crc32.ChecksumIEEE(body))
	e.header.Reset()
	if err := thrift.NewEncoder(new(thrift.CompactProtocol).NewWriter(&e.header)).Encode(&h); err != nil {
		return err
	}
	e.out = append(e.out, e.header.Bytes()...)
	e.out = append(e.out, body...)
	meta.TotalUncompressedSize += int64(e.header.Len() + len(e.page))
	return nil
}

func (e *encoder) codecOf() format.CompressionCodec {
	return [...]format.CompressionCodec{format.Snappy, format.Zstd, format.Gzip, format.Brotli, format.Lz4Raw, format.Uncompressed}[e.options.Compression]
}

func (e *encoder) compress(b []byte) (out []byte, err error) {
	switch e.options.Compression {
	case None:
		return b, nil
	case Zstd:
		if e.zstd == nil {
			if e.zstd, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest)); err != nil {
				return nil, err
			}
		}
		e.packed = e.zstd.EncodeAll(b, e.packed[:0])
		return e.packed, nil
	}
	if e.codec == nil {
		e.codec = [...]compress.Codec{&snappy.Codec{}, nil, &gzip.Codec{Level: gzip.DefaultCompression}, &brotli.Codec{Quality: 4, LGWin: brotli.DefaultLGWin}, &lz4.Codec{Level: lz4.DefaultLevel}}[e.options.Compression]
	}
	e.packed, err = e.codec.Encode(e.packed[:cap(e.packed)], b)
	return e.packed, err
}

// dictionary is the distinct values of a column chunk, found by hashing, and each value's index.
type dictionary struct {
	slots []int32 // index + 1; 0 is free
	idx   []uint32
	first []int32 // position, among the values that are not null, of each entry's first
	width int
}

const (
	dictionaryBytes = 1 << 20 // an entry's bytes together
	dictionaryProbe = 4096    // values after which distinct ones are counted first
)

// build finds the dictionary; it gives up, early, where it does not pay: too many
// distinct values, or too large ones.
func (d *dictionary) build(v *values) bool {
	n := v.present(0, v.rows)
	if n < 16 || v.hash == nil {
		return false
	}
	limit := min(n/2, 1<<16)
	size := 1 << bits.Len(uint(2*limit))
	if cap(d.slots) < size {
		d.slots = make([]int32, size)
	}
	d.slots = d.slots[:size]
	clear(d.slots)
	d.idx, d.first = d.idx[:0], d.first[:0]
	bytes, k := 0, 0
	for row := range v.rows {
		if v.isNull(row) {
			continue
		}
		at := v.hash(row) & uint64(size-1)
		for d.slots[at] != 0 && !v.equal(row, int(d.first[d.slots[at]-1])) {
			at = (at + 1) & uint64(size-1)
		}
		if d.slots[at] == 0 {
			d.first = append(d.first, int32(row))
			d.slots[at] = int32(len(d.first))
			bytes += v.size(row)
			if len(d.first) > limit || bytes > dictionaryBytes {
				return false
			}
		}
		d.idx = append(d.idx, uint32(d.slots[at]-1))
		if k++; k == dictionaryProbe && len(d.first) > k*3/4 {
			return false
		}
	}
	d.width = max(bits.Len(uint(len(d.first)-1)), 1)
	return true
}

func (d *dictionary) size() int { return len(d.first) }

// plain writes the entries.
func (d *dictionary) plain(dst []byte, v *values) []byte {
	for _, row := range d.first {
		dst = v.appendOne(dst, int(row))
	}
	return dst
}

// indexes writes a page's n indexes behind their width.
func (d *dictionary) indexes(dst []byte, from, n int) []byte {
	dst = append(dst, byte(d.width))
	return appendHybrid(dst, d.idx[from:from+n], d.width)
}
