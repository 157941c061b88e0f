package apply

import (
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volley-go/volley/internal/engine"
	"github.com/volley-go/volley/internal/inflight"
)

// underway is what all passes of a stage share about its calls: how many may be under way, and what
// they took.
type underway struct {
	once  sync.Once
	width *inflight.Width
	meter *meter
	shown atomic.Pointer[meter] // the same, for who asks at any time of a run
}

// of is the width and the meter of a stage's nodes; nil if none of them can wait.
func (u *underway) of(nodes []*node, env *engine.Env) (*inflight.Width, *meter) {
	u.once.Do(func() {
		if !slices.ContainsFunc(nodes, func(n *node) bool { return n.program == nil || n.program.Calls() }) {
			return
		}
		first := unansweredMost
		if env.Told {
			first = env.Wide
		}
		u.width, u.meter = inflight.New(env.Wide, max(first, env.Workers)), new(meter)
		u.shown.Store(u.meter)
	})
	return u.width, u.meter
}

// unansweredMost is how many calls are begun within the first 0.1 s though none has come back, if
// the user does not say how many may be under way: what is called may not be up to more.
const unansweredMost = 128

// meter is told of each call's begin and end, once calls are slow enough for that not to matter: it
// costs 0.15 µs. Its memory is 8 KiB, however many calls there are. The nil meter is told nothing.
type meter struct {
	now, peak     atomic.Int64 // calls under way
	calls, failed atomic.Int64
	rows          atomic.Int64 // that ended with an error, whether their calls were timed or not
	took          [latencies]atomic.Int64
}

// latencies are the buckets of a histogram: 16 to each doubling of nanoseconds, so that what is
// read from it is within 4 %.
const latencies = 60*16 + 32

// begin is the begin of a call.
func (m *meter) begin() time.Time {
	if m == nil {
		return time.Time{}
	}
	now := m.now.Add(1)
	for peak := m.peak.Load(); now > peak && !m.peak.CompareAndSwap(peak, now); peak = m.peak.Load() {
	}
	return time.Now()
}

// end is the end of calls that were made one after another since began, of which failed failed.
func (m *meter) end(began time.Time, calls, failed int) {
	if m == nil {
		return
	}
	m.now.Add(-1)
	if calls <= 0 {
		return
	}
	m.calls.Add(int64(calls))
	m.failed.Add(int64(failed))
	m.took[bucketOf(time.Since(began)/time.Duration(calls))].Add(int64(calls))
}

func bucketOf(d time.Duration) int {
	ns := uint64(max(d, 0))
	if ns < 32 {
		return int(ns)
	}
	double := bits.Len64(ns) - 5
	return double*16 + int(ns>>double)
}

// bucketMiddle is the middle of a bucket.
func bucketMiddle(b int) time.Duration {
	if b < 32 {
		return time.Duration(b)
	}
	double := b/16 - 1
	return time.Duration(uint64(b-double*16)<<double + 1<<double/2)
}

// quantiles are what the share q of the calls took at most, for each q in ascending order; 0
// without calls.
func (m *meter) quantiles(qs ...float64) []time.Duration {
	out, all, before := make([]time.Duration, len(qs)), m.calls.Load(), int64(0)
	at := 0
	for b := range m.took {
		before += m.took[b].Load()
		for at < len(qs) && before > 0 && float64(before) >= qs[at]*float64(all) {
			out[at] = bucketMiddle(b)
			at++
		}
	}
	return out
}

// CallsReport is what a stage's calls came to, those of its functions that take a context, or else
// of all its Go functions. Calls of less than 5 µs are not counted.
type CallsReport struct {
	Calls, Failed int
	Peak          int // that were under way at the same time
	// Width is how many may be under way at the same time, as was found at last; 0 if the calls
	// were not found to wait.
	Width int
	// P50, P90 and P99 are what half of the calls, 90 % and 99 % of them took at most, within 4 %.
	P50, P90, P99 time.Duration
}

// cameTo is what the calls came to, and how the width was found.
func (u *underway) cameTo() (r CallsReport, notes []string) {
	if u.meter == nil {
		return r, nil
	}
	q := u.meter.quantiles(0.5, 0.9, 0.99)
	r = CallsReport{Calls: int(u.meter.calls.Load()), Failed: int(u.meter.failed.Load()), Peak: int(u.meter.peak.Load()), P50: q[0], P90: q[1], P99: q[2]}
	width, started, notes := u.width.CameTo()
	if started {
		r.Width = width
	}
	return r, notes
}
