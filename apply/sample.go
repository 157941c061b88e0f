package apply

import (
	"runtime"
	"time"

	"github.com/volley-go/volley/internal/cost"
	"github.com/volley-go/volley/internal/engine"
)

// costs are what a sample found out about a stage.
type costs struct {
	cost.Estimate
	vector []vectorTrial
}

// vectorTrial is how a node's vector form did on the sample.
type vectorTrial struct {
	tried bool
	agree bool
	ns    float64 // per row
}

// streamGain is how much work a chunk of a stream must hold for more than one worker to be put on
// it: the chunks themselves keep the cores busy.
const streamGain = 20 * time.Millisecond

// controlled gives a pass its controller. thorough says that it is for its sample alone.
func (p *pass) controlled(env *engine.Env, thorough bool) {
	set := cost.Settings{
		Limits: cost.Limits{Workers: env.Workers, Wide: env.Wide}, Width: p.width, Units: env.MorselRows, Pinned: env.Strategy != 0, Below: env.SerialBelow,
		Seed: env.Seed, Functions: len(p.nodes), Special: p.nullRow, Thorough: thorough, MayWait: p.waits, Unit: "row", Done: env.Tick,
		Start: p.worker, Widens: func() { p.wide.Store(true) },
	}
	switch Strategy(env.Strategy) {
	case Serial:
		set.Workers = 1
	case Wide: // on one worker too a sample whose row goes on for long is cut short
		set.Workers = max(set.Workers, set.Wide)
	}
	if !env.Alone {
		set.Patience = streamGain
	}
	p.control = cost.New(p.cursor, set)
}

// worker makes a worker of the pass. It is done on the caller's goroutine, whose stack has grown
// already: the first worker opens its kernels here, for which the stack of a new goroutine would
// have to grow, which costs 3 µs.
func (p *pass) worker() (*cost.Worker, func()) {
	w := newWorker(p)
	if !p.opened {
		p.opened = true
		w.openFirst()
	}
	return &w.Worker, w.work
}

// cores is how many goroutines compute at the same time.
func cores() int { return runtime.GOMAXPROCS(0) }

// bounds are what may share out so much work: one worker, if it is less than the settings say.
func bounds(env *engine.Env, work time.Duration) cost.Limits {
	if work < env.SerialBelow {
		return cost.Limits{Workers: 1, Wide: 1}
	}
	return cost.Limits{Workers: env.Workers, Wide: env.Wide}
}

// sample runs and measures rows, and returns what was learnt.
func (p *pass) sample() costs {
	c := costs{Estimate: p.control.Sample()}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.trials {
		c.vector = append(c.vector, vectorTrial{t.tried, t.tried && !t.differs, t.ns})
	}
	return c
}

// pick is the option that a frame of so many rows is run by: the one of least time, unless the user
// has said how. What the user says is pinned in the controller's settings too.
func pick(list []cost.Option, perRow float64, rows int, env *engine.Env) cost.Option {
	if o, ok := forced(env, perRow, rows); ok {
		return o
	}
	if env.MorselRows > 0 {
		return cost.Option{Strategy: cost.Parallel, Workers: env.Workers, Predict: list[0].Predict}
	}
	return list[0]
}

// rowCost is what a row costs in ns, by the forms that are in use.
func (p *pass) rowCost(c costs) float64 {
	total := c.PerUnit
	for k := range p.forms {
		if p.forms[k].use() && c.vector[k].tried {
			total += c.vector[k].ns - c.Functions[k]
		}
	}
	return total
}

// nullRow finds a row with a null that a function reads, looking at each batch's
// first few thousand rows; -1 where there is none.
func (p *pass) nullRow() int {
	for r, rec := range p.records {
		for _, n := range p.nodes {
			for _, c := range n.in {
				col := rec.Column(c)
				if col.NullN() == 0 {
					continue
				}
				for i := range min(col.Len(), cost.RunMax) {
					if col.IsNull(i) {
						return p.starts[r] + i
					}
				}
			}
		}
	}
	return -1
}
