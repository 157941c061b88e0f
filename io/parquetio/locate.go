package parquetio

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/parquet-go/parquet-go/format"
)

// location is where a data page is.
type location struct {
	page        int   // among the column chunk's, dictionaries included
	offset, end int64 // in the file
	first       int64 // row
}

// pagedChunk is a column chunk whose pages several parts share.
type pagedChunk struct {
	pages  []location
	shared []*sharedPage
	met    atomic.Bool // the dictionary, by some part
	once   sync.Once
	dict   *dictionary
	err    error
	apart  bool // each part has a dictionary of its own

	borrowed int    // for the dictionary
	room     *arena // that has it
}

// pagesMost is how many pages of a row group are kept in mind, which take about 50 bytes each. One
// of more is read whole.
const pagesMost = 1 << 20

// errRowsUnknown says that pages do not tell how many rows they have: those of lists, by writers of
// the first version without a page index. Such a row group is read whole.
var errRowsUnknown = errors.New("pages do not tell their rows")

// locate finds a column's pages: by the page index, or else by their headers, which takes about 1
// µs a page. Of a remote file, where it takes a call for each page, a row group that is not large
// is rather read whole.
func (g *group) locate(ctx context.Context, l *leaf) (*pagedChunk, error) {
	if c := g.placed(l); c != nil {
		if g.pages += len(c.pages); g.pages > pagesMost {
			return nil, errRowsUnknown
		}
		return c, nil
	}
	if g.file.how.ahead > 0 && g.bytes < float64(g.limits.ChunkBytes/4) {
		return nil, errRowsUnknown
	}
	m := &g.meta.Columns[l.index].MetaData
	at, n := chunkRange(m)
	end := at + n
	row := int64(0)
	c := new(pagedChunk)
	buf := make([]byte, headerGuess)
	for page := 0; at < end && row < g.meta.NumRows; page++ {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		h, size, err := g.header(&buf, at, end)
		if err != nil {
			return nil, g.fail(l, page, err)
		}
		next := at + int64(size) + int64(h.packed)
		if next > end {
			return nil, g.fail(l, page, corrupt("the page claims %d bytes where %d are left", h.packed, end-at))
		}
		if h.kind == format.DataPage || h.kind == format.DataPageV2 {
			if g.pages++; g.pages > pagesMost {
				return nil, errRowsUnknown
			}
			c.pages = append(c.pages, location{page: page, offset: at, end: next, first: row})
			switch {
			case l.maxRep == 0:
				row += int64(h.values)
			case h.kind == format.DataPageV2:
				row += int64(h.rows)
			}
			if row <= c.pages[len(c.pages)-1].first && h.values > 0 {
				return nil, errRowsUnknown
			}
		}
		at = next
	}
	if row != g.meta.NumRows {
		return nil, g.fail(l, -1, corrupt("its pages have %d rows, the row group %d", row, g.meta.NumRows))
	}
	return c, nil
}

// headerGuess is more than most page headers take.
const headerGuess = 256

// header reads a page header, whose length no one knows: first a little, then more.
func (g *group) header(buf *[]byte, at, end int64) (pageHeader, int, error) {
	for {
		b := (*buf)[:min(int64(len(*buf)), end-at)]
		if _, err := g.file.r.ReadAt(b, at); err != nil {
			return pageHeader{}, 0, err
		}
		h, n, err := readHeader(b)
		if err == nil || int64(len(b)) == end-at || len(b) > headerMax {
			return h, n, err
		}
		*buf = make([]byte, 16*len(*buf))
	}
}
