package cost

import (
	"fmt"
	"sync"
	"time"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/inflight"
	"github.com/volley-go/volley/internal/morsel"
)

const (
	spanWorth   = time.Millisecond       // of work in a span
	replanAfter = 500 * time.Microsecond // of work before what it cost overrules the sample
	replanAt    = 1.5                    // times the predicted cost of a unit
	wideFirst   = 8                      // workers that wide begins with, if it is not known what part of a unit is waiting
)

// Settings are what a controller works with.
type Settings struct {
	Limits
	// Width bounds the units that are under way at the same time, once they are found to wait, and
	// finds out how many pay. Controllers of one kind of units share it. Without one the run goes
	// not wide by itself.
	Width *inflight.Width
	// Units is how many units a span has, if the user says so; 0 leaves it to the controller. The
	// choice then stays what it is.
	Units int
	// Pinned says that the option given to Run stays what it is: a user's choice. Late workers
	// still give back what they have not begun. For Serial, one worker is the limit as well.
	Pinned bool
	// Below is the work for which no second worker is started.
	Below time.Duration
	// Seed makes the sample's places differ.
	Seed uint64
	// Functions is how many clocks a worker has: see Worker.Times.
	Functions int
	// Special tells of a unit that the sample should see; -1 is none. May be nil.
	Special func() int
	// Thorough says that the sample is for a prediction alone: it waits for slow units, to say
	// whether they wait.
	Thorough bool
	// Patience is how long a unit may be under way before that is looked into; 0 is 2 ms.
	Patience time.Duration
	// MayWait says that slow units wait, if the system does not tell the processor time of threads.
	MayWait bool
	// Unit is what a unit is called in sentences.
	Unit string
	// Start makes a worker, and the function that is its work: it calls Next until that says no,
	// and is called again, on another goroutine, if a unit ended the first one.
	Start func() (*Worker, func())
	// Widens is told that the run goes wide, before workers start for that. May be nil.
	Widens func()
	// Done is told how many units are done, after each span of the run. May be nil.
	Done func(units int)
}

// Worker is one worker, as its controller sees it.
type Worker struct {
	morsel.Hand
	// Times are the clocks of the functions that make up a unit's work: a worker adds to them while
	// Timed. They are the worker's own.
	Times []time.Duration
	// Timed says that the span at hand is one of the sample.
	Timed bool
	// Last says that the sample goes through all that is left.
	Last bool
	// Slow says that units take so long, or that so little is known of them, that each is worth a
	// look at the clock.
	Slow bool
	// Failed is how many units of the span at hand failed: the worker counts them.
	Failed int

	meter  meter
	seat   inflight.Seat
	seated bool
	// Of the controller's lock:
	began time.Time // the span at hand; zero while there is none
	units int       // of it
}

// Controller runs the units of a cursor.
type Controller struct {
	set    Settings
	cursor *morsel.Cursor
	crew   morsel.Crew
	total  int

	sampled chan struct{} // closed once the sample is over, or cut short
	planned chan struct{} // closed once what comes after it is known

	mu      sync.Mutex // taken after the cursor's lock, never before
	phase   phase
	sample  *sampler
	known   Estimate
	option  Option
	workers []*Worker
	running int     // workers started
	perUnit float64 // ns: the sample's, then what is measured
	units   int     // done in the run
	all     int     // done, the sample's too
	busy    time.Duration
	seen    struct{ cpu, wall time.Duration } // of spans whose waiting was measured
	wait    float64                           // what they told
	notes   []string
	watch   watch
}

type phase int

const (
	idle     phase = iota
	sampling       // one worker
	planning       // the sample is over; its worker may still be under way
	running
	ended
)

// New is a controller of a cursor's units. End must be called.
func New(cursor *morsel.Cursor, set Settings) *Controller {
	return &Controller{set: set, cursor: cursor, total: cursor.Left()}
}

// Sample runs and measures units until what they cost is known, or until one turns out slow, and
// returns what was learnt.
func (c *Controller) Sample() Estimate {
	c.sampled, c.planned = make(chan struct{}), make(chan struct{})
	c.sample = newSampler(c.set.Seed, c.set.Functions)
	c.mu.Lock()
	c.phase = sampling
	if !c.set.Thorough {
		c.arm()
	}
	c.add(1)
	c.mu.Unlock()
	<-c.sampled
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known
}

