package apply

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/internal/cost"
	"github.com/volley-go/volley/internal/engine"
)

// stage is functions that do not read each other's results, bound: they go over the rows together,
// in one pass. The first batch of a run is sampled and planned; those after it are run by that
// plan.
type stage struct {
	fns    []Func
	nodes  []*node
	in     *arrow.Schema
	out    *arrow.Schema
	writes []int // by output of all nodes in order: its place in out

	sampling chan bool   // full while the first batch is sampled, which others then wait for
	wide     atomic.Bool // a batch was run wide
	calls    underway

	mu     sync.Mutex  // held briefly, never while functions run
	cost   *costs      // nil before the first batch is sampled
	best   cost.Option // for the first batch, if it is alone
	plan   StagePlan
	report StageReport

	// While functions are wired: a schema costs as much as it has columns, and there may be as many
	// functions.
	from    *columns       // in
	to      *columns       // out; nil until somebody asks for it
	fields  []arrow.Field  // of out
	added   map[string]int // places of the columns that are not in in
	written map[int]bool   // writes
}

// columns is a schema that functions are wired to.
type columns struct {
	*arrow.Schema
	nullable *arrow.Schema // what expressions are compiled against; nil until one is
}

func (c *columns) allNullable() *arrow.Schema {
	if c.nullable == nil {
		c.nullable = nullable(c.Schema)
	}
	return c.nullable
}

// bindFunc begins a stage with a function.
func bindFunc(in *arrow.Schema, fn Func) (chunker.BoundStep, error) {
	s := newStage(&columns{Schema: in})
	nodes, err := fn.wire(s.from)
	if err == nil {
		err = s.add(fn, nodes)
	}
	if err != nil {
		return nil, fmt.Errorf("apply: %w", err)
	}
	return s, nil
}

// Fuse takes a function in that does not read what the stage writes.
func (s *stage) Fuse(_ context.Context, next chunker.Step) (bool, error) {
	fn, ok := next.(Func)
	if !ok {
		return false, nil
	}
	nodes, feeds, err := s.wire(fn)
	if err == nil && !feeds {
		err = s.add(fn, nodes)
	}
	if err != nil {
		return false, fmt.Errorf("apply: %w", err)
	}
	return !feeds, nil
}

// Seal compiles the expressions of the stage as one program.
func (s *stage) Seal() error {
	s.out = s.output().Schema
	if err := s.together(); err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	return nil
}

func newStage(from *columns) *stage {
	return &stage{sampling: make(chan bool, 1), in: from.Schema, from: from, to: from, fields: from.Fields(), added: map[string]int{}, written: map[int]bool{}}
}

// wire wires a function to the stage's input; or, if it reads what the stage writes, to the stage's
// output, which feeds it: it begins the next stage.
func (s *stage) wire(fn Func) (nodes []*node, feeds bool, err error) {
	nodes, err = fn.wire(s.from)
	if len(s.nodes) == 0 || err == nil && s.settled(nodes) && !s.feeds(nodes) {
		return nodes, false, err
	}
	after, afterErr := fn.wire(s.output())
	if afterErr != nil || s.feeds(after) {
		return after, true, afterErr
	}
	return nodes, false, err
}

// settled reports whether nodes that are wired to the input would read the same columns of the
// output, if the stage writes none of them: no name that it adds can mean anything to them.
func (s *stage) settled(nodes []*node) bool {
	for _, constant := range []string{"true", "false", "nil"} { // in an expression a column goes before it
		if _, ok := s.added[constant]; ok {
			return false
		}
	}
	return !slices.ContainsFunc(nodes, func(n *node) bool { return !n.exact })
}

// feeds reports whether nodes read a column that the stage writes.
func (s *stage) feeds(nodes []*node) bool {
	for _, n := range nodes {
		if slices.ContainsFunc(append(n.in[:len(n.in):len(n.in)], n.also...), func(c int) bool { return s.written[c] }) {
			return true
		}
	}
	return false
}

// output is what the next stage begins with.
func (s *stage) output() *columns {
	if s.to == nil {
		meta := s.in.Metadata()
		s.to = &columns{Schema: arrow.NewSchema(s.fields, &meta)}
	}
	return s.to
}

func (s *stage) add(fn Func, nodes []*node) error {
	for _, n := range nodes {
		for _, o := range n.out {
			at := s.place(o.field.Name)
			if s.written[at] {
				return fmt.Errorf("two functions write column %q: rename one", o.field.Name)
			}
			s.fields[at], s.written[at] = o.field, true
			s.writes = append(s.writes, at)
		}
		n.place = []int{len(s.nodes)}
		s.nodes = append(s.nodes, n)
	}
	s.fns, s.to = append(s.fns, fn), nil
	return nil
}

