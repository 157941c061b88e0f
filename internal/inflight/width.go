package inflight

import (
	"slices"
	"sync"
	"time"
)

const (
	windowMin  = 32                     // calls of a window, but while it climbs
	climbMin   = 8                      // calls of a window while it climbs
	windowTime = 50 * time.Millisecond  // that a window takes at least, for the machine has pauses
	climbTime  = 10 * time.Millisecond  // that a window takes at least while it climbs
	fullAt     = 0.75                   // of the seats, on average, for a window to tell
	quietCalls = 4                      // calls whose latency is taken for the unloaded one
	alarmAt    = 8                      // failures, more than half of the calls and than usual, end a window at once
	silence    = 100 * time.Millisecond // from which more than first are begun though none has come back
)

// Width is how many calls may be under way at the same time. All methods may be called at the same
// time.
type Width struct {
	first int

	mu      sync.Mutex
	search  search
	waiting []chan Seat // for a seat, in the order in which they came
	now     int         // seats taken
	peak    int         // most of them
	started bool        // the width is bounded, and looked for
	silent  bool        // no call has come back since
	begun   int         // calls begun since
	quiet   struct {    // of the first calls
		calls int
		time  time.Duration
	}
	epoch  int // of the width: begun anew when it changes
	warms  bool
	window struct {
		since, last time.Time
		done        int           // calls, of earlier epochs too
		own, failed int           // of this epoch
		time        time.Duration // that these took
		all         time.Duration // that done took
		area        float64       // seats × seconds
	}
}

// Seat is one that is taken.
type Seat struct {
	began time.Time
	epoch int
	early bool // among the first calls, when little was under way
}

// New is a width of at most most calls, of which first are begun before any has come back, and more
// only after 0.1 s.
func New(most, first int) *Width {
	most = max(most, 1)
	first = min(max(first, 1), most)
	return &Width{first: first, search: search{most: most, sure: first, width: most}}
}

// Start bounds the width from now on, at first to width, or to first if that is less, and looks for
// the best one. quiet is what a call takes while little is under way, 0 if that is not known. The
// first Start counts.
func (w *Width) Start(width int, quiet time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.started {
		return
	}
	w.started, w.silent = true, true
	w.search.width, w.search.quiet = min(max(width, 1), w.first), quiet.Seconds()
	w.epoch++
	w.measure(time.Now())
}

// Enter takes a seat at once, whatever the width: for who does not wait for one.
func (w *Width) Enter() Seat {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sit(time.Now())
}

// Take waits for a seat, once the width is bounded.
func (w *Width) Take() Seat {
	w.mu.Lock()
	if !w.started || w.now < w.search.width && len(w.waiting) == 0 {
		defer w.mu.Unlock()
		return w.sit(time.Now())
	}
	mine := make(chan Seat, 1)
	w.waiting = append(w.waiting, mine)
	w.mu.Unlock()
	return <-mine
}

// sit takes a seat. The caller holds mu.
func (w *Width) sit(now time.Time) Seat {
	w.passes(now)
	w.now++
	w.peak = max(w.peak, w.now)
	if w.started {
		w.begun++
	}
	return Seat{began: now, epoch: w.epoch, early: w.begun <= quietCalls}
}

// Leave gives a seat back after calls calls, of which failed failed, one after another.
func (w *Width) Leave(s Seat, calls, failed int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.passes(now)
	w.now--
	if w.started && calls > 0 {
		w.count(s, now, calls, failed)
	}
	w.admit(now)
}

// admit seats who waits, as far as there are seats. The caller holds mu.
func (w *Width) admit(now time.Time) {
	n := min(max(w.search.width-w.now, 0), len(w.waiting))
	for _, mine := range w.waiting[:n] {
		mine <- w.sit(now)
	}
	if w.waiting = w.waiting[n:]; len(w.waiting) == 0 {
		w.waiting = nil
	}
}

