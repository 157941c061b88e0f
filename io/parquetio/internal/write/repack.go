package write

import (
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/io/parquetio/internal/codecs"
	"github.com/volley-go/volley/io/parquetio/internal/fault"
)

// unifyCodecs gives a row group the codecs that the first one decided on. It is called when the row
// group is written, for only then is it known which one is the first: so the file does not depend
// on who encodes faster.
func (w *writer) unifyCodecs(g *rowGroup) error {
	for _, c := range g.chunks {
		if w.options.codec() == format.Uncompressed || !c.leaf.packing.decide(c.codec) {
			continue
		}
		if err := w.repack(c); err != nil {
			return fault.In("write", w.file, c.leaf.name(), err)
		}
	}
	return nil
}

// repack stores a column chunk that is compressed without compression, and another one compressed.
func (w *writer) repack(c *chunk) (err error) {
	e := w.encoder()
	defer e.giveBack()
	old, from := c.body, c.codec
	defer bufpool.Put(old)
	if c.codec = format.Uncompressed; from == format.Uncompressed {
		c.codec = w.options.codec()
	}
	e.chunk, e.codec = c, c.codec
	c.body, c.plain = bufpool.Get(len(old))[:0], 0
	if c.dictionary.stored() > 0 {
		if c.dictionary, err = e.repackPage(from, format.DictionaryPage, old, c.dictionary, c.distinct); err != nil {
			return err
		}
	}
	for i := range c.pages {
		p := &c.pages[i]
		page := old[p.at:]
		p.at = len(c.body)
		if p.sizes, err = e.repackPage(from, format.DataPage, page, p.sizes, p.entries); err != nil {
			return err
		}
	}
	c.size = len(c.body)
	return nil
}

// repackPage adds the page of n entries that old begins with, of another codec, to the column
// chunk.
func (e *encoder) repackPage(from format.CompressionCodec, kind format.PageType, old []byte, sizes pageSizes, n int) (_ pageSizes, err error) {
	plain := old[sizes.head:sizes.stored()]
	if from != format.Uncompressed {
		e.page = resize(e.page, sizes.plain)
		if err := codecs.Decompress(from, e.page, plain); err != nil {
			return sizes, err
		}
		plain = e.page
	}
	packed := plain
	if e.codec != format.Uncompressed {
		if e.packed, err = e.compress(e.packed[:0], plain); err != nil {
			return sizes, err
		}
		packed = e.packed
	}
	return e.appendPage(kind, plain, packed, n), nil
}
