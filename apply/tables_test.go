package apply_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	verbs "github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// turned is a step that needs all rows: it hands the chunks on in the opposite order, and their
// rows as they are.
type turned struct{ most *atomic.Int64 } // the most rows that a table of it was given

func (turned) String() string { return "turned" }
func (s turned) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundTurned{s, in}, nil
}

type boundTurned struct {
	turned
	schema *arrow.Schema
}

func (b boundTurned) Schema() *arrow.Schema { return b.schema }
func (b boundTurned) Reads() []int          { return nil }
func (b boundTurned) Passes() []int {
	out := make([]int, b.schema.NumFields())
	for i := range out {
		out[i] = i
	}
	return out
}
func (b boundTurned) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return b.Bind(ctx, in)
}
func (b boundTurned) Table(context.Context, chunker.Env) (chunker.Table, error) {
	return &turnedTable{boundTurned: b}, nil
}

type turnedTable struct {
	boundTurned
	records []arrow.Record
}

func (t *turnedTable) Worker() (chunker.Write, error) { return t.write, nil }

func (t *turnedTable) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	rec := c.Record
	return func(context.Context) error {
		t.records = append(t.records, rec)
		t.most.Add(rec.NumRows())
		return nil
	}, nil
}
func (t *turnedTable) Commit(context.Context) error { return nil }
func (t *turnedTable) Close() error                 { return nil }
func (t *turnedTable) Stream(ctx context.Context, bytes int64) (chunker.Stream, error) {
	slices.Reverse(t.records)
	f, err := frame.FromRecords(t.schema, t.records...)
	if err != nil {
		return nil, err
	}
	return chunker.Open(ctx, chunker.FromFrame(f), chunker.Request{Bytes: bytes})
}

func countingFrame(t *testing.T, n int) *frame.Frame {
	t.Helper()
	x := make([]int64, n)
	for i := range x {
		x[i] = int64(i)
	}
	f, err := frame.New(frame.Of("x", x))
	require.NoError(t, err)
	f, err = f.Rechunk(1000)
	require.NoError(t, err)
	return f
}

// TestAFrameGoesThroughStepsThatNeedAllRows, and a row that fails behind them is the frame's row.
func TestAFrameGoesThroughStepsThatNeedAllRows(t *testing.T) {
	f := countingFrame(t, 10_000)
	given := new(atomic.Int64)
	fails := apply.Call1("y", "x", func(_ context.Context, x int64) (int64, error) {
		if x == 2500 || x == 7100 {
			return 0, fmt.Errorf("%d is bad", x)
		}
		return -x, nil
	})
	for _, workers := range []int{1, 2, 8} {
		eng := apply.Engine{Workers: workers}
		_, _, err := eng.Run(t.Context(), f, turned{given}, fails)
		var re *chunker.RowError
		require.ErrorAs(t, err, &re)
		require.EqualValues(t, 7100, re.Row, "it is the first behind the step")

		eng.OnError = chunker.Null()
		out, report, err := eng.Run(t.Context(), f, apply.Where("x >= 1000"), turned{given}, fails, turned{given}, apply.Where("x % 2 == 0"))
		require.NoError(t, err)
		require.Equal(t, 2, report.Failed)
		require.EqualValues(t, []int64{7100, 2500}, []int64{report.Errors[0].Row, report.Errors[1].Row})
		require.Equal(t, []string{"x", "y"}, out.Names())
		require.Equal(t, 4500, out.NumRows())
		x, err := frame.Col[int64](out, "x")
		require.NoError(t, err)
		require.True(t, slices.IsSorted(x.Values()), "turned twice")
		require.Contains(t, report.String(), "stage 2, turned\n")
	}
}

// TestAPlanTriesStepsThatNeedAllRowsOnASample, and passes over the last.
func TestAPlanTriesStepsThatNeedAllRowsOnASample(t *testing.T) {
	f := countingFrame(t, 100_000)
	given := new(atomic.Int64)
	plan, err := apply.Engine{}.Explain(t.Context(), f, apply.Where("x >= 10"), turned{given}, apply.Expr("y = x + 1"), turned{given})
	require.NoError(t, err)
	require.Len(t, plan.Stages, 4)
	require.Equal(t, "turned", plan.Stages[1].Step)
	require.Positive(t, plan.Stages[2].Sampled)
	require.Positive(t, given.Load())
	require.LessOrEqual(t, given.Load(), int64(2*4096))
}

// watched is a RowStep that counts the rows it is given.
type watched struct{ rows *atomic.Int64 }

func (watched) String() string { return "watched" }
func (w watched) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundWatched{w, in}, nil
}

type boundWatched struct {
	watched
	schema *arrow.Schema
}

func (w boundWatched) Schema() *arrow.Schema { return w.schema }
func (w boundWatched) Worker() (chunker.Work, error) {
	return func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		w.rows.Add(int64(c.Len()))
		return c, nil
	}, nil
}

