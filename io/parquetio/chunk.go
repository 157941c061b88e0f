package parquetio

import (
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bufpool"
)

// chunk is an encoded column chunk, whose offsets count from its first byte.
type chunk struct {
	leaf       *encoding
	body       []byte
	kind       format.Encoding
	codec      format.CompressionCodec
	entries    int
	nulls      int
	distinct   int // 0 unknown
	plain      int // bytes without compression, headers included
	textBytes  int // of byte arrays, without lengths
	dictionary int // bytes of its page, header included
	size       int // bytes of the body
	bounds     bound
	pages      []pageInfo
	levels     [2][]int64 // how often each repetition and definition level is there, where there are several
	filter     []byte     // bloom filter
}

// pageInfo is what the page index says of a data page.
type pageInfo struct {
	at, size int // with its header
	row      int // first
	nulls    int
	entries  int
	bounds   bound
}

// finish sums the pages up.
func (c *chunk) finish() {
	c.size = len(c.body)
	for _, p := range c.pages {
		switch {
		case p.nulls == p.entries:
		case !p.bounds.there():
			c.bounds = bound{}
			return
		case !c.bounds.there():
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

// append puts a page behind the others, in a buffer of the pool.
func (c *chunk) append(head, page []byte) {
	if n := len(head) + len(page); cap(c.body)-len(c.body) < n {
		wider := bufpool.Get(max(len(c.body)+n, cap(c.body)+cap(c.body)/2))
		wider = wider[:copy(wider, c.body)]
		bufpool.Put(c.body)
		c.body = wider
	}
	c.body = append(append(c.body, head...), page...)
}
