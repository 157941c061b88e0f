package chunker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/internal/index"
	"github.com/volley-go/volley/internal/take"
)

// Step is one thing that is done to a table: a condition, a function, a choice of columns. It is a
// small value without state, which any number of runs may use at the same time: a run binds it to
// the columns that come in, and keeps what it needs in the [BoundStep].
//
// What is bound is of one of three kinds: a [RowStep], which takes chunks in any order, an
// [OrderedStep], which takes them in the order of the stream, or a [TableStep], which takes all of
// them before the first row comes out. It may have the powers beside that which [Passing],
// [Filtering], [Failing], [Wanting] and [Fusing] describe.
type Step interface {
	// Bind binds the step to the columns of what comes in, for one run, and touches no row. A
	// column that is not there, or of a wrong type, is an error here.
	Bind(ctx context.Context, in *arrow.Schema) (BoundStep, error)
}

// BoundStep is a step bound to the columns that come in.
type BoundStep interface {
	// Schema names and types the columns of what comes out.
	Schema() *arrow.Schema
	// String is the step as plans and errors show it.
	String() string
}

// RowStep is a BoundStep that takes any chunk at any time: rows in, rows out. Conditions and
// functions are of this kind.
type RowStep interface {
	BoundStep
	// Worker returns a Work, which may keep scratch memory from chunk to chunk: goroutines take
	// turns with it.
	Worker() (Work, error)
}

// Work takes a chunk and returns the chunk that replaces it. It makes that of the one it was given:
// with other columns for the same rows ([Chunk.With]), with some of its rows ([Chunk.Take],
// [Chunk.Slice]), or with rows of the step's own ([Chunk.NewRows]).
//
// The engine believes which of these it was, and finds by it the row of the source that a later
// error is of: With, for rows in another order, would name wrong ones. New rows have no origin. Nor
// have the rows of a Chunk that was not made of the one given, or of With if their number is
// another. If such a row fails later, nobody knows which it was.
//
// Work calls [Chunk.Fail], on the chunk that it returns, for each row that it cannot work on; an
// error ends the run. Of the chunk that is given only Record is set. Its memory is lent, until the
// Work returns and in what the Work returns: what a step keeps beyond that it copies. A value under
// a null may be anything.
type Work func(ctx context.Context, c Chunk) (Chunk, error)

// OrderedStep is a BoundStep that takes the chunks one by one, in the order of the stream: a limit,
// a running count. Next must be cheap, since everything waits for it.
type OrderedStep interface {
	BoundStep
	// Next is a Work, called by one goroutine at a time. With io.EOF it returns what comes out
	// last: nothing more is read then.
	Next(ctx context.Context, c Chunk) (Chunk, error)
}

// Passing is a BoundStep that hands some of its columns on as they are, so that files need not be
// read for columns that nobody needs. Of a step that is not Passing, all columns that come in are
// needed. For what it means to a TableStep beside that, see [TableStep].
type Passing interface {
	BoundStep
	// Reads lists the columns of what comes in that the step looks at, by position.
	Reads() []int
	// Passes has, for each column that comes out, the place of the column that comes in which it
	// is, with the same values; -1 if it is another.
	Passes() []int
	// Narrow binds the step to other columns: those that it reads are there, by their names and
	// types, others may be missing, or be new.
	Narrow(ctx context.Context, in *arrow.Schema) (BoundStep, error)
}

// Filtering is a BoundStep that drops rows by what stands in single columns, so that sources can
// leave out some of them before they are decoded.
type Filtering interface {
	BoundStep
	// Filter says which rows may come out. last reports whether later steps' filters do not hold
	// for what comes in: the step can fail on a row, whose error would be lost, or which rows come
	// out depends on others, as of the first rows of a sort.
	Filter() (f predicate.Filter, last bool)
}

// Failing is a BoundStep that says whether it can fail on a row. Of a step that is not Failing, a
// [Filtering] one says it by its filter, a [TableStep] cannot fail, and any other can.
type Failing interface {
	BoundStep
	// Fails reports whether the step can fail on a row.
	Fails() bool
}

// Wanting is a BoundStep whose first rows come of the first rows that come in: functions, limits,
// row numbers. So a run with a limit reads no more rows than it needs. Conditions are not Wanting:
// how many rows they must see for one to come out, nobody knows.
type Wanting interface {
	BoundStep
	// Wants returns how many first rows of what comes in are enough for the first rows of what
	// comes out, if the step fails on none; -1 is all of them.
	Wants(rows int64) int64
}

// Fusing is a BoundStep that can take the step after it in, so that both go over the rows together.
// If it is also [Passing], Narrow keeps what was taken in.
type Fusing interface {
	BoundStep
	// Fuse takes the next step in, or reports that it cannot. The Schema is then that of both.
	Fuse(ctx context.Context, next Step) (fused bool, err error)
	// Seal is called once, after the last step was taken in.
	Seal() error
}

