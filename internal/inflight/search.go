package inflight

import (
	"fmt"
	"math"

	"github.com/volley-go/volley/internal/count"
)

const (
	climbAt   = 1.15 // times the rate for doubling to go on, and for a wider try to stay
	againAt   = 1.3  // times the rate for the next wider try to follow at once
	keepAt    = 0.92 // of the rate is enough for a narrower try to stay
	headroom  = 1.15 // times what the estimate says, for it must not starve what is called
	worthAt   = 0.8  // of the width: a proposal above is no use
	queuedAt  = 2.0  // times the unloaded latency, in the first window: no wider
	differsAt = 0.8  // of the latency: less is another one
	slowerAt  = 0.75 // of the rate, from which what is called has changed …
	fasterAt  = 1.15 // … and times the rate
	looseAt   = 1.25 // times the unloaded latency: up to that doubling goes on whatever the rate
	sureMost  = 128  // up to which doubling goes on in any case, but failures
	wider     = 1.5
	holdMost  = 16   // windows between two wider tries
	restLeast = 16   // windows until a narrower try that nothing but time speaks for …
	restMost  = 128  // … and between two of them
	failsMore = 0.05 // share of failures above the usual one
	failsMin  = 3    // failures in a window
	belowFail = 0.75 // of the width at which failures rose may be tried …
	forgets   = 256  // … for so many windows, and twice as many each time
	notesMost = 8
)

// window is what was measured while the width stayed the same.
type window struct {
	width    int
	rate     float64 // calls a second
	latency  float64 // seconds
	took     float64 // the same, of calls that have come back, some of them begun at another width
	failures int
	failed   float64 // share of the calls
}

// succeed is how many calls a second do not fail.
func (m window) succeed() float64 { return m.rate * (1 - m.failed) }

// phase is what a window is measured for.
type phase int

const (
	climbing phase = iota
	settled
	tryingMore
	tryingLess
	sparing // fewer calls at a time, for more of them fail
)

// search decides about the width from window to window.
type search struct {
	most   int
	sure   int // that are begun though nothing is known
	width  int
	phase  phase
	last   window  // the one before; of a try, the one that it is held against
	seen   bool    // there is a last
	quiet  float64 // the unloaded latency, in seconds; 0 if it is not known
	usual  float64 // share of failures that the width is not to blame for
	hold   int     // windows until more is tried
	vain   int     // the hold after the next try in vain
	rest   int     // windows until less is tried …
	rested int     // … and after that
	blind  bool    // less is tried though no latency speaks for it
	moved  bool    // the rate has changed: the next window is of what is called now
	broke  int     // the width at which failures rose; 0 is none
	broken int     // windows for which that holds …
	forget int     // … and of the next time
	climbs bool    // sparing began while it climbed
	notes  []string
}

// decide takes a window in and sets the width for the next one.
func (s *search) decide(m window) {
	if s.phase == sparing {
		s.spared(m)
		return
	}
	if s.fails(m) {
		s.spare(m)
		return
	}
	s.usual = (s.usual + m.failed) / 2
	if s.quiet == 0 || m.latency < s.quiet {
		s.quiet = m.latency
	}
	switch s.phase {
	case climbing:
		s.climbed(m)
	case settled:
		s.held(m)
	case tryingMore:
		s.triedMore(m)
	case tryingLess:
		s.triedLess(m)
	}
}

// found is the width that is known to be good, while another one is tried.
func (s *search) found() int {
	if s.phase == tryingMore || s.phase == tryingLess {
		return s.last.width
	}
	return s.width
}

// top is the most that may be tried now.
func (s *search) top() int {
	if s.broken > 0 {
		return min(s.most, max(1, int(belowFail*float64(s.broke))))
	}
	return s.most
}

func (s *search) climbed(m window) {
	grew := m.rate >= climbAt*s.last.rate || m.took <= looseAt*s.quiet
	if !s.seen {
		grew = m.latency <= queuedAt*s.quiet
	}
	grew = grew || s.unasked()
	switch {
	case !grew: // the next window is measured with more care, and then less is tried
		s.settle(m)
		s.seen = false
	case s.width >= s.top():
		s.note("climbed to %s at a time", count.Grouped(s.width, "call"))
		s.settle(m)
	default:
		s.last, s.seen = m, true
		s.width = min(2*s.width, s.top())
	}
}

// unasked reports whether the width is so small that doubling goes on whatever the rate.
func (s *search) unasked() bool { return s.width < min(s.sure, sureMost) }

// settle stays at a window's width for a while.
func (s *search) settle(m window) {
	s.vain = max(s.vain, 1)
	s.phase, s.last, s.seen, s.hold, s.width = settled, m, true, s.vain, m.width
	if s.rested == 0 {
		s.rest, s.rested = restLeast, restLeast
	}
}