// Use takes the estimate of another list of the same kind of units, in place of a sample.
func (c *Controller) Use(e Estimate) { c.known = e }

// Left is how many units are to be done, with those that a sample which was cut short has begun.
func (c *Controller) Left() int {
	left := c.cursor.Left()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.workers {
		if !w.began.IsZero() {
			left += w.units
		}
	}
	return left
}

// Run does what the sample left by an option, and returns when that is done. perUnit is what a unit
// is predicted to cost, in ns.
func (c *Controller) Run(o Option, perUnit float64) {
	c.mu.Lock()
	c.phase, c.option, c.perUnit, c.wait = running, o, max(perUnit, 0.1), c.known.Wait
	quiet := c.known.PerUnit
	c.known.PerUnit = c.perUnit
	if c.known.Open {
		c.perUnit = float64(longUnit)
	}
	if o.Strategy == Wide {
		begin := o.Workers
		if c.option.Workers = max(o.Workers, min(c.set.Wide, c.total-c.all)); c.set.Pinned {
			c.option.Workers = o.Workers
		} else if c.known.Open {
			begin = max(wideFirst, c.set.Workers)
		}
		c.widens(begin, Nanos(quiet))
		c.grow()
	} else {
		c.add(o.Workers - c.running)
	}
	c.arm()
	c.goOn()
	c.mu.Unlock()
	c.crew.Wait()
	c.unwatch()
}

// goOn lets the worker go on whose sample was cut short, in the phase that comes now.
func (c *Controller) goOn() {
	if c.planned != nil {
		close(c.planned)
		c.planned = nil
	}
}

// End ends the controller: units that nobody has begun are not done.
func (c *Controller) End() {
	c.mu.Lock()
	c.phase = ended
	c.goOn()
	c.mu.Unlock()
	c.crew.Wait()
	c.unwatch()
}

// Learnt is what is known of the units once they were run.
func (c *Controller) Learnt() Estimate {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.known
	if c.units > 0 && e.Open {
		e.PerUnit, e.Open = float64(c.busy)/float64(c.units), false
	}
	e.Wait = c.wait
	return e
}

// Option is by what the run went on at last.
func (c *Controller) Option() Option {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.option
}

// Running is how many workers were started for the run.
func (c *Controller) Running() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running
}

// Notes are the plans that were made anew, in words.
func (c *Controller) Notes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.notes
}

// add starts workers. The caller holds mu.
func (c *Controller) add(n int) {
	for range n {
		w, work := c.set.Start()
		if w.Times == nil {
			w.Times = make([]time.Duration, c.set.Functions)
		}
		w.Timed = c.phase == sampling
		c.running++
		c.workers = append(c.workers, w)
		c.crew.Go(work)
	}
}

// Next returns a worker's next span. done is how many units of the one before were done; the rest
// was given back, or need not be done. ok is false if there is nothing more to do.
func (c *Controller) Next(w *Worker, done int) (s morsel.Span, ok bool) {
	c.leave(w, done)
	if s, ok = c.next(w, done); !ok {
		return s, false
	}
	c.sit(w)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !w.Timed {
		w.Slow = c.perUnit >= float64(slowUnit) || c.known.Open
		if c.measures() {
			w.meter.begin()
		} else {
			w.meter.off()
		}
	}
	w.began, w.units = time.Now(), s.Len()
	return s, true
}

// sit waits for a seat among the units under way.
func (c *Controller) sit(w *Worker) {
	if c.set.Width == nil {
		return
	}
	w.Failed, w.seated = 0, true
	if w.Timed {
		w.seat = c.set.Width.Enter()
	} else {
		w.seat = c.set.Width.Take()
	}
}

// leave gives the seat back.
func (c *Controller) leave(w *Worker, done int) {
	if w.seated {
		w.seated = false
		c.set.Width.Leave(w.seat, done, min(w.Failed, done))
	}
}

