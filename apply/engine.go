package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/cost"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/cputime"
	"github.com/volley-go/volley/internal/engine"
)

// Engine is how functions are run. The zero Engine is ready and what [Apply] uses.
type Engine struct {
	// Workers is how many goroutines compute at the same time; 0 is one a core
	// (GOMAXPROCS). With 1, functions are called one at a time.
	Workers int
	// Wide is how many calls of functions that wait may be under way at the same time at most, in
	// the whole run; 0 is 1,000, or Workers if that is more. How many pay is measured: see the
	// package doc. Where the process may open fewer files (ulimit -n), it is those that are left.
	// It is not used with Workers: 1. A limit of the function's own ([Calls]) replaces it.
	Wide int
	// Strategy forces how rows are shared out; the zero Strategy is [Cheapest].
	Strategy Strategy
	// Form forces which form of functions that have two is used; the zero Form is [EitherForm].
	Form Form
	// SerialBelow is the work, as the time that one worker is predicted to take for it, below which
	// no other is started; 0 leaves it to what starting workers costs on this machine.
	SerialBelow time.Duration
	// MorselRows sets how many rows a worker claims at a time, and that all
	// Workers are used; 0 leaves both to the engine.
	MorselRows int
	// OnError says what becomes of a row whose function fails; the zero Policy is [chunker.Stop].
	OnError chunker.Policy
	// Trust leaves out the checks of accepted vector forms: see the package doc.
	Trust bool
	// Seed makes the sample's places differ; they are the same for the same Seed.
	Seed uint64
	// Progress is called now and then while the run goes on, and at its end; nil is never.
	Progress progress.Func
	// Name is what progress calls the run; empty is "apply".
	Name string
}

// WideDefault is how many calls of functions that wait may be under way at the same time at most,
// unless Engine.Wide, a job or the function says otherwise.
const WideDefault = engine.WideDefault

var errNoFrame = errors.New("apply: the frame is nil: was the error of what made it looked at?")

// Apply runs steps over a frame and returns what comes out: see the package doc. It stops at the
// first row that fails.
func Apply(ctx context.Context, f *frame.Frame, steps ...chunker.Step) (*frame.Frame, error) {
	var e Engine
	bound, err := e.bindTo(ctx, f, steps)
	if err != nil {
		return nil, err
	}
	out, flow, err := e.run(ctx, f, bound, &teller{})
	if flow == nil || err != nil {
		return nil, err
	}
	return out, nil
}

// Run is [Apply] with the engine's settings, and reports. The report is there also if the run ended
// with an error, unless nothing was run.
func (e Engine) Run(ctx context.Context, f *frame.Frame, steps ...chunker.Step) (*frame.Frame, *Report, error) {
	start, cpu := time.Now(), processTime()
	bound, err := e.bindTo(ctx, f, steps)
	if err != nil {
		return nil, nil, err
	}
	told := &teller{call: e.Progress, name: cmp.Or(e.Name, "apply"), rows: f.NumRows(), start: start, last: start, steps: bound}
	out, flow, err := e.run(ctx, f, bound, told)
	if flow == nil {
		return nil, nil, err
	}
	counts := flow.Counts()
	report := &Report{
		Plan: e.newPlan(f.NumRows()), Rows: f.NumRows(), Failed: counts.Failed, Errors: counts.First.Failed,
		Elapsed: time.Since(start), CPU: processTime() - cpu,
	}
	report.Add(bound)
	told.end(err)
	if err != nil {
		return nil, report, err
	}
	return out, report, nil
}

// run runs bound steps. The flow is nil if nothing was run.
func (e *Engine) run(ctx context.Context, f *frame.Frame, bound chunker.BoundSteps, told *teller) (*frame.Frame, *engine.Flow, error) {
	if e.OnError.Rejects() && e.OnError.Sink() == nil {
		return nil, nil, errors.New("apply: OnError is chunker.Reject without a sink: the rejected rows would be lost: give it one, such as a *chunker.FrameSink, or say chunker.Skip()")
	}
	env := e.env()
	if told.call != nil {
		env.Tick = told.tick
	}
	flow, err := engine.Start(ctx, f.Schema(), bound, env)
	if err != nil {
		return nil, nil, err
	}
	closed := false
	defer func() {
		if !closed { // a panic, of Progress
			flow.Close()
		}
	}()
	out, err := flow.Frame(ctx, f)
	if ctx.Err() == nil {
		err = errors.Join(err, flow.Commit(ctx, err == nil))
	}
	closed = true
	return out, flow, errors.Join(err, flow.Close())
}