// Steps is a list of steps, and a Step itself, so that lists can hold lists:
//
//	clean := chunker.Steps{apply.Where("distance > 0"), apply.Expr("total = fare + tip")}
//	out, err := apply.Apply(ctx, trips, clean, apply.Map1("km", "distance", kilometers))
type Steps []Step

// Bind binds each step to what comes out of the one before it. What it returns is [BoundSteps].
func (s Steps) Bind(ctx context.Context, in *arrow.Schema) (BoundStep, error) {
	flat, err := s.flat(nil)
	if err != nil {
		return nil, err
	}
	out := BoundSteps{schema: in}
	for _, step := range flat {
		if err := out.add(ctx, step); err != nil {
			return nil, err
		}
	}
	if err := out.seal(); err != nil {
		return nil, err
	}
	return out, nil
}

// flat appends the steps without lists.
func (s Steps) flat(out Steps) (Steps, error) {
	for i, step := range s {
		list, nested := step.(Steps)
		var err error
		switch {
		case step == nil:
			return nil, fmt.Errorf("step %d is nil", i)
		case nested:
			if out, err = list.flat(out); err != nil {
				return nil, fmt.Errorf("step %d: %w", i, err)
			}
		default:
			out = append(out, step)
		}
	}
	return out, nil
}

// BoundSteps is steps bound one after another. Each is of another kind than a list.
type BoundSteps struct {
	List   []BoundStep
	schema *arrow.Schema
}

func (b *BoundSteps) add(ctx context.Context, step Step) error {
	if len(b.List) > 0 {
		if f, ok := b.List[len(b.List)-1].(Fusing); ok {
			if fused, err := f.Fuse(ctx, step); fused || err != nil {
				return err
			}
		}
	}
	if err := b.seal(); err != nil {
		return err
	}
	bound, err := step.Bind(ctx, b.schema)
	if err != nil {
		return err
	}
	if bound == nil || bound.Schema() == nil {
		return fmt.Errorf("chunker: Bind of step %T returned no bound step, or one without a schema", step)
	}
	b.List = append(b.List, bound)
	return nil
}

// seal ends the last step: it takes no other in any more.
func (b *BoundSteps) seal() error {
	if len(b.List) == 0 {
		return nil
	}
	last := b.List[len(b.List)-1]
	if f, ok := last.(Fusing); ok {
		if err := f.Seal(); err != nil {
			return err
		}
	}
	b.schema = last.Schema()
	return nil
}

// Schema is what comes out of the last step, or what comes in if there is none.
func (b BoundSteps) Schema() *arrow.Schema { return b.schema }

// String lists the steps, one a line.
func (b BoundSteps) String() string {
	var lines strings.Builder
	for _, s := range b.List {
		lines.WriteString(s.String() + "\n")
	}
	return lines.String()
}

// Explain lists the steps, each with what its Explain says, if it has one.
func (b BoundSteps) Explain() string {
	var lines strings.Builder
	for i, s := range b.List {
		fmt.Fprintf(&lines, "%d. %s\n", i+1, s)
		if e, ok := s.(interface{ Explain() string }); ok {
			lines.WriteString(e.Explain())
		}
	}
	return lines.String()
}

// Needs lists the columns of what comes in that are looked at, come out, or have another put in
// their place, by position.
func (b BoundSteps) Needs(in *arrow.Schema) []int {
	need := index.All(b.schema.NumFields())
	for i := len(b.List) - 1; i >= 0; i-- {
		from := in
		if i > 0 {
			from = b.List[i-1].Schema()
		}
		p, ok := b.List[i].(Passing)
		if !ok {
			need = index.All(from.NumFields())
			continue
		}
		before := make([]bool, from.NumFields())
		passes := p.Passes()
		for _, c := range need {
			if passes[c] >= 0 {
				before[passes[c]] = true
			} else if at := from.FieldIndices(b.List[i].Schema().Field(c).Name); len(at) > 0 {
				before[at[0]] = true // whose place it takes: without it the columns would come out in another order
			}
		}
		for _, c := range p.Reads() {
			before[c] = true
		}
		need = set(before)
	}
	return need
}

func set(bits []bool) (out []int) {
	for i, b := range bits {
		if b {
			out = append(out, i)
		}
	}
	return out
}

// Narrow binds the steps to what is left of their columns: those that they need, by
// [BoundSteps.Needs].
func (b BoundSteps) Narrow(ctx context.Context, in *arrow.Schema) (BoundSteps, error) {
	out := BoundSteps{schema: in}
	for _, step := range b.List {
		if p, ok := step.(Passing); ok {
			var err error
			if step, err = p.Narrow(ctx, out.schema); err != nil {
				return BoundSteps{}, err
			}
		}
		out.List, out.schema = append(out.List, step), step.Schema()
	}
	return out, nil
}

