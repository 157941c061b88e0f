package parquetio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/compress/lz4"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bufpool"
)

// rowCuts is a row group that is handed out in runs of rows.
type rowCuts struct {
	file   *parquetFile
	group  int
	chunks []*columnChunk
	rows   int
	step   int // rows of a run
	next   int
}

// columnChunk is a column of a row group: where its pages are.
type columnChunk struct {
	column *fileColumn
	meta   *format.ColumnMetaData
	pages  []page
	dict   *page

	once    sync.Once // decodes the dictionary, which parts share
	entries *entries
	failed  error
}

// page is a page's place and what its header says.
type page struct {
	header format.PageHeader
	offset int64 // of the body
	row    int   // of its first value, in the row group
	values int
}

// cuts finds the pages of the wanted columns of a row group, and how many rows make a chunk of
// about bytes.
func (f *parquetFile) cuts(ctx context.Context, group int, wanted []int, bytes int64) (*rowCuts, error) {
	g := &f.groups[group]
	c := &rowCuts{file: f, group: group, rows: int(g.NumRows)}
	total := int64(0)
	for _, at := range wanted {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		col := &f.columns[at]
		chunk := &columnChunk{column: col, meta: &g.Columns[col.chunk].MetaData}
		if err := guard(func() error { return f.index(chunk, g) }); err != nil {
			return nil, fmt.Errorf("row group %d, column %q: %w", group, col.name, err)
		}
		total += max(chunk.meta.TotalUncompressedSize, g.NumRows*chunk.width()/2)
		c.chunks = append(c.chunks, chunk)
	}
	c.step = c.rows
	if total > 2*bytes && c.rows > 0 {
		c.step = max(int(float64(c.rows)*float64(bytes)/float64(total)), 1024)
	}
	return c, nil
}

// headerMax is how large a page header may be: statistics of long strings are in it.
const headerMax = 1 << 20

// index walks over a column chunk's page headers.
func (f *parquetFile) index(c *columnChunk, g *format.RowGroup) error {
	if g.Columns[c.column.chunk].FilePath != "" {
		return errors.New("lies in another file, which is not supported")
	}
	if c.meta.Type != c.column.element.Type.V {
		return fmt.Errorf("has physical type %s, the schema says %s", c.meta.Type, c.column.element.Type.V)
	}
	at := c.meta.DataPageOffset
	if d := c.meta.DictionaryPageOffset; d > 0 && d < at {
		at = d
	}
	end := at + c.meta.TotalCompressedSize
	if at < 4 || c.meta.TotalCompressedSize < 0 || end > f.size-8 {
		return fmt.Errorf("lies at bytes %d to %d of a file of %d", at, end, f.size)
	}
	row := 0
	for row < int(g.NumRows) {
		if at >= end {
			return fmt.Errorf("ends after %d of %d rows", row, g.NumRows)
		}
		p := page{row: row}
		n, err := f.header(&p.header, at, end)
		if err != nil {
			return err
		}
		p.offset = at + int64(n)
		size := int64(p.header.CompressedPageSize)
		if size < 0 || p.header.UncompressedPageSize < 0 || p.offset+size > end || int64(p.header.UncompressedPageSize) > f.limits.PageBytes {
			return fmt.Errorf("a page says it has %d bytes, %d decompressed; there are %d, Limits.PageBytes is %d", size, p.header.UncompressedPageSize, end-p.offset, f.limits.PageBytes)
		}
		at = p.offset + size
		if err := c.add(p, int(g.NumRows)); err != nil {
			return err
		}
		// A run length makes any number of values of a few bytes.
		if k := len(c.pages); k > 0 && int64(c.pages[k-1].values)*c.width() > f.limits.PageBytes {
			return fmt.Errorf("a page of %d bytes holds %d values: Limits.PageBytes allows %d", size, c.pages[k-1].values, f.limits.PageBytes/c.width())
		}
		if k := len(c.pages); k > 0 {
			row = c.pages[k-1].row + c.pages[k-1].values
		}
	}
	return nil
}

// width is about what a value takes while it is decoded.
func (c *columnChunk) width() int64 {
	switch c.column.element.Type.V {
	case format.Boolean:
		return 1
	case format.ByteArray:
		return 16
	case format.FixedLenByteArray:
		return max(int64(c.column.element.TypeLength.V), 8)
	}
	return 8
}

// add takes a page into the chunk.
func (c *columnChunk) add(p page, rows int) error {
	switch p.header.Type {
	case format.DictionaryPage:
		if c.dict != nil || len(c.pages) > 0 {
			return errors.New("has a dictionary where there can be none")
		}
		p.values = int(p.header.DictionaryPageHeader.V.NumValues)
		c.dict = &p
		if p.values < 0 || p.values > 1<<28 {
			return fmt.Errorf("its dictionary says it has %d entries", p.values)
		}
		return nil
	case format.DataPage:
		p.values = int(p.header.DataPageHeader.V.NumValues)
	case format.DataPageV2:
		p.values = int(p.header.DataPageHeaderV2.V.NumValues)
	case format.IndexPage:
		return nil
	default:
		return fmt.Errorf("a page of type %d is not known", p.header.Type)
	}
	if p.values < 0 || p.row+p.values > rows {
		return fmt.Errorf("a page says it has %d values at row %d of %d", p.values, p.row, rows)
	}
	c.pages = append(c.pages, p)
	if len(c.pages) > 1<<20 {
		return errors.New("has more than a million pages")
	}
	return nil
}

