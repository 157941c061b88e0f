package apply

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/engine"
)

const (
	morselWorth   = time.Millisecond       // of work in a morsel
	waitsAt       = 0.5                    // share of waiting from which wide is thought of
	waitsFrom     = 20 * time.Microsecond  // cost of a row from which waiting is worth the goroutines
	gainMin       = 0.9                    // another strategy must take less than this of serial's time
	replanAfter   = 500 * time.Microsecond // of work before what it cost overrules the sample
	replanAt      = 1.5                    // times the predicted cost of a row
	worthStarting = 200 * time.Microsecond // of work, below which starting workers is not thought of
	climbAt       = 1.2                    // times the rows per second for doubling to go on
)

// machine is what running on many cores costs here, measured once per process.
type machine struct {
	start float64 // ns until a new goroutine runs on another core
}

// measureMachine starts goroutines and takes the median time until they run on another core,
// while this one is kept busy. It costs up to 0.15 ms, the first time that there is work enough
// to need it.
var measureMachine = sync.OnceValue(func() machine {
	times := make([]float64, 3)
	for i := range times {
		var begun atomic.Bool
		start := time.Now()
		go begun.Store(true)
		for !begun.Load() && time.Since(start) < startMax {
		}
		times[i] = float64(min(time.Since(start), startMax)) // more is a pause of the process
	}
	slices.Sort(times)
	return machine{start: max(times[len(times)/2], 1000)}
})

// startMax is what a start is taken to cost at most: without a second core the goroutine does
// not run at all while this one is busy.
const startMax = 50 * time.Microsecond

// option is a strategy with the time it is predicted to take.
type option struct {
	strategy Strategy
	workers  int
	predict  time.Duration
}

// options predicts every strategy that the settings allow for rows rows, least time first.
func options(c cost, perRow float64, rows, workers, wide int) []option {
	serial := float64(rows) * perRow
	out := []option{{Serial, 1, ns(serial)}}
	if workers > 1 && serial > float64(worthStarting) {
		start := measureMachine().start
		w := min(workers, max(rows, 1))
		out = append(out, option{Parallel, w, ns(serial/float64(w) + start*float64(w))})
		if k := width(c, perRow, rows, workers, wide); k > w {
			out = append(out, option{Wide, k, ns(serial/float64(k) + start*float64(k))})
		}
	}
	slices.SortStableFunc(out, func(a, b option) int { return int(a.predict - b.predict) })
	if out[0].strategy != Serial && float64(out[0].predict) > gainMin*serial {
		at := slices.IndexFunc(out, func(o option) bool { return o.strategy == Serial })
		out[0], out[at] = out[at], out[0]
	}
	return out
}

// width is how many waiting calls at once use all cores, within the limit; 0 where
// the functions do not wait.
func width(c cost, perRow float64, rows, workers, limit int) int {
	if c.wait < waitsAt || perRow < float64(waitsFrom) {
		return 0
	}
	k := float64(workers) / max(1-c.wait, 1e-3)
	return min(int(k), limit, rows)
}

func ns(x float64) time.Duration { return time.Duration(min(math.Round(x), math.MaxInt64/2)) }

// breakEven is the number of rows from which an option takes less time than
// serial; 0 where it never does.
func breakEven(o option, perRow float64) int {
	if o.strategy == Serial || perRow <= 0 {
		return 0
	}
	saved := perRow * (1 - 1/float64(o.workers))
	return int(math.Ceil(measureMachine().start * float64(o.workers) / saved))
}

// runner runs what the sample left, and watches it.
type runner struct {
	p       *pass
	cost    cost
	fixed   int  // rows of a morsel, where the user says so
	forced  bool // the option is, by the user
	workers int  // allowed, a core each
	wide    int
	below   time.Duration // of work, for which no second worker is started
	tick    func()

	mu      sync.Mutex
	option  option
	running int     // workers launched
	perRow  float64 // ns: the sample's, then what is measured
	rows    int     // done
	busy    time.Duration
	notes   []string

	windowRows int // done since windowStart, while the width climbs
	windowAt   time.Time
	lastRate   float64
	climbing   bool
}

