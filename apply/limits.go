package apply

import (
	"slices"
	"sync/atomic"

	"github.com/volley-go/volley/internal/engine"
)

// limits is how a pass bounds the calls that are under way at the same time. A function with a
// limit of its own takes a slot of that for each vector. The others share the run's: a worker takes
// one for a morsel, since it makes one call at a time, so that a slot costs a row nothing.
type limits struct {
	calls engine.Slots // the run's; nil if no function of the pass counts against them
	every bool         // they count whatever the strategy, for they say that they wait
	wide  *atomic.Bool // the stage was found to wait: then they count too, in all its passes
}

// limit makes the calls of the pass count against the run's: those of functions that say that they
// wait, or else of all Go functions, unless each has a limit of its own.
func (p *pass) limit(calls engine.Slots) {
	waits, open := false, false
	for _, n := range p.nodes {
		if n.waits && !waits { // the others do not count
			waits, open = true, false
		}
		open = open || n.program == nil && n.waits == waits && n.slots == nil
	}
	if open {
		p.calls, p.every = calls, waits
	}
}

// hold takes one of the run's slots for a morsel, and reports whether there is one to be given
// back. Functions that do not say that they wait take one if it is free: whoever computes never
// waits for it, and whoever turns out to wait is counted from the first call on.
func (w *worker) hold() bool {
	switch {
	case w.p.calls == nil:
		return false
	case w.p.calls.TryTake():
		return true
	}
	return (w.p.every || w.p.wide.Load()) && w.take(w.p.calls)
}

// mayWait are the functions of a stage that calls may wait in: those that say so, or else all Go
// functions.
func mayWait(nodes []*node) (out []*node) {
	waits := slices.ContainsFunc(nodes, func(n *node) bool { return n.waits })
	for _, n := range nodes {
		if n.program == nil && n.waits == waits {
			out = append(out, n)
		}
	}
	return out
}

// most is how many calls of functions their own limits allow at the same time; every reports
// whether each of them has one.
func most(nodes []*node) (calls int, every bool) {
	var counted []engine.Slots
	for _, n := range nodes {
		if n.slots == nil {
			return 0, false
		}
		if !slices.Contains(counted, n.slots) {
			counted = append(counted, n.slots)
			calls += n.calls.most()
		}
	}
	return calls, len(nodes) > 0
}

// within is the settings with no more workers than the stage's functions allow calls.
func (s *stage) within(env *engine.Env) *engine.Env {
	if !slices.ContainsFunc(s.nodes, func(n *node) bool { return n.slots != nil }) {
		return env
	}
	own := *env
	env = &own
	if calls, every := most(s.nodes); every {
		env.Workers = min(env.Workers, calls)
	}
	if calls, every := most(mayWait(s.nodes)); every {
		env.Widen(calls, "by Calls.Concurrency")
	}
	return env
}

// ownSlots are what a worker takes for its calls of the node; nil if each call takes its own turn.
func (n *node) ownSlots() engine.Slots {
	if n.guard != nil {
		return nil
	}
	return n.slots
}

// take waits for one of slots, which nil has enough of. It is false if the worker's rows need not
// be run any more.
func (w *worker) take(slots engine.Slots) bool {
	if slots == nil || slots.Take(w.ctx) {
		return true
	}
	if w.p.ctx.Err() != nil { // the pass may not have seen it yet
		w.p.cursor.StopAt(0)
	}
	return false
}

func give(slots engine.Slots) {
	if slots != nil {
		slots.Give()
	}
}
