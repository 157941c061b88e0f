package parquetio

import (
	"context"
	"io"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/offheap"
)

// dictionary reads the dictionary of a column chunk at off, once for all parts; the row group ends
// what it takes outside the heap, and the garbage collector has all else. Where what parts may
// share is used up each part reads it for itself.
func (c *pagedChunk) dictionary(ctx context.Context, p *part, l *leaf, off int64) (*dictionary, error) {
	if len(c.pages) == 0 || c.pages[0].offset <= off {
		return nil, nil
	}
	size := c.pages[0].offset - off
	c.once.Do(func() {
		defer guard(&c.err)
		c.met.Store(true)
		c.room = p.dictionaryRoom(ctx, p.group.outside)
		if c.dict, c.err = p.readDictionary(c.room, l, off, size); c.dict == nil || p.group.granted {
			return
		}
		if c.borrowed = c.dict.size(); !p.group.file.turn.borrow(c.borrowed) {
			c.dict, c.borrowed, c.apart = nil, 0, true
		}
	})
	if c.apart {
		return p.readDictionary(p.dictionaryRoom(ctx, nil), l, off, size)
	}
	return c.dict, c.err
}

// dictionaryRoom is for the memory of a dictionary: outside the heap if there is a pool for that.
func (p *part) dictionaryRoom(ctx context.Context, outside *offheap.Pool) *arena {
	a := newArena(ctx, p.group.limits.ChunkBytes, nil)
	if outside != nil {
		return a.beyond(outside)
	}
	return a.keeping()
}

// dictionaryPooled is the size up to which the memory of a dictionary as it is stored is used
// again. A row group has one, and what is pooled outlives a collection.
const dictionaryPooled = 1 << 20

// readDictionary reads the dictionary page of a column chunk, at off, into room; nil where another
// page is there. claimed is how many bytes it should take.
func (p *part) readDictionary(room *arena, l *leaf, off, claimed int64) (*dictionary, error) {
	g := p.group
	page, h, head, err := g.firstPage(p.reads, l, off, claimed, room.outside)
	if err != nil {
		return nil, err
	}
	if room.outside != nil || len(page.bytes) <= dictionaryPooled {
		defer page.end()
	}
	if h.kind != format.DictionaryPage {
		return nil, nil
	}
	out := &values{leaf: l, arena: room, flat: true}
	ps := &pages{limits: g.limits, codec: g.meta.Columns[l.index].MetaData.Codec, out: out}
	err = ps.one(&h, page.bytes[head:head+h.packed])
	return out.dict, err
}

// firstPage reads a column chunk's first page, at off, into a loan that may hold more. Its
// own header says where it ends: by older versions of DuckDB the first data page is claimed to
// begin inside the dictionary, and others do not say where it begins.
func (g *group) firstPage(r io.ReaderAt, l *leaf, off, claimed int64, outside *offheap.Pool) (page loan, h pageHeader, head int, err error) {
	if page, err = readLoan(outside, r, off, claimed); err != nil {
		return page, h, 0, err
	}
	h, head, err = readHeader(page.bytes)
	if err == nil && h.packed <= len(page.bytes)-head {
		return page, h, head, nil
	}
	page.end()
	first, n := chunkRange(&g.meta.Columns[l.index].MetaData)
	left := first + n - off
	scratch := make([]byte, headerGuess)
	if h, head, err = g.header(&scratch, off, off+left); err != nil {
		return page, h, 0, err
	}
	if int64(h.packed) > left-int64(head) {
		return page, h, 0, corrupt("the page claims %d bytes where %d are left", h.packed, left-int64(head))
	}
	page, err = readLoan(outside, r, off, int64(head+h.packed))
	return page, h, head, err
}
