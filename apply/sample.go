package apply

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/volley-go/volley/internal/cputime"
)

// Sampling is a pass's first work: one worker computes short runs of rows from
// all over the table, and their times are taken. Runs grow until one takes
// runWorth, so that the clock's own cost does not count, and end when enough is
// known or sampleMax is spent.
const (
	runWorth    = 20 * time.Microsecond
	runRows     = 16                     // rows of a run to be trusted, for the first ones pay for cold caches …
	runLong     = 500 * time.Microsecond // … unless it took so long
	sampleMax   = 2 * time.Millisecond
	slowRow     = 5 * time.Microsecond // rows slower than this may be waiting: measured against processor time
	longRow     = 100 * time.Millisecond
	runRowsMax  = 4 * vectorRows
	runsEnough  = 3
	runsMax     = 12
	spreadOK    = 0.25
	sampleShare = 4 // no run is more than a quarter of the rows left, so that some are left to share
)

// sampler chooses the runs and measures them.
type sampler struct {
	p      *pass
	seed   uint64
	rng    *rand.Rand // nil before a place is chosen by chance
	runs   []measured
	size   int
	spent  time.Duration
	locked bool
	fixed  bool          // the user sets the morsels: the rest is not the sampler's
	rest   bool          // what is left is so little work that the sample goes through it
	cpu    time.Duration // the thread's at the start of the run
	times  []time.Duration
}

// measured is one run's figures.
type measured struct {
	rows  int
	nodes []time.Duration // by node
	total time.Duration   // of the nodes
	cpu   time.Duration   // processor time; -1 unknown
}

func (m measured) perRow() float64 { return float64(m.total) / float64(m.rows) }

// sample runs and measures, and returns what was learnt. fixed says that the user sets the
// size of morsels.
func (p *pass) sample(seed uint64, fixed bool) cost {
	s := &sampler{p: p, seed: seed, size: 1, fixed: fixed}
	w := newWorker(p)
	w.timed, w.trial = true, true
	w.openFirst()
	s.times = make([]time.Duration, len(p.nodes))
	p.launch(w, s.next)
	p.group.Wait()
	return s.cost(w)
}

// next is the worker's source of morsels while it samples.
func (s *sampler) next(w *worker, done bool, last span, _ time.Duration) (span, bool) {
	if done && last.len() > 0 {
		s.note(w, last)
	}
	if s.enough() {
		s.unlock()
		return span{}, false
	}
	m, ok := s.choose()
	if s.rest {
		w.trial = false // it is too late for a vector form to pay
	}
	if !ok {
		s.unlock()
		return span{}, false
	}
	if s.locked {
		s.cpu, _ = cputime.Thread()
	}
	return m, true
}

func (s *sampler) note(w *worker, last span) {
	m := measured{rows: last.len(), nodes: make([]time.Duration, len(w.times)), cpu: -1}
	for i, t := range w.times {
		m.nodes[i] = t - s.times[i]
		m.total += m.nodes[i]
	}
	copy(s.times, w.times)
	if s.locked {
		now, _ := cputime.Thread()
		m.cpu = min(max(now-s.cpu, 0), m.total)
	}
	s.runs = append(s.runs, m)
	s.spent += m.total
	perRow := time.Duration(m.perRow())
	if perRow >= slowRow && !s.locked {
		// From here on the thread is ours alone, so that its processor time is
		// the function's. It costs a few µs a run: not done for cheap functions.
		runtime.LockOSThread()
		s.locked = true
	}
	switch {
	case !m.good():
		s.size = min(8*s.size, runRowsMax, max(runRows, int(2*runWorth/max(perRow, 1))))
	case m.total > runLong:
		s.size = max(1, s.size/2)
	}
}

// good tells whether a run is long enough to be trusted.
func (m measured) good() bool {
	return m.total >= runLong || m.total >= runWorth && m.rows >= runRows
}

func (s *sampler) unlock() {
	if s.locked {
		runtime.UnlockOSThread()
		s.locked = false
	}
}

// enough tells whether the estimate is good, or has cost what it may.
func (s *sampler) enough() bool {
	n := len(s.runs)
	if n == 0 || s.rest {
		return false
	}
	if s.runs[n-1].total >= longRow {
		return true
	}
	if n < 3 {
		return false
	}
	good := s.good()
	return s.spent >= sampleMax || n >= runsMax || len(good) >= runsEnough && spread(good) <= spreadOK
}

// good returns the runs long enough to be trusted, all of them where none is.
func (s *sampler) good() []measured {
	var out []measured
	for _, m := range s.runs {
		if m.good() {
			out = append(out, m)
		}
	}
	return out
}

