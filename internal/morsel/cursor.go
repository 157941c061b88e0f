package morsel

import (
	"iter"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// Span is units Lo … Hi-1 of part Part, counted from the part's first.
type Span struct{ Part, Lo, Hi int }

// Len is the number of units.
func (s Span) Len() int { return s.Hi - s.Lo }

// Hand is what a worker claims with. The zero Hand is ready; it must not be copied after it has
// claimed, and belongs to one worker.
type Hand struct {
	interrupted atomic.Bool
	recalled    atomic.Bool
	known       bool // to the cursor; of its lock
	holds       bool // a span; of the cursor's lock
	rest        Span // what Units has not begun of the span
}

// Interrupted reports whether the worker should leave its loop and look at [Cursor.Wanted] and
// [Cursor.Stopped]. It costs a load from memory, so that it can be asked before each unit.
func (h *Hand) Interrupted() bool { return h.interrupted.Load() }

// Recall asks for what the worker has not begun of its span, though nobody waits for it: it is to
// be claimed anew, in shorter spans.
func (h *Hand) Recall() {
	h.recalled.Store(true)
	h.interrupted.Store(true)
}

// Resume makes Interrupted false again. A worker calls it before it looks at why it was
// interrupted, not after: what happens in between then interrupts anew.
func (h *Hand) Resume() { h.interrupted.Store(false) }

// Cursor hands units out. All methods may be called at the same time.
type Cursor struct {
	starts []int // first unit of each part, and the number of all units

	mu      sync.Mutex
	change  sync.Cond
	gaps    []Span // units not yet claimed, ascending but for what was given back
	left    int    // number of them
	active  int    // hands that hold a span
	hands   []*Hand
	hungry  atomic.Int32 // hands that wait
	stop    atomic.Int64 // the first unit that need not be done
	trimmed int64        // the stop that the gaps were last cut at
}

// NewCursor is a cursor over parts of so many units.
func NewCursor(sizes ...int) *Cursor {
	c := &Cursor{starts: make([]int, 1, len(sizes)+1), trimmed: math.MaxInt64}
	c.change.L = &c.mu
	c.stop.Store(math.MaxInt64)
	for part, n := range sizes {
		c.starts = append(c.starts, c.starts[part]+n)
		if n > 0 {
			c.gaps = append(c.gaps, Span{part, 0, n})
			c.left += n
		}
	}
	return c
}

// Unit is the number, among all units, of unit i of a part.
func (c *Cursor) Unit(part, i int) int { return c.starts[part] + i }

// Claim returns the next span, of size(left) units or fewer, at least one. The span that the hand
// held before is done or given back. ok is false if there are no more, and none can come back.
func (c *Cursor) Claim(h *Hand, size func(left int) int) (s Span, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release(h)
	for {
		c.trim()
		if c.left > 0 {
			h.holds = true
			c.active++
			n := size(c.left)
			if hungry := int(c.hungry.Load()); hungry > 0 { // what was given back is for all who wait
				n = min(n, (c.left+hungry)/(hungry+1))
			}
			return c.cut(n), true
		}
		if c.active == 0 {
			c.change.Broadcast()
			return Span{}, false
		}
		c.hungry.Add(1)
		c.interrupt()
		c.change.Wait()
		c.hungry.Add(-1)
	}
}

// release ends what a hand holds, and makes a new one known.
func (c *Cursor) release(h *Hand) {
	h.recalled.Store(false)
	if h.holds {
		h.holds = false
		c.active--
	}
	if !h.known {
		h.known = true
		c.hands = append(c.hands, h)
	}
}

// interrupt makes all who hold a span look.
func (c *Cursor) interrupt() {
	for _, h := range c.hands {
		if h.holds {
			h.interrupted.Store(true)
		}
	}
}

func (c *Cursor) cut(units int) Span {
	g := &c.gaps[0]
	s := Span{g.Part, g.Lo, g.Lo + min(max(units, 1), g.Len())}
	g.Lo = s.Hi
	c.left -= s.Len()
	if g.Len() == 0 {
		c.gaps = c.gaps[1:]
	}
	return s
}

// Left is how many units are still to be claimed.
func (c *Cursor) Left() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trim()
	return c.left
}