// bindTo binds steps to a frame's columns.
func (e *Engine) bindTo(ctx context.Context, f *frame.Frame, steps []chunker.Step) (bound chunker.BoundSteps, err error) {
	if f == nil {
		return bound, errNoFrame
	}
	if err := e.check(); err != nil {
		return bound, err
	}
	if len(steps) == 0 {
		return bound, errors.New("apply: no steps are given")
	}
	b, err := chunker.Steps(steps).Bind(ctx, f.Schema())
	if err != nil {
		return bound, err
	}
	return b.(chunker.BoundSteps), nil
}

// Explain samples the functions and returns what Run would do. The rows of the sample (usually some
// hundreds to thousands, two of slow ones) are called for real and their results dropped; functions
// that read what others write, or stand behind a step that needs all rows, are planned on the
// sample's rows alone. Rows on which conditions fail are left out. Other steps are run over all
// rows if functions stand behind them, whose plan depends on how many rows are left, and over the
// first 4,096 rows if none does.
func (e Engine) Explain(ctx context.Context, f *frame.Frame, steps ...chunker.Step) (plan *Plan, err error) {
	bound, err := e.bindTo(ctx, f, steps)
	if err != nil {
		return nil, err
	}
	env := e.env()
	env.Policy = e.OnError.WithoutSink()
	flow, err := engine.Start(ctx, f.Schema(), bound, env)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, flow.Close()) }()
	plan = e.newPlan(f.NumRows())
	last := lastStage(flow.Steps())
	for i, step := range flow.Steps() {
		s, functions := step.(*stage)
		if !functions {
			plan.Stages = append(plan.Stages, StagePlan{Step: step.String()})
			if _, calls := step.(*chunks); calls || engine.NeedsAll(step) || i > last {
				f = f.Head(cost.RunMax)
			}
			if f, err = flow.Try(ctx, f, i); err != nil {
				return nil, err
			}
			continue
		}
		sp, err := s.explain(ctx, f.Records(), &env)
		if err != nil {
			return nil, err
		}
		plan.Stages = append(plan.Stages, sp)
		if i+1 < len(flow.Steps()) {
			if f, err = flow.Try(ctx, f.Head(cost.RunMax), i); err != nil {
				return nil, err
			}
		}
	}
	return plan, nil
}

// lastStage is the last step that is functions; -1 if none is.
func lastStage(steps []engine.Step) int {
	for i, step := range slices.Backward(steps) {
		if _, functions := step.(*stage); functions {
			return i
		}
	}
	return -1
}

// explain plans a stage by a sample of records, whose results are dropped.
func (s *stage) explain(ctx context.Context, records []arrow.Record, env *engine.Env) (StagePlan, error) {
	env = s.within(env)
	s.remember(env)
	p := s.pass(ctx, records, &env.Policy, env)
	p.controlled(env, true)
	c := p.sample()
	p.control.End()
	p.end()
	if err := p.outcome(ctx); err != nil {
		return StagePlan{}, err
	}
	plan, _ := planOf(p, c, env)
	return plan, nil
}

func (e *Engine) env() engine.Env {
	env := engine.Env{
		Workers: e.workers(), Strategy: int(e.Strategy), Form: int(e.Form), SerialBelow: e.SerialBelow,
		MorselRows: e.MorselRows, Trust: e.Trust, Seed: e.Seed, Policy: e.OnError, Alone: true,
	}
	env.Widen(e.Wide, "by Engine.Wide")
	return env
}

func (e *Engine) workers() int {
	if e.Strategy == Serial {
		return 1
	}
	if e.Workers > 0 {
		return e.Workers
	}
	return cores()
}

func (e *Engine) newPlan(rows int) *Plan {
	return &Plan{Rows: rows, Workers: e.workers(), Policy: e.OnError}
}

