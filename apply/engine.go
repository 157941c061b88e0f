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
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/cputime"
)

// Engine is how functions are run. The zero Engine is ready and what [Apply] uses.
type Engine struct {
	// Workers is how many goroutines compute at the same time; 0 is one a core
	// (GOMAXPROCS). With 1, functions are called one at a time.
	Workers int
	// Wide is how many calls of a function that waits may be under way at the
	// same time; 0 is 128. It is not used with Workers: 1.
	Wide int
	// MorselRows sets how many rows a worker claims at a time, and that all
	// Workers are used; 0 leaves both to the engine.
	MorselRows int
	// OnError says what becomes of a row whose function fails; the zero Policy is Stop.
	OnError Policy
	// Trust leaves out the checks of accepted vector forms: see the package doc.
	Trust bool
	// Seed makes the sample's places differ; they are the same for the same Seed.
	Seed uint64
	// Progress is called now and then while the run goes on, and at its end; nil is never.
	Progress progress.Func
}

var errNoFrame = errors.New("apply: the frame is nil: was the error of what made it looked at?")

// Apply runs functions over a frame and returns it with their results: see the
// package doc. It stops at the first row that fails.
func Apply(ctx context.Context, f *frame.Frame, fns ...Func) (*frame.Frame, error) {
	out, _, err := Engine{}.Run(ctx, f, fns...)
	return out, err
}

// Run is [Apply] with the engine's settings, and reports. The report is there also
// where the run ended with an error, unless nothing was run.
func (e Engine) Run(ctx context.Context, f *frame.Frame, fns ...Func) (*frame.Frame, *Report, error) {
	if f == nil {
		return nil, nil, errNoFrame
	}
	stages, _, err := wire(f.Schema(), fns)
	if err != nil {
		return nil, nil, err
	}
	start, cpu := time.Now(), processTime()
	report := &Report{Plan: e.newPlan(f.NumRows()), Rows: f.NumRows()}
	run := &run{engine: &e, report: report, start: start, ticked: start}
	out, failed, err := run.stages(ctx, f, stages)
	if err == nil {
		run.done = f.NumRows()
	}
	if e.OnError.action == reject {
		rerr := writeRejects(ctx, e.OnError.sink, f, failed)
		err = errors.Join(err, rerr)
	}
	report.Elapsed, report.CPU = time.Since(start), processTime()-cpu
	report.count(failed)
	run.tell(progress.Event{RowsDone: int64(run.done), Done: true, Err: err})
	if err != nil {
		return nil, report, err
	}
	return out, report, nil
}

// Explain samples the functions and returns what Run would do. The rows of the
// sample (usually some hundreds to thousands) are called for real and their results
// dropped; functions that read what others write are planned on the sample's rows alone.
func (e Engine) Explain(ctx context.Context, f *frame.Frame, fns ...Func) (*Plan, error) {
	if f == nil {
		return nil, errNoFrame
	}
	stages, _, err := wire(f.Schema(), fns)
	if err != nil {
		return nil, err
	}
	plan := e.newPlan(f.NumRows())
	records := f.Records()
	for i, s := range stages {
		p := s.pass(ctx, records, &e.OnError, e.Trust)
		c := p.sample(e.Seed, e.MorselRows > 0)
		p.end()
		if err := p.outcome(ctx); err != nil {
			return nil, err
		}
		sp, _ := e.plan(p, c)
		plan.Stages = append(plan.Stages, sp)
		if i+1 == len(stages) {
			break
		}
		if f, err = e.explained(ctx, f, s); err != nil {
			return nil, err
		}
		records = f.Records()
	}
	return plan, nil
}

// explained is a few rows of the frame with the results of a stage: what the stage
// after it is explained on.
func (e Engine) explained(ctx context.Context, f *frame.Frame, s *stage) (*frame.Frame, error) {
	p := s.pass(ctx, f.Head(runRowsMax).Records(), &e.OnError, e.Trust)
	defer p.end()
	(&runner{p: p, workers: 1, tick: func() {}, cost: cost{nodes: make([]float64, len(s.nodes))}}).run(option{Serial, 1, 0})
	if err := p.outcome(ctx); err != nil {
		return nil, err
	}
	records, err := s.records(p)
	if err != nil {
		return nil, err
	}
	return frame.FromRecords(s.out, records...)
}

func (e *Engine) workers() int {
	if e.Workers > 0 {
		return e.Workers
	}
	return cores()
}

func (e *Engine) wide() int {
	if e.Wide > 0 {
		return e.Wide
	}
	return 128
}

func (e *Engine) newPlan(rows int) *Plan {
	return &Plan{Rows: rows, Workers: e.workers(), Policy: e.OnError}
}

// plan decides about a pass whose sample is done.
func (e *Engine) plan(p *pass, c cost) (StagePlan, option) {
	sp := StagePlan{Sampled: c.rows, Wait: c.wait, Spread: c.spread}
	perRow := c.perRow
	for k, n := range p.nodes {
		fp := FunctionPlan{Name: n.name, RowNs: c.nodes[k]}
		if t := c.vector[k]; t.tried {
			fp.VectorNs = t.ns
			switch {
			case !t.agree:
				fp.Why = "refused, it differs from the row form on the sample"
			case t.ns >= c.nodes[k]:
				fp.Why = "not used, it is no faster"
			default:
				fp.Vector, fp.Why = true, "used"
				p.forms[k].on.Store(true)
				perRow += t.ns - c.nodes[k]
			}
		}
		sp.Functions = append(sp.Functions, fp)
	}
	left := p.cursor.remaining()
	if left == 0 {
		return sp, option{}
	}
	list := options(c, perRow, left, e.workers(), e.wide())
	best := list[0]
	if e.MorselRows > 0 {
		best = option{Parallel, e.workers(), list[0].predict}
	}
	sp.Strategy, sp.Workers, sp.Predict = best.strategy, best.workers, best.predict
	sp.RunnerUp = best.strategy
	for _, o := range list {
		if o.strategy != best.strategy {
			sp.RunnerUp, sp.RunnerUpWorkers, sp.RunnerUpPredict = o.strategy, o.workers, o.predict
			break
		}
	}
	for _, o := range list {
		if o.strategy != Serial {
			sp.BreakEven = breakEven(o, perRow)
			break
		}
	}
	return sp, best
}

