package parquetio

import (
	"context"
	"io"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bufpool"
)

// dictionary reads the dictionary of a column chunk at off, once for all parts; the garbage
// collector has it. Where what parts may share is used up each part reads it for itself.
func (c *pagedChunk) dictionary(ctx context.Context, p *part, l *leaf, off int64) (*dictionary, error) {
	if len(c.pages) == 0 || c.pages[0].offset <= off {
		return nil, nil
	}
	read := func() (*dictionary, error) { return p.readDictionary(ctx, l, off, c.pages[0].offset-off) }
	c.once.Do(func() {
		defer guard(&c.err)
		c.met.Store(true)
		if c.dict, c.err = read(); c.dict == nil || p.group.granted {
			return
		}
		if c.borrowed = c.dict.size(); !p.group.file.turn.borrow(c.borrowed) {
			c.dict, c.borrowed, c.apart = nil, 0, true
		}
	})
	if c.apart {
		return read()
	}
	return c.dict, c.err
}

// dictionaryPooled is the size up to which the memory of a dictionary as it is stored is used
// again. A row group has one, and what is pooled outlives a collection.
const dictionaryPooled = 1 << 20

// readDictionary reads the dictionary page of a column chunk, at off; nil where another page is
// there. claimed is how many bytes it should take.
func (p *part) readDictionary(ctx context.Context, l *leaf, off, claimed int64) (*dictionary, error) {
	g := p.group
	page, h, head, err := g.firstPage(p.reads, l, off, claimed)
	if err != nil {
		return nil, err
	}
	if len(page) <= dictionaryPooled {
		defer bufpool.Put(page)
	}
	if h.kind != format.DictionaryPage {
		return nil, nil
	}
	out := &values{leaf: l, arena: newArena(ctx, g.limits.ChunkBytes, nil).keeping(), flat: true}
	ps := &pages{limits: g.limits, codec: g.meta.Columns[l.index].MetaData.Codec, out: out}
	err = ps.one(&h, page[head:head+h.packed])
	return out.dict, err
}

// firstPage reads a column chunk's first page, at off, into a pooled buffer that may hold more. Its
// own header says where it ends: by older versions of DuckDB the first data page is claimed to
// begin inside the dictionary, and others do not say where it begins.
func (g *group) firstPage(r io.ReaderAt, l *leaf, off, claimed int64) (page []byte, h pageHeader, head int, err error) {
	if page, err = readRange(r, off, claimed); err != nil {
		return nil, h, 0, err
	}
	h, head, err = readHeader(page)
	if err == nil && h.packed <= len(page)-head {
		return page, h, head, nil
	}
	bufpool.Put(page)
	first, n := chunkRange(&g.meta.Columns[l.index].MetaData)
	left := first + n - off
	scratch := make([]byte, headerGuess)
	if h, head, err = g.header(&scratch, off, off+left); err != nil {
		return nil, h, 0, err
	}
	if int64(h.packed) > left-int64(head) {
		return nil, h, 0, corrupt("the page claims %d bytes where %d are left", h.packed, left-int64(head))
	}
	page, err = readRange(r, off, int64(head+h.packed))
	return page, h, head, err
}
