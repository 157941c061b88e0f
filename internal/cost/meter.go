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
	on     bool
	thread int
	cpu    time.Duration
	waits  int64
}

// told reports whether the system tells the processor time of threads.
var told = sync.OnceValue(func() bool {
	_, ok := cputime.Thread()
	return ok
})

// begin takes the figures before a span. It is called on the worker's goroutine, as end and off.
func (m *meter) begin() {
	if !told() {
		m.on = true
		return
	}
	if !m.on {
		runtime.LockOSThread()
		m.on, m.thread = true, cputime.ThreadID()
	}
	m.cpu, _ = cputime.Thread()
	m.waits, _ = cputime.Waits()
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
		m.on = false
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
	if m.on && told() && m.thread == cputime.ThreadID() {
		runtime.UnlockOSThread()
	}
	m.on = false
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
