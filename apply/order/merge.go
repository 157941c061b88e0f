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
	last   []entry // of each run: the block that the last span has a part of; run is -1 if there is none
}

// block is a spilled block that spans need.
type block struct {
	bytes int64
	users int // spans that need it, and one if the next to be cut will

	mu    sync.Mutex
	chunk chunker.Chunk
	keys  []column
	weigh weigher
}

func (t *table) merger(runs []*run) *merger {
	m := &merger{bound: t.bound, runs: runs, blocks: map[entry]*block{}, last: make([]entry, len(runs))}
	m.freed.L = &m.mu
	for i := range m.last {
		m.last[i] = noBlock
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
		m.last[i] = noBlock
		if r.spilled == nil {
			continue
		}
		s.eachBlock(i, r, func(e entry) { m.user(e) })
		if b := r.blockOf(s.to[i]); s.to[i] > r.start(b) && s.to[i] < r.rows {
			m.last[i] = entry{int32(i), int32(b)}
			m.user(m.last[i])
		}
	}
	for _, e := range before {
		m.leave(e)
	}
}

func (m *merger) user(e entry) *block {
	b := m.blocks[e]
	if b == nil {
		b = &block{bytes: m.runs[e.run].blockBytes(int(e.block))}
		m.blocks[e] = b
	}
	b.users++
	return b
}

// leave gives a block up, if its user was the last.
func (m *merger) leave(e entry) {
	b := m.blocks[e]
	if e == noBlock || b == nil {
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
		if r.spilled != nil {
			s.eachBlock(i, r, func(e entry) { f(e, m.blocks[e]) })
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
		c, err := m.read(ctx, e)
		if err != nil {
			return slice{}, err
		}
		m.put(b, c, func() { *reads -= b.bytes })
	}
	return b.slice(), nil
}

func (m *merger) read(ctx context.Context, e entry) (chunker.Chunk, error) {
	c, err := m.runs[e.run].spilled.Read(ctx, int(e.block))
	if err == nil {
		settle(c.Record)
	}
	return c, err
}

// put keeps a block that was read. counted is called at the same moment.
func (m *merger) put(b *block, c chunker.Chunk, counted func()) {
	keys, weigh := m.bound.keysOf(c.Record), weigherOf(c.Record)
	m.mu.Lock()
	defer m.mu.Unlock()
	b.chunk, b.keys, b.weigh = c, keys, weigh
	counted()
}

func (b *block) slice() slice {
	return slice{rec: b.chunk.Record, keys: b.keys, weigh: b.weigh, hi: b.chunk.Len()}
}

// peeked is a block that is looked at before the spans that need it.
type peeked struct {
	slice
	own chunker.Chunk // of blocks that the spans read again
}

// peek reads a block, unless it is there. It is kept for the spans if there is room; else it is
// read for the moment alone, since spans that wait for room would wait for the one to come.
func (m *merger) peek(ctx context.Context, e entry) (p *peeked, err error) {
	m.mu.Lock()
	b := m.user(e)
	m.mu.Unlock()
	p = new(peeked)
	defer func() {
		if err != nil {
			m.leavePeeked(e, p)
		}
	}()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.chunk.Record != nil {
		p.slice = b.slice()
		return p, nil
	}
	c, err := m.read(ctx, e)
	if err != nil {
		return p, err
	}
	if m.share == nil || m.share.Grow(b.bytes) {
		m.put(b, c, func() {})
		p.slice = b.slice()
		return p, nil
	}
	m.share.Add(b.bytes)
	p.own = c
	p.slice = slice{rec: c.Record, keys: m.bound.keysOf(c.Record), weigh: weigherOf(c.Record), hi: c.Len()}
	return p, nil
}

// leavePeeked ends the looking at a block.
func (m *merger) leavePeeked(e entry, p *peeked) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p.own.Record != nil {
		p.own.Release()
		m.give(m.runs[e.run].blockBytes(int(e.block)))
	}
	m.leave(e)
}

// slices are the rows of a span, run after run.
func (m *merger) slices(ctx context.Context, s span, reads *int64) (out []slice, err error) {
	for i, r := range m.runs {
		if s.from[i] == s.to[i] {
			continue
		}
		if r.spilled == nil {
			out = append(out, r.slice(s.from[i], s.to[i]))
			continue
		}
		s.eachBlock(i, r, func(e entry) {
			if err != nil {
				return
			}
			var one slice
			if one, err = m.load(ctx, e, reads); err == nil {
				start := r.start(int(e.block))
				one.lo, one.hi = int(max(s.from[i]-start, 0)), min(int(s.to[i]-start), one.hi)
				out = append(out, one)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sortSpan hands the rows of a span to f, sorted. Spans of spilled runs were counted by use.
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
		sortItems(from, items, spare)
		return f(from, picksOf(items, spare))
	})
}

// record is the rows of a span.
func (m *merger) record(ctx context.Context, s span) (arrow.Record, error) {
	return sortSpan(ctx, m, s, func(from []slice, picks []take.Pick) (arrow.Record, error) {
		return gather(m.bound.schema, from, picks)
	})
}
