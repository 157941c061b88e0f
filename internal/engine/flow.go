package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// Env is how steps are run.
type Env struct {
	// Workers is how many goroutines may compute at the same time.
	Workers int
	// Wide is how many calls of functions that wait may be under way at the same time, in all
	// batches together. Widen sets it.
	Wide int
	// WideBy says in words what Wide is by; Told says that it is the user, so that as many may be
	// begun before one has come back.
	WideBy string
	Told   bool
	// Calls are the slots of these calls. Start makes them.
	Calls Slots
	// Strategy and Form are an apply.Strategy and an apply.Form that are forced; 0 is none.
	Strategy, Form int
	// SerialBelow is the work below which a step puts no second worker on a batch; 0 leaves it to
	// the step.
	SerialBelow time.Duration
	// MorselRows sets how many rows a worker claims at a time; 0 leaves it to the step.
	MorselRows int
	// Trust leaves out the checks of vector forms.
	Trust bool
	// Seed makes a sample's places differ.
	Seed uint64
	// Policy says what becomes of rows that fail. Own is the source's own policy for its rows, zero
	// if it has none: they count against the limits of both, and go to Own's sink if that has one.
	Policy, Own chunker.Policy
	// Alone says that a batch is the whole table, so that all workers are there for it, and the
	// policy's limits hold for it.
	Alone bool
	// Memory is the budget of steps that need all rows, nil if it has no limit; Bytes is what a
	// chunk of theirs should take, 0 for 8 MiB; Dir is where they may spill to.
	Memory *chunker.Memory
	Bytes  int64
	Dir    string
	// Tick is told how many of the table's rows are done, while a step goes on; nil is never.
	Tick func(done int)
}

func (e *Env) tick(done int) {
	if e.Tick != nil {
		e.Tick(done)
	}
}

// Step is a bound step that takes a whole batch and shares its rows out among workers itself. It
// keeps the errors of rows by [Batch.Fail], or that of the first by [Batch.Stop] if the policy
// stops there, and returns the error that ends the batch.
type Step interface {
	chunker.BoundStep
	Run(ctx context.Context, b *Batch, env *Env) error
}

// Borrower is a Step whose functions may keep strings of the batches, whose memory is then left to
// the garbage collector.
type Borrower interface {
	Step
	Borrows() bool
}

// Checked is a Step that can refuse the settings of a run before it begins.
type Checked interface {
	Step
	Check(env *Env) error
}

// Flow is steps at work on one table. Run does the work on a batch, on many at the same time;
// Settle takes them in order, and only then are rows numbered, errors told and rejects written.
type Flow struct {
	env      Env
	in, out  *arrow.Schema
	steps    []Step
	bound    chunker.BoundSteps // the same
	segments []*segment
	borrows  bool
	rows     int // of a frame that is run

	// Of Settle alone:
	numberer chunker.Numberer
	rejecter *rejecter // of Policy
	refused  *rejecter // of Own
	counts   Counts
	segment  int      // that the last batch went through
	handed   int      // rows of batches of that segment
	origins  *origins // nil if no table carries the rows' ids
	failed   idSet    // rows on which a step failed, if there are origins
	bad      idSet    // rows that count against the policy's limits, the same
}

// Start begins a run, and the tables of steps that need all rows. Close must be called.
func Start(ctx context.Context, in *arrow.Schema, steps chunker.BoundSteps, env Env) (*Flow, error) {
	if env.Wide > 0 {
		env.Calls = NewSlots(env.Wide)
	}
	if env.Memory == nil {
		env.Memory = chunker.NewMemory(0)
	}
	env.Bytes = cmp.Or(env.Bytes, 8<<20)
	f := &Flow{env: env, in: in, out: steps.Schema()}
	if err := f.start(ctx, steps.List); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *Flow) start(ctx context.Context, list []chunker.BoundStep) (err error) {
	if err = f.cut(ctx, list); err != nil {
		return err
	}
	if f.segments[0].carries() {
		f.failed, f.bad = idSet{}, idSet{}
		if f.origins, err = newOrigins(&f.env); err != nil {
			return err
		}
	}
	if f.rejecter, err = newRejecter(ctx, f.env.Policy.Sink(), f.in); err == nil {
		f.refused, err = newRejecter(ctx, f.env.Own.Sink(), arrow.NewSchema(nil, nil))
	}
	return err
}

// run takes a batch through steps, unless it has ended. What ends it is kept in it.
func (f *Flow) run(ctx context.Context, b *Batch, steps []Step) {
	for _, s := range steps {
		if b.stopped != nil && ctx.Err() != nil || b.cut() && b.Len() == 0 {
			return
		}
		if b.err == nil && ctx.Err() != nil {
			b.err = context.Cause(ctx)
		}
		if b.err != nil {
			return
		}
		before, stopped := len(b.failed), b.stopped
		env := f.env
		env.Policy = f.limits()
		if err := s.Run(ctx, b, &env); err != nil {
			if b.end(err); b.err != nil && b.err != errEnd {
				return
			}
		}
		if env.Policy.LeavesOut() && len(b.failed) > before {
			if err := b.leaveOutFailed(before); err != nil {
				b.err = err
			}
		}
		if b.err != errEnd {
			continue
		}
		if b.cut() {
			before = b.endBefore(stopped, before)
		}
		if endsBehind(s) {
			b.cutBehind(before)
		}
	}
}

// Steps are those of the run.
func (f *Flow) Steps() []Step { return f.steps }

// Bound is the steps as they were bound for the run, for reports.
func (f *Flow) Bound() chunker.BoundSteps { return f.bound }

