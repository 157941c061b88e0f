package cost

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Strategy is how many workers units are run by.
type Strategy int

const (
	Serial   Strategy = iota // one
	Parallel                 // one a core
	Wide                     // many more than cores, for units that wait
)

func (s Strategy) String() string {
	if s < Serial || s > Wide {
		return fmt.Sprintf("Strategy(%d)", int(s))
	}
	return [...]string{"serial", "parallel", "wide"}[s]
}

// Limits are what a choice is made within.
type Limits struct {
	Workers int // that may compute at the same time
	Wide    int // units that may be under way at the same time, if they wait
}

// Option is a strategy with the time it is predicted to take.
type Option struct {
	Strategy Strategy
	Workers  int
	Predict  time.Duration // 0 if it cannot be told
}

const (
	waitsAt       = 0.5                    // share of waiting from which wide is thought of
	waitsFrom     = 20 * time.Microsecond  // cost of a unit from which waiting is worth the goroutines
	gainMin       = 0.9                    // another strategy must take less than this of serial's time
	worthStarting = 200 * time.Microsecond // of work, below which starting workers is not thought of
)

// startCost is how many ns it takes here until a new goroutine runs on another core: the median of
// three, while this one is kept busy. It is measured once in a process, the first time that there
// is work enough to need it, which takes up to 0.15 ms.
var startCost = sync.OnceValue(func() float64 {
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
	return max(times[len(times)/2], 1000)
})

// startMax is what a start is taken to cost at most: without a second core the goroutine does
// not run at all while this one is busy.
const startMax = 50 * time.Microsecond

// Options predicts every strategy that the limits allow for units at perUnit ns, least time first.
// After a sample whose first unit has not come back, all that is known is that a unit is slow: then
// all workers are the one option.
func (e Estimate) Options(perUnit float64, units int, limits Limits) []Option {
	serial := float64(units) * perUnit
	w := min(limits.Workers, max(units, 1))
	if e.Open && limits.Workers > 1 {
		return []Option{{Strategy: Parallel, Workers: w}}
	}
	out := []Option{{Serial, 1, Nanos(serial)}}
	if limits.Workers > 1 && serial > float64(worthStarting) {
		start := startCost()
		out = append(out, Option{Parallel, w, takes(serial, w, start)})
		if k := width(e.Wait, perUnit, units, limits); k > w {
			out = append(out, Option{Wide, k, takes(serial, k, start)})
		}
	}
	slices.SortStableFunc(out, func(a, b Option) int { return int(a.Predict - b.Predict) })
	if out[0].Strategy != Serial && float64(out[0].Predict) > gainMin*serial {
		at := slices.IndexFunc(out, func(o Option) bool { return o.Strategy == Serial })
		out[0], out[at] = out[at], out[0]
	}
	return out
}

// Takes is the time that an option is predicted to take for units at perUnit ns.
func (o Option) Takes(perUnit float64, units int) time.Duration {
	start := 0.0
	if o.Workers > 1 {
		start = startCost()
	}
	return takes(float64(units)*perUnit, o.Workers, start)
}

func takes(serial float64, workers int, start float64) time.Duration {
	if workers == 1 {
		return Nanos(serial)
	}
	return Nanos(serial/float64(workers) + start*float64(workers))
}

// width is how many waiting units at once use all cores, within the limit; 0 if they do not wait.
func width(wait, perUnit float64, units int, limits Limits) int {
	if wait < waitsAt || perUnit < float64(waitsFrom) {
		return 0
	}
	k := float64(limits.Workers) / max(1-wait, 1e-3)
	return min(int(k), limits.Wide, units)
}

// Nanos is a duration of so many nanoseconds.
func Nanos(x float64) time.Duration { return time.Duration(min(math.Round(x), math.MaxInt64/2)) }

// BreakEven is the number of units from which an option takes less time than serial; 0 if it never
// does.
func (o Option) BreakEven(perUnit float64) int {
	if o.Strategy == Serial || perUnit <= 0 {
		return 0
	}
	saved := perUnit * (1 - 1/float64(o.Workers))
	return int(math.Ceil(startCost() * float64(o.Workers) / saved))
}

// cores is how many goroutines compute at the same time.
func cores() int { return runtime.GOMAXPROCS(0) }
