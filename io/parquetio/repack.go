package parquetio

import (
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bufpool"
)

// settle gives a row group, when its turn to be written comes, the codecs that the first one
// decided on. Which row group is the first is known only then, so that the file does not depend on
// who encodes faster.
func (w *writer) settle(g *rowGroup) error {
	for _, c := range g.chunks {
		if w.options.codec() == format.Uncompressed || !c.leaf.packing.decide(c.codec) {
			continue
		}
		if err := w.repack(c); err != nil {
			return fileError("write", w.file, c.leaf.name(), err)
		}
	}
	return nil
}

// repack stores a compressed column chunk as it is, and another one compressed.
func (w *writer) repack(c *chunk) error {
	e := w.encoder()
	defer e.giveBack()
	old, from := c.body, c.codec
	defer bufpool.Put(old)
	if c.codec = format.Uncompressed; from == format.Uncompressed {
		c.codec = w.options.codec()
	}
	e.chunk, e.codec = c, c.codec
	c.body, c.plain = bufpool.Get(len(old))[:0], 0
	if n := c.dictionary; n > 0 {
		if err := e.repackPage(from, old[:n]); err != nil {
			return err
		}
		c.dictionary = len(c.body)
	}
	for i := range c.pages {
		p := &c.pages[i]
		page := old[p.at : p.at+p.size]
		p.at = len(c.body)
		if err := e.repackPage(from, page); err != nil {
			return err
		}
		p.size = len(c.body) - p.at
	}
	c.size = len(c.body)
	return nil
}

// repackPage appends a page of another codec, with its header, to the column chunk.
func (e *encoder) repackPage(from format.CompressionCodec, page []byte) (err error) {
	h, n, err := readHeader(page)
	if err != nil {
		return err
	}
	plain := page[n:]
	if from != format.Uncompressed {
		e.page = resize(e.page, h.plain)
		if err := decompress(from, e.page, plain); err != nil {
			return err
		}
		plain = e.page
	}
	packed := plain
	if e.codec != format.Uncompressed {
		if e.packed, err = e.compress(e.packed[:0], plain); err != nil {
			return err
		}
		packed = e.packed
	}
	e.pageHead(h.kind, plain, packed, h.values)
	e.chunk.append(e.head.b, packed)
	e.chunk.plain += len(e.head.b) + len(plain)
	return nil
}
