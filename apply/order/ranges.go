package order

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// entry is a block of a run.
type entry struct{ run, block int32 }

var noBlock = entry{run: -1}

// edge is a place in the order that the rows of all runs have together: of each run, how many of
// its rows come before it.
type edge struct {
	at   []int64
	rows int64 // before it, of all runs
	bits int64 // of those
}

// span is the rows between two edges.
type span struct {
	from, to []int64
	rows     int64
}

// eachBlock calls f for the blocks of a run that the span has rows of.
func (s *span) eachBlock(run int, r *run, f func(entry)) {
	if s.from[run] == s.to[run] {
		return
	}
	for b := r.blockOf(s.from[run]); r.start(b) < s.to[run]; b++ {
		f(entry{int32(run), int32(b)})
	}
}

// spanOf is all rows of runs.
func spanOf(runs []*run) span {
	end := endOf(runs)
	return span{from: make([]int64, len(runs)), to: end.at, rows: end.rows}
}

// endOf is the edge behind all rows.
func endOf(runs []*run) edge {
	out := edge{at: make([]int64, len(runs))}
	for i, r := range runs {
		out.at[i] = r.rows
		out.rows += r.rows
		out.bits += r.sums[r.blocks()]
	}
	return out
}

// cutter cuts runs into spans, each of as many rows as are within bits and rowMax, or of one row.
// So where it cuts depends on the rows and their order alone, however they lie in runs and blocks.
//
// The blocks' first rows, their heads, are in memory, and sorted. An edge is found among them by
// bisection: where a head is in the order of all rows is known by a search in one block of each
// run. Between two neighbouring heads lie about as many rows as one block has; these are sorted.
//
// Spans that become a longer run need no such edge. They are cut at a head, which is guessed, by
// one search in place of several.
type cutter struct {
	*merger
	bits   int64 // a span has at most
	rowMax int64 // a span has at most
	most   int64 // rows that all spans have at most
	rough  bool  // spans end at the head that is guessed

	order  []entry // all blocks, by their heads
	at     heads
	passed int   // of order: heads that are not behind last
	last   edge  // where the last span ended
	end    edge  // of all rows
	slack  slack // where the last edge was found

	peeked map[entry]*peeked // blocks that were read to find an edge
}

// heads is a place between the heads of blocks, and the blocks before it: of each run how many, and
// the rows and bits of all.
type heads struct {
	n          int
	begun      []int32
	rows, bits int64
}

// slack is how much more the blocks that begin before an edge have than the rows before it.
type slack struct{ rows, bits int64 }

// newCutter begins with the first rows, and ends behind so many.
func (m *merger) newCutter(bytes, rows, most int64) *cutter {
	c := &cutter{merger: m, bits: 8 * min(bytes, math.MaxInt64/16), rowMax: rows, most: most, end: endOf(m.runs), peeked: map[entry]*peeked{}}
	c.last.at, c.at.begun = make([]int64, len(m.runs)), make([]int32, len(m.runs))
	if most < 0 {
		c.most = math.MaxInt64
	}
	for i, r := range m.runs {
		for b := range r.blocks() {
			c.order = append(c.order, entry{int32(i), int32(b)})
		}
	}
	slices.SortFunc(c.order, c.compare)
	return c
}

// compare compares blocks by their heads, which differ at least in their place.
func (c *cutter) compare(a, b entry) int {
	if a.run == b.run {
		return cmp.Compare(a.block, b.block)
	}
	keys, row := c.runs[a.run].head(int(a.block))
	others, other := c.runs[b.run].head(int(b.block))
	if order := compareKeys(keys, row, others, other); order != 0 {
		return order
	}
	return cmp.Compare(a.run, b.run)
}

// cut is the next span, which it counts as a user of its blocks; false behind the last.
func (c *cutter) cut(ctx context.Context) (s span, ok bool, err error) {
	if c.last.rows >= min(c.end.rows, c.most) {
		return s, false, nil
	}
	defer c.unpeek()
	next, err := c.next(ctx)
	if err != nil {
		return s, false, err
	}
	s = span{from: c.last.at, to: next.at, rows: next.rows - c.last.rows}
	c.use(s)
	c.last = next
	return s, true, nil
}

// fits reports whether the span up to an edge is not too large.
func (c *cutter) fits(e edge) bool {
	return e.bits-c.last.bits <= c.bits && e.rows-c.last.rows <= c.rowMax && e.rows <= c.most
}