// next claims the next span.
func (c *Controller) next(w *Worker, done int) (s morsel.Span, ok bool) {
	c.mu.Lock()
	had, took := !w.began.IsZero(), time.Since(w.began)
	w.began = time.Time{}
	c.all += done
	if w.Timed {
		if s, ok = c.nextSample(w, had, done); w.Timed {
			c.mu.Unlock()
			return s, ok
		}
	}
	runs := c.phase == running
	if had && runs {
		c.note(w, done, took)
	}
	all := c.all
	c.mu.Unlock()
	if had && runs && c.set.Done != nil {
		c.set.Done(all)
	}
	if runs {
		s, ok = c.cursor.Claim(&w.Hand, c.size)
	} else {
		c.cursor.Release(&w.Hand)
	}
	if !ok {
		w.meter.off()
	}
	return s, ok
}

// nextSample is Next while a worker samples. Once the sample was cut short the worker is Timed no
// more, and goes on as one of the run. The caller holds mu.
func (c *Controller) nextSample(w *Worker, had bool, done int) (s morsel.Span, ok bool) {
	if c.phase != sampling {
		c.joinRun(w, done)
		return s, false
	}
	if had && done > 0 {
		c.sample.measured(done, w.Times, w, c.set.MayWait)
	}
	c.mu.Unlock() // the cursor's lock comes first; nobody else looks at a sample between its runs
	if ok = !c.sample.enough(c.set.Unit); ok {
		s, ok = c.sample.choose(c.cursor, c.set.Special, c.set.Units > 0 || c.set.Pinned)
	}
	if ok {
		c.cursor.ClaimAt(&w.Hand, s)
	} else {
		c.cursor.Release(&w.Hand)
	}
	c.mu.Lock()
	if !ok {
		w.meter.off()
		c.running, c.workers = 0, c.workers[:0]
		c.over()
		return s, false
	}
	if c.sample.slow() {
		w.meter.begin() // not for cheap units, for it costs a few µs a run
	} else if c.watch.timer != nil {
		w.meter.lock()
		w.meter.on, w.meter.looked = false, false
	}
	w.Last = c.sample.rest
	w.Slow = c.sample.maySlow()
	return s, true
}

// over ends the sample. The caller holds mu.
func (c *Controller) over() {
	c.known = c.sample.estimate()
	c.phase = planning
	close(c.sampled)
}

// joinRun makes the worker of a sample that was cut short one of the run, once there is one. The
// caller holds mu.
func (c *Controller) joinRun(w *Worker, done int) {
	w.Timed, w.Last = false, false
	if planned := c.planned; planned != nil {
		c.mu.Unlock()
		<-planned
		c.mu.Lock()
	}
	if c.known.Units > 0 || done == 0 {
		return
	}
	functions := make([]float64, len(w.Times)) // others may hold the ones that there are
	for k, t := range w.Times {
		functions[k] = float64(t) / float64(done)
	}
	c.known.Functions = functions
}

