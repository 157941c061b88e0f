package apply

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
)

// FunctionReport is what a function came to whose [Calls] set more than Concurrency.
type FunctionReport struct {
	Name  string // the columns that it writes
	Calls CallCounts
}

// CallCounts is what became of a function's calls.
type CallCounts struct {
	Made      int64 // all of them, retries and hedges too
	Failed    int64 // rows that ended with an error
	Retried   int64 // calls that were made again after an error
	Hedged    int64 // calls that were made beside a slow one
	Refused   int64 // by the breaker: they were not made
	TimedOut  int64
	Abandoned int64 // calls that ignored the end of their context
	Saved     int64 // rows that got the result of another one, by Once
	Forgotten int64 // results that Once had no room for any more
}

// String is the counts as a report shows them: those that are not 0.
func (c CallCounts) String() string {
	out := []string{count.Grouped(c.Made, "call")}
	for _, n := range []struct {
		of   int64
		what string
	}{
		{c.Retried, "retried"}, {c.Hedged, "hedged"}, {c.TimedOut, "timed out"}, {c.Abandoned, "abandoned"}, {c.Refused, "refused by the breaker"},
		{c.Saved, "saved by equal input"}, {c.Forgotten, "results forgotten"},
	} {
		if n.of > 0 {
			out = append(out, count.Thousands(n.of)+" "+n.what)
		}
	}
	return strings.Join(out, ", ")
}

// counts are what became of calls so far.
type counts struct {
	made, running, failed, retried, hedged, refused, timedOut atomic.Int64
}

// failed counts rows of a node that ended with an error, but for those that the end of their run
// has ended.
func (w *worker) failed(n *node, rows int) {
	if w.ctx.Err() != nil {
		return
	}
	if n.guard != nil {
		n.guard.counts.failed.Add(int64(rows))
	}
	if w.p.meter != nil && n.program == nil && (n.waits || !w.p.waits || n.guard != nil) {
		w.p.meter.rows.Add(int64(rows))
	}
}

// came is what the calls came to so far.
func (g *guard) came() CallCounts {
	n := &g.counts
	c := CallCounts{
		Made: n.made.Load(), Failed: n.failed.Load(), Retried: n.retried.Load(), Hedged: n.hedged.Load(), Refused: n.refused.Load(),
		TimedOut: n.timedOut.Load(),
	}
	if g.timeout != nil {
		c.Abandoned, _ = g.timeout.Abandoned()
	}
	if g.memo != nil {
		c.Saved, c.Forgotten = g.memo.saved.Load(), g.memo.forgotten.Load()
	}
	return c
}

// guards lists the stage's guards, each once, with the names of the columns that their functions
// write.
func (s *stage) guards() (names []string, list []*guard) {
	at := map[*guard]int{}
	for _, n := range s.nodes {
		if n.guard == nil {
			continue
		}
		if i, ok := at[n.guard]; ok {
			names[i] += ", " + n.name
			continue
		}
		at[n.guard] = len(list)
		names, list = append(names, n.name), append(list, n.guard)
	}
	return names, list
}

// came is what the stage's functions came to so far.
func (s *stage) came() (out []FunctionReport) {
	names, guards := s.guards()
	for i, g := range guards {
		out = append(out, FunctionReport{names[i], g.came()})
	}
	return out
}

// underWay is the stage's calls, for progress: as the guards of its functions count them or, if
// there are none, as its meter does, once they are slow.
func (s *stage) underWay() (c progress.Calls) {
	_, guards := s.guards()
	for _, g := range guards {
		c.Running += g.counts.running.Load()
		c.Made += g.counts.made.Load()
		c.Retried += g.counts.retried.Load()
	}
	m := s.calls.shown.Load()
	if m != nil && (len(guards) > 0 || s.waits()) {
		c.Failed = m.rows.Load() // not the calls that failed, which may have been repeated
	}
	if m != nil && len(guards) == 0 && s.waits() {
		c.Running, c.Made = m.now.Load(), m.calls.Load()
	}
	return c
}

// waits reports whether a function of the stage says that it waits, or was found to.
func (s *stage) waits() bool {
	return s.wide.Load() || slices.ContainsFunc(s.nodes, func(n *node) bool { return n.waits })
}

// CallsOf is the calls that functions of bound steps made so far, if they wait. It may be asked at
// any time of a run.
func CallsOf(steps chunker.BoundSteps) (c progress.Calls) {
	for _, step := range steps.List {
		if s, ok := step.(*stage); ok {
			of := s.underWay()
			c.Running, c.Made, c.Failed, c.Retried = c.Running+of.Running, c.Made+of.Made, c.Failed+of.Failed, c.Retried+of.Retried
		}
	}
	return c
}
