package apply

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/engine"
	"github.com/volley-go/volley/internal/index"
	"github.com/volley-go/volley/internal/panics"
	"github.com/volley-go/volley/internal/pipe"
	"github.com/volley-go/volley/internal/take"
)

// whereRows is how many rows Where chooses among at a time: few enough that the columns
// of the condition are still in the second-level cache when their rows are
// moved together, enough that what is kept is no crowd of small batches.
const whereRows = 1 << 17

// Where keeps the rows for which a boolean expression is true; null is not true. A row on which it
// fails (an integer division by zero) is one for the policy: see [chunker.Policy].
//
//	long, err := apply.Apply(ctx, trips, apply.Where(`distance > 10 && zone != "Zone 7"`))
//
// It runs on all cores. A record batch of more than 131,072 rows becomes several.
func Where(condition string) chunker.Step { return where{condition} }

type where struct{ text string }

// Bind binds the condition to the columns that it reads.
func (w where) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return newCondition(in, w.text)
}

// rowRange is rows lo … hi-1 of a record batch that begins at row first of its frame.
type rowRange struct {
	rec           arrow.Record
	first, lo, hi int
}

// rangesOf cuts record batches into ranges of at most rows rows, a multiple of 64.
func rangesOf(records []arrow.Record, rows int) []rowRange {
	var list []rowRange
	first := 0
	for _, rec := range records {
		n := int(rec.NumRows())
		for lo := 0; lo < n; lo += rows {
			list = append(list, rowRange{rec, first, lo, min(lo+rows, n)})
		}
		first += n
	}
	return list
}

// position is a worker's evaluator and the record batch it stands on.
type position struct {
	eval *expr.Evaluator
	rec  arrow.Record
}

// move brings the evaluator to a record batch.
func (p *position) move(program *expr.Program, rec arrow.Record) error {
	if p.rec == rec {
		return nil
	}
	if p.eval == nil {
		p.eval = program.NewEvaluator()
	}
	p.rec = rec
	return p.eval.Bind(rec)
}

// condition is a boolean expression that chooses rows, bound.
type condition struct {
	node   *node
	text   string
	schema *arrow.Schema
}

func newCondition(schema *arrow.Schema, text string) (*condition, error) {
	n, err := wireValue(schema, text)
	if err != nil {
		return nil, fmt.Errorf("where: %w", err)
	}
	if n.program.Type().ID() != arrow.BOOL {
		return nil, fmt.Errorf("where: %q is %s: a condition must be true or false", text, bind.Name(n.program.Type()))
	}
	n.name = "where " + text
	return &condition{n, text, schema}, nil
}

func (c *condition) Schema() *arrow.Schema { return c.schema }
func (c *condition) String() string        { return c.node.name }
func (c *condition) Reads() []int          { return c.node.in }

// Explain is what the condition was compiled to.
func (c *condition) Explain() string { return c.node.program.Explain() }

func (c *condition) Passes() []int { return index.All(c.schema.NumFields()) }

func (c *condition) Narrow(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return newCondition(in, c.text)
}

func (c *condition) Filter() (predicate.Filter, bool) {
	return c.node.program.Filter(), c.node.program.Fails() || c.node.program.Calls()
}

// chosen is what a condition keeps of a range of rows.
type chosen struct {
	rec     arrow.Record
	kept    engine.Kept
	failed  []*chunker.RowError
	stopped bool // the first of failed ends the run: rows from it on are not chosen
}

