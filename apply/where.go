package apply

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/panics"
	"github.com/volley-go/volley/internal/pipe"
	"github.com/volley-go/volley/internal/take"
)

// whereRows is how many rows Where chooses among at a time: few enough that the columns
// of the condition are still in the second-level cache when their rows are
// moved together, enough that what is kept is no crowd of small batches.
const whereRows = 1 << 17

// Where returns the rows for which a boolean expression is true; null is not true. A row
// on which it fails (an integer division by zero) is an error that names it. It runs
// on all cores; a record batch of more than 131,072 rows becomes several.
//
//	long, err := apply.Where(ctx, trips, `distance > 10 && zone != "Zone 7"`)
func Where(ctx context.Context, f *frame.Frame, condition string) (*frame.Frame, error) {
	if f == nil {
		return nil, errNoFrame
	}
	cond, err := newCondition(f.Schema(), condition)
	if err != nil {
		return nil, err
	}
	ranges := rangesOf(f.Records(), whereRows)
	workers := max(min(cores(), len(ranges)), 1)
	at := make([]position, workers)
	next := 0
	var kept []arrow.Record
	err = pipe.Pipe[rowRange, arrow.Record]{
		Workers: workers,
		Window:  2 * workers,
		Next: func(context.Context) (rowRange, error) {
			if next++; next > len(ranges) {
				return rowRange{}, io.EOF
			}
			return ranges[next-1], nil
		},
		Work: func(ctx context.Context, w int, r rowRange) (arrow.Record, error) {
			if err := at[w].move(cond.node.program, r.rec); err != nil {
				return nil, err
			}
			return cond.keep(ctx, at[w].eval, r)
		},
		Emit: func(_ context.Context, rec arrow.Record) error { kept = append(kept, rec); return nil },
	}.Run(ctx)
	if err != nil {
		return nil, err
	}
	return frame.FromRecords(f.Schema(), kept...)
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

// condition is a boolean expression that chooses rows.
type condition struct {
	node *node
	text string
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
	return &condition{n, text}, nil
}

// keep makes a record of the rows of a range for which the condition is true. The
// evaluator stands on the range's record.
func (c *condition) keep(ctx context.Context, e *expr.Evaluator, r rowRange) (arrow.Record, error) {
	mask := take.NewMask(r.hi - r.lo)
	rows, err := c.mask(ctx, e, r, mask, func(err *RowError) error { return err })
	if err != nil {
		return nil, err
	}
	return filter(r.rec.NewSlice(int64(r.lo), int64(r.hi)), mask, rows)
}

// mask sets the bits of a range's rows for which the condition is true, and returns how
// many they are. It tells fail of rows on which the condition fails.
func (c *condition) mask(ctx context.Context, e *expr.Evaluator, r rowRange, mask take.Mask, fail func(*RowError) error) (rows int, err error) {
	step := 64 * vectorRows
	if c.node.program.Calls() {
		step = vectorRows
	}
	for lo := r.lo; lo < r.hi; lo += step {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		n, err := 0, error(nil)
		c.node.evaluate(func() {
			n, err = e.Mask(lo, min(lo+step, r.hi), mask[(lo-r.lo)/64:], func(row int, err *expr.RowError) error {
				return fail(&RowError{Func: c.node.name, Row: int64(r.first + row), Values: valuesOf(c.node, r.rec, row), Err: err.Cause})
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

// filter makes a record of the rows whose bits are set.
func filter(rec arrow.Record, mask take.Mask, rows int) (arrow.Record, error) {
	if rows == int(rec.NumRows()) {
		return rec, nil
	}
	cols := make([]arrow.Array, rec.NumCols())
	for i, c := range rec.Columns() {
		var err error
		if cols[i], err = take.Filter(c, mask, rows); err != nil {
			return nil, fmt.Errorf("column %q: %w", rec.ColumnName(i), err)
		}
	}
	return array.NewRecord(rec.Schema(), cols, int64(rows)), nil
}