// place is that of a column in the output, which gets it if it has none of the name.
func (s *stage) place(name string) int {
	if at := s.in.FieldIndices(name); len(at) > 0 {
		return at[0]
	}
	at, ok := s.added[name]
	if !ok {
		at = len(s.fields)
		s.added[name], s.fields = at, append(s.fields, arrow.Field{})
	}
	return at
}

func (s *stage) Schema() *arrow.Schema { return s.output().Schema }

// String lists the stage's functions.
func (s *stage) String() string {
	var out []string
	for _, n := range s.nodes {
		out = append(out, n.name)
	}
	return strings.Join(out, "; ")
}

// Explain is what its expressions were compiled to.
func (s *stage) Explain() string {
	var b strings.Builder
	for _, n := range s.nodes {
		if n.program != nil {
			b.WriteString(n.program.Explain())
		}
	}
	return b.String()
}

func (s *stage) Reads() (columns []int) {
	for _, n := range s.nodes {
		columns = append(append(columns, n.in...), n.also...)
	}
	return columns
}

func (s *stage) Passes() []int {
	out := make([]int, s.out.NumFields())
	for i := range out {
		if out[i] = i; s.written[i] {
			out[i] = -1
		}
	}
	return out
}

func (s *stage) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	narrow := newStage(&columns{Schema: in})
	for _, fn := range s.fns {
		nodes, err := fn.wire(narrow.from)
		if err == nil {
			err = narrow.add(fn, nodes)
		}
		if err != nil {
			return nil, fmt.Errorf("apply: %w", err)
		}
	}
	return narrow, narrow.Seal()
}

// Filter says nothing of rows, since all of them go on; expressions that cannot fail leave it to
// later steps.
func (s *stage) Filter() (predicate.Filter, bool) {
	fails := slices.ContainsFunc(s.nodes, func(n *node) bool { return n.program == nil || n.program.Fails() || n.program.Calls() })
	return predicate.Filter{}, fails
}

// Wants is as many rows as come out: all of them go on.
func (s *stage) Wants(rows int64) int64 { return rows }

func (s *stage) Borrows() bool {
	return slices.ContainsFunc(s.nodes, func(n *node) bool { return n.borrows })
}

// Run computes the stage's columns of a batch.
func (s *stage) Run(ctx context.Context, b *engine.Batch, env *engine.Env) error {
	start := time.Now()
	policy := env.Policy
	env = s.within(env)
	p := s.pass(ctx, b.Records, &policy, env)
	defer p.end()
	p.form = Form(env.Form)
	p.limit(env.Calls)
	p.controlled(env, false)
	s.remember(env)
	c := s.sampled(p, env)
	if p.more() {
		s.rest(p, c, env)
	}
	p.control.End()
	s.took(time.Since(start))
	if err := p.outcome(ctx); err != nil {
		return s.ended(p, b, err)
	}
	b.Fail(p.failed(), false)
	out, err := s.records(p)
	if err == nil {
		b.Set(s.out, out)
	}
	return err
}

// remember says how much functions that are called once for equal input may keep.
func (s *stage) remember(env *engine.Env) {
	for _, n := range s.nodes {
		if n.guard != nil && n.guard.memo != nil {
			n.guard.memo.bound(n.calls.OnceBytes, env.Alone, env.Memory)
		}
	}
}

// ended keeps in the batch what a pass that err ended made of the rows that later steps still see:
// those before the row at which it stops, or those up to the one that was too many.
func (s *stage) ended(p *pass, b *engine.Batch, err error) error {
	if !p.policy.Stops() {
		b.Fail(p.failed(), false)
	}
	rows := 0
	switch {
	case p.err != nil || !p.stopped && !p.capped:
		return err
	case p.stopped:
		b.Stop(p.failures[0].err)
		rows, err = p.failures[0].row, nil
	default:
		rows = p.bad.rows[0] + 1
	}
	if rows == 0 || !p.cut(rows) { // the run was cancelled before they were done
		b.First(0, s.out, nil)
		return err
	}
	out, wrong := s.records(p)
	if wrong != nil {
		return wrong
	}
	b.First(p.rows(), s.out, out)
	return err
}

// took adds to how long the stage went on.
func (s *stage) took(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.Elapsed += d
}

// sampled is what a row costs. The first batch with rows is sampled for it while others wait.
func (s *stage) sampled(p *pass, env *engine.Env) costs {
	s.sampling <- true
	defer func() { <-s.sampling }()
	if c := s.known(p); c != nil {
		p.control.Use(c.Estimate)
		return *c
	}
	var c costs
	if s.unsampled(env) {
		c = p.unknown()
	} else {
		c = p.sample()
	}
	if c.Units > 0 || c.Open || env.Alone {
		s.planned(p, c, env)
	}
	return c
}