// Filter is what the steps say of single columns of the source, as far as it holds for the source:
// up to the first step that is not Filtering, says that it is the last, or can fail on a row.
func (b BoundSteps) Filter(in *arrow.Schema) (f predicate.Filter) {
	source := make([]string, in.NumFields()) // of each column: the column of the source that it is
	for i := range source {
		source[i] = in.Field(i).Name
	}
	for _, step := range b.List {
		s, ok := step.(Filtering)
		if !ok {
			return f
		}
		part, last := s.Filter()
		f = f.And(part.Rename(func(column string) (string, bool) {
			at := in.FieldIndices(column)
			if len(at) != 1 || source[at[0]] == "" {
				return "", false
			}
			return source[at[0]], true
		}))
		p, ok := step.(Passing)
		if last || !ok || MayFail(step) {
			return f
		}
		in, source = step.Schema(), passed(source, p.Passes())
	}
	return f
}

// passed is what the columns that come out are of the source; "" if they are computed.
func passed(source []string, passes []int) []string {
	out := make([]string, len(passes))
	for i, c := range passes {
		if c >= 0 {
			out[i] = source[c]
		}
	}
	return out
}

// Rows is how many first rows of the source are enough for all that comes out; -1 is all of them.
// Of rows that fail, the policy says whether they are left out: then a step that can fail must see
// more of them, nobody knows how many.
func (b BoundSteps) Rows(policy Policy) int64 {
	rows := int64(-1)
	for _, step := range slices.Backward(b.List) {
		w, ok := step.(Wanting)
		if !ok || policy.LeavesOut() && rows >= 0 && MayFail(step) {
			rows = -1
			continue
		}
		rows = w.Wants(rows)
	}
	return rows
}

// MayFail reports whether a step can fail on a row, by what it says of itself: see [Failing].
func MayFail(step BoundStep) bool {
	switch s := step.(type) {
	case TableStep:
		return false
	case Failing:
		return s.Fails()
	case Filtering:
		_, fails := s.Filter()
		return fails
	}
	return true
}

// Given makes the chunk that a [Work] is called with, for whoever runs a step.
func Given(rec arrow.Record) Chunk { return Chunk{Record: rec, Origin: Origin{Row: -1}, given: true} }

// With is the chunk with other columns for the same rows, in the same order.
func (c Chunk) With(rec arrow.Record) Chunk {
	c.Record = rec
	return c
}

// NewRows is the chunk with any number of rows that the step makes, such as sums of its rows. The
// step calls [Chunk.Fail] before, for rows that it failed on.
func (c Chunk) NewRows(rec arrow.Record) Chunk {
	c.Record, c.rows = rec, noOrigin(int(rec.NumRows()))
	return c
}

// noOrigin are n rows of no origin.
func noOrigin(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// Take is the chunk with some of its rows, by position, in that order; a row may be there several
// times. It knows where they came from.
func (c Chunk) Take(rows []int) (Chunk, error) {
	cols := make([]arrow.Array, c.Record.NumCols())
	for i, col := range c.Record.Columns() {
		var err error
		if cols[i], err = take.Rows(col, rows); err != nil {
			return c, fmt.Errorf("column %q: %w", c.Record.ColumnName(i), err)
		}
	}
	from := make([]int, len(rows))
	for i, row := range rows {
		from[i] = c.at(row)
	}
	c.Record, c.rows = array.NewRecord(c.Record.Schema(), cols, int64(len(rows))), from
	return c, nil
}

// Slice is the chunk with its rows from lo to before hi. It shares the memory.
func (c Chunk) Slice(lo, hi int) Chunk {
	if lo == 0 && hi == c.Len() {
		return c
	}
	from := make([]int, hi-lo)
	for i := range from {
		from[i] = c.at(lo + i)
	}
	c.Record, c.rows = c.Record.NewSlice(int64(lo), int64(hi)), from
	return c
}

// at is the row, of those that the step was given, that row i is.
func (c *Chunk) at(i int) int {
	if c.rows == nil {
		return i
	}
	return c.rows[i]
}

// Fail says that the step failed on row i, and why. The run's [Policy] says what becomes of the
// row: under Reject the run leaves it out, under Null it goes on with the nulls that the step has
// put into it.
func (c *Chunk) Fail(i int, err error) {
	if err == nil {
		err = errors.New("the step gives no reason")
	}
	c.failures = append(c.failures, Failure{c.at(i), err})
}

// Failure is a row of a chunk that a step failed on.
type Failure struct {
	Row int // of those that the step was given
	Err error
}

// Worked says, to whoever runs a step, what became of the chunk that was made by [Given]: which of
// those rows the chunk's rows are (nil is all of them, -1 a row of no origin), and on which rows
// the step failed.
func (c *Chunk) Worked() (rows []int, failures []Failure) {
	if !c.given && c.Record != nil {
		return noOrigin(c.Len()), c.failures
	}
	return c.rows, c.failures
}