// next finds the edge of the next span.
func (c *cutter) next(ctx context.Context) (edge, error) {
	if c.fits(c.end) {
		return c.end, nil
	}
	guess := c.guess()
	if c.rough && guess > c.passed && guess < len(c.order) {
		if e, err := c.edgeAt(ctx, guess); err != nil || e.rows <= c.most {
			c.found(e, guess)
			return e, err
		}
	}
	low, high, fit, over := c.last, c.end, c.passed, len(c.order)
	for step := 1; over-fit > 1; step *= 2 {
		if guess <= fit || guess >= over {
			guess = fit + (over-fit)/2
		}
		e, err := c.edgeAt(ctx, guess)
		if err != nil {
			return edge{}, err
		}
		if c.fits(e) {
			low, fit, guess = e, guess, guess+step
		} else {
			high, over, guess = e, guess, guess-step
		}
	}
	e, err := c.between(ctx, low, high)
	if e.rows == high.rows { // a row that is too large alone
		fit = over
	}
	c.found(e, fit)
	return e, err
}

// found remembers where the next edge is looked for.
func (c *cutter) found(e edge, passed int) {
	c.passed = passed
	c.seek(passed)
	c.slack = slack{c.at.rows - e.rows, c.at.bits - e.bits}
}

// guess is the head about where the next span ends: of order, how many come before it.
func (c *cutter) guess() int {
	rows, bits := min(c.last.rows+c.rowMax, c.most)+c.slack.rows, c.last.bits+c.bits+c.slack.bits
	c.seek(c.passed)
	for c.at.n < len(c.order) && c.at.rows < rows && c.at.bits < bits {
		c.seek(c.at.n + 1)
	}
	return c.at.n
}

// seek goes to the place before head n.
func (c *cutter) seek(n int) {
	for ; c.at.n < n; c.at.n++ {
		c.count(c.order[c.at.n], 1)
	}
	for c.at.n > n {
		c.at.n--
		c.count(c.order[c.at.n], -1)
	}
}

// count adds a block to those before a place, or takes it away.
func (c *cutter) count(e entry, times int64) {
	r, b := c.runs[e.run], int(e.block)
	c.at.begun[e.run] += int32(times)
	c.at.rows += times * (r.start(b+1) - r.start(b))
	c.at.bits += times * (r.sums[b+1] - r.sums[b])
}

// edgeAt is the edge before head n.
func (c *cutter) edgeAt(ctx context.Context, n int) (edge, error) {
	c.seek(n)
	head, out := c.order[n], edge{at: make([]int64, len(c.runs))}
	for i, r := range c.runs {
		b := int(c.at.begun[i]) - 1
		if i == int(head.run) {
			out.at[i] = r.start(int(head.block))
			out.bits += r.sums[head.block]
		} else if b >= 0 {
			s, err := c.block(ctx, i, b)
			if err != nil {
				return edge{}, err
			}
			at := s.firstBehind(i, c.runs, head)
			out.at[i] = r.start(b) + int64(at-s.lo)
			out.bits += r.sums[b] + s.weigh.bits(s.lo, at)
		}
		out.rows += out.at[i]
	}
	return out, nil
}

// between finds the last edge that fits, or else the first behind a row, between two edges that
// have no head between them. So of each run it needs one block.
func (c *cutter) between(ctx context.Context, low, high edge) (edge, error) {
	var from []slice
	var runs []int
	for i, r := range c.runs {
		lo, hi := low.at[i], high.at[i]
		if lo == hi {
			continue
		}
		b := r.blockOf(lo)
		s, err := c.block(ctx, i, b)
		if err != nil {
			return edge{}, err
		}
		first := int64(s.lo) - r.start(b)
		s.lo, s.hi = int(first+lo), int(first+hi)
		from, runs = append(from, s), append(runs, i)
	}
	return withItems(from, func(items, spare []item) (edge, error) {
		sortItems(from, items, spare)
		out := edge{slices.Clone(low.at), low.rows, low.bits}
		for _, it := range items {
			more := edge{out.at, out.rows + 1, out.bits + from[it.at.Array].weigh.bits(int(it.at.Row), int(it.at.Row)+1)}
			if !c.fits(more) && out.rows > c.last.rows {
				break
			}
			out = more
			out.at[runs[it.at.Array]]++
		}
		return out, nil
	})
}

// sortItems sorts items of slices, of whose rows they are.
func sortItems(from []slice, items, spare []item) {
	s := sorter{make([][]column, len(from))}
	for i := range from {
		s.cols[i] = from[i].keys
	}
	if len(items) > 0 {
		s.sort(items, spare, 0, 0)
	}
}

// block is the rows of a run's block.
func (c *cutter) block(ctx context.Context, run, block int) (slice, error) {
	r := c.runs[run]
	if r.spilled == nil {
		return r.slice(r.start(block), r.start(block+1)), nil
	}
	e := entry{int32(run), int32(block)}
	p := c.peeked[e]
	if p == nil {
		var err error
		if p, err = c.peek(ctx, e); err != nil {
			return slice{}, err
		}
		c.peeked[e] = p
	}
	return p.slice, nil
}

// unpeek gives up the blocks that were read. Those that spans need stay.
func (c *cutter) unpeek() {
	for e, p := range c.peeked {
		c.leavePeeked(e, p)
	}
	clear(c.peeked)
}
