package order

import (
	"context"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/take"
)

// merger sorts spans of runs together, many at the same time. A block that two spans share is read
// once, and kept in between.
type merger struct {
	bound *bound
	runs  []*run
	share *chunker.Share // asked for what is read and sorted; nil where that is set aside already

	mu     sync.Mutex
	freed  sync.Cond
	under  int // spans under way
	blocks map[entry]*block
	last   []entry // of each run: the block that the next span begins in; run is -1 if there is none
}

// block is a spilled block that spans need.
type block struct {
	bytes int64
	users int // spans that need it, and one if the next to be cut will

	mu    sync.Mutex
	chunk chunker.Chunk
	keys  []column
}

func (t *table) merger(runs []*run) *merger {
	m := &merger{bound: t.bound, runs: runs, blocks: map[entry]*block{}, last: make([]entry, len(runs))}
	m.freed.L = &m.mu
	for i := range m.last {
		m.last[i] = open
	}
	return m
}

// use counts a span as a user of its blocks. It is called for one span after another.
func (m *merger) use(s span) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.last
	m.last = make([]entry, len(m.runs))
	for i, r := range m.runs {
		m.last[i] = open
		if r.spilled == nil {
			continue
		}
		for b := s.first(i); b < int(s.to[i]); b++ {
			m.user(entry{int32(i), int32(b)})
		}
		if s.to[i] > 0 && s.upper.run >= 0 && s.upper.run != int32(i) {
			m.last[i] = entry{int32(i), s.to[i] - 1}
			m.user(m.last[i])
		}
	}
	for _, e := range before {
		m.leave(e)
	}
}

func (m *merger) user(e entry) {
	b := m.blocks[e]
	if b == nil {
		b = &block{bytes: m.runs[e.run].blockBytes(int(e.block))}
		m.blocks[e] = b
	}
	b.users++
}

// leave gives a block up, if its user was the last.
func (m *merger) leave(e entry) {
	b := m.blocks[e]
	if e == open || b == nil {
		return
	}
	if b.users--; b.users > 0 {
		return
	}
	delete(m.blocks, e)
	if b.keys != nil {
		b.chunk.Release()
		m.give(b.bytes)
	}
}

func (m *merger) give(n int64) {
	if m.share != nil {
		m.share.Add(-n)
		m.freed.Broadcast()
	}
}

// admit waits until there is memory for what a span reads and sorts. One span is always let in, so
// that the budget is exceeded rather than the end never reached.
func (m *merger) admit(ctx context.Context, s span) (reads int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.share == nil {
		m.under++
		return 0, nil
	}
	stop := context.AfterFunc(ctx, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.freed.Broadcast()
	})
	defer stop()
	for {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		reads = m.unread(s)
		n := reads + itemBytes*s.rows
		if m.share.Grow(n) {
			break
		}
		if m.under == 0 {
			m.share.Add(n)
			break
		}
		m.freed.Wait()
	}
	m.under++
	return reads, nil
}

// unread is how many bytes of a span's blocks are not in memory.
func (m *merger) unread(s span) (n int64) {
	m.eachBlock(s, func(e entry, b *block) {
		if b.keys == nil {
			n += b.bytes
		}
	})
	return n
}

func (m *merger) eachBlock(s span, f func(entry, *block)) {
	for i, r := range m.runs {
		for k := s.first(i); r.spilled != nil && k < int(s.to[i]); k++ {
			e := entry{int32(i), int32(k)}
			f(e, m.blocks[e])
		}
	}
}

// done gives back what a span was let in for, but for blocks that others still need.
func (m *merger) done(s span, reads int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.under--
	m.eachBlock(s, func(e entry, _ *block) { m.leave(e) })
	m.give(reads + itemBytes*s.rows)
}