// run is one call's way through its stages.
type run struct {
	engine *Engine
	report *Report

	start time.Time

	mu     sync.Mutex
	ticked time.Time
	done   int // rows told of: each stage counts as its share of them
}

// stages runs one stage after the other. failed are the rows' errors, with Row the
// row in f, in order.
func (r *run) stages(ctx context.Context, f *frame.Frame, stages []*stage) (_ *frame.Frame, failed []*RowError, err error) {
	var rowOf []int // row in f of each row still there, where some were rejected
	records := f.Records()
	for i, s := range stages {
		var bad []*RowError
		records, bad, err = r.stage(ctx, s, records, func(done int) int { return (i*f.NumRows() + done) / len(stages) })
		for _, e := range bad {
			if rowOf != nil {
				e.Row = int64(rowOf[e.Row])
			}
		}
		failed = append(failed, bad...)
		if err != nil {
			break
		}
		out, ferr := frame.FromRecords(s.out, records...)
		if ferr != nil {
			return nil, failed, ferr
		}
		if r.engine.OnError.action == reject && len(bad) > 0 {
			if out, rowOf, err = without(out, bad, rowOf, f.NumRows()); err != nil {
				return nil, failed, err
			}
			records = out.Records()
		}
		if i == len(stages)-1 {
			sortRows(failed)
			if err = r.tooMany(failed, f.NumRows()); err == nil {
				return out, failed, nil
			}
		}
	}
	sortRows(failed)
	return nil, failed, err
}

// tooMany looks at the caps once more at the end, over all stages.
func (r *run) tooMany(failed []*RowError, rows int) error {
	p := &r.engine.OnError
	n := distinctRows(failed)
	if n > 0 && (p.over(n, rows) || p.RatioMax > 0 && float64(n) > p.RatioMax*float64(rows)) {
		return &TooManyError{n, *p, failed[0]}
	}
	return nil
}

// stage runs one stage: sample, plan, the rest.
func (r *run) stage(ctx context.Context, s *stage, records []arrow.Record, share func(int) int) (_ []arrow.Record, failed []*RowError, err error) {
	e := r.engine
	start := time.Now()
	p := s.pass(ctx, records, &e.OnError, e.Trust)
	defer p.end()
	c := p.sample(e.Seed, e.MorselRows > 0)
	plan, best := e.plan(p, c)
	rep := StageReport{Workers: 1}
	if p.more() {
		rest := time.Now()
		run := e.runner(p, c)
		run.tick = func() { r.tick(share(int(p.done.Load()))) }
		run.run(best)
		rep.Actual, rep.Workers, rep.Notes = time.Since(rest), run.running, run.notes
	}
	rep.Notes = append(rep.Notes, p.givenUp()...)
	rep.Elapsed = time.Since(start)
	r.report.Plan.Stages = append(r.report.Plan.Stages, plan)
	r.report.Stages = append(r.report.Stages, rep)
	failed = p.failed()
	if err := p.outcome(ctx); err != nil {
		return nil, failed, err
	}
	out, err := s.records(p)
	return out, failed, err
}

func (e *Engine) runner(p *pass, c cost) *runner {
	return &runner{p: p, cost: c, fixed: e.MorselRows, workers: e.workers(), wide: e.wide(), tick: func() {}}
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

// failed are the rows' errors in row order.
func (p *pass) failed() []*RowError {
	slices.SortStableFunc(p.failures, func(a, b failure) int { return cmp.Or(a.row-b.row, a.function-b.function) })
	out := make([]*RowError, len(p.failures))
	for i, f := range p.failures {
		out[i] = f.err
	}
	return out
}

// more tells whether there are rows to run after the sample: under Stop, those before
// one that failed.
func (p *pass) more() bool {
	p.mu.Lock()
	over := p.err != nil || p.capped || p.ctx.Err() != nil
	p.mu.Unlock()
	return !over && p.cursor.remaining() > 0
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
		first := p.failures[0]
		for _, f := range p.failures {
			if f.before(first) {
				first = f
			}
		}
		return &TooManyError{len(p.rowsBad), *p.policy, first.err}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// tick reports progress, at most twenty times a second.
func (r *run) tick(done int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.ticked) >= 50*time.Millisecond {
		r.ticked, r.done = now, max(r.done, done)
		r.tell(progress.Event{RowsDone: int64(r.done)})
	}
}

// tell completes an event and reports it.
func (r *run) tell(e progress.Event) {
	if r.engine.Progress == nil {
		return
	}
	e.Job, e.RowsTotal, e.Elapsed = "apply", int64(r.report.Rows), time.Since(r.start)
	r.engine.Progress(e)
}

func (r *Report) count(failed []*RowError) {
	r.Failed = distinctRows(failed)
	r.Errors = failed[:min(len(failed), 10)]
}

func processTime() time.Duration {
	d, _ := cputime.Process()
	return d
}
