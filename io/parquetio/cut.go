package parquetio

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"runtime"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/offheap"
)

// pieces are the ranges of rows that are to be read, each of about size bytes of memory: all rows,
// or those in which the conditions leave any. Where they are not one, the pages are found first,
// which reads their headers.
func (g *group) pieces(ctx context.Context, size int64, conditions []condition) ([]span, error) {
	g.beside = g.indexes(conditions)
	defer g.beside.close()
	for _, n := range g.file.wanted {
		n.leaves(func(l *leaf) { g.bytes += g.weight(l) })
	}
	rows := g.meta.NumRows
	all := []span{{0, rows}}
	left := g.spans(ctx, conditions)
	if g.most < rows {
		left = intersect(left, []span{{0, g.most}})
	}
	out := cutSpans(left, rows, g.bytes, size)
	if len(out) == 0 || len(out) == 1 && out[0] == all[0] {
		return out, nil
	}
	chunks := map[*leaf]*pagedChunk{}
	var err error
	for _, n := range g.file.wanted {
		n.leaves(func(l *leaf) {
			if err == nil {
				chunks[l], err = g.locate(ctx, l)
			}
		})
	}
	if err == errRowsUnknown {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	g.chunks = chunks
	g.measure(out, size)
	return out, nil
}

// measure finds how much the pieces have in common: pages, dictionaries, and what those are
// unpacked from. Dictionaries of less than size are within what a chunk is counted for.
func (g *group) measure(pieces []span, size int64) {
	var pages, dictionaries []int64 // as they are stored
	unpacked := int64(0)
	for l, c := range g.chunks {
		m := &g.meta.Columns[l.index].MetaData
		if page := c.share(pieces, g.meta.NumRows); page > 0 {
			pages = append(pages, page)
			// A page is needed yet when the next one is unpacked.
			g.large += lentBytes(min(2*unpackedBytes(m, page), max(m.TotalUncompressedSize, 0)))
		}
		stored, decoded := g.dictionarySize(l, c)
		if decoded > 0 {
			dictionaries = append(dictionaries, stored)
			unpacked += lentBytes(decoded)
		}
	}
	g.large += g.file.how.unpacking(pages)
	if unpacked > size {
		g.dictionaries = unpacked + g.file.how.unpacking(dictionaries)
	}
}

// unpacking is how many bytes of stored pages there are at once while they are unpacked: each core
// has one. Of a remote file all are read ahead.
func (how callRules) unpacking(stored []int64) (bytes int64) {
	slices.SortFunc(stored, func(a, b int64) int { return cmp.Compare(b, a) })
	if cores := runtime.GOMAXPROCS(0); how.ahead == 0 && len(stored) > cores {
		stored = stored[:cores]
	}
	for _, n := range stored {
		bytes += lentBytes(n)
	}
	return bytes
}

// lentBytes is how many bytes of memory a loan of n has.
func lentBytes(n int64) int64 { return int64(offheap.Size(int(n))) }

// cutSpans cuts spans of a group of so many rows and bytes into pieces of about size bytes. What is
// less than twice that stays whole: pages that two pieces share cost more than a larger piece.
// There are 65,536 pieces of a span at most.
func cutSpans(left []span, rows int64, bytes float64, size int64) (out []span) {
	for _, s := range left {
		n := int64(1)
		if took := bytes * float64(s.to-s.from) / float64(rows); took >= 2*float64(size) {
			n = min(int64(math.Ceil(min(took/float64(size), 1<<16))), s.to-s.from)
		}
		for i := range n {
			out = append(out, span{s.from + cutAt(s.to-s.from, i, n), s.from + cutAt(s.to-s.from, i+1, n)})
		}
	}
	return out
}

// cutAt is the first row of part i of n.
func cutAt(rows, i, n int64) int64 {
	hi, lo := bits.Mul64(uint64(rows), uint64(i))
	q, _ := bits.Div64(hi, lo, uint64(n))
	return int64(q)
}

// share counts which pages are in several of the pieces: those are decompressed once, and kept for
// the others. It returns the bytes, as stored, of the largest page that more than two need.
func (c *pagedChunk) share(pieces []span, rows int64) (largest int64) {
	c.shared = make([]*sharedPage, len(c.pages))
	first := 0 // piece that ends behind the page's first row
	for i := range c.pages {
		last := rows
		if i+1 < len(c.pages) {
			last = c.pages[i+1].first
		}
		for first < len(pieces) && pieces[first].to <= c.pages[i].first {
			first++
		}
		users := int32(0)
		for k := first; k < len(pieces) && pieces[k].from < last; k++ {
			users++
		}
		if users > 1 {
			c.shared[i] = new(sharedPage)
			c.shared[i].left.Store(users)
		}
		if users > 2 { // to unpack a page twice is cheaper than to wait
			c.shared[i].large = newLargePage()
			largest = max(largest, c.pages[i].end-c.pages[i].offset)
		}
	}
	return largest
}

// dictionarySize is about how many bytes the column chunk's dictionary takes in the file, and
// decoded: with the places of texts. Of a large one of this machine's files the header says; else a
// text is taken to have 12 bytes with its length.
func (g *group) dictionarySize(l *leaf, c *pagedChunk) (stored, decoded int64) {
	m := &g.meta.Columns[l.index].MetaData
	at, _ := chunkRange(m)
	if len(c.pages) == 0 || c.pages[0].offset <= at {
		return 0, 0
	}
	stored = c.pages[0].offset - at
	decoded = min(unpackedBytes(m, stored), max(m.TotalUncompressedSize, 0))
	entries := decoded / 12
	if decoded > dictionaryPooled && g.file.how.ahead == 0 {
		buf := make([]byte, headerGuess)
		if h, _, err := g.header(&buf, at, at+stored); err == nil && h.kind == format.DictionaryPage {
			decoded, entries = int64(h.plain), int64(h.values)
		}
	}
	if l.width == 0 {
		decoded += 4 * entries
	}
	return stored, decoded
}

// unpackedBytes is about what n stored bytes of a column chunk come to.
func unpackedBytes(m *format.ColumnMetaData, n int64) int64 {
	times := float64(m.TotalUncompressedSize) / float64(max(m.TotalCompressedSize, 1))
	return int64(min(float64(n)*max(times, 1), math.MaxInt64/4))
}

// weight is about how many bytes of memory the column takes, decoded.
func (g *group) weight(l *leaf) float64 {
	m := &g.meta.Columns[l.index].MetaData
	n := float64(m.NumValues)
	levels := n * float64(l.maxRep|l.maxDef>>1) // bytes a value where they are kept
	plain, texts := float64(m.TotalUncompressedSize), float64(m.SizeStatistics.UnencodedByteArrayDataBytes)
	switch {
	case l.width > 0:
		return max(plain, n*float64(l.width), float64(g.meta.NumRows)*float64(l.each)*float64(l.width)) + levels
	case texts > 0:
		return texts + 4*n + levels
	}
	return max(plain, float64(g.textMean(m))*n) + 4*n + levels
}

// textMean is how many bytes a text of the column chunk's dictionary has; 8 where there is none. Of
// a remote file the statistics say.
func (g *group) textMean(m *format.ColumnMetaData) int64 {
	if g.file.how.ahead > 0 { // a call is worth more than the estimate
		return int64(len(m.Statistics.MinValue)+len(m.Statistics.MaxValue))/2 + 1
	}
	off, n := chunkRange(m)
	buf := make([]byte, 128)
	if h, _, err := g.header(&buf, off, off+n); err == nil && h.kind == format.DictionaryPage && h.values > 0 {
		return max(int64(h.plain/h.values)-4, 0)
	}
	return 8
}
