package chunkertest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/predicate"
	"github.com/volley-go/volley/frame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder is a test that fails alone.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper()                   {}
func (r *recorder) Errorf(f string, a ...any) { r.failures = append(r.failures, fmt.Sprintf(f, a...)) }
func (r *recorder) FailNow()                  { runtime.Goexit() }

// failures are what TestStep says of a step.
func failures(t *testing.T, step chunker.Step) string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		TestStep(r, step, rowsOf(t, 60))
	}()
	<-done
	return strings.Join(r.failures, "\n")
}

// rowsOf are rows of a number, a text and another number, some of them null.
func rowsOf(t *testing.T, n int) *frame.Frame {
	t.Helper()
	numbers, texts, others := make([]int64, n), make([]string, n), make([]int64, n)
	for i := range numbers {
		numbers[i], texts[i], others[i] = int64(i*i%17), fmt.Sprintf("text %d", i%5), int64(1000+i)
	}
	f, err := frame.New(frame.Of("n", numbers), frame.Of("text", texts), frame.Of("other", others))
	require.NoError(t, err)
	return f
}

// leaking ends the goroutines that a step of the tests leaves.
var leaking = make(chan struct{})

// adding is a step of the tests: it adds a column of numbers, of the column n. Each fault is a
// field.
type adding struct {
	of    func(*boundAdding, arrow.Record) []int64 // nil is twice n
	fault string
}

type boundAdding struct {
	adding
	in, schema *arrow.Schema
	at         int
	seen       *atomic.Int64 // rows
	last       string        // of the text column
}

func (a adding) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	at, _, err := chunker.Project(in, []string{"n"})
	if err != nil {
		return nil, err
	}
	fields := append(slices.Clone(in.Fields()), arrow.Field{Name: "added", Type: arrow.PrimitiveTypes.Int64, Nullable: true})
	return &boundAdding{adding: a, seen: new(atomic.Int64), in: in, schema: arrow.NewSchema(fields, nil), at: at[0]}, nil
}

func (b *boundAdding) Schema() *arrow.Schema { return b.schema }
func (b *boundAdding) String() string        { return "adding" }

// add is a Work.
func (b *boundAdding) add(ctx context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	if b.fault == "ends early" && ctx.Err() != nil {
		c = c.Slice(0, 0)
	}
	n := c.Record.Column(b.at).(*array.Int64)
	var values []int64
	if b.of != nil {
		values = b.of(b, c.Record)
	} else {
		for _, v := range n.Int64Values() {
			values = append(values, 2*v)
		}
	}
	to := array.NewInt64Builder(memory.DefaultAllocator)
	for i, v := range values {
		if n.IsNull(i) && b.fault != "ignores nulls" {
			to.AppendNull()
			continue
		}
		if v == 2*16 && strings.HasPrefix(b.fault, "fails") {
			c.Fail(i, errors.New("sixteen"))
			if b.fault == "fails" {
				to.AppendNull()
				continue
			}
		}
		to.Append(v)
	}
	cols := append(slices.Clone(c.Record.Columns()), to.NewArray())
	if b.fault == "passes another" {
		cols[2] = cols[0]
	}
	return c.With(array.NewRecord(b.schema, cols, c.Record.NumRows())), nil
}

// inRow, inOrder and withAll are adding as each kind of step.
type (
	inRow   struct{ adding }
	inOrder struct{ adding }
)

func (s inRow) Bind(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	b, err := s.adding.Bind(ctx, in)
	if err != nil {
		return nil, err
	}
	return boundInRow{b.(*boundAdding)}, nil
}

type boundInRow struct{ *boundAdding }

func (b boundInRow) Worker() (chunker.Work, error) {
	if b.fault == "leaks" {
		go func() { <-leaking }()
	}
	if b.fault == "counts by worker" {
		own := *b.boundAdding
		own.seen = new(atomic.Int64)
		return own.add, nil
	}
	return b.add, nil
}

func (s inOrder) Bind(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	b, err := s.adding.Bind(ctx, in)
	if err != nil {
		return nil, err
	}
	return boundInOrder{b.(*boundAdding)}, nil
}

