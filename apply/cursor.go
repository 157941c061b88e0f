package apply

import (
	"math"
	"sync"
	"sync/atomic"
)

// span is rows lo … hi-1 of record batch rec of the frame.
type span struct{ rec, lo, hi int }

func (s span) len() int { return s.hi - s.lo }

// cursor hands the rows of a pass out to workers, in order, a morsel at a time. A
// claim costs about 50 ns. A worker that finds nothing left while others still
// run waits for what they may give back: they see in hungry that it does.
type cursor struct {
	mu     sync.Mutex
	change sync.Cond
	gaps   []span // rows not yet claimed, ascending
	left   int    // number of them
	active int    // workers that have a morsel
	hungry atomic.Int32

	// halt is the first row (of the frame) that need not be run: lowered when a
	// row fails under Stop, 0 when the run is cancelled.
	halt    atomic.Int64
	trimmed int64 // the halt that the gaps were last cut at
	starts  []int
}

func newCursor(gaps []span, starts []int) *cursor {
	c := &cursor{gaps: gaps, starts: starts, trimmed: math.MaxInt64}
	c.change.L = &c.mu
	c.halt.Store(math.MaxInt64)
	for _, g := range gaps {
		c.left += g.len()
	}
	return c
}

// claim returns the next morsel, of at most rows(left) rows. ok is false when there are no
// more and none can come back. done says that the worker had a morsel before.
func (c *cursor) claim(done bool, rows func(left int) int) (s span, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done {
		c.active--
	}
	for {
		c.trim()
		if c.left > 0 {
			c.active++
			n := rows(c.left)
			if h := int(c.hungry.Load()); h > 0 { // what was given back is for all who wait
				n = min(n, (c.left+h)/(h+1))
			}
			return c.cut(n), true
		}
		if c.active == 0 {
			c.change.Broadcast()
			return span{}, false
		}
		c.hungry.Add(1)
		c.change.Wait()
		c.hungry.Add(-1)
	}
}

func (c *cursor) cut(rows int) span {
	g := &c.gaps[0]
	s := span{g.rec, g.lo, g.lo + min(max(rows, 1), g.len())}
	g.lo = s.hi
	c.left -= s.len()
	if g.len() == 0 {
		c.gaps = c.gaps[1:]
	}
	return s
}

// remaining is how many rows are still to be claimed.
func (c *cursor) remaining() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trim()
	return c.left
}

// trim forgets rows from halt on.
func (c *cursor) trim() {
	halt := c.halt.Load()
	if halt == c.trimmed {
		return
	}
	c.trimmed, c.left = halt, 0
	kept := c.gaps[:0]
	for _, g := range c.gaps {
		g.hi = min(g.hi, int(halt)-c.starts[g.rec])
		if g.len() > 0 {
			kept = append(kept, g)
			c.left += g.len()
		}
	}
	c.gaps = kept
}

// giveBack returns rows of a claimed morsel that were not begun.
func (c *cursor) giveBack(s span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gaps = append([]span{s}, c.gaps...)
	c.left += s.len()
	c.trimmed = math.MaxInt64 // the span may reach behind halt
	c.change.Broadcast()
}

// stopAt lowers halt and wakes who waits.
func (c *cursor) stopAt(row int64) {
	for {
		old := c.halt.Load()
		if row >= old {
			return
		}
		if c.halt.CompareAndSwap(old, row) {
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change.Broadcast()
}

func (c *cursor) halted(row int) bool { return int64(row) >= c.halt.Load() }

// remove takes rows out of the gaps: those the sample has computed.
func (c *cursor) remove(s span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []span
	for _, g := range c.gaps {
		if g.rec != s.rec || g.hi <= s.lo || s.hi <= g.lo {
			out = append(out, g)
			continue
		}
		if g.lo < s.lo {
			out = append(out, span{g.rec, g.lo, s.lo})
		}
		if s.hi < g.hi {
			out = append(out, span{g.rec, s.hi, g.hi})
		}
		c.left -= min(g.hi, s.hi) - max(g.lo, s.lo)
	}
	c.gaps = out
}
