// Package gauge counts calls that are under way at the same time, for tests: calls that are to meet
// wait for one another, so that what a test sees does not depend on how busy the machine is.
package gauge

import (
	"sync"
	"time"
)

// Gauge is the count. The zero Gauge is ready; its fields are read when no call is under way.
type Gauge struct {
	Most  int // calls at the same time
	Calls int // in all

	mu  sync.Mutex
	now int
}

// Call is one of the calls. It goes on until want are under way, or for a moment.
func (g *Gauge) Call(want int) { g.during(want, 600*time.Microsecond) }

// Meet is one of the calls. It goes on until want are under way, or for 20 seconds: a machine that
// is busy gets there, code that is wrong does not.
func (g *Gauge) Meet(want int) { g.during(want, 20*time.Second) }

func (g *Gauge) during(want int, most time.Duration) {
	g.add(1)
	defer g.add(-1)
	for begun := time.Now(); !g.reached(want) && time.Since(begun) < most; {
		time.Sleep(200 * time.Microsecond)
	}
}

func (g *Gauge) add(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now += n
	if n > 0 {
		g.Calls++
		g.Most = max(g.Most, g.now)
	}
}

func (g *Gauge) reached(want int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.Most >= want
}