// Try runs step i alone over a frame of what comes into it. Nothing is counted. A step that needs
// all rows can be tried once.
func (f *Flow) Try(ctx context.Context, table *frame.Frame, i int) (*frame.Frame, error) {
	b := newBatch(table.Schema(), chunker.Chunk{}, table.Records())
	f.rows = max(f.rows, b.Len())
	f.run(ctx, b, f.steps[i:i+1])
	switch {
	case b.stopped != nil:
		return nil, b.stopped
	case b.capped != nil:
		return nil, b.capped
	case b.err != nil && b.err != errEnd:
		return nil, b.err
	}
	return frame.FromRecords(b.Schema, b.Records...)
}

// limits is the policy for a batch by itself. No step need go on behind more bad rows than the run
// may have in all. What share may be bad is known of a frame alone before its rows are settled.
func (f *Flow) limits() chunker.Policy {
	p := f.env.Policy
	if p.RatioMax > 0 && f.env.Alone {
		p.RowsMax = max(p.Allowed(max(f.rows, ratioFrom)), 1)
	}
	p.RatioMax = 0
	return p
}

// end keeps what ended a batch. Where too many rows failed, the steps behind still have those
// before the last of them: a row of these may fail, and then comes before it.
func (b *Batch) end(err error) {
	if _, ok := err.(*chunker.TooManyError); ok {
		b.capped = err
		return
	}
	b.err = err
}

// over reports whether nothing of the batch is written.
func (b *Batch) over() bool { return b.err != nil || b.capped != nil || b.cut() }

// cut reports whether a bad row ends the run behind the rows that are left.
func (b *Batch) cut() bool { return b.stopped != nil || b.refusal != nil }

// segmentOf is the segment that a batch goes through.
func (f *Flow) segmentOf(b *Batch) *segment {
	if b.behind == nil {
		return f.segments[0]
	}
	return f.segments[b.behind.segment+1]
}

// finish makes a batch ready for Settle: the rows that failed are copied, before the chunk's memory
// goes.
func (f *Flow) finish(b *Batch) {
	sortRows(b.failed)
	if f.rejecter != nil && len(b.failed) > 0 {
		if err := b.keepBad(f.in, f.segmentOf(b).source); err != nil {
			b.err = err
		}
	}
}

// Chunk is the chunk that comes out of a batch that did not end early, for its taker to release.
func (b *Batch) Chunk() chunker.Chunk {
	c := b.chunk
	c.Record, c.Rejects = oneRecord(b.Schema, b.Records), nil
	return c
}

// oneRecord makes one record of at most one.
func oneRecord(schema *arrow.Schema, records []arrow.Record) arrow.Record {
	if len(records) == 1 {
		return records[0]
	}
	cols := make([]arrow.Array, schema.NumFields())
	for i, f := range schema.Fields() {
		cols[i] = array.NewBuilder(memory.DefaultAllocator, f.Type).NewArray()
	}
	return array.NewRecord(schema, cols, 0)
}

// Frame runs the steps over a frame. The rows' errors are in the counts; the rejects are not
// committed.
func (f *Flow) Frame(ctx context.Context, table *frame.Frame) (*frame.Frame, error) {
	b := newBatch(table.Schema(), chunker.Chunk{}, table.Records())
	p := &shares{tick: f.env.Tick, rows: table.NumRows(), steps: len(f.steps)}
	for _, s := range f.segments {
		if err := f.whole(ctx, s, b, p); err != nil {
			return nil, err
		}
		if s.table == nil {
			break
		}
		out, err := s.table.through(ctx, b, &f.env)
		if err != nil {
			return nil, err
		}
		b = out
		p.next()
	}
	return frame.FromRecords(f.out, b.Records...)
}

// whole runs a segment over a frame, as one batch.
func (f *Flow) whole(ctx context.Context, s *segment, b *Batch, p *shares) error {
	if b.head(s.wants); s.first() {
		f.rows = b.Len()
	}
	for _, step := range s.steps {
		f.env.Tick = p.of(b.Len())
		if f.run(ctx, b, []Step{step}); b.err == errEnd {
			b.err = nil
		}
		p.next()
	}
	f.finish(b)
	if b.err != nil {
		return b.err
	}
	return f.Settle(ctx, b)
}

// head leaves the first rows of a batch that came, if not all are wanted.
func (b *Batch) head(rows int64) {
	if rows < 0 || rows >= int64(b.Len()) {
		return
	}
	var head []arrow.Record
	for _, rec := range b.Records {
		if n := min(rec.NumRows(), rows); n > 0 {
			head = append(head, rec.NewSlice(0, n))
			rows -= n
		}
	}
	b.Records, b.came = head, head
	b.given = b.Len()
}

// shares makes progress of what each step of a frame tells: its share of the frame's rows.
type shares struct {
	tick              func(done int)
	rows, steps, done int // done steps
}

// of is what a step that is given rows tells.
func (p *shares) of(rows int) func(done int) {
	if p.tick == nil {
		return nil
	}
	return func(done int) {
		share := float64(p.done) + float64(done)/float64(max(rows, 1))
		p.tick(int(share * float64(p.rows) / float64(p.steps)))
	}
}

// next goes on to the next step.
func (p *shares) next() { p.done++ }

// sortRows sorts errors by row, those of a row as the steps are.
func sortRows(failed []*chunker.RowError) {
	slices.SortStableFunc(failed, func(a, b *chunker.RowError) int { return cmp.Compare(orderOf(a.Row), orderOf(b.Row)) })
}