// Gaps are the units still to be claimed.
func (c *Cursor) Gaps() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trim()
	return slices.Clone(c.gaps)
}

// trim forgets units from stop on.
func (c *Cursor) trim() {
	stop := c.stop.Load()
	if stop == c.trimmed {
		return
	}
	c.trimmed, c.left = stop, 0
	kept := c.gaps[:0]
	for _, g := range c.gaps {
		g.Hi = min(g.Hi, int(stop)-c.starts[g.Part])
		if g.Len() > 0 {
			kept = append(kept, g)
			c.left += g.Len()
		}
	}
	c.gaps = kept
}

// Wanted reports whether a hand should give back what it has not begun of its span: another waits
// for something to do, or it was recalled.
func (c *Cursor) Wanted(h *Hand) bool { return c.hungry.Load() > 0 || h.recalled.Load() }

// GiveBack returns the end of a claimed span that was not begun.
func (c *Cursor) GiveBack(s Span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gaps = append([]Span{s}, c.gaps...)
	c.left += s.Len()
	c.trimmed = math.MaxInt64 // the span may reach behind stop
	c.change.Broadcast()
}

// StopAt says that units from this one on need not be done; the least of several calls holds. It
// interrupts all who hold a span, and wakes who waits.
func (c *Cursor) StopAt(unit int) {
	for {
		old := c.stop.Load()
		if int64(unit) >= old {
			return
		}
		if c.stop.CompareAndSwap(old, int64(unit)) {
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.interrupt()
	c.change.Broadcast()
}

// Stopped reports whether a unit need not be done.
func (c *Cursor) Stopped(unit int) bool { return int64(unit) >= c.stop.Load() }

// Before is how many of n units from one on are to be done.
func (c *Cursor) Before(unit, n int) int {
	return int(min(max(c.stop.Load()-int64(unit), 0), int64(n)))
}

// ClaimAt claims a given span, all of whose units are still to be claimed: a sample's.
func (c *Cursor) ClaimAt(h *Hand, s Span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release(h)
	h.holds = true
	c.active++
	var out []Span
	for _, g := range c.gaps {
		if g.Part != s.Part || g.Hi <= s.Lo || s.Hi <= g.Lo {
			out = append(out, g)
			continue
		}
		if g.Lo < s.Lo {
			out = append(out, Span{g.Part, g.Lo, s.Lo})
		}
		if s.Hi < g.Hi {
			out = append(out, Span{g.Part, s.Hi, g.Hi})
		}
		c.left -= min(g.Hi, s.Hi) - max(g.Lo, s.Lo)
	}
	c.gaps = out
}

// Release says that a hand claims no more: the span it held is done or given back. After a Claim
// that said false it is not needed.
func (c *Cursor) Release(h *Hand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release(h)
	if c.active == 0 && c.left == 0 {
		c.change.Broadcast()
	}
}

// Units claims spans of size(left) units and yields the numbers of their units, one by one;
// between two of them it gives what it has not begun to workers that wait. If the loop's body ends
// the goroutine, another loop with the same hand goes on behind that unit. It costs some
// nanoseconds a unit beside the claims.
func (c *Cursor) Units(h *Hand, size func(left int) int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for ok := true; ok; h.rest, ok = c.Claim(h, size) {
			for h.rest.Len() > 0 {
				unit := c.Unit(h.rest.Part, h.rest.Lo)
				if c.Stopped(unit) || h.Interrupted() && c.shares(h) {
					h.rest = Span{}
					break
				}
				h.rest.Lo++
				if !yield(unit) {
					c.leave(h)
					return
				}
			}
		}
	}
}

// shares gives what a hand has not begun to those who wait, and reports whether it did.
func (c *Cursor) shares(h *Hand) bool {
	h.Resume()
	if !c.Wanted(h) || h.rest.Len() == 1 {
		return false
	}
	c.GiveBack(h.rest)
	return true
}

// leave gives back what a loop that was left had not begun.
func (c *Cursor) leave(h *Hand) {
	if h.rest.Len() > 0 {
		c.GiveBack(h.rest)
		h.rest = Span{}
	}
	c.Release(h)
}
