package order

import (
	"cmp"
	"slices"
)

// entry is a block of a run.
type entry struct{ run, block int32 }

// span is a range of the rows of all runs, in the order that they have together: from the first row
// of one block up to that of another. So its rows are where they are known to be without reading:
// in the blocks that begin in it, and in the last of each run that begins before it.
type span struct {
	lower, upper entry // run is -1 where the span goes to the end
	from, to     []int32
	rows         int64 // at most
	bytes        int64 // of the blocks that begin in it
}

var open = entry{run: -1}

// cutter cuts runs into spans.
type cutter struct {
	runs   []*run
	order  []entry // all blocks, by their first rows
	next   int     // of order
	begun  []int32 // of each run: the blocks before next
	bytes  int64   // to aim for in each span
	rowMax int64   // of the blocks that begin in a span, unless there is but one
}

func newCutter(runs []*run, bytes, rows int64) *cutter {
	c := &cutter{runs: runs, begun: make([]int32, len(runs)), bytes: bytes, rowMax: rows}
	for i, r := range runs {
		for b := range r.blocks() {
			c.order = append(c.order, entry{int32(i), int32(b)})
		}
	}
	slices.SortFunc(c.order, c.compare)
	return c
}

// compare compares blocks by their first rows, which differ at least in their place.
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

// cut is the next span; false behind the last.
func (c *cutter) cut() (s span, ok bool) {
	if c.next == len(c.order) {
		return s, false
	}
	s.lower, s.upper, s.from = open, open, slices.Clone(c.begun)
	if c.next > 0 {
		s.lower = c.order[c.next]
	}
	for rows := int64(0); c.next < len(c.order); c.next++ {
		e := c.order[c.next]
		r := c.runs[e.run]
		bytes, n := r.blockBytes(int(e.block)), r.start(int(e.block)+1)-r.start(int(e.block))
		if s.bytes > 0 && (s.bytes+bytes > c.bytes || rows+n > c.rowMax) {
			s.upper = e
			break
		}
		s.bytes += bytes
		rows += n
		c.begun[e.run]++
	}
	s.to = slices.Clone(c.begun)
	for i, r := range c.runs {
		s.rows += r.start(int(s.to[i])) - r.start(s.first(i))
	}
	return s, true
}

// first is the first block of a run that may have rows of the span.
func (s *span) first(run int) int {
	if s.from[run] == 0 || s.lower.run == int32(run) {
		return int(s.from[run])
	}
	return int(s.from[run]) - 1
}
