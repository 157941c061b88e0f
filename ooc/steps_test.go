package ooc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/ooc"
)

// even is a RowStep written outside the module's own: it keeps the rows whose n is even, and fails
// on one.
type even struct{ fails int64 }

func (e even) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	at := in.FieldIndices("n")
	if len(at) != 1 {
		return nil, errors.New("even: no column n")
	}
	return boundEven{in, at[0], e.fails}, nil
}

type boundEven struct {
	schema *arrow.Schema
	at     int
	fails  int64
}

func (e boundEven) Schema() *arrow.Schema { return e.schema }
func (e boundEven) String() string        { return "even" }
func (e boundEven) Reads() []int          { return []int{e.at} }
func (e boundEven) Passes() []int {
	out := make([]int, e.schema.NumFields())
	for i := range out {
		out[i] = i
	}
	return out
}
func (e boundEven) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return even{e.fails}.Bind(ctx, in)
}

func (e boundEven) Worker() (chunker.Work, error) {
	return func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		var rows []int
		for i, n := range c.Record.Column(e.at).(*array.Int64).Int64Values() {
			switch {
			case n == e.fails:
				c.Fail(i, errors.New("it is the one"))
				rows = append(rows, i)
			case n%2 == 0:
				rows = append(rows, i)
			}
		}
		return c.Take(rows)
	}, nil
}

// running is an OrderedStep: the sum of n so far.
type running struct{}

func (running) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return &boundRunning{schema: arrow.NewSchema(append(slices.Clone(in.Fields()), arrow.Field{Name: "sum", Type: arrow.PrimitiveTypes.Int64}), nil)}, nil
}

type boundRunning struct {
	schema *arrow.Schema
	sum    int64
}

func (r *boundRunning) Schema() *arrow.Schema { return r.schema }
func (r *boundRunning) String() string        { return "running sum" }

func (r *boundRunning) Next(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	at := c.Record.Schema().FieldIndices("n")[0]
	for _, n := range c.Record.Column(at).(*array.Int64).Int64Values() {
		r.sum += n
		b.Append(r.sum)
	}
	return c.With(array.NewRecord(r.schema, append(slices.Clone(c.Record.Columns()), b.NewArray()), c.Record.NumRows())), nil
}

// TestStepsStandInAnyOrder, over a frame and over a stream of any chunks alike, on any workers:
// conditions before and behind functions, steps of others, steps in stream order between them.
func TestStepsStandInAnyOrder(t *testing.T) {
	pool := []chunker.Step{
		apply.Where("n % 3 != 1"), apply.Expr("m = n * 2"), apply.Where("n > 100"), even{-1}, running{}, table.RowNumber("row"), table.Limit(500), table.Drop("w"),
		apply.Map1("k", "n", func(n int64) int64 { return -n }), chunker.Steps{apply.Expr("h = n + 1"), apply.Where("h % 5 != 0")}, table.Rename("x", "y"), apply.Cast("x", "float64"),
	}
	f := wide2(t, 3000)
	r := rand.New(rand.NewPCG(7, 1))
	times := 60
	if testing.Short() {
		times = 25
	}
	for range times {
		r.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		steps := slices.Clone(pool[:1+r.IntN(6)])
		want, werr := apply.Apply(t.Context(), f, steps...)
		for _, rows := range []int{7, 400, 5000} {
			for _, workers := range []int{1, 4} {
				sink := new(chunker.FrameSink)
				_, err := ooc.Job{From: small{f, rows}, Steps: steps, To: sink, Workers: workers}.Run(t.Context())
				require.Equal(t, werr == nil, err == nil, "%v, %v", err, werr)
				if err == nil {
					require.True(t, want.Equal(sink.Frame()), "%v: chunks of %d rows on %d workers", steps, rows, workers)
				}
			}
		}
		for _, cut := range []int{11, 1000} {
			pieces, err := f.Rechunk(cut)
			require.NoError(t, err)
			got, _, err := apply.Engine{Workers: 3}.Run(t.Context(), pieces, steps...)
			if werr == nil {
				require.NoError(t, err)
				require.True(t, want.Equal(got))
			}
		}
	}
}

func wide2(t *testing.T, n int) *frame.Frame {
	t.Helper()
	of := func(k int64) []int64 {
		out := make([]int64, n)
		for i := range out {
			out[i] = int64(i) * k
		}
		return out
	}
	f, err := frame.New(frame.Of("n", of(1)), frame.Of("w", of(3)), frame.Of("x", of(-1)))
	require.NoError(t, err)
	return f
}

