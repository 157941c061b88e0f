package cost

import (
	"fmt"
	"sync"
	"time"
)

const (
	patience = 2 * time.Millisecond
	lateAt   = 4 // times what a span is predicted to take
	lookedAt = 4 // workers whose threads are looked at
	// Looks become rarer: what comes late costs at most this part of the time so far.
	lookShare = 32
)

// watch is a timer that looks at the workers now and then: a unit that goes on for long tells
// nobody itself.
type watch struct {
	timer *time.Timer
	since time.Time
	looks sync.WaitGroup // one while the timer runs, or its function does
}

func (c *Controller) patience() time.Duration {
	if c.set.Patience > 0 {
		return c.set.Patience
	}
	return patience
}

// arm starts the timer, if others can be put to work and it does not run. The caller holds mu.
func (c *Controller) arm() {
	if c.set.Workers > 1 && c.watch.timer == nil {
		c.watch.looks.Add(1)
		c.watch.since = time.Now()
		c.watch.timer = time.AfterFunc(c.patience(), c.look)
	}
}

// unwatch stops the timer, and waits for what it does.
func (c *Controller) unwatch() {
	c.mu.Lock()
	c.phase = ended
	if t := c.watch.timer; t != nil && t.Stop() {
		c.watch.looks.Done()
	}
	c.watch.timer = nil
	c.mu.Unlock()
	c.watch.looks.Wait()
}

// look is what the timer does.
func (c *Controller) look() {
	defer c.watch.looks.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch c.phase {
	case sampling:
		c.cut()
	case running:
		c.lookAtRun()
	}
	// A wide run of which units have come back learns from them.
	if c.phase != ended && (c.option.Strategy != Wide || c.set.Width != nil && c.set.Width.Silent()) {
		c.watch.looks.Add(1)
		c.watch.timer.Reset(max(c.patience(), time.Since(c.watch.since)/lookShare))
	}
}

// cut ends a sample whose worker is late. The caller holds mu.
func (c *Controller) cut() {
	w := c.workers[0]
	if w.began.IsZero() || time.Since(w.began) < c.patience()/2 || !w.meter.stuck(c.patience()/2) {
		return
	}
	w.Recall()
	c.sample.cut = fmt.Sprintf("a %s was still under way after %s", c.set.Unit, Text(float64(time.Since(w.began))))
	c.sample.open = true
	c.over()
}

// lookAtRun looks for workers that are late, and whether they wait. A late worker is alive as long
// as the caller holds mu, so that others may be added to its crew.
func (c *Controller) lookAtRun() {
	late := time.Duration(0)
	looked := 0
	for _, w := range c.workers {
		if w.began.IsZero() {
			continue
		}
		since := time.Since(w.began)
		if since < c.patience()/2 {
			continue
		}
		if looked < lookedAt && c.looksWaiting(w, since) {
			looked++
		}
		if since >= c.patience() && float64(since) >= lateAt*c.perUnit*float64(w.units) {
			late = max(late, since)
			if w.units > 1 && c.set.Units == 0 {
				w.Recall()
			}
		}
	}
	if late > 0 {
		c.hurry(late)
	}
	if c.option.Strategy == Wide && c.set.Width != nil {
		c.set.Width.Look()
		c.grow()
	}
}

// looksWaiting takes in whether a unit under way waits; ok reports whether that can be told. The
// caller holds mu.
func (c *Controller) looksWaiting(w *Worker, since time.Duration) (ok bool) {
	share, ok := w.meter.waiting(since, c.set.MayWait)
	if ok && share >= waitsAt {
		c.perUnit = max(c.perUnit, float64(since)/float64(w.units))
		cpu := time.Duration((1 - share) * float64(since))
		if c.computing(cpu, since) < since/2 {
			c.wait = share
			c.widen()
		}
	}
	return ok
}

// hurry has all workers take part, one unit at a time, once one is late. The caller holds mu.
func (c *Controller) hurry(late time.Duration) {
	c.perUnit = max(c.perUnit, float64(late))
	if c.option.Strategy == Serial && !c.set.Pinned && !c.little(c.perUnit) {
		c.change(Option{Strategy: Parallel, Workers: min(c.set.Workers, max(c.total-c.all, 1))},
			fmt.Sprintf("a %s was still under way after %s", c.set.Unit, Text(float64(late))))
	}
}
