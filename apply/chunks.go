package apply

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/engine"
	"github.com/volley-go/volley/internal/index"
	"github.com/volley-go/volley/internal/panics"
	"github.com/volley-go/volley/internal/pipe"
	"github.com/volley-go/volley/internal/take"
)

// Chunks is a step that hands each chunk of the table to a function as a frame, and goes on with
// the frame that it returns, which may have more rows or fewer. Do must be set.
//
//	func dearest(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) { … }
//
//	apply.Chunks{Reads: []string{"zone", "fare"}, Do: dearest} // the ten dearest of each chunk
//
// Over a stream a chunk is what the source gives, less the rows that steps before it dropped. Over
// a frame it is up to 131,072 rows of one record batch. Both follow the data, never the workers, so
// that the result is the same on any machine; a function that has to see all rows is called with
// the frame instead. Chunks without rows are left out. The function is called for many chunks at
// the same time; what it returns stands in the order of the chunks. A call costs 2 µs beside the
// function.
//
// An error or panic of the function is the error of each row of the chunk: with [chunker.Stop] it
// ends the run, and names the file and the row that the chunk begins at; with [chunker.Null],
// [chunker.Skip] and [chunker.Reject] the rows of the chunk are left out. Rows that come out have
// no origin: a later step that fails on one cannot tell which it was.
type Chunks struct {
	// Do returns what comes out in the stead of rows. It may keep and share them: frames are
	// immutable. The context ends when the run does.
	Do func(ctx context.Context, rows *frame.Frame, at Place) (*frame.Frame, error)
	// Reads names the columns of the frame that Do gets, in this order; nil is all of them. Files
	// are not read for others.
	Reads []string
	// Gives names and types the columns of the frame that Do returns, in any order; nil says that
	// they are those that it gets. It is declared, since no function is called before there are
	// rows.
	Gives []arrow.Field
	// Calls limits the calls of Do.
	Calls Calls
	// Name is what plans and errors call the step; empty is "chunks".
	Name string
}

// Place is where the first row of a chunk was read.
type Place struct {
	File string // empty for a frame in memory
	Row  int64  // in File, or in the frame, from 0; -1 if it is not known by now, as with CSV, or no row of the source's
	Line int64  // in File, from 1; 0 if it is no text, or not known
}

// String is file and line, or else the row.
func (p Place) String() string {
	switch {
	case p.Line > 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	case p.File != "" && p.Row >= 0:
		return fmt.Sprintf("%s, row %d", p.File, p.Row)
	case p.Row >= 0:
		return fmt.Sprintf("row %d", p.Row)
	}
	return p.File
}

// Bind finds the columns that are read. Do is not called.
func (c Chunks) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	b := &chunks{of: c}
	err := b.bind(in)
	if err != nil {
		return nil, fmt.Errorf("apply: %s: %w", b, err)
	}
	return b, nil
}

// chunks is Chunks, bound.
type chunks struct {
	of    Chunks
	read  []int // columns of what comes in
	given *arrow.Schema
	out   *arrow.Schema
	slots engine.Slots
}

func (s *chunks) bind(in *arrow.Schema) (err error) {
	if s.of.Do == nil {
		return errors.New("Do is not set: give the function")
	}
	if s.of.Reads == nil {
		s.read, s.given = index.All(in.NumFields()), in
	} else if s.read, s.given, err = chunker.Project(in, s.of.Reads); err != nil {
		return err
	}
	fields := slices.Clone(s.of.Gives)
	if fields == nil {
		fields = slices.Clone(s.given.Fields())
	}
	for i, f := range fields {
		if f.Name == "" || f.Type == nil {
			return fmt.Errorf("Gives: column %d has no name or no type", i)
		}
		if slices.ContainsFunc(fields[:i], func(g arrow.Field) bool { return g.Name == f.Name }) {
			return fmt.Errorf("Gives: two columns are called %q: rename one", f.Name)
		}
		fields[i].Nullable = true // whatever the function returns
	}
	s.out = arrow.NewSchema(fields, nil)
	if err := s.of.Calls.check(); err != nil {
		return err
	}
	if s.of.Calls.guards() {
		return errors.New("Calls may set Concurrency only, for a function of chunks: have Do pass its calls through guards of package async")
	}
	if s.of.Calls.Concurrency > 0 {
		s.slots = engine.NewSlots(s.of.Calls.Concurrency)
	}
	return nil
}