// TestALimitEndsTheReading: what stands behind the limit is neither read nor an error.
func TestALimitEndsTheReading(t *testing.T) {
	f := wide2(t, 100_000)
	var calls atomic.Int64
	counted := apply.Map1("m", "n", func(n int64) int64 { calls.Add(1); return n })
	for _, limit := range []int64{0, 1, 99, 100, 101, 1000} {
		calls.Store(0)
		sink := new(chunker.FrameSink)
		report, err := ooc.Job{From: small{f, 100}, Steps: chunker.Steps{counted, table.Limit(limit), apply.Where("m >= 0")}, To: sink, Workers: 2}.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, limit, sink.Frame().NumRows())
		require.EqualValues(t, limit, report.RowsOut)
		require.EqualValues(t, limit, calls.Load(), "no row behind the limit")
	}
	sink := new(chunker.FrameSink)
	_, err := ooc.Job{From: small{f, 100}, Steps: chunker.Steps{table.Limit(250), apply.Expr("m = 1 / (n - 250)")}, To: sink}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, 250, sink.Frame().NumRows())
}

// TestNoFunctionSeesRowsBehindALimit, behind it or before it, whatever the chunks: such a row is
// neither an error nor counted as one that failed.
func TestNoFunctionSeesRowsBehindALimit(t *testing.T) {
	f := wide2(t, 1000)
	for _, limit := range []int64{1, 10, 400, 401} {
		var calls atomic.Int64
		fails := apply.Call1("m", "n", func(_ context.Context, n int64) (int64, error) {
			if calls.Add(1); n >= limit {
				return 0, fmt.Errorf("%d is behind the limit", n)
			}
			return n, nil
		})
		for name, steps := range map[string]chunker.Steps{
			"behind":         {fails, table.Limit(limit)},
			"numbered":       {table.RowNumber("at"), fails, apply.Expr("k = m + at"), table.Limit(limit)},
			"before a table": {fails, table.Limit(limit), backwards{}},
			"of a table":     {backwards{}, backwards{}, fails, table.Limit(limit)},
		} {
			for _, workers := range []int{1, 8} {
				for _, rows := range []int{7, 400, 10_000} {
					for _, policy := range []chunker.Policy{chunker.Stop(), chunker.Null()} {
						calls.Store(0)
						sink := new(chunker.FrameSink)
						report, err := ooc.Job{From: small{f, rows}, Steps: steps, To: sink, OnError: policy, Workers: workers}.Run(t.Context())
						require.NoError(t, err, name)
						require.EqualValues(t, limit, calls.Load(), "%s, %d of chunks of %d", name, limit, rows)
						require.EqualValues(t, limit, sink.Frame().NumRows(), name)
						require.Zero(t, report.Steps.Failed, name)
					}
				}
			}
		}
	}
}

// TestRowsThatFailAreNumberedByTheSource, however many steps before it have dropped or moved rows,
// and whatever the policy.
func TestRowsThatFailAreNumberedByTheSource(t *testing.T) {
	f := wide2(t, 1000)
	late := func(fails int64) apply.Func {
		return apply.Call1("m", "n", func(_ context.Context, n int64) (int64, error) {
			if n == fails {
				return 0, fmt.Errorf("%d is bad", n)
			}
			return n, nil
		})
	}
	for name, steps := range map[string]chunker.Steps{
		"a condition before":      {apply.Where("n % 7 == 0"), late(700)},
		"two conditions":          {apply.Where("n % 7 == 0"), apply.Where("n > 300"), late(700)},
		"a step of another":       {even{-1}, late(700)},
		"a step of another fails": {apply.Where("n % 7 == 0"), even{700}},
		"an ordered step before":  {apply.Where("n % 7 == 0"), running{}, late(700)},
		"a condition":             {apply.Where("n % 7 == 0"), apply.Where("100 / (n - 700) < 1000")},
		"a condition behind":      {late(700), apply.Where("n % 7 == 0")},
	} {
		for _, rows := range []int{13, 999, 2000} {
			_, err := ooc.Job{From: small{f, rows}, Steps: steps, To: new(chunker.FrameSink)}.Run(t.Context())
			var re *chunker.RowError
			require.ErrorAs(t, err, &re, name)
			require.EqualValues(t, 700, re.Row, name)

			sink, rejects := new(chunker.FrameSink), new(chunker.FrameSink)
			report, err := ooc.Job{From: small{f, rows}, Steps: steps, To: sink, OnError: chunker.Reject(rejects, 0)}.Run(t.Context())
			require.NoError(t, err, name)
			require.EqualValues(t, 1, report.Rejected, name)
			require.Equal(t, 1, rejects.Frame().NumRows(), name)
			n, err := frame.Col[int64](rejects.Frame(), "n")
			require.NoError(t, err)
			require.EqualValues(t, []int64{700}, n.Values(), name)
			kept, err := frame.Col[int64](sink.Frame(), "n")
			require.NoError(t, err)
			require.NotContains(t, kept.Values(), int64(700), name)
		}
		out, report, err := apply.Engine{OnError: chunker.Reject(new(chunker.FrameSink), 0)}.Run(t.Context(), f, steps...)
		require.NoError(t, err, name)
		require.EqualValues(t, 700, report.Errors[0].Row, name)
		require.Less(t, out.NumRows(), 1000)
	}
}

