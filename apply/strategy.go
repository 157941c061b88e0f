package apply

import (
	"fmt"

	"github.com/volley-go/volley/internal/cost"
	"github.com/volley-go/volley/internal/engine"
)

// Strategy is how the rows of a stage are shared out: see the package doc. In an [Engine] it forces
// one for a call.
type Strategy int

const (
	// Cheapest leaves it to the engine, which takes the one that it predicts to take the least
	// time.
	Cheapest Strategy = iota
	// Serial is one worker. Over a stream it is one for a chunk, while other workers have other
	// chunks.
	Serial
	// Parallel is all workers from the first row on, however little there is to do.
	Parallel
	// Wide is as many calls at the same time as Engine.Wide or the function's own limit allows,
	// from the first row on.
	Wide
)

func (s Strategy) String() string {
	if s < Cheapest || s > Wide {
		return fmt.Sprintf("Strategy(%d)", int(s))
	}
	return [...]string{"cheapest", "serial", "parallel", "wide"}[s]
}

// Form is which form of a function computes its rows, if it has two: see the package doc. Of
// expressions and Batch functions there is one, which all forms stand for.
type Form int

const (
	// EitherForm takes the vector form where it is faster and equal to the row form.
	EitherForm Form = iota
	// RowForm calls functions row by row, and never their vector form.
	RowForm
	// VectorForm takes the vector form also where it is no faster. It is held against the row form
	// as ever, and given up where it differs. A function without one is refused before a row is
	// read.
	VectorForm
)

func (f Form) String() string {
	if f < EitherForm || f > VectorForm {
		return fmt.Sprintf("Form(%d)", int(f))
	}
	return [...]string{"either form", "row form", "vector form"}[f]
}

// check refuses settings that mean nothing, or contradict each other.
func (e *Engine) check() error {
	if e.Strategy == Wide && e.Workers == 1 {
		return fmt.Errorf("apply: Strategy is Wide, but with Workers: 1 functions are called one at a time: leave one of the two out")
	}
	if err := e.OnError.Check(); err != nil {
		return fmt.Errorf("apply: OnError has %w", err)
	}
	return checkForced(e.Strategy, e.Form)
}

func checkForced(s Strategy, f Form) error {
	switch {
	case s < Cheapest || s > Wide:
		return fmt.Errorf("apply: Strategy is %d: give Cheapest, Serial, Parallel or Wide", int(s))
	case f < EitherForm || f > VectorForm:
		return fmt.Errorf("apply: Form is %d: give EitherForm, RowForm or VectorForm", int(f))
	}
	return nil
}

// Check refuses functions that the settings ask a form of which they do not have.
func (s *stage) Check(env *engine.Env) error {
	if err := checkForced(Strategy(env.Strategy), Form(env.Form)); err != nil || Form(env.Form) != VectorForm {
		return err
	}
	for _, n := range s.nodes {
		if n.make != nil && n.forms < 2 {
			return fmt.Errorf("apply: %s: the function has no vector form, which Form asks for: give it one (Map1(…).Vector(…)), or leave Form out", n.name)
		}
	}
	return nil
}

// unsampled reports whether a strategy is forced that begins with all of its workers, and nothing
// else is to be found out by a sample. A stream's first chunk is sampled all the same: what a row
// costs is used for all others.
func (s *stage) unsampled(env *engine.Env) bool {
	if !env.Alone || Strategy(env.Strategy) != Parallel && Strategy(env.Strategy) != Wide {
		return false
	}
	for _, n := range s.nodes {
		if n.forms == 2 && Form(env.Form) == EitherForm {
			return false
		}
	}
	return true
}

// unknown is what is known without a sample: nothing, so that workers begin with a row each.
func (p *pass) unknown() costs {
	c := costs{
		Estimate: cost.Estimate{Functions: make([]float64, len(p.nodes)), Open: true},
		vector:   make([]vectorTrial, len(p.nodes)),
	}
	p.control.Use(c.Estimate)
	return c
}

// useVector turns a function's vector form on that was not sampled, if the settings force it.
func (p *pass) useVector(k int, env *engine.Env) bool {
	use := Form(env.Form) == VectorForm && p.nodes[k].forms == 2
	if use {
		p.forms[k].on.Store(true)
	}
	return use
}

// strategyOf is the strategy of an option.
func strategyOf(o cost.Option) Strategy {
	return [...]Strategy{cost.Serial: Serial, cost.Parallel: Parallel, cost.Wide: Wide}[o.Strategy]
}

// forced is the way that the settings force on rows of which each costs perRow; false if they leave
// it to the engine.
func forced(env *engine.Env, perRow float64, rows int) (cost.Option, bool) {
	o := cost.Option{Strategy: cost.Serial, Workers: 1}
	switch Strategy(env.Strategy) {
	case Cheapest:
		return o, false
	case Parallel:
		o.Strategy, o.Workers = cost.Parallel, max(1, min(env.Workers, rows))
	case Wide:
		o.Strategy, o.Workers = cost.Wide, max(1, min(env.Wide, rows))
	}
	if perRow > 0 {
		o.Predict = o.Takes(perRow, rows)
	}
	return o, true
}
