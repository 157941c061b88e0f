package ooc_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
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
