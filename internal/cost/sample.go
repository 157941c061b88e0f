package cost

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/volley-go/volley/internal/morsel"
)

// A sample is the first work on a list: one worker does short runs of units from all over it, and
// their times are taken. Runs grow until one takes runWorth, so that the clock's own cost does not
// count, and end when enough is known or sampleMax is spent.
const (
	runWorth    = 20 * time.Microsecond
	runUnits    = 16                     // units of a run to be trusted, for the first ones pay for cold caches …
	runLong     = 500 * time.Microsecond // … unless it took so long
	sampleMax   = 2 * time.Millisecond
	slowUnit    = 5 * time.Microsecond // units slower than this may be waiting: measured against processor time
	longUnit    = time.Millisecond     // two units that took so long end the sample
	runsEnough  = 3
	runsMax     = 12
	spreadOK    = 0.25
	sampleShare = 4  // no run is more than a quarter of the units left, so that some are left to share
	fewUnits    = 64 // of so few, runs double, and the sample may go through all of them
)

// RunMax is how many units a run of a sample has at most.
const RunMax = 4096

// Estimate is what is known of a list of units.
type Estimate struct {
	Units     int       // sampled
	PerUnit   float64   // ns, of all functions
	Functions []float64 // ns per unit, by function
	Wait      float64   // share of the time spent waiting, 0 … 1
	Spread    float64   // of PerUnit between runs: its interquartile range over the median
	Cut       string    // says why the sample was cut short; empty if it was not
	Open      bool      // nothing is known: it was cut short in a unit, which is slow, or there was none
}

// sampler chooses the runs and keeps what they took.
type sampler struct {
	seed  uint64
	rng   *rand.Rand // nil before a place is chosen by chance
	runs  []run
	size  int
	spent time.Duration
	rest  bool // what is left is so little work that the sample goes through it
	times []time.Duration
	cut   string
	open  bool
}

// run is one run's figures.
type run struct {
	units     int
	functions []time.Duration
	total     time.Duration // of the functions
	cpu       time.Duration // processor time; -1 unknown
}

func (r run) perUnit() float64 { return float64(r.total) / float64(r.units) }

// good reports whether a run is long enough to be trusted.
func (r run) good() bool {
	return r.total >= runLong || r.total >= runWorth && r.units >= runUnits
}

func newSampler(seed uint64, functions int) *sampler {
	return &sampler{seed: seed, size: 1, times: make([]time.Duration, functions)}
}

// measured takes a run in, of which times are the clocks of the functions at its end.
func (s *sampler) measured(units int, times []time.Duration, w *Worker, mayWait bool) {
	r := run{units: units, functions: make([]time.Duration, len(times)), cpu: -1}
	for i, t := range times {
		r.functions[i] = t - s.times[i]
		r.total += r.functions[i]
	}
	copy(s.times, times)
	if cpu, ok := w.meter.end(r.total, mayWait); ok {
		r.cpu = cpu
	}
	s.runs = append(s.runs, r)
	s.spent += r.total
	perUnit := time.Duration(r.perUnit())
	switch {
	case !r.good():
		s.size = min(8*s.size, RunMax, max(runUnits, int(2*runWorth/max(perUnit, 1))))
	case r.total > runLong:
		s.size = max(1, s.size/2)
	}
}

// slow reports whether the last run's units may have waited.
func (s *sampler) slow() bool {
	n := len(s.runs)
	return n > 0 && s.runs[n-1].perUnit() >= float64(slowUnit)
}

// maySlow reports whether the next units may be slow, for all that is known: of the first run
// nothing is, nor of one whose unit ended its goroutine.
func (s *sampler) maySlow() bool {
	n := len(s.runs)
	return n == 0 || s.slow() || s.runs[n-1].total == 0
}

// enough reports whether the estimate is good, or has cost what it may. After a slow unit one more
// is taken, of which it is then known whether it waits, and that it was no pause of the process.
func (s *sampler) enough(unit string) bool {
	n := len(s.runs)
	if n == 0 || s.rest {
		return n > 0
	}
	last := s.runs[n-1]
	if last.perUnit() >= float64(longUnit) && (last.cpu >= 0 || n >= runsEnough) {
		s.cut = fmt.Sprintf("a %s took %s", unit, Text(last.perUnit()))
		return true
	}
	if n < 3 {
		return false
	}
	good := s.good()
	return s.spent >= sampleMax || n >= runsMax || len(good) >= runsEnough && spread(good) <= spreadOK
}

