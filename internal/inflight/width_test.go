package inflight

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// server is a simulated one: what a call takes, and whether it fails, by how many are under way.
type server struct {
	mu     sync.Mutex
	now    int
	most   int
	free   []time.Time // when each of the parallel places is free; nil is no queue
	calls  int
	failed int
	take   func(s *server) (d time.Duration, fails bool)
}

// call is one call, and reports whether it failed.
func (s *server) call() bool {
	s.mu.Lock()
	s.now++
	s.most = max(s.most, s.now)
	s.calls++
	d, fails := s.take(s)
	if fails {
		s.failed++
	}
	s.mu.Unlock()
	time.Sleep(d)
	s.mu.Lock()
	s.now--
	s.mu.Unlock()
	return fails
}

// queue is what a call takes that waits until one of the first places is free.
func (s *server) queue(places int, d time.Duration) time.Duration {
	for len(s.free) < places {
		s.free = append(s.free, time.Now())
	}
	at := 0
	for i := range s.free[:places] {
		if s.free[i].Before(s.free[at]) {
			at = i
		}
	}
	from := time.Now()
	if s.free[at].After(from) {
		from = s.free[at]
	}
	s.free[at] = from.Add(d)
	return time.Until(s.free[at])
}

// run makes calls through a width, as many at a time as it allows, and returns how long they took.
func run(w *Width, s *server, calls, begin int) time.Duration {
	start := time.Now()
	w.Start(begin, 0)
	end := make(chan bool)
	go func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for w.Silent() {
			w.Look()
			select {
			case <-tick.C:
			case <-end:
				return
			}
		}
	}()
	var group sync.WaitGroup
	for range calls {
		seat := w.Take()
		group.Go(func() {
			fails := s.call()
			failed := 0
			if fails {
				failed = 1
			}
			w.Leave(seat, 1, failed)
		})
	}
	group.Wait()
	close(end)
	return time.Since(start)
}

const ms = time.Millisecond

// TestServers holds the width that is found, and what the calls took, against the best that there
// are for servers of known behaviour. Calls that end at the same time end in any order, of which
// the windows depend: a quarter of room is left for that, beside what each case allows.
func TestServers(t *testing.T) {
	steady := func(d time.Duration) func(*server) (time.Duration, bool) {
		return func(*server) (time.Duration, bool) { return d, false }
	}
	places := func(n int, d time.Duration) func(*server) (time.Duration, bool) {
		return func(s *server) (time.Duration, bool) { return s.queue(n, d), false }
	}
	for _, c := range []struct {
		name         string
		take         func(*server) (time.Duration, bool)
		calls        int
		least, most  int           // the width found
		best         time.Duration // for all calls, if the best width were known
		factor       float64       // of that
		failed, peak int           // at most; 0 is none, and 1,000
	}{
		{"fixed latency", steady(50 * ms), 10_000, 1000, 1000, 500 * ms, 1.6, 0, 0},
		{"fixed latency, long", steady(2 * time.Second), 20_000, 1000, 1000, 40 * time.Second, 1.1, 0, 0},
		{"short calls", steady(ms), 100_000, 1000, 1000, 100 * ms, 1.3, 0, 0},
		{"10 places", places(10, 50*ms), 10_000, 10, 15, 50 * time.Second, 1.02, 0, 128},
		{"1 place", places(1, 20*ms), 6_000, 1, 4, 120 * time.Second, 1.05, 0, 128},
		{"100 places", places(100, 50*ms), 20_000, 100, 150, 10 * time.Second, 1.05, 0, 512},
		{"300 places", places(300, 10*ms), 50_000, 300, 450, 1667 * ms, 1.2, 0, 600},
		{"2,000 places", places(2000, 50*ms), 20_000, 1000, 1000, time.Second, 1.5, 0, 0},
		{"latency that grows with load", func(s *server) (time.Duration, bool) {
			x := float64(s.now) / 100 // the rate is most at 100
			return time.Duration(float64(20*ms) * (1 + x*x)), false
		}, 20_000, 60, 150, 8 * time.Second, 1.15, 0, 256},
		{"failures above 50", func(s *server) (time.Duration, bool) {
			if s.now > 50 {
				return ms, true
			}
			return 50 * ms, false
		}, 10_000, 25, 50, 10 * time.Second, 1.6, 400, 128},
		{"slow failures above 200", func(s *server) (time.Duration, bool) { return 50 * ms, s.now > 200 }, 20_000, 100, 200, 5 * time.Second, 1.6, 600, 400},
		{"one in ten fails, whatever the width", func(s *server) (time.Duration, bool) { return 50 * ms, s.calls%10 == 0 }, 20_000, 1000, 1000, time.Second, 1.5, 2000, 0},
		{"a clump of rows that fail", func(s *server) (time.Duration, bool) { return 20 * ms, s.calls > 5000 && s.calls <= 8000 }, 40_000, 700, 1000, 800 * ms, 4, 3000, 0},
		{"all fail", func(s *server) (time.Duration, bool) { return 20 * ms, true }, 20_000, 128, 1000, 600 * ms, 4, 20_000, 0},
		{"latencies of 1 to 100", func(s *server) (time.Duration, bool) {
			return time.Duration(1+s.calls*37%100) * ms, false
		}, 40_000, 500, 1000, 2 * time.Second, 2, 0, 0},
		{"slower midway", func(s *server) (time.Duration, bool) {
			if s.calls > 20_000 {
				return 200 * ms, false
			}
			return 20 * ms, false
		}, 60_000, 1000, 1000, 8400 * ms, 1.3, 0, 0},
		{"places that go midway", func(s *server) (time.Duration, bool) {
			if s.calls > 10_000 {
				return s.queue(20, 50*ms), false
			}
			return s.queue(100, 50*ms), false
		}, 20_000, 17, 30, 30 * time.Second, 1.05, 0, 512},
		{"places that come midway", func(s *server) (time.Duration, bool) {
			if s.calls > 5_000 {
				return s.queue(200, 50*ms), false
			}
			return s.queue(20, 50*ms), false
		}, 40_000, 150, 300, 12500*ms + 8750*ms, 1.2, 0, 600},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.calls > 20_000 {
				t.Skip("-short, with which the race detector runs: so many calls take it minutes")
			}
			synctest.Test(t, func(t *testing.T) {
				w, s := New(1000, 128), &server{take: c.take}
				took := run(w, s, c.calls, 8)
				width, _, notes := w.CameTo()
				told := fmt.Sprintf("width %d, most %d, took %v, best %v, %d failed\n%v", width, s.most, took, c.best, s.failed, notes)
				t.Log(told)
				require.Equal(t, c.calls, s.calls)
				require.GreaterOrEqual(t, width, c.least*3/4, told)
				require.LessOrEqual(t, width, max(c.most*5/4, c.most+1), told)
				require.LessOrEqual(t, took.Seconds(), 1.25*c.factor*c.best.Seconds(), told)
				require.LessOrEqual(t, s.failed, c.failed*5/4, told)
				if c.peak > 0 {
					require.LessOrEqual(t, s.most, c.peak*5/4, told)
				}
			})
		})
	}
}