// TestAPlanRunsOverAllRowsWhatItDependsOn, and over the first ones what it does not.
func TestAPlanRunsOverAllRowsWhatItDependsOn(t *testing.T) {
	f := countingFrame(t, 100_000)
	before, after := watched{new(atomic.Int64)}, watched{new(atomic.Int64)}
	for _, c := range []struct {
		steps         []chunker.Step
		before, after int64
	}{
		{[]chunker.Step{before, apply.Expr("y = x + 1")}, 100_000, 0},
		{[]chunker.Step{before, apply.Where("x >= 0"), apply.Expr("y = x + 1"), after}, 100_000, 4096},
		{[]chunker.Step{after}, 0, 4096},
		{[]chunker.Step{apply.Where("x >= 50000"), after, apply.Where("x % 2 == 0")}, 0, 0},
		{[]chunker.Step{after, verbs.RowNumber("row"), after}, 0, 2 * 4096},
	} {
		before.rows.Store(0)
		after.rows.Store(0)
		plan, err := apply.Engine{}.Explain(t.Context(), f, c.steps...)
		require.NoError(t, err)
		require.Len(t, plan.Stages, len(c.steps))
		require.Equal(t, []int64{c.before, c.after}, []int64{before.rows.Load(), after.rows.Load()})
	}
	whole, err := apply.Engine{Workers: 2}.Explain(t.Context(), f, apply.Where("x < 50"), apply.Expr("y = x + 1"))
	require.NoError(t, err)
	require.LessOrEqual(t, whole.Stages[1].Sampled, 50, "functions are planned for the rows that are left")
}

// TestALimitSparesTheRowsBehindIt: functions before it are called for those alone that it lets
// through, if nothing between drops rows.
func TestALimitSparesTheRowsBehindIt(t *testing.T) {
	f := countingFrame(t, 10_000)
	var calls atomic.Int64
	counted := apply.Map1("y", "x", func(x int64) int64 { calls.Add(1); return x })
	for _, c := range []struct {
		steps []chunker.Step
		calls int64
		rows  int
	}{
		{[]chunker.Step{counted, verbs.RowNumber("row"), verbs.Limit(10)}, 10, 10},
		{[]chunker.Step{verbs.Limit(11), counted}, 11, 11},
		{[]chunker.Step{counted, apply.Expr("z = x"), verbs.Limit(2500)}, 2500, 2500},
		{[]chunker.Step{counted, verbs.Limit(0)}, 0, 0},
		{[]chunker.Step{counted, apply.Where("x > 100"), verbs.Limit(10)}, 10_000, 10},
	} {
		calls.Store(0)
		out, _, err := apply.Engine{Workers: 2}.Run(t.Context(), f, c.steps...)
		require.NoError(t, err)
		require.Equal(t, c.calls, calls.Load(), "%v", c.steps)
		require.Equal(t, c.rows, out.NumRows(), "%v", c.steps)
	}
	require.EqualValues(t, 10, verbs.Limit(10).(chunker.Limiting).Most())
}

// TestATableThatDoesNotKeepItsWordIsNamed, and ends the run.
func TestATableThatDoesNotKeepItsWordIsNamed(t *testing.T) {
	f := countingFrame(t, 10)
	for how, want := range map[string]string{
		"no table": "liar: it began no table", "no append": "liar: its Write returned no Append", "no stream": "liar: it began no stream",
		"no record": "liar: it handed on a chunk without a record", "columns": "liar: it handed on columns () that are not those it was bound to give (x int64)",
		"torn": "liar: unexpected EOF",
	} {
		_, err := apply.Apply(t.Context(), f, liar{how})
		require.EqualError(t, err, want)
	}
}

type liar struct{ how string }

func (l liar) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundLiar{l, in}, nil
}

type boundLiar struct {
	liar
	schema *arrow.Schema
}

func (l boundLiar) Schema() *arrow.Schema { return l.schema }
func (l boundLiar) String() string        { return "liar" }
func (l boundLiar) Table(context.Context, chunker.Env) (chunker.Table, error) {
	if l.how == "no table" {
		return nil, nil
	}
	return &liarTable{l, false}, nil
}

type liarTable struct {
	boundLiar
	over bool
}

func (l *liarTable) Worker() (chunker.Write, error) { return l.write, nil }

func (l *liarTable) write(context.Context, chunker.Chunk) (chunker.Append, error) {
	if l.how == "no append" {
		return nil, nil
	}
	return func(context.Context) error { return nil }, nil
}
func (l *liarTable) Commit(context.Context) error { return nil }
func (l *liarTable) Close() error                 { return nil }
func (l *liarTable) Stream(context.Context, int64) (chunker.Stream, error) {
	if l.how == "no stream" {
		return nil, nil
	}
	return l, nil
}
func (l *liarTable) Next(context.Context) (chunker.Part, error) {
	if l.over {
		return nil, io.EOF
	}
	l.over = true
	return func(context.Context) (chunker.Chunk, error) {
		switch l.how {
		case "no record":
			return chunker.Chunk{}, nil
		case "columns":
			return chunker.Chunk{Record: array.NewRecord(arrow.NewSchema(nil, nil), nil, 0)}, nil
		}
		return chunker.Chunk{}, errors.Join(io.ErrUnexpectedEOF)
	}, nil
}