// planOf decides about a pass whose sample is done.
func planOf(p *pass, c costs, env *engine.Env) (StagePlan, cost.Option) {
	sp := StagePlan{Sampled: c.Units, Wait: c.Wait, Spread: c.Spread, Cut: c.Cut, Strategy: Serial, RunnerUp: Serial, Forced: env.Strategy != 0, Width: env.Wide, WidthBy: env.WideBy}
	for k, n := range p.nodes {
		fp := FunctionPlan{Name: n.name, RowNs: c.Functions[k], Calls: n.calls}
		if n.calls.Once {
			fp.Saves, fp.Of = p.saves(n), p.rows()
		}
		if t := c.vector[k]; t.tried {
			fp.VectorNs = t.ns
			switch {
			case !t.agree:
				fp.Why = "refused, it differs from the row form on the sample"
			case t.ns >= c.Functions[k] && Form(env.Form) != VectorForm:
				fp.Why = "not used, it is no faster"
			default:
				fp.Vector, fp.Why = true, "used"
				p.forms[k].on.Store(true)
			}
		} else if p.useVector(k, env) {
			fp.Vector, fp.Why = true, "used"
		}
		sp.Functions = append(sp.Functions, fp)
	}
	left := p.control.Left()
	if left == 0 {
		return sp, cost.Option{}
	}
	perRow := p.rowCost(c)
	list := c.Options(perRow, left, bounds(env, cost.Nanos(perRow*float64(left))))
	best := pick(list, perRow, left, env)
	sp.Strategy, sp.Workers, sp.Predict = strategyOf(best), best.Workers, max(best.Predict, p.leastTime(left))
	sp.RunnerUp = sp.Strategy
	for _, o := range list {
		if o.Strategy != best.Strategy {
			sp.RunnerUp, sp.RunnerUpWorkers, sp.RunnerUpPredict = strategyOf(o), o.Workers, o.Predict
			break
		}
	}
	for _, o := range list {
		if o.Strategy != cost.Serial {
			sp.BreakEven = o.BreakEven(perRow)
			break
		}
	}
	return sp, best
}

// givenUp says which vector forms were given up while running.
func (p *pass) givenUp() []string {
	var notes []string
	for k := range p.forms {
		if at := p.forms[k].dropped.Load(); at > 0 {
			notes = append(notes, fmt.Sprintf("%s: the vector form was given up in the run of rows that holds row %s: it differs from the row form", p.nodes[k].name, count.Thousands(at-1)))
		}
	}
	return notes
}

// failed are the rows' errors in row order, up to the row that was too many.
func (p *pass) failed() []*chunker.RowError {
	slices.SortStableFunc(p.failures, func(a, b failure) int { return cmp.Or(a.row-b.row, a.function-b.function) })
	var out []*chunker.RowError
	for _, f := range p.failures {
		if !p.capped || f.row <= p.bad.rows[0] {
			out = append(out, f.err)
		}
	}
	return out
}

// more reports whether there are rows to run after the sample: under Stop, those before
// one that failed.
func (p *pass) more() bool {
	p.mu.Lock()
	over := p.err != nil || p.ctx.Err() != nil
	p.mu.Unlock()
	return !over && p.control.Left() > 0
}

// outcome is the error the pass ended with.
func (p *pass) outcome(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.err != nil:
		return p.err
	case p.stopped:
		return p.failures[0].err
	case p.capped:
		return &chunker.TooManyError{Failed: len(p.bad.rows), Policy: *p.policy, First: p.failed()[0]}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// teller reports the progress of a run over a frame, at most twenty times a second.
type teller struct {
	call  progress.Func
	name  string
	rows  int
	start time.Time
	steps chunker.BoundSteps

	mu   sync.Mutex
	last time.Time
	done int // rows: each step counts as its share of them
}

func (t *teller) tick(done int) {
	if t.call == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); now.Sub(t.last) >= 50*time.Millisecond {
		t.last, t.done = now, max(t.done, done)
		t.tell(progress.Event{RowsDone: int64(t.done)})
	}
}

// end tells what the run came to.
func (t *teller) end(err error) {
	if t.call == nil {
		return
	}
	if err == nil {
		t.done = t.rows
	}
	t.tell(progress.Event{RowsDone: int64(t.done), Done: true, Err: err})
}

// tell completes an event and reports it.
func (t *teller) tell(e progress.Event) {
	e.Job, e.RowsTotal, e.Elapsed, e.Calls = t.name, int64(t.rows), time.Since(t.start), CallsOf(t.steps)
	t.call(e)
}

func processTime() time.Duration {
	d, _ := cputime.Process()
	return d
}