type boundInOrder struct{ *boundAdding }

func (b boundInOrder) Next(ctx context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	return b.add(ctx, c)
}

// claiming is a row step that says of itself what it is told to.
type claiming struct {
	adding
	reads  []int
	passes []int
	wants  func(int64) int64
	filter predicate.Filter
	last   bool
	fails  bool
}

func (s claiming) Bind(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	b, err := s.adding.Bind(ctx, in)
	if err != nil {
		return nil, err
	}
	return &boundClaiming{boundInRow{b.(*boundAdding)}, s}, nil
}

type boundClaiming struct {
	boundInRow
	says claiming
}

func (b *boundClaiming) Reads() []int {
	if b.says.reads == nil {
		return []int{b.at}
	}
	return b.says.reads
}

func (b *boundClaiming) Passes() []int {
	out := index(b.schema.NumFields())
	out[len(out)-1] = -1
	if b.says.passes != nil {
		copy(out, b.says.passes)
	}
	return out
}

func (b *boundClaiming) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return b.says.Bind(ctx, in)
}

func (b *boundClaiming) Filter() (predicate.Filter, bool) { return b.says.filter, b.says.last }
func (b *boundClaiming) Fails() bool                      { return b.says.fails }
func (b *boundClaiming) Wants(rows int64) int64 {
	if b.says.wants != nil {
		return b.says.wants(rows)
	}
	return rows
}

// counting numbers the rows that a bound step has seen.
func counting(b *boundAdding, rec arrow.Record) []int64 {
	out := make([]int64, rec.NumRows())
	for i := range out {
		out[i] = b.seen.Add(1)
	}
	return out
}

// lengths are of the text in the row before.
func lengths(keep func(string) string) func(*boundAdding, arrow.Record) []int64 {
	return func(b *boundAdding, rec arrow.Record) []int64 {
		texts := rec.Column(1).(*array.String)
		out := make([]int64, rec.NumRows())
		for i := range out {
			for _, c := range []byte(b.last) {
				out[i] += int64(c)
			}
			b.last = keep(texts.Value(i))
		}
		return out
	}
}

// TestStepsThatKeepTheirPromises pass.
func TestStepsThatKeepTheirPromises(t *testing.T) {
	for name, step := range map[string]chunker.Step{
		"a row step":           inRow{},
		"one that fails":       inRow{adding{fault: "fails"}},
		"an ordered step":      inOrder{adding{of: counting}},
		"one that keeps texts": inOrder{adding{of: lengths(strings.Clone)}},
		"one that claims":      claiming{},
		"a list":               chunker.Steps{inRow{}, chunker.Steps{renamed{}, inOrder{adding{of: counting}}}},
		"a table":              keepingAll{},
		"a list of a table":    chunker.Steps{keepingAll{}, claiming{}},
	} {
		t.Run(name, func(t *testing.T) { require.Empty(t, failures(t, step)) })
	}
}