// passes counts the time since the last change of how many are under way. The caller holds mu.
func (w *Width) passes(now time.Time) {
	if w.started {
		w.window.area += float64(w.now) * now.Sub(w.window.last).Seconds()
		w.window.last = now
	}
}

// count takes in what came back, and decides once it is a window. The caller holds mu.
func (w *Width) count(s Seat, now time.Time, calls, failed int) {
	w.silent = false
	took := now.Sub(s.began)
	if s.early && w.quiet.calls < quietCalls {
		w.quiet.calls += calls
		w.quiet.time += took
	}
	w.window.done += calls
	w.window.all += took
	if s.epoch == w.epoch {
		w.window.own += calls
		w.window.failed += failed
		w.window.time += took
	}
	alarm := w.window.failed >= alarmAt && float64(w.window.failed) > max(0.5, w.search.usual+failsMore)*float64(w.window.own)
	switch {
	case alarm:
		w.decide(now, true)
	case w.warms:
		if w.now <= w.search.width && (w.window.own >= w.search.width || w.search.phase == sparing) {
			w.measure(now)
		}
	case w.enough(now.Sub(w.window.since)):
		w.decide(now, false)
	}
}

// enough reports whether a window that has taken so long has calls enough. The caller holds mu.
func (w *Width) enough(took time.Duration) bool {
	if w.search.phase == climbing {
		return w.window.done >= max(w.search.width, climbMin) && (took >= climbTime || w.search.unasked())
	}
	return w.window.own >= max(w.search.width, windowMin) && took >= windowTime
}

// decide ends a window. The caller holds mu.
func (w *Width) decide(now time.Time, alarm bool) {
	took := max(now.Sub(w.window.since), 1).Seconds()
	full := w.window.area / took
	if !alarm && full < fullAt*float64(w.search.width) {
		w.measure(now) // rows were lacking, not seats
		return
	}
	if w.search.quiet == 0 && w.quiet.calls > 0 {
		w.search.quiet = w.quiet.time.Seconds() / float64(w.quiet.calls)
	}
	m := window{
		width: w.search.width, rate: float64(w.window.done) / took, latency: took * full / float64(w.window.done),
		took: w.window.all.Seconds() / float64(w.window.done), failures: w.window.failed, failed: float64(w.window.failed) / float64(max(w.window.own, 1)),
	}
	if w.search.phase != climbing { // not by the count, for calls may come back many at a time
		m.latency = max(w.window.time, 1).Seconds() / float64(w.window.own)
		m.rate = full / m.latency
	}
	climbed := w.search.phase == climbing
	w.search.decide(m)
	if climbed && w.search.phase == climbing || w.search.width != m.width {
		w.epoch++
	}
	w.measure(now)
	w.warms = w.search.phase != climbing && (climbed || w.search.width != m.width)
}

// measure begins a window. The caller holds mu.
func (w *Width) measure(now time.Time) {
	w.warms = false
	w.window.since, w.window.last, w.window.area = now, now, 0
	w.window.done, w.window.failed, w.window.own, w.window.time, w.window.all = 0, 0, 0, 0, 0
}

// Look doubles the width if it is time to and no call has come back: to be called every 2 ms or so
// while Silent.
func (w *Width) Look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.searches() {
		return
	}
	width, now := w.search.width, time.Now()
	switch next := 2 * width; {
	case width < w.first:
		w.search.width = min(next, w.first)
	case now.Sub(w.window.since) >= silence*time.Duration(width/w.first):
		w.search.width = min(next, w.search.most)
	}
	w.admit(now)
}

// Silent reports whether no call has come back yet, and more may be tried.
func (w *Width) Silent() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.searches()
}

// searches is Silent for who holds mu.
func (w *Width) searches() bool { return w.started && w.silent && w.search.width < w.search.most }

// Now is the width.
func (w *Width) Now() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.search.width
}

// CameTo is the width that was found, whether it was looked for, and how it was found, in words.
func (w *Width) CameTo() (width int, started bool, notes []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.search.found(), w.started, slices.Clone(w.search.notes)
}