func (s *chunks) Schema() *arrow.Schema { return s.out }

// String is the step's name.
func (s *chunks) String() string {
	if s.of.Name != "" {
		return s.of.Name
	}
	return "chunks"
}

// Explain lists the columns that the function gets.
func (s *chunks) Explain() string {
	limits := s.of.Calls.String()
	if limits != "" {
		limits = ", " + limits
	}
	return "  frames of " + strings.Join(chunker.Names(s.given), ", ") + limits + "\n"
}

func (s *chunks) Reads() []int { return s.read }

func (s *chunks) Passes() []int {
	return slices.Repeat([]int{-1}, s.out.NumFields())
}

func (s *chunks) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return s.of.Bind(ctx, in)
}

// Borrows is true: the function may keep the frames.
func (s *chunks) Borrows() bool { return true }

// chunk is rows that the function is called with at a time.
type chunk struct {
	rowRange
	at Place
}

// chunked is what became of a chunk.
type chunked struct {
	records []arrow.Record
	err     error
}

// Run hands the batch to the function, a frame in ranges of rows.
func (s *chunks) Run(ctx context.Context, b *engine.Batch, env *engine.Env) error {
	rows, workers := math.MaxInt, 1
	if env.Alone {
		rows, workers = whereRows, env.Workers
	}
	ranges := rangesOf(b.Records, rows)
	for _, rec := range b.Records { // before goroutines ask for them at the same time
		for _, c := range s.read {
			bind.CountNulls(rec.Column(c))
		}
	}
	var all []chunked
	var over atomic.Bool // the function failed, and the policy stops there
	next := 0
	err := pipe.Pipe[chunk, chunked]{
		Workers: max(1, min(workers, len(ranges))),
		Window:  2 * workers,
		Next: func(context.Context) (c chunk, err error) {
			if next++; next > len(ranges) || over.Load() {
				return c, io.EOF
			}
			c.rowRange = ranges[next-1]
			c.at.File, c.at.Row, c.at.Line = b.PlaceOf(c.first + c.lo)
			return c, nil
		},
		Work: func(ctx context.Context, _ int, c chunk) (chunked, error) {
			one, err := s.work(ctx, c)
			if one.err != nil && env.Policy.Stops() {
				over.Store(true)
			}
			return one, err
		},
		Emit: func(_ context.Context, one chunked) error {
			all = append(all, one)
			if env.Tick != nil {
				env.Tick(ranges[len(all)-1].first + ranges[len(all)-1].hi)
			}
			return nil
		},
	}.Run(ctx)
	if err == nil {
		s.became(b, ranges, all, env.Policy.Stops())
	}
	return err
}

// became keeps in the batch what its ranges became, with stops those before the first on which the
// function failed.
func (s *chunks) became(b *engine.Batch, ranges []rowRange, all []chunked, stops bool) {
	if at := slices.IndexFunc(all, func(one chunked) bool { return one.err != nil }); stops && at >= 0 {
		r := ranges[at]
		file, _, _ := b.PlaceOf(r.first + r.lo)
		b.Stop(s.failed(file, r.first+r.lo, all[at].err))
		all = all[:at]
	}
	var records []arrow.Record
	var failed []*chunker.RowError
	for i, one := range all {
		records = append(records, one.records...)
		if one.err != nil {
			for row := ranges[i].lo; row < ranges[i].hi; row++ {
				file, _, _ := b.PlaceOf(ranges[i].first + row)
				failed = append(failed, s.failed(file, ranges[i].first+row, one.err))
			}
		}
	}
	b.Fail(failed, true)
	b.Replace(s.out, records)
}