// held looks what a window says that was measured for no try.
func (s *search) held(m window) {
	s.broken = max(s.broken-1, 0)
	slower, faster := s.seen && m.rate < slowerAt*s.last.rate, s.seen && m.rate > fasterAt*s.last.rate
	if s.seen && !slower && !faster {
		m.rate = (m.rate + s.last.rate) / 2
	}
	s.last, s.seen = m, true
	if slower || faster {
		s.moved = true
		return
	}
	s.hold--
	s.rest--
	switch moved := s.moved; {
	case s.tryLess(m):
	case s.rest <= 0:
		s.tryFewer(m)
	case s.hold <= 0 || moved:
		s.tryMore(m, wider)
	}
	s.moved = false
}

// tryMore tries a width so many times as wide, if there is one.
func (s *search) tryMore(m window, times float64) {
	if m.width < s.top() {
		s.phase, s.last, s.width = tryingMore, m, min(int(math.Ceil(times*float64(m.width))), s.top())
	}
}

func (s *search) triedMore(m window) {
	before := s.last
	if m.rate < climbAt*before.rate {
		s.vain = min(2*s.vain, holdMost)
		s.settle(before)
		return
	}
	s.vain = 1
	s.note("widened from %d to %s at a time: it raised the rate by %.0f %%", before.width, count.Grouped(m.width, "call"), 100*(m.rate/before.rate-1))
	s.settle(m)
	if m.rate >= againAt*before.rate {
		s.tryMore(m, 2)
	}
}

// propose is the width at which there would be no queue, if it is worth a try.
func (s *search) propose(m window) (int, bool) {
	w := max(1, int(math.Ceil(headroom*m.rate*s.quiet)))
	return w, float64(w) <= worthAt*float64(m.width)
}

func (s *search) tryLess(m window) bool {
	w, ok := s.propose(m)
	if ok {
		s.phase, s.last, s.width, s.blind = tryingLess, m, w, false
	}
	return ok
}

// tryFewer tries a narrower width that nothing speaks for: what a call takes unloaded may not be
// known well.
func (s *search) tryFewer(m window) {
	if s.rest = s.rested; m.width > 1 {
		s.phase, s.last, s.width, s.blind = tryingLess, m, int(float64(m.width)/wider), true
	}
}

func (s *search) triedLess(m window) {
	before := s.last
	if m.rate >= keepAt*before.rate {
		s.note("fell back from %d to %s at a time: they are as many a second, and took %.1f times as long before",
			before.width, count.Grouped(m.width, "call"), before.latency/max(m.latency, 1e-9))
		s.settle(m)
		if s.blind {
			s.rested = restLeast
			s.tryFewer(m)
		}
		return
	}
	s.quiet = before.latency // there was no queue
	if m.latency < differsAt*before.latency {
		s.quiet = m.latency // too few of them: what they took is what a call takes
		if w, ok := s.propose(before); ok && w > m.width {
			s.width = w
			return
		}
		s.quiet = before.latency
	}
	if s.blind {
		s.rested = min(2*s.rested, restMost)
		s.rest = s.rested
	} else {
		s.vain = min(2*max(s.vain, 1), holdMost)
	}
	s.settle(before)
}

// fails reports whether more calls fail than usual.
func (s *search) fails(m window) bool {
	return m.width > 1 && m.failures >= failsMin && m.failed > s.usual+failsMore
}

// spare tries whether fewer fail if fewer are under way.
func (s *search) spare(m window) {
	if s.phase == tryingMore { // what was before is known to be good
		s.breaks(m)
		s.settle(s.last)
		return
	}
	s.climbs = s.phase == climbing
	s.phase, s.last, s.width = sparing, m, (m.width+1)/2
}

func (s *search) spared(m window) {
	before := s.last
	switch {
	case m.failed <= s.usual+(before.failed-s.usual)/2:
		s.breaks(before)
		s.note("fell back from %d to %s at a time: of those %.0f %% failed, of these %.0f %%",
			before.width, count.Grouped(m.width, "call"), 100*before.failed, 100*m.failed)
		s.settle(m)
	case m.width > 1 && m.succeed() >= keepAt*before.succeed():
		s.width = m.width / 2
	default: // it is not the width
		s.usual = m.failed
		s.settle(before)
		if s.climbs {
			s.phase, s.seen = climbing, false
		}
	}
}

// breaks keeps the width at which failures rose.
func (s *search) breaks(m window) {
	s.forget = max(forgets, 2*s.forget)
	s.broke, s.broken = m.width, s.forget
}

func (s *search) note(format string, args ...any) {
	if len(s.notes) < notesMost {
		s.notes = append(s.notes, fmt.Sprintf(format, args...))
	}
}