// header reads a page header and returns its size.
func (f *parquetFile) header(h *format.PageHeader, at, end int64) (int, error) {
	for size := int64(256); ; size *= 8 {
		size = min(size, end-at, headerMax)
		buf := make([]byte, size)
		if _, err := f.r.ReadAt(buf, at); err != nil {
			return 0, err
		}
		*h = format.PageHeader{}
		n, err := decodeThrift(buf, h)
		if err == nil {
			return n, nil
		}
		if size == end-at || size == headerMax {
			return 0, fmt.Errorf("a page header is broken: %w", err)
		}
	}
}

// body reads a page, checks it, and decompresses it. The levels of a page of the second version are
// in front of what is compressed: they come apart.
func (f *parquetFile) body(c *columnChunk, p *page) (levels, data []byte, free func(), err error) {
	raw := bufpool.Get(max(int(p.header.CompressedPageSize), 1))[:p.header.CompressedPageSize]
	free = func() { bufpool.Put(raw) }
	if len(raw) > 0 {
		if _, err := f.r.ReadAt(raw, p.offset); err != nil {
			free()
			return nil, nil, nil, err
		}
	}
	if crc := uint32(p.header.CRC); crc != 0 && crc != crc32.ChecksumIEEE(raw) {
		free()
		return nil, nil, nil, fmt.Errorf("the page at byte %d does not have its checksum: the file is damaged", p.offset)
	}
	size := int(p.header.UncompressedPageSize)
	compressed := c.meta.Codec != format.Uncompressed
	packed := raw
	if p.header.Type == format.DataPageV2 {
		h := p.header.DataPageHeaderV2.V
		n := int(h.DefinitionLevelsByteLength) + int(h.RepetitionLevelsByteLength)
		if h.DefinitionLevelsByteLength < 0 || h.RepetitionLevelsByteLength < 0 || n > len(raw) || n > size {
			free()
			return nil, nil, nil, errors.New("a page's levels are longer than the page")
		}
		levels, packed, size = raw[h.RepetitionLevelsByteLength:n], raw[n:], size-n
		compressed = compressed && (!h.IsCompressed.Valid || h.IsCompressed.V)
	}
	if !compressed {
		if len(packed) != size {
			free()
			return nil, nil, nil, fmt.Errorf("a page has %d bytes, its header says %d", len(packed), size)
		}
		return levels, packed, free, nil
	}
	out := bufpool.Get(max(size, 1))[:0]
	freeBoth := func() { bufpool.Put(raw); bufpool.Put(out[:0:cap(out)]) }
	data, err = decompress(c.meta.Codec, out, packed, size)
	if err == nil && len(data) != size {
		err = fmt.Errorf("a page decompresses to %d bytes, its header says %d", len(data), size)
	}
	if err != nil {
		freeBoth()
		return nil, nil, nil, err
	}
	return levels, data, freeBoth, nil
}

var zstdReader = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(1<<30))
})

// decompress makes exactly size bytes of b, in dst where it fits.
func decompress(codec format.CompressionCodec, dst, b []byte, size int) ([]byte, error) {
	switch codec {
	case format.Snappy:
		n, err := snappy.DecodedLen(b)
		if err != nil || n != size {
			return nil, fmt.Errorf("a page decompresses to %d bytes, its header says %d", n, size)
		}
		return snappy.Decode(dst[:size], b)
	case format.Zstd:
		z, err := zstdReader()
		if err != nil {
			return nil, err
		}
		return z.DecodeAll(b, dst[:0:size])
	case format.Lz4Raw, format.Lz4:
		return unlz4(dst[:size], b)
	}
	var r io.Reader
	switch codec {
	case format.Gzip:
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		r = z
	case format.Brotli:
		r = brotli.NewReader(bytes.NewReader(b))
	default:
		return nil, fmt.Errorf("compression %s is not supported", codec)
	}
	return exactly(dst[:size], r)
}

// exactly fills dst, and looks that there is no more: what a page decompresses to is never
// taken on its word.
func exactly(dst []byte, r io.Reader) ([]byte, error) {
	if n, err := io.ReadFull(r, dst); err != nil {
		return nil, fmt.Errorf("a page decompresses to %d bytes, its header says %d: %w", n, len(dst), err)
	}
	if n, err := r.Read(make([]byte, 1)); n > 0 || err != io.EOF && err != nil {
		return nil, fmt.Errorf("a page decompresses to more than the %d bytes its header says", len(dst))
	}
	return dst, nil
}

// unlz4 decompresses the raw form and the one that Hadoop wrote: blocks behind their two sizes.
func unlz4(dst, b []byte) ([]byte, error) {
	if out, ok := hadoop(dst, b); ok {
		return out, nil
	}
	return new(lz4.Codec).Decode(dst, b)
}

func hadoop(dst, b []byte) ([]byte, bool) {
	at := 0
	for len(b) >= 8 {
		whole := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
		packed := int(b[4])<<24 | int(b[5])<<16 | int(b[6])<<8 | int(b[7])
		if whole > len(dst)-at || packed > len(b)-8 {
			return nil, false
		}
		out, err := new(lz4.Codec).Decode(dst[at:at+whole:at+whole], b[8:8+packed])
		if err != nil || len(out) != whole {
			return nil, false
		}
		at += copy(dst[at:], out)
		b = b[8+packed:]
	}
	return dst[:at], len(b) == 0 && at == len(dst) && at > 0
}