// choose picks the next run: head, tail, a row with a null, then places by chance.
func (s *sampler) choose() (span, bool) {
	c := s.p.cursor
	c.mu.Lock()
	c.trim()
	gaps, left := slices.Clone(c.gaps), c.left
	c.mu.Unlock()
	if left == 0 {
		return span{}, false
	}
	size := min(s.size, max(1, left/sampleShare))
	if left <= 64 { // so few rows are done by the sample
		size = min(left, max(s.size, 1)*8)
	}
	if n := len(s.runs); n > 1 && !s.fixed && s.runs[n-1].perRow()*float64(left) < float64(worthStarting) {
		s.rest = true
	}
	var m span
	switch n := len(s.runs); {
	case s.rest:
		m = gaps[0]
	case n == 0:
		m = first(gaps[0], size)
	case n == 1:
		g := gaps[len(gaps)-1]
		m = span{g.rec, max(g.lo, g.hi-size), g.hi}
	case n == 2:
		row := s.nullRow()
		if row < 0 {
			row = s.chance(left)
		} else {
			row = rank(gaps, s.p, row)
		}
		m = at(gaps, row, size)
	default:
		m = at(gaps, s.chance(left), size)
	}
	c.remove(m)
	return m, true
}

// chance is a number below n.
func (s *sampler) chance(n int) int {
	if s.rng == nil {
		s.rng = rand.New(rand.NewPCG(s.seed, 0))
	}
	return s.rng.IntN(n)
}

func first(g span, size int) span { return span{g.rec, g.lo, min(g.lo+size, g.hi)} }

// at returns a run of size rows from the k-th row of the gaps on.
func at(gaps []span, k, size int) span {
	for _, g := range gaps {
		if k < g.len() {
			lo := g.lo + k
			return span{g.rec, lo, min(lo+size, g.hi)}
		}
		k -= g.len()
	}
	return first(gaps[0], size)
}

// rank is how many rows of the gaps lie before a row of the frame.
func rank(gaps []span, p *pass, row int) int {
	k := 0
	for _, g := range gaps {
		k += min(max(row-(p.starts[g.rec]+g.lo), 0), g.len())
	}
	return k
}

// nullRow finds a row with a null that a function reads, looking at each batch's
// first few thousand rows; -1 where there is none.
func (s *sampler) nullRow() int {
	for r, rec := range s.p.records {
		for _, n := range s.p.nodes {
			for _, c := range n.in {
				col := rec.Column(c)
				if col.NullN() == 0 {
					continue
				}
				for i := range min(col.Len(), runRowsMax) {
					if col.IsNull(i) {
						return s.p.starts[r] + i
					}
				}
			}
		}
	}
	return -1
}

// cost is what a sample found out about a stage.
type cost struct {
	rows   int       // sampled
	perRow float64   // ns, of all functions
	nodes  []float64 // ns per row, by node
	wait   float64   // share of the time spent waiting, 0 … 1
	spread float64   // of perRow between runs: its interquartile range over the median
	vector []vectorTrial
}

// vectorTrial is how a node's vector form did on the sample.
type vectorTrial struct {
	tried bool
	agree bool
	ns    float64 // per row
}

func (s *sampler) cost(w *worker) cost {
	c := cost{nodes: make([]float64, len(w.times)), vector: make([]vectorTrial, len(w.times))}
	for _, m := range s.runs {
		c.rows += m.rows
	}
	good := s.good()
	if len(good) == 0 {
		good = s.runs
	}
	if len(good) == 0 {
		return c
	}
	c.perRow = median(good, measured.perRow)
	for k := range c.nodes {
		c.nodes[k] = median(good, func(m measured) float64 { return float64(m.nodes[k]) / float64(m.rows) })
	}
	c.spread = spread(good)
	var cpu, wall time.Duration
	for _, m := range s.runs {
		if m.cpu >= 0 {
			cpu, wall = cpu+m.cpu, wall+m.total
		}
	}
	if wall > 0 {
		c.wait = 1 - float64(cpu)/float64(wall)
	}
	for k, t := range w.trials {
		c.vector[k] = vectorTrial{t.tried, t.tried && !t.differs, t.ns}
	}
	return c
}

func median(ms []measured, f func(measured) float64) float64 { return quantile(ms, f, 0.5) }

func quantile(ms []measured, f func(measured) float64, q float64) float64 {
	vals := make([]float64, len(ms))
	for i, m := range ms {
		vals[i] = f(m)
	}
	slices.Sort(vals)
	return vals[int(math.Round(q*float64(len(vals)-1)))]
}

// spread is how far the runs' costs lie apart.
func spread(ms []measured) float64 {
	return (quantile(ms, measured.perRow, 0.75) - quantile(ms, measured.perRow, 0.25)) / max(median(ms, measured.perRow), 1e-9)
}