// known is the cost once it was sampled, nil before; it chooses the pass's forms by its plan.
func (s *stage) known(p *pass) *costs {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cost != nil {
		for k := range p.forms {
			p.forms[k].on.Store(s.plan.Functions[k].Vector)
		}
	}
	if s.cost == nil {
		return nil
	}
	c := *s.cost
	return &c
}

// planned plans the stage by what its sample told.
func (s *stage) planned(p *pass, c costs, env *engine.Env) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan, s.best = planOf(p, c, env)
	s.report.Workers = 1
	if !env.Alone { // the chunks are run one by one: what each is predicted to take is summed in rest
		s.plan.Strategy, s.plan.RunnerUp, s.plan.Workers, s.plan.Predict, s.plan.BreakEven = Serial, Serial, 1, 0, 0
	}
	s.cost = &c
}

// choose picks the way in which what is not sampled of a batch is run: for a chunk of a stream one
// worker if there is little to do, for the other chunks are run meanwhile.
func (s *stage) choose(p *pass, c costs, env *engine.Env) cost.Option {
	if env.Alone {
		return s.best
	}
	perRow, left := p.rowCost(c), p.control.Left()
	work := cost.Nanos(perRow * float64(left))
	if o, ok := forced(env, perRow, left); ok {
		return o
	}
	if !c.Open && work <= cmp.Or(env.SerialBelow, streamGain) && env.MorselRows == 0 {
		return cost.Option{Strategy: cost.Serial, Workers: 1, Predict: work}
	}
	return c.Options(perRow, left, bounds(env, work))[0]
}

// rest runs what is not sampled of a batch.
func (s *stage) rest(p *pass, c costs, env *engine.Env) {
	best, least := s.choose(p, c, env), p.leastTime(p.control.Left())
	start := time.Now()
	p.control.Run(best, p.rowCost(c))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.Actual += time.Since(start)
	s.report.Workers = max(s.report.Workers, p.control.Running())
	if !env.Alone {
		s.plan.Strategy = max(s.plan.Strategy, strategyOf(best))
		s.plan.RunnerUp, s.plan.Workers = s.plan.Strategy, max(s.plan.Workers, best.Workers)
		s.plan.Predict += max(best.Predict, least)
	}
	for _, note := range append(p.control.Notes(), p.givenUp()...) {
		if len(s.report.Notes) < notesMax {
			s.report.Notes = append(s.report.Notes, note)
		}
	}
	for k := range p.forms { // a form given up stays given up
		if p.forms[k].dropped.Load() > 0 && !env.Alone {
			s.plan.Functions[k].Vector, s.plan.Functions[k].Why = false, "given up while running"
		}
	}
	s.learn(p.control.Learnt(), p.control.Option())
}

// learn takes in what the sample did not know of the rows that follow. The caller holds mu.
func (s *stage) learn(e cost.Estimate, came cost.Option) {
	if s.cost.Open {
		s.cost.Estimate = e
		s.plan.Wait, s.plan.Strategy, s.plan.RunnerUp, s.plan.Workers = e.Wait, strategyOf(came), strategyOf(came), came.Workers
		for k := range s.plan.Functions {
			s.plan.Functions[k].RowNs = e.Functions[k]
		}
	}
	s.cost.Wait = max(s.cost.Wait, e.Wait)
}

// notesMax is how many notes a report keeps of a stage.
const notesMax = 10

// records makes the stage's output from its input and a pass's results.
func (s *stage) records(p *pass) ([]arrow.Record, error) {
	var results [][]arrow.Array
	for _, cols := range p.columns {
		for _, c := range cols {
			arrays, err := c.finish(p.starts)
			if err != nil {
				return nil, err
			}
			results = append(results, arrays)
		}
	}
	out := make([]arrow.Record, len(p.records))
	for i, r := range p.records {
		cols := make([]arrow.Array, s.out.NumFields())
		copy(cols, r.Columns())
		for k, at := range s.writes {
			cols[at] = results[k][i]
		}
		out[i] = array.NewRecord(s.out, cols, r.NumRows())
	}
	return out, nil
}

// pass begins a pass of the stage. The caller ends it.
func (s *stage) pass(ctx context.Context, records []arrow.Record, policy *chunker.Policy, env *engine.Env) *pass {
	p := newPass(ctx, s.nodes, records, policy, env.Trust)
	p.wide = &s.wide
	p.width, p.meter = s.calls.of(s.nodes, env)
	return p
}
