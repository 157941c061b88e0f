package parquetio

import (
	"cmp"
	"io"
	"os"
	"slices"
	"sort"
	"sync"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bufpool"
)

// callRules is how a file is read. Ranges at most gap bytes apart are merged into one call, which
// reads at most most bytes (a single range may be longer). Up to ahead calls are begun before
// anyone asks for what they read.
type callRules struct {
	gap, most int64
	ahead     int
}

// local is for files of this machine. A call costs a microsecond, as much as copying 10 KB, and
// what is read long before it is decoded has left the cache: so only small ranges are joined.
var local = callRules{gap: 4 << 10, most: 256 << 10}

// remote is for all else: a call may take as long as a mebibyte does.
var remote = callRules{gap: 256 << 10, most: 8 << 20, ahead: 8}

// callRulesOf returns how a reader that the user gave is read.
func callRulesOf(r io.ReaderAt) callRules {
	if _, ok := r.(*os.File); ok {
		return local
	}
	return remote
}

// tailReader is a file of which the end has been read: the footer, and small files whole.
type tailReader struct {
	io.ReaderAt
	at  int64
	end []byte
}

func (t *tailReader) ReadAt(p []byte, off int64) (int, error) {
	if from := off - t.at; from >= 0 && from <= int64(len(t.end)-len(p)) {
		return copy(p, t.end[from:]), nil
	}
	return t.ReaderAt.ReadAt(p, off)
}

// tailBytes is how much of a file's end is read at once, and kept.
const tailBytes = 64 << 10

// keep reads the end of a file of size bytes.
func (t *tailReader) keep(size, n int64) error {
	end := make([]byte, min(size, n))
	if k, err := t.ReaderAt.ReadAt(end, size-int64(len(end))); k < len(end) {
		return cmp.Or(err, io.ErrUnexpectedEOF)
	}
	t.at, t.end = size-int64(len(end)), end
	return nil
}

// byteRange is a range of bytes of a file.
type byteRange struct{ off, end int64 }

// fetch reads ranges of a file, each of which is asked for once, by joined calls. It is one
// goroutine's, which closes it.
type fetch struct {
	r     io.ReaderAt
	arena *arena // charged for what is held; nil if that is little, and nothing is read ahead
	reads []*joinedRead
	next  int // read that is begun next, ahead of who wants it

	going    sync.WaitGroup // goroutines that read ahead
	inFlight int            // reads begun ahead whose bytes are still held
	callRules
}

// joinedRead is one call. It keeps what it has read until all who want some of it have it.
type joinedRead struct {
	byteRange
	wanted  int
	begun   bool
	charged int
	done    chan struct{} // closed when a goroutine has read
	buf     []byte
	err     error
}

// newFetch plans the reading of ranges.
func newFetch(r io.ReaderAt, how callRules, a *arena, list []byteRange) *fetch {
	f := &fetch{r: r, arena: a, callRules: how}
	slices.SortFunc(list, func(a, b byteRange) int { return cmp.Compare(a.off, b.off) })
	for _, s := range list {
		if k := len(f.reads) - 1; k >= 0 {
			last := f.reads[k]
			if s.off-last.end <= how.gap && max(s.end, last.end)-last.off <= how.most {
				last.end = max(s.end, last.end)
				last.wanted++
				continue
			}
		}
		f.reads = append(f.reads, &joinedRead{byteRange: s, wanted: 1})
	}
	if how.ahead == 0 { // what is alone is read into its place
		f.reads = slices.DeleteFunc(f.reads, func(j *joinedRead) bool { return j.wanted == 1 })
	}
	return f
}

// readAhead begins reads as long as there may be more of them, and they are in the arena's means.
func (f *fetch) readAhead() error {
	for ; f.next < len(f.reads) && f.inFlight < f.ahead; f.next++ {
		j := f.reads[f.next]
		if j.begun {
			continue
		}
		if a := f.arena; f.inFlight > 0 && a.most-a.left+j.end-j.off > a.share/2 {
			return nil // which leaves room for what is decoded
		}
		if err := f.begin(j); err != nil {
			return err
		}
		j.done = make(chan struct{})
		f.inFlight++
		f.going.Go(func() {
			defer close(j.done)
			j.read(f.r)
		})
	}
	return nil
}

func (f *fetch) begin(j *joinedRead) error {
	j.begun = true
	if f.arena == nil {
		return nil
	}
	if err := f.arena.charge(int(j.end - j.off)); err != nil {
		return err
	}
	j.charged = int(j.end - j.off)
	return nil
}

func (j *joinedRead) read(r io.ReaderAt) {
	defer guard(&j.err)
	j.buf, j.err = readRange(r, j.off, j.end-j.off)
}

// ReadAt serves a range; what was not planned is read from the file.
func (f *fetch) ReadAt(p []byte, off int64) (int, error) {
	end := off + int64(len(p))
	i := sort.Search(len(f.reads), func(i int) bool { return f.reads[i].end > off })
	if i == len(f.reads) || f.reads[i].off > off || f.reads[i].end < end || f.reads[i].wanted == 0 {
		return f.r.ReadAt(p, off)
	}
	j := f.reads[i]
	switch {
	case !j.begun:
		if err := f.begin(j); err != nil {
			return 0, err
		}
		j.read(f.r)
	case j.done != nil:
		<-j.done
	}
	if j.err != nil {
		return 0, j.err
	}
	n := copy(p, j.buf[off-j.off:])
	if j.wanted--; j.wanted > 0 {
		return n, nil
	}
	f.free(j)
	return n, f.readAhead()
}