// Run keeps the rows of a batch for which the condition is true.
func (c *condition) Run(ctx context.Context, b *engine.Batch, env *engine.Env) error {
	rows, workers := math.MaxInt, 1 // a chunk stays one record
	if env.Alone {
		rows = whereRows
	}
	ranges := rangesOf(b.Records, rows)
	if env.Alone {
		workers = max(min(env.Workers, len(ranges)), 1)
	}
	if len(ranges) == 1 {
		one, err := c.choose(ctx, new(position), ranges[0], env)
		if err == nil {
			c.keep(b, []chosen{one}, env.Policy.Stops())
		}
		return err
	}
	at := make([]position, workers)
	var all []chosen
	var over atomic.Bool // a row failed, and the policy stops there
	next := 0
	err := pipe.Pipe[rowRange, chosen]{
		Workers: workers,
		Window:  2 * workers,
		Next: func(context.Context) (rowRange, error) {
			if next++; next > len(ranges) || over.Load() {
				return rowRange{}, io.EOF
			}
			return ranges[next-1], nil
		},
		Work: func(ctx context.Context, w int, r rowRange) (chosen, error) {
			one, err := c.choose(ctx, &at[w], r, env)
			if one.stopped {
				over.Store(true)
			}
			return one, err
		},
		Emit: func(_ context.Context, one chosen) error {
			all = append(all, one)
			if env.Tick != nil {
				env.Tick(ranges[len(all)-1].first + ranges[len(all)-1].hi)
			}
			return nil
		},
	}.Run(ctx)
	if err == nil {
		c.keep(b, all, env.Policy.Stops())
	}
	return err
}

// keep leaves in a batch what was chosen, with stops up to the first row on which the condition
// failed.
func (c *condition) keep(b *engine.Batch, all []chosen, stops bool) {
	if at := slices.IndexFunc(all, func(one chosen) bool { return one.stopped }); stops && at >= 0 {
		all = all[:at+1]
	}
	var records []arrow.Record
	var kept []engine.Kept
	var failed []*chunker.RowError
	left, rows := 0, 0
	for _, one := range all {
		if one.kept.Left > 0 || len(all) == 1 {
			records = append(records, one.rec)
		}
		kept, failed = append(kept, one.kept), append(failed, one.failed...)
		left, rows = left+one.kept.Left, rows+one.kept.Rows
	}
	if stops && len(failed) > 0 {
		b.Stop(failed[0])
	} else {
		b.Fail(failed, true)
	}
	if left < rows || stops && len(failed) > 0 {
		b.Keep(records, kept)
	}
}

// choose makes a record of the rows of a range for which the condition is true.
func (c *condition) choose(ctx context.Context, at *position, r rowRange, env *engine.Env) (one chosen, err error) {
	if err := at.move(c.node.program, r.rec); err != nil {
		return one, err
	}
	n := r.hi - r.lo
	mask := take.NewMask(n)
	stops := env.Policy.Stops()
	left, err := c.mask(ctx, at.eval, r, mask, stops, func(err *chunker.RowError) { one.failed = append(one.failed, err) })
	if err != nil {
		return one, err
	}
	if one.stopped = stops && len(one.failed) > 0; one.stopped {
		left = mask.Cut(int(one.failed[0].Row) - r.first - r.lo)
	}
	rec := r.rec
	if n < int(rec.NumRows()) {
		rec = rec.NewSlice(int64(r.lo), int64(r.hi))
	}
	one.rec, err = take.Record(rec, mask, left)
	one.kept = engine.Kept{Rows: n, Left: left}
	if left < n {
		one.kept.Mask = mask
	}
	return one, err
}

// mask sets the bits of a range's rows for which the condition is true, and returns how
// many they are. It tells fail of rows on which the condition fails, in their order; with stops it
// does not go far behind the first.
func (c *condition) mask(ctx context.Context, e *expr.Evaluator, r rowRange, mask take.Mask, stops bool, fail func(*chunker.RowError)) (rows int, err error) {
	step := 64 * vectorRows
	if c.node.program.Calls() {
		step = vectorRows
	}
	failed := false
	for lo := r.lo; lo < r.hi && !(failed && stops); lo += step {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		n, err := 0, error(nil)
		c.node.evaluate(func() {
			n, err = e.Mask(lo, min(lo+step, r.hi), mask[(lo-r.lo)/64:], func(row int, err *expr.RowError) error {
				if failed && stops {
					return nil
				}
				failed = true
				fail(&chunker.RowError{Func: c.node.name, Row: int64(r.first + row), Values: valuesOf(c.node, r.rec, row), Err: err.Cause})
				return nil
			})
		})
		if err != nil {
			return 0, err
		}
		rows += n
	}
	return rows, nil
}

// evaluate runs an evaluation of the node's program, of one vector at most where the
// program calls Go functions: one that ends the goroutine does not end this one.
func (n *node) evaluate(f func()) {
	if n.program.Calls() {
		panics.Survive(f)
	} else {
		f()
	}
}