// TestBrokenStepsAreFound, each by what is wrong with it.
func TestBrokenStepsAreFound(t *testing.T) {
	leakWait = 50 * time.Millisecond // the leaking step's goroutine goes on until the end of the test
	defer func() { leakWait = 20 * time.Second; close(leaking) }()
	first := func(b *boundAdding, rec arrow.Record) []int64 {
		out := make([]int64, rec.NumRows())
		if len(out) > 0 {
			out[0] = 1
		}
		return out
	}
	changing := func(_ *boundAdding, rec arrow.Record) []int64 {
		values := rec.Column(0).(*array.Int64).Int64Values()
		for i := range values {
			values[i]++
		}
		return slices.Clone(values)
	}
	beyond := func(_ *boundAdding, rec arrow.Record) []int64 {
		values := rec.Column(0).(*array.Int64).Int64Values()
		for i, all := len(values), values[:cap(values)]; i < len(all); i++ {
			all[i]++
		}
		return slices.Clone(values)
	}
	other := func(_ *boundAdding, rec arrow.Record) []int64 {
		last := rec.Column(int(rec.NumCols()) - 1).(*array.Int64)
		out := slices.Clone(last.Int64Values())
		for i := range out {
			if last.IsNull(i) {
				out[i] = -1
			}
		}
		return out
	}
	state := new(atomic.Int64)
	inStep := func(_ *boundAdding, rec arrow.Record) []int64 {
		return slices.Repeat([]int64{state.Add(1)}, int(rec.NumRows()))
	}
	for name, c := range map[string]struct {
		step chunker.Step
		want string
	}{
		"changes its input":             {inRow{adding{of: changing}}, "the step changes the rows"},
		"changes rows beside its input": {inOrder{adding{of: beyond}}, "the step changes the rows"},
		"depends on the cut":            {inRow{adding{of: first}}, "other rows come out: rows, over a frame of batches of 7 rows"},
		"depends on the cut, in order":  {inOrder{adding{of: first}}, "other rows come out: rows, over a frame of batches of 7 rows"},
		"depends on the worker":         {inRow{adding{of: counting, fault: "counts by worker"}}, "other rows come out"},
		"depends on other chunks":       {inRow{adding{of: counting}}, "other rows come out"},
		"ignores nulls":                 {inRow{adding{fault: "ignores nulls"}}, "other bytes under their nulls"},
		"leaves a value where it fails": {inRow{adding{fault: "fails, and leaves a value"}}, "left no null in it"},
		"ends early":                    {inRow{adding{fault: "ends early"}}, "a chunk whose context has ended: return its error, or all of the chunk"},
		"ends early, in order":          {inOrder{adding{fault: "ends early"}}, "a chunk whose context has ended: return its error, or all of the chunk"},
		"leaks":                         {inRow{adding{fault: "leaks"}}, "goroutines that go on"},
		"keeps state in the step":       {inRow{adding{of: inStep}}, "other rows come out"},
		"lies in Passes":                {claiming{adding: adding{fault: "passes another"}}, "which Passes says is other as it came in"},
		"says too few Passes":           {shortPasses{}, "Passes: a number for each column"},
		"reads what it does not say":    {claiming{adding: adding{of: other}}, "bound by Narrow to"},
		"lies in Reads":                 {claiming{reads: []int{1}}, "Narrow to"},
		"reads no such column":          {claiming{reads: []int{7}}, "Reads names column 7 of 3"},
		"lies in Wants":                 {claiming{wants: func(rows int64) int64 { return rows - min(max(rows, 0), 1) }}, "of as many as Wants says"},
		"lies in Filter":                {claiming{filter: predicate.Filter{Bounds: []predicate.Bound{{Column: "n", Op: predicate.Less, Value: int64(5)}}}}, "without the rows that break the step's Filter"},
		"filters by no such column":     {claiming{filter: predicate.Filter{Bounds: []predicate.Bound{{Column: "m"}}}, last: true}, `Filter: there is no column "m"`},
		"lies in Fails":                 {claiming{adding: adding{fault: "fails"}}, "which says by Fails"},
		"gives other columns":           {otherColumns{}, "are not those it was bound to give"},
		"has no name":                   {nameless{}, "String"},
		"a table that keeps memory":     {keepingAll{"memory"}, "other rows come out"},
		"a table by order of Write":     {keepingAll{"order"}, "other rows come out"},
		"a table that holds on":         {keepingAll{"share"}, "memory that is held after"},
		"a table that counts nothing":   {keepingAll{"adds"}, "memory that is taken where there is none"},
		"a table that ends early":       {keepingAll{"early"}, "return the context's error, or all rows"},
		"a table with its own error":    {keepingAll{"full"}, "the memory budget is too small"},
		"a table that ends anew":        {keepingAll{"end"}, "Next after the end"},
		"a table that spares rows":      {keepingAll{"first"}, "rows are enough"},
		"a table that leaves a file":    {keepingAll{"file"}, "files that are left"},
	} {
		t.Run(name, func(t *testing.T) {
			got := failures(t, c.step)
			require.NotEmpty(t, got, "nothing is found")
			require.Contains(t, got, c.want)
		})
	}
}