func (f *fetch) free(j *joinedRead) {
	if j.done != nil {
		f.inFlight--
	}
	if f.arena != nil {
		f.arena.refund(j.charged)
	}
	bufpool.Put(j.buf)
	j.buf, j.charged, j.wanted = nil, 0, 0
}

// close waits for the reads under way and gives back what is held.
func (f *fetch) close() {
	f.going.Wait()
	for _, j := range f.reads {
		if j.begun && j.wanted > 0 {
			f.free(j)
		}
	}
}

// fetch plans and begins the reading of the part's columns, those of nodes. Of dictionaries, which
// parts share, a remote file's are read along with the pages that they stand before.
func (p *part) fetch(a *arena, nodes []*node) (*fetch, error) {
	g := p.group
	var list []byteRange
	var large []claimed
	for _, n := range nodes {
		n.leaves(func(l *leaf) {
			list = append(list, p.byteRanges(l)...)
			if g.file.how.ahead > 0 {
				large = append(large, p.claim(l)...)
			}
			if c := g.chunks[l]; c != nil && g.file.how.ahead > 0 && !c.met.Load() {
				if first, _ := chunkRange(&g.meta.Columns[l.index].MetaData); first < c.pages[0].offset {
					list = append(list, byteRange{first, c.pages[0].offset})
				}
			}
		})
	}
	f := newFetch(g.file.r, g.file.how, a, list)
	f.readClaimed(a.ctx, large)
	return f, f.readAhead()
}

// byteRanges are where the part's rows of a column are, but for large pages. Beside those, pages
// are read one by one.
func (p *part) byteRanges(l *leaf) (out []byteRange) {
	c := p.group.chunks[l]
	if c == nil {
		off, n := chunkRange(&p.group.meta.Columns[l.index].MetaData)
		return []byteRange{{off, off + n}}
	}
	lo, hi := c.within(p.span)
	if !anyLarge(c.shared[lo:hi]) {
		return []byteRange{{c.pages[lo].offset, c.pages[hi-1].end}}
	}
	for i, s := range c.shared[lo:hi] {
		if s == nil || s.large == nil {
			out = append(out, byteRange{c.pages[lo+i].offset, c.pages[lo+i].end})
		}
	}
	return out
}

// within are the pages that hold rows of a span.
func (c *pagedChunk) within(s span) (lo, hi int) {
	lo = sort.Search(len(c.pages), func(i int) bool { return c.pages[i].first > s.from }) - 1
	hi = sort.Search(len(c.pages), func(i int) bool { return c.pages[i].first >= s.to })
	return lo, hi
}

// indexes reads the parts of the page index that cutting the row group needs, where they are needed
// at all.
func (g *group) indexes(conditions []condition) *fetch {
	var list []byteRange
	add := func(at int64, size int32) {
		if at > 0 && size > 0 && at <= g.file.size-int64(size) {
			list = append(list, byteRange{at, at + int64(size)})
		}
	}
	for i := range conditions {
		c := &g.meta.Columns[conditions[i].leaf.index]
		add(c.ColumnIndexOffset, c.ColumnIndexLength)
		add(c.OffsetIndexOffset, c.OffsetIndexLength)
	}
	for _, n := range g.file.wanted {
		n.leaves(func(l *leaf) {
			c := &g.meta.Columns[l.index]
			add(c.OffsetIndexOffset, c.OffsetIndexLength)
		})
	}
	how := g.file.how
	how.ahead = 0
	return newFetch(g.file.r, how, nil, list)
}

// placed takes the places of a column's pages from the page index; nil where that is not there or
// cannot be right.
func (g *group) placed(l *leaf) *pagedChunk {
	chunk := &g.meta.Columns[l.index]
	at, n := chunkRange(&chunk.MetaData)
	end := at + n
	var index format.OffsetIndex
	if !g.pageIndex(chunk.OffsetIndexOffset, chunk.OffsetIndexLength, &index) || len(index.PageLocations) == 0 {
		return nil
	}
	first := &index.PageLocations[0]
	if first.FirstRowIndex != 0 || first.Offset < at {
		return nil
	}
	c, page := new(pagedChunk), 0
	if first.Offset > at {
		page = 1 // behind the dictionary
	}
	for i := range index.PageLocations {
		p := &index.PageLocations[i]
		next, row := end, g.meta.NumRows
		if i+1 < len(index.PageLocations) {
			next, row = index.PageLocations[i+1].Offset, index.PageLocations[i+1].FirstRowIndex
		}
		to := p.Offset + int64(p.CompressedPageSize)
		if p.CompressedPageSize <= 0 || to != next || row <= p.FirstRowIndex {
			return nil // some writers leave the header out of the size (xitongsys/parquet-go#547)
		}
		c.pages = append(c.pages, location{page: page + i, offset: p.Offset, end: to, first: p.FirstRowIndex})
	}
	return c
}