// good returns the runs long enough to be trusted, all of them if none is.
func (s *sampler) good() []run {
	var out []run
	for _, r := range s.runs {
		if r.good() {
			out = append(out, r)
		}
	}
	return out
}

// choose picks the next run: head, tail, a special unit, then places by chance. own says that the
// user sets the spans, so that the rest is not the sample's.
func (s *sampler) choose(c *morsel.Cursor, special func() int, own bool) (morsel.Span, bool) {
	gaps, left := c.Gaps(), 0
	for _, g := range gaps {
		left += g.Len()
	}
	if left == 0 {
		return morsel.Span{}, false
	}
	n := len(s.runs)
	size := min(s.size, max(1, left/sampleShare))
	if left <= fewUnits {
		size = min(left, 1<<max(n-1, 0))
	}
	if n > 1 && !own && s.runs[n-1].perUnit()*float64(left) < float64(worthStarting) {
		s.rest = true
		return gaps[0], true
	}
	switch n {
	case 0:
		return head(gaps[0], size), true
	case 1:
		g := gaps[len(gaps)-1]
		return morsel.Span{Part: g.Part, Lo: max(g.Lo, g.Hi-size), Hi: g.Hi}, true
	case 2:
		if special == nil {
			break
		}
		if unit := special(); unit >= 0 {
			return at(gaps, rank(c, gaps, unit), size), true
		}
	}
	return at(gaps, s.chance(left), size), true
}

// chance is a number below n.
func (s *sampler) chance(n int) int {
	if s.rng == nil {
		s.rng = rand.New(rand.NewPCG(s.seed, 0))
	}
	return s.rng.IntN(n)
}

func head(g morsel.Span, size int) morsel.Span {
	return morsel.Span{Part: g.Part, Lo: g.Lo, Hi: min(g.Lo+size, g.Hi)}
}

// at returns a run of size units from the k-th unit of the gaps on.
func at(gaps []morsel.Span, k, size int) morsel.Span {
	for _, g := range gaps {
		if k < g.Len() {
			g.Lo += k
			return head(g, size)
		}
		k -= g.Len()
	}
	return head(gaps[0], size)
}

// rank is how many units of the gaps lie before a unit.
func rank(c *morsel.Cursor, gaps []morsel.Span, unit int) int {
	k := 0
	for _, g := range gaps {
		k += min(max(unit-c.Unit(g.Part, g.Lo), 0), g.Len())
	}
	return k
}

// estimate is what the runs tell.
func (s *sampler) estimate() Estimate {
	e := Estimate{Functions: make([]float64, len(s.times)), Cut: s.cut, Open: s.open}
	var cpu, wall time.Duration
	for _, r := range s.runs {
		e.Units += r.units
		if r.cpu >= 0 {
			cpu, wall = cpu+r.cpu, wall+r.total
		}
	}
	good := s.good()
	if len(good) == 0 {
		good = s.runs
	}
	if len(good) == 0 {
		return e
	}
	e.PerUnit, e.Spread = median(good, run.perUnit), spread(good)
	for k := range e.Functions {
		e.Functions[k] = median(good, func(r run) float64 { return float64(r.functions[k]) / float64(r.units) })
	}
	if wall > 0 {
		e.Wait = 1 - float64(cpu)/float64(wall)
	}
	return e
}

func median(runs []run, f func(run) float64) float64 { return quantile(runs, f, 0.5) }

func quantile(runs []run, f func(run) float64, q float64) float64 {
	vals := make([]float64, len(runs))
	for i, r := range runs {
		vals[i] = f(r)
	}
	slices.Sort(vals)
	return vals[int(math.Round(q*float64(len(vals)-1)))]
}

// spread is how far the runs' costs lie apart.
func spread(runs []run) float64 {
	return (quantile(runs, run.perUnit, 0.75) - quantile(runs, run.perUnit, 0.25)) / max(median(runs, run.perUnit), 1e-9)
}

// Text writes a time in ns with three figures.
func Text(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.3g ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	}
	return fmt.Sprintf("%.4g s", ns/1e9)
}
