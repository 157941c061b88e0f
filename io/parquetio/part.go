package parquetio

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
)

// part is a run of rows of a row group that is not decoded yet.
type part struct {
	cut    *rowCuts
	schema *arrow.Schema
	lo, hi int   // rows of the row group
	row    int64 // of the file
	lent   [][]byte
}

// lend gets a buffer that is given back with the chunk.
func (p *part) lend(n int) []byte {
	b := bufpool.Get(max(n, 1))
	p.lent = append(p.lent, b)
	return b[:n]
}

func (p *part) free() {
	for _, b := range p.lent {
		bufpool.Put(b)
	}
}

func (p *part) decode(ctx context.Context) (chunker.Chunk, error) {
	f := p.cut.file
	cols := make([]arrow.Array, len(p.cut.chunks))
	read := int64(0)
	for i, c := range p.cut.chunks {
		err := guard(func() (err error) { cols[i], err = p.column(ctx, c); return err })
		if err != nil {
			p.free()
			if ctx.Err() != nil {
				return chunker.Chunk{}, context.Cause(ctx)
			}
			return chunker.Chunk{}, &chunker.Error{Op: "read", File: f.name, Row: -1, Offset: -1, Column: c.column.name, Err: fmt.Errorf("row group %d: %w", p.cut.group, err)}
		}
		if p.cut.rows > 0 {
			read += c.meta.TotalCompressedSize * int64(p.hi-p.lo) / int64(p.cut.rows)
		}
	}
	return chunker.Chunk{
		Record: array.NewRecord(p.schema, cols, int64(p.hi-p.lo)), File: f.name, Row: p.row, Read: read, Free: p.free,
	}, nil
}

// column decodes the part's rows of a column.
func (p *part) column(ctx context.Context, c *columnChunk) (arrow.Array, error) {
	b, err := newBuilder(p, c.column)
	if err != nil {
		return nil, err
	}
	for i := range c.pages {
		pg := &c.pages[i]
		if pg.row+pg.values <= p.lo || pg.row >= p.hi {
			continue
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := p.page(c, pg, b); err != nil {
			return nil, err
		}
	}
	if b.rows() != p.hi-p.lo {
		return nil, fmt.Errorf("has %d values for rows %d to %d", b.rows(), p.lo, p.hi)
	}
	return b.array(), nil
}

// page decodes what a page has of the part's rows.
func (p *part) page(c *columnChunk, pg *page, b builder) error {
	levels, data, free, err := p.cut.file.body(c, pg)
	if err != nil {
		return err
	}
	defer free()
	valid, data, err := pg.valid(levels, data, c.column.optional)
	if err != nil {
		return err
	}
	present := pg.values
	if valid != nil {
		present = bitmap.Count(valid, 0, pg.values)
	}
	v := pageValues{data: data, n: present, encoding: pg.encoding(), physical: c.column.element.Type.V, length: int(c.column.element.TypeLength.V)}
	if v.encoding == format.PlainDictionary || v.encoding == format.RLEDictionary {
		if v.entries, err = c.dictionary(p.cut.file); err != nil {
			return err
		}
	}
	if err := v.decode(); err != nil {
		return err
	}
	lo, hi := max(p.lo-pg.row, 0), min(p.hi-pg.row, pg.values)
	from, n := lo, hi-lo
	if valid != nil {
		from, n = bitmap.Count(valid, 0, lo), bitmap.Count(valid, lo, hi-lo)
	}
	return b.add(&v, from, n, valid, lo, hi-lo)
}

func (pg *page) encoding() format.Encoding {
	if pg.header.Type == format.DataPageV2 {
		return pg.header.DataPageHeaderV2.V.Encoding
	}
	return pg.header.DataPageHeader.V.Encoding
}

// valid reads which values of the page are there, nil for all, and returns the values' bytes.
func (pg *page) valid(levels, data []byte, optional bool) (valid, rest []byte, err error) {
	if !optional {
		return nil, data, nil
	}
	if pg.header.Type == format.DataPageV2 {
		valid, err = levelBits(levels, pg.values)
		return valid, data, err
	}
	if pg.header.DataPageHeader.V.DefinitionLevelEncoding == format.BitPacked {
		n := bitmap.Bytes(pg.values)
		if n > len(data) {
			return nil, nil, errHybrid
		}
		valid = make([]byte, n)
		for i := range pg.values { // the oldest form has the first bit highest
			if data[i>>3]&(0x80>>(i&7)) != 0 {
				bitmap.Set(valid, i)
			}
		}
		return valid, data[n:], nil
	}
	if len(data) < 4 {
		return nil, nil, errHybrid
	}
	n := int(binary.LittleEndian.Uint32(data))
	if n > len(data)-4 {
		return nil, nil, errHybrid
	}
	valid, err = levelBits(data[4:4+n], pg.values)
	return valid, data[4+n:], err
}

// levelBits makes a validity bitmap of definition levels of one bit; nil where all are 1.
func levelBits(b []byte, n int) ([]byte, error) {
	h := hybridReader{b: b, width: 1}
	var valid []byte
	for at := 0; at < n; at += h.run {
		if err := h.next(); err != nil {
			return nil, err
		}
		h.run = min(h.run, n-at)
		if h.pack == nil && h.value == 1 && at == 0 && h.run == n {
			return nil, nil
		}
		if valid == nil {
			valid = make([]byte, bitmap.Bytes(n))
		}
		if h.pack == nil {
			bitmap.Fill(valid, at, h.run, h.value == 1)
		} else {
			bitmap.Copy(valid, at, h.pack, 0, h.run)
		}
	}
	return valid, nil
}

// entries are a dictionary's values.
type entries struct {
	fixed []byte
	text  []string
	n     int
}

// dictionary decodes the chunk's dictionary, once for all parts.
func (c *columnChunk) dictionary(f *parquetFile) (*entries, error) {
	c.once.Do(func() {
		c.failed = guard(func() error {
			if c.dict == nil {
				return errors.New("its pages need a dictionary, and there is none")
			}
			_, data, free, err := f.body(c, c.dict)
			if err != nil {
				return err
			}
			defer free()
			own := append([]byte(nil), data...) // texts are views of it
			v := pageValues{data: own, n: c.dict.values, encoding: format.Plain, physical: c.column.element.Type.V, length: int(c.column.element.TypeLength.V)}
			if err := v.decode(); err != nil {
				return fmt.Errorf("its dictionary: %w", err)
			}
			c.entries = &entries{v.fixed, v.text, v.n}
			return nil
		})
	})
	return c.entries, c.failed
}