// failed is a chunk's error as that of one of its rows.
func (s *chunks) failed(file string, row int, err error) *chunker.RowError {
	return &chunker.RowError{Func: s.String(), File: file, Row: int64(row), Err: err}
}

// work calls the function with a chunk, and keeps its error.
func (s *chunks) work(ctx context.Context, c chunk) (one chunked, err error) {
	if s.slots != nil {
		if !s.slots.Take(ctx) {
			return one, context.Cause(ctx)
		}
		defer s.slots.Give()
	}
	one.records, err = s.call(ctx, c)
	switch {
	case err == nil:
		return one, nil
	case ctx.Err() != nil:
		return one, context.Cause(ctx)
	}
	one.err = fmt.Errorf("on a chunk of %s: %w", count.Grouped(c.hi-c.lo, "row"), err)
	return one, nil
}

// call calls the function on a goroutine of its own, which it may end.
func (s *chunks) call(ctx context.Context, c chunk) (out []arrow.Record, err error) {
	rows, err := frame.FromRecords(s.given, s.recordOf(c.rowRange))
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if !returned {
				err = panics.From(recover())
			}
		}()
		var f *frame.Frame
		if f, err = s.of.Do(ctx, rows, c.at); err == nil {
			out, err = s.records(f)
		}
		returned = true
	}()
	<-done
	return out, err
}

// recordOf is a range's rows of the columns that are read.
func (s *chunks) recordOf(r rowRange) arrow.Record {
	cols := make([]arrow.Array, len(s.read))
	for i, c := range s.read {
		cols[i] = r.rec.Column(c)
	}
	rec := array.NewRecord(s.given, cols, r.rec.NumRows())
	return rec.NewSlice(int64(r.lo), int64(r.hi))
}

// records are what the function returned, as one record: a chunk of a stream is one.
func (s *chunks) records(f *frame.Frame) ([]arrow.Record, error) {
	if f == nil {
		return nil, errors.New("the function returned neither a frame nor an error")
	}
	if err := s.check(f.Schema()); err != nil {
		return nil, err
	}
	if f.NumRows() == 0 {
		return nil, nil
	}
	cols := make([]arrow.Array, s.out.NumFields())
	for i, field := range s.out.Fields() {
		var parts []arrow.Array
		for _, rec := range f.Records() {
			parts = append(parts, rec.Column(rec.Schema().FieldIndices(field.Name)[0]))
		}
		cols[i] = parts[0]
		if len(parts) > 1 {
			var err error
			if cols[i], err = take.Concat(field.Type, parts); err != nil {
				return nil, fmt.Errorf("column %q: %w", field.Name, err)
			}
		}
	}
	return []arrow.Record{array.NewRecord(s.out, cols, int64(f.NumRows()))}, nil
}

// check holds the columns that the function returned against those that it was to return.
func (s *chunks) check(got *arrow.Schema) error {
	at, _, err := chunker.Project(got, chunker.Names(s.out))
	if err != nil {
		return fmt.Errorf("the function returned %w: return it, or have Gives name what is returned", err)
	}
	for i, want := range s.out.Fields() {
		if t := got.Field(at[i]).Type; !arrow.TypeEqual(t, want.Type) {
			return fmt.Errorf("column %q: the function returned %s, and Gives, or the column that it got, says %s: make them one", want.Name, bind.Name(t), bind.Name(want.Type))
		}
	}
	for _, f := range got.Fields() {
		if len(s.out.FieldIndices(f.Name)) == 0 {
			return fmt.Errorf("the function returned a column %q that it was not to return: add it to Gives, or leave it out", f.Name)
		}
	}
	return nil
}