// newRunner is a runner of what the sample left of a pass.
func newRunner(p *pass, c cost, env *engine.Env) *runner {
	r := &runner{p: p, cost: c, fixed: env.MorselRows, workers: env.Workers, wide: env.Wide, tick: func() {},
		forced: env.Strategy != 0, below: env.SerialBelow}
	if env.Tick != nil {
		r.tick = func() { env.Tick(int(p.done.Load())) }
	}
	return r
}

// run evaluates the rest of the pass by the option.
func (r *runner) run(o option) {
	r.option, r.perRow = o, max(r.rowCost(), 0.1)
	if r.cost.rows == 0 { // not sampled: a row at first, and more once it is known what one costs
		r.perRow = float64(morselWorth)
	}
	r.p.wide.Store(o.strategy == Wide)
	begin := o.workers
	if o.strategy == Wide && !r.forced {
		begin, r.climbing, r.windowAt = min(o.workers, max(8, r.workers)), true, time.Now()
	}
	r.mu.Lock()
	r.add(begin)
	r.mu.Unlock()
	r.p.group.Wait()
}

// rowCost is what a row costs by the sample, with the forms that are in use.
func (r *runner) rowCost() float64 {
	total := r.cost.perRow
	for k := range r.p.forms {
		if r.p.forms[k].use() {
			total += r.cost.vector[k].ns - r.cost.nodes[k]
		}
	}
	return total
}

// add launches workers. The caller holds mu.
func (r *runner) add(n int) {
	for range n {
		r.running++
		r.p.launch(newWorker(r.p), r.next)
	}
}

// next is the workers' source of morsels.
func (r *runner) next(_ *worker, done bool, last span, elapsed time.Duration) (span, bool) {
	if done {
		r.note(last.len(), elapsed)
		r.tick()
	}
	return r.p.cursor.claim(done, r.size)
}

// size is how many rows the next morsel has: about morselWorth of work, less near
// the end so that no worker is left behind with a long one.
func (r *runner) size(left int) int {
	if r.fixed > 0 {
		return r.fixed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	rows := int(min(float64(morselWorth)/r.perRow, 1<<30))
	if r.running > 1 {
		rows = min(rows, left/(2*r.running))
	}
	return max(rows, 1)
}

// note takes a morsel's time in, and plans anew where it was not as predicted.
func (r *runner) note(rows int, elapsed time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows += rows
	r.busy += elapsed
	if rows > 0 && r.busy >= replanAfter {
		// The past counts half at each morsel: costs may change along the table.
		r.perRow = max((r.perRow+float64(elapsed)/float64(rows))/2, 0.1)
	}
	switch {
	case r.climbing:
		r.climb(rows)
	case r.option.strategy == Serial && r.workers > 1 && r.busy >= replanAfter:
		r.replan()
	}
}

// replan looks whether serial is still the best for what is left.
func (r *runner) replan() {
	left := r.p.rows() - int(r.p.done.Load())
	measured := float64(r.busy) / float64(max(r.rows, 1))
	if measured < replanAt*r.rowCost() || ns(measured*float64(left)) < r.below {
		return
	}
	best := options(r.cost, measured, left, r.workers, r.wide)[0]
	if best.strategy == Serial {
		return
	}
	r.notes = append(r.notes, fmt.Sprintf("after %s a row cost %s, %s were predicted: went on %s on %s",
		count.Grouped(r.rows, "row"), nanos(measured), nanos(r.rowCost()), best.strategy, count.Of(best.workers, "worker")))
	r.option = best
	if best.strategy == Wide {
		r.p.wide.Store(true)
		r.climbing, r.windowAt = true, time.Now()
	}
	r.add(best.workers - r.running)
}

// climb doubles the workers of wide as long as that gets more rows done.
func (r *runner) climb(rows int) {
	r.windowRows += rows
	if r.windowRows < 2*r.running {
		return
	}
	rate := float64(r.windowRows) / float64(max(time.Since(r.windowAt), 1))
	if rate < climbAt*r.lastRate || r.running >= r.option.workers {
		r.climbing = false
		r.notes = append(r.notes, fmt.Sprintf("climbed to %s", count.Of(r.running, "worker")))
		return
	}
	r.lastRate = rate
	r.add(min(r.running, r.option.workers-r.running))
	r.windowRows, r.windowAt = 0, time.Now()
}

// cores is how many goroutines compute at the same time.
func cores() int { return runtime.GOMAXPROCS(0) }
