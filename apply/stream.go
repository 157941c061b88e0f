package apply

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/take"
)

// Stream is functions at work on a stream of chunks of one schema: what package ooc runs.
// The first chunk is sampled and planned; the chunks after it are run by that plan.
//
// Transform does the work, for many chunks at the same time; Settle takes the results in
// stream order, and only then are rows numbered, errors told and rejects written.
type Stream struct {
	engine Engine
	where  *condition // nil for all rows
	stages []*stage
	in     *arrow.Schema
	out    *arrow.Schema

	borrows bool // some function sees strings of the chunks

	sampling []sync.Mutex // by stage: held while its first chunk is sampled, which others then wait for

	mu      sync.Mutex // held briefly, never while functions run
	costs   []*cost    // by stage; nil before its first chunk is sampled
	plan    *Plan
	reports []StageReport

	// Of Settle alone:
	numberer chunker.Numberer
	rejecter *rejecter
	seen     int
	report   Report
	counts   Counts
	firstBad error // of the first row that is bad
}

// Counts is what came in the chunks settled so far, and what became of rows that are bad.
type Counts struct {
	Rows    int // that the source gave
	Pruned  int // that it did not decode, since the condition cannot be true for them
	Refused int // that it could not decode: none of Rows

	LeftOut     int // of Refused and of Unchosen: rows that neither go on nor are among the rejects
	Rejected    int // rows that are among the rejects: of Refused, and those on which something failed
	Unchosen    int // of Rows: those on which the condition failed
	NullResults int // of Rows: those that go on, with nulls for the results of functions that failed
	Nulled      int // of Rows: those in which the source made a value null that it could not decode or that was missing
	Cut         int // of Rows: those whose surplus fields the source dropped
	Mended      int // of Rows: those whose broken quotes the source read as text, and rows of names that it mended so or filled

	First struct { // what is wrong with the first of them, at most 10 each
		Refused, Nulled, Cut, Mended []*chunker.Error
	}
	bad int // rows that count against the policy's limits
}

// firstMax is how many errors of a kind are kept.
const firstMax = 10

// streamGain is how much work a chunk must hold for more than one worker to be put on
// it: the chunks themselves keep the cores busy.
const streamGain = 20 * time.Millisecond

