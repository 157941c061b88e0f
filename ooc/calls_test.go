package ooc_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/gauge"
	"github.com/volley-go/volley/ooc"
)

// TestALimitHoldsForAllChunks: the job's Wide, and a function's own.
func TestALimitHoldsForAllChunks(t *testing.T) {
	g, want := new(gauge.Gauge), 0
	wait := func(_ context.Context, n int64) (int64, error) { g.Meet(want); return n, nil }
	call := apply.Call1("m", "n", wait)
	mapped := apply.Map1("m", "n", func(n int64) int64 { wait(nil, n); return n })
	for name, c := range map[string]struct {
		rows, chunk int // enough rows in a chunk that more than one worker is put on it
		wide, limit int
		steps       chunker.Steps
		functions   int
	}{
		"Wide":                       {6400, 400, 16, 16, chunker.Steps{call}, 1},
		"Wide, less than workers":    {400, 100, 2, 2, chunker.Steps{call}, 1},
		"Wide, of a Map":             {6400, 400, 16, 16, chunker.Steps{mapped}, 1},
		"Wide, of two steps":         {6400, 400, 8, 8, chunker.Steps{call, apply.Call1("k", "m", wait)}, 2},
		"a function's own":           {6400, 400, 0, 5, chunker.Steps{call.With(apply.Calls{Concurrency: 5})}, 1},
		"a function's own, of a Map": {400, 100, 0, 1, chunker.Steps{mapped.With(apply.Calls{Concurrency: 1})}, 1},
		"more than Wide":             {6400, 400, 2, 48, chunker.Steps{call.With(apply.Calls{Concurrency: 48})}, 1},
		"in the second of two pipes": {400, 100, 0, 3, chunker.Steps{table.Limit(6400), call.With(apply.Calls{Concurrency: 3})}, 1},
	} {
		*g, want = gauge.Gauge{}, c.limit
		sink := new(chunker.FrameSink)
		_, err := ooc.Job{From: small{numbers(t, c.rows), c.chunk}, Steps: c.steps, To: sink, Workers: 4, Wide: c.wide}.Run(t.Context())
		require.NoError(t, err, name)
		require.Equal(t, c.limit, g.Most, name)
		require.Equal(t, c.rows, sink.Frame().NumRows(), name)
		require.Equal(t, c.rows*c.functions, g.Calls, name)
	}
}

// TestOnceHoldsForAllChunks: what is kept is counted in the job's budget, and rows of later chunks
// get it; progress tells of the calls.
func TestOnceHoldsForAllChunks(t *testing.T) {
	var made atomic.Int64
	call := apply.Call1("m", "k", func(_ context.Context, n int64) (int64, error) { made.Add(1); return -n, nil })
	for _, memory := range []int64{0, 64 << 20} {
		var last progress.Calls
		made.Store(0)
		sink := new(chunker.FrameSink)
		report, err := ooc.Job{
			From: small{numbers(t, 6400), 100}, Steps: chunker.Steps{apply.Expr("k = n % 50"), call.With(apply.Calls{Once: true})}, To: sink, Workers: 4, Memory: memory,
			Progress: func(e progress.Event) { last = e.Calls },
		}.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 50, made.Load(), "%s", report)
		require.Equal(t, progress.Calls{Made: 50}, last)
		require.Equal(t, 6400, sink.Frame().NumRows())
		for _, rec := range sink.Frame().Records() {
			k, m := rec.Column(int(rec.NumCols())-2).(*array.Int64), rec.Column(int(rec.NumCols())-1).(*array.Int64)
			for i := range k.Len() {
				require.Equal(t, -k.Value(i), m.Value(i))
			}
		}
	}
}

// TestKeysAreRead of a source that is pruned, though nothing else reads their column.
func TestKeysAreRead(t *testing.T) {
	call := apply.Call1("m", "n", func(_ context.Context, n int64) (int64, error) { return n, nil })
	for _, by := range []string{"s", `s + "!"`} {
		steps := chunker.Steps{call.With(apply.Calls{PerKey: apply.PerKey{By: by, Concurrency: 1}}), table.Select("m")}
		bound, err := steps.Bind(t.Context(), numbers(t, 10).Schema())
		require.NoError(t, err)
		first := bound.(chunker.BoundSteps).List[0].(interface{ Reads() []int })
		require.Contains(t, first.Reads(), numbers(t, 10).Schema().FieldIndices("s")[0], by)
		_, err = ooc.Job{From: small{numbers(t, 400), 40}, To: new(chunker.FrameSink), Steps: steps}.Run(t.Context())
		require.NoError(t, err)
	}
}

// TestARateHoldsForAllChunks, and each row is called as often as Retry says.
func TestARateHoldsForAllChunks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var started []time.Time
		calls := map[int64]int{}
		call := apply.Call1("m", "n", func(_ context.Context, n int64) (int64, error) {
			mu.Lock()
			defer mu.Unlock()
			started = append(started, time.Now())
			if calls[n]++; calls[n] == 1 && n%10 == 0 {
				return 0, errors.New("busy")
			}
			return n, nil
		})
		_, err := ooc.Job{
			From: small{numbers(t, 400), 40}, To: new(chunker.FrameSink), Workers: 1, // with more the sample is waited for under a lock, and no time passes here
			Steps: chunker.Steps{call.With(apply.Calls{PerSecond: 20, Burst: 5, Retry: &async.Retry{}})},
		}.Run(t.Context())
		require.NoError(t, err)
		require.Len(t, started, 440)
		for i, from := range started {
			for k := i; k < len(started); k++ {
				require.LessOrEqual(t, float64(k-i+1), 20*started[k].Sub(from).Seconds()+5+1e-6)
			}
		}
	})
}

// TestAJobForcesAStrategy: on each chunk, and a form; what cannot be is refused before the output
// is begun.
func TestAJobForcesAStrategy(t *testing.T) {
	f := numbers(t, 800)
	g, want := new(gauge.Gauge), 0
	wait := apply.Map1("m", "n", func(n int64) int64 { g.Meet(want); return n })
	for _, c := range []struct {
		strategy           apply.Strategy
		workers, least, at int // calls at the same time
	}{{apply.Serial, 2, 1, 2}, {apply.Parallel, 2, 2, 4}, {apply.Wide, 2, 5, 12}, {apply.Wide, 1, 5, 12}} {
		*g, want = gauge.Gauge{}, c.least
		sink := new(chunker.FrameSink)
		_, err := ooc.Job{From: small{f, 200}, Steps: chunker.Steps{wait}, To: sink, Workers: c.workers, Wide: 12, Strategy: c.strategy}.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, 800, sink.Frame().NumRows())
		require.GreaterOrEqual(t, g.Most, c.least, c.strategy)
		require.LessOrEqual(t, g.Most, c.at, c.strategy)
	}
	sink := new(chunker.FrameSink)
	job := ooc.Job{From: small{f, 200}, Steps: chunker.Steps{wait}, To: sink, Form: apply.VectorForm}
	_, err := job.Run(t.Context())
	require.ErrorContains(t, err, "m: the function has no vector form")
	_, err = job.Explain(t.Context())
	require.ErrorContains(t, err, "m: the function has no vector form")
	job.Form, job.Strategy = apply.RowForm, 9
	_, err = job.Run(t.Context())
	require.ErrorContains(t, err, "Strategy is 9")
	require.Nil(t, sink.Frame())
}
