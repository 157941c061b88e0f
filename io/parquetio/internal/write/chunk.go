package write

import (
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bufpool"
)

// chunk is an encoded column chunk, whose offsets count from its first byte.
type chunk struct {
	leaf       *leaf
	body       []byte
	kind       format.Encoding
	codec      format.CompressionCodec
	entries    int
	nulls      int
	distinct   int       // 0 unknown
	plain      int       // bytes without compression, headers included
	textBytes  int       // of byte arrays, without lengths
	dictionary pageSizes // of its page; zero if there is none
	size       int       // bytes of the body
	bounds     bound
	pages      []pageInfo
	levels     [2][]int64 // how often there is each repetition and each definition level; nil for a flat leaf
	filter     []byte     // bloom filter
}

// pageInfo is what the page index says of a data page.
type pageInfo struct {
	at      int // of its header
	sizes   pageSizes
	row     int // first
	nulls   int
	entries int
	bounds  bound
}

// pageSizes are the bytes of a page's header and of what follows it, before and after compression.
type pageSizes struct{ head, plain, packed int }

// stored is how many bytes the page takes in the file.
func (s pageSizes) stored() int { return s.head + s.packed }

// sumPages sets what the column chunk has in total: its bytes, and the bounds of all pages.
func (c *chunk) sumPages() {
	c.size = len(c.body)
	for _, p := range c.pages {
		switch {
		case p.nulls == p.entries:
		case !p.bounds.known():
			c.bounds = bound{}
			return
		case !c.bounds.known():
			c.bounds = p.bounds
		default:
			c.bounds = c.leaf.join(c.bounds, p.bounds)
		}
	}
}

// free gives the chunk's buffer back.
func (c *chunk) free() {
	bufpool.Put(c.body)
	c.body = nil
}

// append adds a page to the column chunk's buffer, which is one of the pool.
func (c *chunk) append(head, page []byte) {
	if n := len(head) + len(page); cap(c.body)-len(c.body) < n {
		wider := bufpool.Get(max(len(c.body)+n, cap(c.body)+cap(c.body)/2))
		wider = wider[:copy(wider, c.body)]
		bufpool.Put(c.body)
		c.body = wider
	}
	c.body = append(append(c.body, head...), page...)
}