// TestNullResultsThatAConditionDropsAreNotWritten, and so not counted as written with nulls.
func TestNullResultsThatAConditionDropsAreNotWritten(t *testing.T) {
	f := wide2(t, 100)
	fails := apply.Expr("m = 1 / (n % 10)")
	for where, want := range map[string]int64{"n >= 0": 10, "n >= 50": 5, "n % 10 != 0": 0, "isnull(m)": 10, "m > 0": 0} {
		report, err := ooc.Job{From: small{f, 9}, Steps: chunker.Steps{fails, apply.Where(where)}, To: new(chunker.FrameSink), OnError: chunker.Null()}.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, report.NullResults, where)
		require.Equal(t, 10, report.Steps.Failed, where)
	}
}

// TestWhatAJobRunsItExplains: under Null a row on which a condition fails is left out, and ends
// neither.
func TestWhatAJobRunsItExplains(t *testing.T) {
	job := ooc.Job{From: small{wide2(t, 100), 100}, Steps: chunker.Steps{apply.Where("100 / (n - 5) > 2"), apply.Expr("m = n + 1")}, To: new(chunker.FrameSink)}
	for _, policy := range []chunker.Policy{chunker.Null(), chunker.Reject(new(chunker.FrameSink), 0)} {
		job.OnError = policy
		_, err := job.Run(t.Context())
		require.NoError(t, err)
		plan, err := job.Explain(t.Context())
		require.NoError(t, err)
		require.Contains(t, plan.String(), "1. where 100 / (n - 5) > 2\n")
	}
	job.OnError = chunker.Stop()
	_, err := job.Explain(t.Context())
	require.ErrorContains(t, err, "row 5, computing where")
}

// faithless is a step that does not keep to what it was bound to.
type faithless struct{ how string }

func (b faithless) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundFaithless{in, b.how}, nil
}

type boundFaithless struct {
	schema *arrow.Schema
	how    string
}

func (b boundFaithless) Schema() *arrow.Schema { return b.schema }
func (b boundFaithless) String() string        { return "broken" }

func (b boundFaithless) Worker() (chunker.Work, error) {
	if b.how == "worker" {
		return nil, errors.New("no worker")
	}
	return func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		switch b.how {
		case "panic":
			panic("oops")
		case "error":
			return c, io.ErrUnexpectedEOF
		case "nothing":
			return chunker.Chunk{}, nil
		}
		return c.With(array.NewRecord(arrow.NewSchema(nil, nil), nil, c.Record.NumRows())), nil
	}, nil
}

func TestAStepThatDoesNotKeepItsWordIsNamed(t *testing.T) {
	f := wide2(t, 100)
	for how, want := range map[string]string{
		"worker": "no worker", "panic": "broken: panic: oops", "error": "broken: unexpected EOF", "nothing": "broken: it returned a chunk without a record",
		"columns": "broken: it returned columns () that are not those it was bound to give (n int64, w int64, x int64)",
	} {
		_, err := ooc.Job{From: small{f, 10}, Steps: chunker.Steps{faithless{how}}, To: new(chunker.FrameSink)}.Run(t.Context())
		require.ErrorContains(t, err, want)
		_, err = apply.Apply(t.Context(), f, faithless{how})
		require.ErrorContains(t, err, want)
	}
}
