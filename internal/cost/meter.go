package cost

import (
	"runtime"
	"sync"
	"time"

	"github.com/volley-go/volley/internal/cputime"
)

// meter tells how much of a worker's time its thread computes. While it is on, the thread is the
// worker's alone, so that its processor time is that of the units; that costs a few µs each time
// that a unit waits, and about 1 µs a span.
type meter struct {
	locked bool // the worker's goroutine to its thread
	thread int
	on     bool // cpu and waits are those before the span at hand
	cpu    time.Duration
	waits  int64

	looked   bool          // at the span at hand, by stuck
	cpuThere time.Duration // at the first look
}

// told reports whether the system tells the processor time of threads.
var told = sync.OnceValue(func() bool {
	_, ok := cputime.Thread()
	return ok
})

// lock keeps the worker on its thread, so that others can look at it. It costs 0.15 µs. It is
// called on the worker's goroutine, as begin, end and off.
func (m *meter) lock() {
	if told() && !m.locked {
		runtime.LockOSThread()
		m.locked, m.thread = true, cputime.ThreadID()
	}
}

// begin takes the figures before a span.
func (m *meter) begin() {
	m.lock()
	m.on, m.looked = true, false
	if told() {
		m.cpu, _ = cputime.Thread()
		m.waits, _ = cputime.Waits()
	}
}

// end returns how much of a span's time was computing; ok is false if that is not known. What the
// system does not tell is taken to be waiting if mayWait says so.
func (m *meter) end(took time.Duration, mayWait bool) (cpu time.Duration, ok bool) {
	switch {
	case !m.on:
		return 0, false
	case !told():
		return 0, mayWait
	case m.thread != cputime.ThreadID(): // a unit ended the goroutine, and the thread with it
		m.locked, m.on = false, false
		return 0, false
	}
	now, _ := cputime.Thread()
	cpu = min(max(now-m.cpu, 0), took)
	if waits, _ := cputime.Waits(); waits == m.waits { // it was others who had the processor
		return took, true
	}
	return cpu, true
}

func (m *meter) off() {
	if m.locked && m.thread == cputime.ThreadID() {
		runtime.UnlockOSThread()
	}
	m.locked, m.on, m.looked = false, false, false
}

// stuck reports, at the second look at a span and later, whether it goes on because its unit waits,
// or has computed for long; not if the thread did not get a processor.
func (m *meter) stuck(long time.Duration) bool {
	if !m.locked {
		return true
	}
	now, _ := cputime.Of(m.thread)
	if !m.looked {
		m.looked, m.cpuThere = true, now
	}
	return now-m.cpuThere >= long || cputime.Blocked(m.thread)
}

// waiting is the share of the time since begin that the worker's thread has waited, seen from
// another goroutine; ok is false if that is not known.
func (m *meter) waiting(since time.Duration, mayWait bool) (share float64, ok bool) {
	switch {
	case !m.on || since <= 0:
		return 0, false
	case !told():
		return 1, mayWait
	}
	now, ok := cputime.Of(m.thread)
	if !ok {
		return 0, false
	}
	share = 1 - min(float64(max(now-m.cpu, 0))/float64(since), 1)
	if share >= waitsAt && !cputime.Blocked(m.thread) {
		share = 0 // it would compute if it had a processor
	}
	return share, true
}