// load reads a block, unless it is there. What was set aside for it goes from reads to the block.
func (m *merger) load(ctx context.Context, e entry, reads *int64) (slice, error) {
	m.mu.Lock()
	b := m.blocks[e]
	m.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.chunk.Record == nil {
		c, err := m.runs[e.run].spilled.Read(ctx, int(e.block))
		if err != nil {
			return slice{}, err
		}
		settle(c.Record)
		keys := m.bound.keysOf(c.Record)
		m.mu.Lock()
		b.chunk, b.keys = c, keys
		*reads -= b.bytes
		m.mu.Unlock()
	}
	return slice{rec: b.chunk.Record, keys: b.keys, hi: b.chunk.Len()}, nil
}

// slices are the rows of a span, run after run.
func (m *merger) slices(ctx context.Context, s span, reads *int64) (out []slice, err error) {
	for i, r := range m.runs {
		lo, hi := s.first(i), int(s.to[i])
		if lo >= hi {
			continue
		}
		at := len(out)
		if r.spilled == nil {
			out = append(out, slice{r.rec, r.heads, int(r.start(lo)), int(r.start(hi))})
		}
		for b := lo; r.spilled != nil && b < hi; b++ {
			one, err := m.load(ctx, entry{int32(i), int32(b)}, reads)
			if err != nil {
				return nil, err
			}
			out = append(out, one)
		}
		if first := &out[at]; lo < int(s.from[i]) {
			first.lo = m.behind(*first, i, lo, first.lo, s.lower)
		}
		if last := &out[len(out)-1]; s.upper.run >= 0 && s.upper.run != int32(i) {
			last.hi = m.behind(*last, i, hi-1, last.hi-int(r.start(hi)-r.start(hi-1)), s.upper)
		}
	}
	return out, nil
}

// behind is the first row of a slice's block that is behind an entry's first. The block begins at
// row from of the slice's record.
func (m *merger) behind(s slice, run, block, from int, e entry) int {
	rows := int(m.runs[run].start(block+1) - m.runs[run].start(block))
	s.lo, s.hi = max(s.lo, from), from+rows
	return s.firstBehind(run, m.runs, e)
}

// sortSpan hands the rows of a span to f, sorted. Each span was counted by use, if runs are
// spilled.
func sortSpan[T any](ctx context.Context, m *merger, s span, f func(from []slice, picks []take.Pick) (T, error)) (none T, err error) {
	reads, err := m.admit(ctx, s)
	if err != nil {
		return none, err
	}
	defer func() { m.done(s, reads) }()
	from, err := m.slices(ctx, s, &reads)
	if err != nil {
		return none, err
	}
	return withItems(from, func(items, spare []item) (T, error) {
		sorter := sorter{make([][]column, len(from))}
		for i := range from {
			sorter.cols[i] = from[i].keys
		}
		if len(items) > 0 {
			sorter.sort(items, spare, 0, 0)
		}
		return f(from, picksOf(items, spare))
	})
}

// record is the rows of a span, at most as many as are left.
func (m *merger) record(ctx context.Context, s span, left int64) (arrow.Record, error) {
	return sortSpan(ctx, m, s, func(from []slice, picks []take.Pick) (arrow.Record, error) {
		return gather(m.bound.schema, from, picks[:min(int64(len(picks)), left)])
	})
}

// rank is how many rows are before a span.
func (m *merger) rank(ctx context.Context, s span) (rows int64, err error) {
	for i, r := range m.runs {
		block := s.first(i)
		rows += r.start(block)
		if block == int(s.from[i]) {
			continue
		}
		n, err := m.before(ctx, i, block, s.lower)
		if err != nil {
			return 0, err
		}
		rows += int64(n)
	}
	return rows, nil
}

// before is how many rows of a block are before an entry's first.
func (m *merger) before(ctx context.Context, run, block int, e entry) (int, error) {
	r := m.runs[run]
	one := slice{rec: r.rec, keys: r.heads, lo: int(r.start(block)), hi: int(r.start(block + 1))}
	if r.spilled != nil {
		c, err := r.spilled.Read(ctx, block)
		if err != nil {
			return 0, err
		}
		defer c.Release()
		one = slice{rec: c.Record, keys: m.bound.keysOf(c.Record), hi: c.Len()}
	}
	return one.firstBehind(run, m.runs, e) - one.lo, nil
}