// Stream binds functions to the schema of a stream. No functions at all are fine:
// the chunks then pass as they are. Close must be called.
//
// where is a condition that chooses the rows which go on, before any function; "" is all.
func (e Engine) Stream(ctx context.Context, schema *arrow.Schema, where string, fns ...Func) (*Stream, error) {
	s := &Stream{engine: e, in: schema, out: schema, plan: e.newPlan(0)}
	if where != "" {
		var err error
		if s.where, err = newCondition(schema, where); err != nil {
			return nil, err
		}
	}
	if len(fns) > 0 {
		var err error
		if s.stages, s.out, err = wire(schema, fns); err != nil {
			return nil, err
		}
	}
	for _, st := range s.stages {
		s.borrows = s.borrows || slices.ContainsFunc(st.nodes, func(n *node) bool { return n.borrows })
	}
	s.sampling = make([]sync.Mutex, len(s.stages))
	s.costs = make([]*cost, len(s.stages))
	s.reports = make([]StageReport, len(s.stages))
	if e.OnError.action == reject {
		var err error
		if s.rejecter, err = newRejecter(ctx, e.OnError.sink, schema); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Reads tells what a condition and functions need of a stream before anything is run: the columns that
// they read, in the schema's order, and the schema of what comes out.
func Reads(schema *arrow.Schema, where string, fns ...Func) (columns []string, out *arrow.Schema, err error) {
	read := map[string]bool{}
	note := func(n *node, in *arrow.Schema) {
		for _, c := range n.in {
			read[in.Field(c).Name] = true
		}
	}
	if where != "" {
		c, err := newCondition(schema, where)
		if err != nil {
			return nil, nil, err
		}
		note(c.node, schema)
	}
	out = schema
	if len(fns) > 0 {
		var stages []*stage
		if stages, out, err = wire(schema, fns); err != nil {
			return nil, nil, err
		}
		for _, st := range stages {
			for _, n := range st.nodes {
				note(n, st.in)
			}
		}
	}
	for _, f := range schema.Fields() {
		if read[f.Name] {
			columns = append(columns, f.Name)
		}
	}
	return columns, out, nil
}

// Filter is what the condition says of single columns: a source may leave out rows that break it.
func (s *Stream) Filter() chunker.Filter {
	if s.where == nil {
		return chunker.Filter{}
	}
	return s.where.node.program.Filter()
}

// Schema is that of the chunks that Transform gives.
func (s *Stream) Schema() *arrow.Schema { return s.out }

// Programs is what the condition and the expressions among the functions were compiled to, stage by
// stage: functions that do not read each other's results share a stage, and its expressions a program.
func (s *Stream) Programs() string {
	var b strings.Builder
	if s.where != nil {
		fmt.Fprintf(&b, "where %s\n%s", s.where.text, s.where.node.program.Explain())
	}
	for i, st := range s.stages {
		fmt.Fprintf(&b, "stage %d: %s\n", i+1, st.names())
		for _, n := range st.nodes {
			if n.program != nil {
				b.WriteString(n.program.Explain())
			}
		}
	}
	return b.String()
}

// Result is a chunk that went through Transform.
type Result struct {
	// Chunk holds the rows with the functions' results. It is the caller's, to
	// write or release; the result does without it.
	Chunk chunker.Chunk

	in     chunker.Chunk // for numbering: the chunk as it came, its memory perhaps released
	failed []*RowError   // rows count from the chunk's first
	where  int           // of failed: those of the condition
	bad    *frame.Frame  // copies of the rows that were rejected
	err    error         // what ended the chunk
}

// Transform runs the functions over a chunk, which it takes over. Many calls may
// run at the same time. An error is not a row's: those come with Settle.
func (s *Stream) Transform(ctx context.Context, c chunker.Chunk) (*Result, error) {
	r := &Result{Chunk: c, in: c}
	records, rowOf, failed, err := s.chosen(ctx, c)
	if r.failed, r.where, r.err = failed, len(failed), err; err != nil {
		var re *RowError
		if errors.As(err, &re) {
			r.failed = append(r.failed, re)
		}
	}
	for i, st := range s.stages {
		if r.err != nil {
			break
		}
		out, failed, err := s.stage(ctx, i, st, records)
		for _, e := range failed {
			if rowOf != nil {
				e.Row = int64(rowOf[e.Row])
			}
		}
		r.failed = append(r.failed, failed...)
		if r.err = err; err != nil {
			break
		}
		records = out
		if s.rejecter != nil && len(failed) > 0 {
			if records, rowOf, r.err = s.leaveOut(st.out, out, failed, rowOf, c.Len()); r.err != nil {
				break
			}
		}
	}
	sortRows(r.failed)
	if s.rejecter != nil && len(r.failed) > 0 {
		if err := r.keepBad(); err != nil {
			r.err = err
		}
	}
	if s.borrows {
		r.Chunk.Free = nil // the functions may have kept strings of it: left to the garbage collector
	}
	if r.err != nil {
		r.Chunk.Release()
		return r, r.broken(ctx)
	}
	r.Chunk.Record = join(s.out, records)
	r.Chunk.Rejects = nil
	return r, nil
}

// chosen is the rows of a chunk that the condition keeps, which they are (nil for all), and those that it failed on.
func (s *Stream) chosen(ctx context.Context, c chunker.Chunk) ([]arrow.Record, []int, []*RowError, error) {
	if s.where == nil {
		return []arrow.Record{c.Record}, nil, nil, nil
	}
	e, n := s.where.node.program.NewEvaluator(), c.Len()
	if err := e.Bind(c.Record); err != nil {
		return nil, nil, nil, err
	}
	var failed []*RowError
	mask := take.NewMask(n)
	kept, err := s.where.mask(ctx, e, rowRange{c.Record, 0, 0, n}, mask, func(err *RowError) error {
		if s.engine.OnError.action == stop {
			return err
		}
		failed = append(failed, err)
		return nil
	})
	if err != nil || kept == n {
		return []arrow.Record{c.Record}, nil, nil, err
	}
	rec, err := filter(c.Record, mask, kept)
	if err != nil {
		return nil, nil, nil, err
	}
	return []arrow.Record{rec}, mask.Rows(n, kept), failed, nil
}

// broken is the error that ended a chunk, where it is no row's.
func (r *Result) broken(ctx context.Context) error {
	var re *RowError
	var many *TooManyError
	if ctx.Err() == nil && (errors.As(r.err, &re) || errors.As(r.err, &many)) {
		return nil // told by Settle, which knows the rows' numbers
	}
	return r.err
}

// join makes one record of at most one.
func join(schema *arrow.Schema, records []arrow.Record) arrow.Record {
	if len(records) == 1 {
		return records[0]
	}
	cols := make([]arrow.Array, schema.NumFields())
	for i, f := range schema.Fields() {
		cols[i] = array.NewBuilder(memory.DefaultAllocator, f.Type).NewArray()
	}
	return array.NewRecord(schema, cols, 0)
}

func (s *Stream) leaveOut(schema *arrow.Schema, records []arrow.Record, failed []*RowError, rowOf []int, rows int) ([]arrow.Record, []int, error) {
	f, err := frame.FromRecords(schema, records...)
	if err != nil {
		return nil, nil, err
	}
	f, rowOf, err = without(f, failed, rowOf, rows)
	if err != nil {
		return nil, nil, err
	}
	return []arrow.Record{join(schema, f.Records())}, rowOf, nil
}

// keepBad copies the rows that failed, before the chunk's memory goes.
func (r *Result) keepBad() error {
	f, err := frame.FromRecords(r.in.Record.Schema(), r.in.Record)
	if err != nil {
		return err
	}
	var rows []int
	for _, e := range r.failed {
		if n := len(rows); n == 0 || rows[n-1] != int(e.Row) {
			rows = append(rows, int(e.Row))
		}
	}
	r.bad, err = f.Take(rows)
	return err
}

// stage runs one stage over a chunk's record.
func (s *Stream) stage(ctx context.Context, i int, st *stage, records []arrow.Record) ([]arrow.Record, []*RowError, error) {
	policy := s.engine.OnError
	policy.RatioMax = 0 // of the stream, not of one chunk: Settle looks at it
	p := st.pass(ctx, records, &policy, s.engine.Trust)
	defer p.end()
	c := s.cost(i, p)
	if p.more() {
		s.rest(i, p, c)
	}
	failed := p.failed()
	if err := p.outcome(ctx); err != nil {
		return nil, failed, err
	}
	out, err := st.records(p)
	return out, failed, err
}

// cost is the stage's, which the first chunk with rows is sampled for while others wait at this stage.
func (s *Stream) cost(i int, p *pass) cost {
	s.sampling[i].Lock()
	defer s.sampling[i].Unlock()
	if c := s.known(i, p); c != nil {
		return *c
	}
	c := p.sample(s.engine.Seed, s.engine.MorselRows > 0)
	if c.rows > 0 {
		s.planned(i, p, c)
	}
	return c
}

// known is the stage's cost once it was sampled, nil before; it chooses the pass's forms by its plan.
func (s *Stream) known(i int, p *pass) *cost {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.costs[i] != nil {
		for k := range p.forms {
			p.forms[k].on.Store(s.plan.Stages[i].Functions[k].Vector)
		}
	}
	return s.costs[i]
}

// planned plans a stage by what its sample told.
func (s *Stream) planned(i int, p *pass, c cost) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sp, _ := s.engine.plan(p, c)
	// The chunks are run one by one: what each is predicted to take is summed in rest.
	sp.Strategy, sp.RunnerUp, sp.Workers, sp.Predict, sp.BreakEven = Serial, Serial, 1, 0, 0
	for len(s.plan.Stages) <= i {
		s.plan.Stages = append(s.plan.Stages, StagePlan{})
	}
	s.plan.Stages[i] = sp
	s.costs[i] = &c
}

// rest runs what is not sampled of a chunk: on one worker where there is little to
// do, for the other chunks are run meanwhile.
func (s *Stream) rest(i int, p *pass, c cost) {
	run := s.engine.runner(p, c)
	best := option{Serial, 1, 0}
	perRow := run.rowCost()
	work := ns(perRow * float64(p.cursor.remaining()))
	best.predict = work
	if work > streamGain || s.engine.MorselRows > 0 {
		best = options(c, perRow, p.cursor.remaining(), s.engine.workers(), s.engine.wide())[0]
	} else if run.fixed == 0 {
		run.workers = 1
	}
	start := time.Now()
	run.run(best)
	s.mu.Lock()
	defer s.mu.Unlock()
	rep := &s.reports[i]
	rep.Actual += time.Since(start)
	if i < len(s.plan.Stages) {
		sp := &s.plan.Stages[i]
		sp.Strategy, sp.RunnerUp, sp.Workers = max(sp.Strategy, best.strategy), max(sp.Strategy, best.strategy), max(sp.Workers, best.workers)
		sp.Predict += best.predict
	}
	rep.Workers = max(rep.Workers, run.running)
	for _, note := range append(run.notes, p.givenUp()...) {
		if len(rep.Notes) < 10 {
			rep.Notes = append(rep.Notes, note)
		}
	}
	for k := range p.forms { // a form given up stays given up
		if p.forms[k].dropped.Load() > 0 {
			f := &s.plan.Stages[i].Functions[k]
			f.Vector, f.Why = false, "given up while running"
		}
	}
}

// Settle takes a result in, in stream order: numbers its rows, counts, writes its rejects.
// It returns the error that ends the stream, if one does.
func (s *Stream) Settle(ctx context.Context, r *Result) error {
	s.numberer.Number(&r.in)
	s.report.Rows += r.in.Len()
	s.seen += r.in.Len() + len(r.in.Rejects) + int(r.in.Pruned)
	s.counts.add(r, s.engine.OnError.action)
	var rows []rejected
	for _, e := range r.failed {
		at := int(e.Row)
		e.File, e.Row, e.Line = r.in.File, r.in.RowOf(at), r.in.Lines.Of(at)
	}
	if s.firstBad == nil {
		s.firstBad = r.firstBad()
	}
	s.report.Failed += distinctRows(r.failed)
	s.report.Errors = firstOf(s.report.Errors, r.failed)
	if s.rejecter != nil {
		rows = s.rejects(r)
		f := r.bad
		if f == nil {
			f, _ = frame.FromRecords(s.in)
		}
		if err := s.rejecter.add(ctx, f, rows); err != nil {
			return err
		}
	}
	if r.err != nil {
		return r.err
	}
	if p := &s.engine.OnError; p.over(s.counts.bad, s.seen) {
		return s.tooMany()
	}
	return nil
}

// add counts a chunk whose failed rows are not numbered yet.
func (c *Counts) add(r *Result, policy action) {
	in, failed := &r.in, distinctRows(r.failed)
	c.Rows += in.Len()
	c.Pruned += int(in.Pruned)
	c.Refused += len(in.Rejects)
	c.Unchosen += r.where
	c.Nulled += len(in.Nulled.Rows)
	c.Cut += len(in.Cut.Rows)
	c.Mended += len(in.Mended.Rows)
	c.bad += len(in.Rejects) + lossyOrFailed(in, r.failed)
	switch policy {
	case reject:
		c.Rejected += len(in.Rejects) + failed
	case null:
		c.LeftOut += len(in.Rejects) + r.where
		c.NullResults += failed - r.where
	default:
		c.LeftOut += len(in.Rejects)
	}
	c.First.Refused = firstOf(c.First.Refused, in.Rejects)
	c.First.Nulled = firstOf(c.First.Nulled, in.Nulled.First)
	c.First.Cut = firstOf(c.First.Cut, in.Cut.First)
	c.First.Mended = firstOf(c.First.Mended, in.Mended.First)
}

// lossyOrFailed is how many rows lost something or failed, or both.
func lossyOrFailed(c *chunker.Chunk, failed []*RowError) int {
	lossy := c.Lossy()
	if len(failed) == 0 {
		return len(lossy)
	}
	rows := map[int]bool{}
	for _, row := range lossy {
		rows[row] = true
	}
	for _, e := range failed {
		rows[int(e.Row)] = true
	}
	return len(rows)
}

// firstOf appends what there is still room for.
func firstOf[E any](list, more []E) []E {
	return append(list, more[:min(len(more), firstMax-len(list))]...)
}

// Fail makes the row of a source's error the row in the file: that of the part behind the results that were settled.
func (s *Stream) Fail(err error) error { return s.numberer.Fail(err) }

func (s *Stream) tooMany() error {
	return &TooManyError{s.counts.bad, s.engine.OnError, s.firstBad}
}

// firstBad is the first row of a chunk that a function failed on, or that was not read whole; nil if all are fine.
func (r *Result) firstBad() (first error) {
	row := int64(math.MaxInt64)
	for _, list := range [][]*chunker.Error{r.in.Rejects, r.in.Nulled.First, r.in.Cut.First} {
		if len(list) > 0 && list[0].Row < row {
			first, row = list[0], list[0].Row
		}
	}
	if len(r.failed) > 0 && r.failed[0].Row < row {
		first = r.failed[0]
	}
	return first
}

// rejects merges a result's failed rows and those its source refused, in row order.
func (s *Stream) rejects(r *Result) []rejected {
	next := -1
	last := int64(-1)
	rows := ofRowErrors(r.failed, func(e *RowError) int {
		if e.Row != last {
			last = e.Row
			next++
		}
		return next
	})
	for _, e := range r.in.Rejects {
		rows = append(rows, rejected{-1, e.Reject()})
	}
	slices.SortStableFunc(rows, func(a, b rejected) int { return int(a.Row - b.Row) })
	return rows
}

// Commit ends the stream: rejects that were settled are committed, also where the stream ended
// with an error; where it did and there are none, or where a write of theirs failed, nothing is. With
// complete it looks at the policy's limits once more. Close comes after it.
func (s *Stream) Commit(ctx context.Context, complete bool) error {
	var errs []error
	if p := &s.engine.OnError; complete && p.RatioMax > 0 && float64(s.counts.bad) > p.RatioMax*float64(s.seen) {
		errs = append(errs, s.tooMany())
	}
	if s.rejecter != nil && s.rejecter.torn == nil && (complete || s.counts.bad > 0) {
		errs = append(errs, s.rejecter.w.Commit(ctx))
	}
	return errors.Join(errs...)
}

// Close frees what the stream holds. Rejects that were not committed are gone.
func (s *Stream) Close() error {
	if s.rejecter == nil {
		return nil
	}
	return s.rejecter.w.Close()
}

// Report is what the stream came to so far; Settle must not be running.
func (s *Stream) Report() *Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.report
	s.plan.Rows = s.seen
	r.Plan = s.plan
	r.Stages = s.reports[:min(len(s.reports), len(s.plan.Stages))]
	return &r
}

// Counts tells what came in the chunks settled so far.
func (s *Stream) Counts() Counts { return s.counts }