// size is how many units the next span has: about spanWorth of work, less near the end so that no
// worker is left behind with a long one.
func (c *Controller) size(left int) int {
	if c.set.Units > 0 {
		return c.set.Units
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	units := int(min(float64(spanWorth)/c.perUnit, 1<<30))
	if c.running > 1 {
		units = min(units, left/(2*c.running))
	}
	return max(units, 1)
}

// measures reports whether it matters if units wait. The caller holds mu.
func (c *Controller) measures() bool {
	return c.perUnit >= float64(slowUnit) && c.option.Strategy != Wide && c.mayWiden()
}

// mayWiden reports whether the run may go wide. The caller holds mu.
func (c *Controller) mayWiden() bool {
	return c.set.Width != nil && c.set.Workers > 1 && c.set.Wide > c.set.Workers && c.set.Units == 0 && !c.set.Pinned
}

// note takes a span's time in, and plans anew if it was not as predicted. The caller holds mu.
func (c *Controller) note(w *Worker, units int, took time.Duration) {
	c.units += units
	c.busy += took
	if units > 0 && c.busy >= replanAfter {
		// The past counts half at each span: costs may change along the list.
		c.perUnit = max((c.perUnit+float64(took)/float64(units))/2, 0.1)
	}
	if cpu, ok := w.meter.end(took, c.set.MayWait); ok {
		c.saw(cpu, took)
	}
	switch {
	case c.option.Strategy == Wide:
		c.grow()
	case c.option.Strategy == Serial && !c.set.Pinned && c.set.Workers > 1 && c.busy >= c.replanAfter():
		c.replan()
	}
}

// replanAfter is how much work is done before what it cost overrules the sample.
func (c *Controller) replanAfter() time.Duration { return max(replanAfter, c.set.Patience) }

// replan looks whether serial is still the best for what is left. The caller holds mu.
func (c *Controller) replan() {
	measured := float64(c.busy) / float64(max(c.units, 1))
	predicted := c.known.PerUnit
	if measured < replanAt*predicted || c.little(measured) {
		return
	}
	e := Estimate{Wait: c.wait}
	best := e.Options(measured, c.total-c.all, c.set.Limits)[0]
	if best.Strategy == Serial {
		return
	}
	c.change(best, fmt.Sprintf("after %s a %s cost %s, %s were predicted",
		count.Grouped(c.units, c.set.Unit), c.set.Unit, Text(measured), Text(predicted)))
}

// change goes on by another option. The caller holds mu.
func (c *Controller) change(o Option, why string) {
	if c.option = o; o.Strategy != Wide {
		c.notes = append(c.notes, fmt.Sprintf("%s: went on %s on %s", why, o.Strategy, count.Of(o.Workers, "worker")))
		c.add(o.Workers - c.running)
		return
	}
	c.notes = append(c.notes, fmt.Sprintf("%s: went on wide, with at most %s at a time", why, count.Of(o.Workers, c.set.Unit)))
	c.widens(max(wideFirst, 2*c.running), 0)
	c.grow()
}

// computing is how much of a span's time its worker would have computed, if all workers had cores:
// more of them take turns, which looks like waiting.
func (c *Controller) computing(cpu, took time.Duration) time.Duration {
	turns := max(1, float64(c.running)/float64(cores()))
	return time.Duration(min(float64(cpu)*turns, float64(took)))
}

// saw takes in how much of a span's time was computing; once the spans tell that units wait, the
// run goes wide. The caller holds mu.
func (c *Controller) saw(cpu, took time.Duration) {
	if c.option.Strategy == Wide { // it began before, and more workers took turns since
		return
	}
	c.seen.cpu += c.computing(cpu, took)
	c.seen.wall += took
	if c.seen.wall < longUnit {
		return
	}
	c.wait = 1 - float64(c.seen.cpu)/float64(c.seen.wall)
	if c.seen.wall > 64*longUnit { // what was long ago counts less
		c.seen.cpu, c.seen.wall = c.seen.cpu/2, c.seen.wall/2
	}
	c.widen()
}

// widen goes wide if units wait. How wide is found by climbing, for what part of a unit is waiting
// is not well known of the first ones, and not at all of those under way. The caller holds mu.
func (c *Controller) widen() {
	if c.phase != running || c.option.Strategy == Wide || !c.mayWiden() {
		return
	}
	if c.wait < waitsAt || c.perUnit < float64(waitsFrom) || c.little(c.perUnit) {
		return
	}
	if k := min(c.set.Wide, c.total-c.all); k > c.running {
		c.change(Option{Strategy: Wide, Workers: k}, fmt.Sprintf("%ss wait for %.0f %% of their time", c.set.Unit, 100*c.wait))
	}
}

// widens tells that the run goes wide, on width workers at first; quiet is what a unit takes where
// few are under way, 0 if that is not known. What workers have not begun of their spans comes back,
// and is claimed by such as know it. The caller holds mu.
func (c *Controller) widens(width int, quiet time.Duration) {
	if c.set.Width != nil && !c.set.Pinned {
		c.set.Width.Start(width, quiet)
	}
	if c.set.Widens == nil {
		return
	}
	c.set.Widens()
	for _, w := range c.workers {
		if !w.began.IsZero() && w.units > 1 {
			w.Recall()
		}
	}
}

// little reports whether what is left is so little work, at perUnit ns, that one worker is to do
// it. The caller holds mu.
func (c *Controller) little(perUnit float64) bool {
	return Nanos(perUnit*float64(c.total-c.all)) < c.set.Below
}

// grow starts the workers that the width allows, but no more than there are units for. The caller
// holds mu.
func (c *Controller) grow() {
	n := c.option.Workers
	if c.set.Width != nil && !c.set.Pinned {
		n = min(n, c.set.Width.Now())
	}
	c.add(min(n, c.total-c.all) - c.running)
}
