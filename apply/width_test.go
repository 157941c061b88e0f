package apply_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
)

// server is one of so many parallel places, before which calls queue.
type server struct {
	take time.Duration
	free chan bool

	mu        sync.Mutex
	now, most int
	lateMost  int // after late calls
	calls     int
	late      int
}

func newServer(n int, take time.Duration) *server {
	return &server{take: take, free: make(chan bool, n), late: 1 << 60}
}

func (p *server) call(ctx context.Context, n int64) (int64, error) {
	p.mu.Lock()
	p.now++
	p.calls++
	p.most = max(p.most, p.now)
	if p.calls > p.late {
		p.lateMost = max(p.lateMost, p.now)
	}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.now--
		p.mu.Unlock()
	}()
	select {
	case p.free <- true:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { <-p.free }()
	select {
	case <-time.After(p.take):
		return 2 * n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// TestTheWidthFallsBackToWhatAServerHas: no more than a half above it, and the calls take no longer
// than they would by the best width. The report says so.
func TestTheWidthFallsBackToWhatAServerHas(t *testing.T) {
	for _, n := range []int{10, 40} {
		synctest.Test(t, func(t *testing.T) {
			p := newServer(n, 50*time.Millisecond)
			f, start := slowTable(t, 400*n), time.Now()
			out, report, err := apply.Engine{Workers: 2}.Run(t.Context(), f, apply.Call1("y", "n", p.call))
			require.NoError(t, err)
			require.Less(t, time.Since(start), 24*time.Second, "20 s are the best\n%s", report)
			for i, y := range column[int64](t, out, "y") {
				require.EqualValues(t, 2*i, y)
			}
			calls := report.Stages[0].Calls
			require.GreaterOrEqual(t, calls.Width, n, "%s", report)
			require.LessOrEqual(t, calls.Width, n*3/2, "%s", report)
			require.Equal(t, 400*n, calls.Calls)
			require.Zero(t, calls.Failed)
			require.Equal(t, p.most, calls.Peak)
			require.GreaterOrEqual(t, calls.P50, 48*time.Millisecond)
			require.LessOrEqual(t, calls.P50, 80*time.Millisecond)
			require.GreaterOrEqual(t, calls.P99, calls.P90)
			require.Contains(t, report.String(), "fell back from ")
			require.Contains(t, report.String(), " at a time: p50 ")
		})
	}
}

// TestTheWidthClimbsToTheDefault where nothing speaks against it, and to what is told.
func TestTheWidthClimbsToTheDefault(t *testing.T) {
	for told, want := range map[int]int{0: apply.WideDefault, 300: 300} {
		synctest.Test(t, func(t *testing.T) {
			p := newServer(1<<20, 50*time.Millisecond)
			start := time.Now()
			_, report, err := apply.Engine{Workers: 2}.Run(t.Context(), slowTable(t, 10_000), apply.Call1("y", "n", p.call).With(apply.Calls{Concurrency: told}))
			require.NoError(t, err)
			require.Equal(t, want, report.Stages[0].Calls.Width, "%s", report)
			require.Equal(t, want, p.most)
			best := time.Duration(10_000/want) * 50 * time.Millisecond
			require.Less(t, time.Since(start), 2*best, "%s", report)
		})
	}
}

// TestCallsAreCounted whatever function makes them and however they end.
func TestCallsAreCounted(t *testing.T) {
	const rows = 60
	type in struct {
		N int64 `volley:"n"`
	}
	type out struct {
		Y int64 `volley:"y"`
	}
	wait := func() { time.Sleep(20 * time.Millisecond) }
	third := func(n int64) error {
		if n%3 == 0 {
			return errors.New("bad")
		}
		return nil
	}
	fields := []arrow.Field{{Name: "y", Type: arrow.PrimitiveTypes.Int64}}
	for name, c := range map[string]struct {
		step          chunker.Step
		calls, failed int
	}{
		"Call1":    {apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { wait(); return n, third(n) }), rows, rows / 3},
		"CallRows": {apply.CallRows(func(_ context.Context, r in) (out, error) { wait(); return out{r.N}, third(r.N) }), rows, rows / 3},
		"a panic": {apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
			if wait(); n%3 == 0 {
				panic("no")
			}
			return n, nil
		}), rows, rows / 3},
		"Goexit": {apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
			if wait(); n%3 == 0 {
				runtime.Goexit()
			}
			return n, nil
		}), rows, rows / 3},
		"Map1": {apply.Map1("y", "n", func(n int64) int64 {
			if wait(); n%3 == 0 {
				runtime.Goexit()
			}
			return n
		}), rows, rows / 3},
		"beside one that computes": {chunker.Steps{
			apply.Map1("z", "n", func(n int64) int64 { return n }),
			apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { wait(); return n, nil }),
		}, rows, 0},
		"Batch": {apply.Batch(fields, func(_ context.Context, rec arrow.Record) (arrow.Record, error) { wait(); return nil, errors.New("bad") }), 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, report, err := apply.Engine{Workers: 2, OnError: chunker.Null()}.Run(t.Context(), slowTable(t, rows), c.step)
			require.NoError(t, err, name)
			calls := report.Stages[0].Calls
			if name == "Batch" { // how many batches there are is the engine's affair
				require.Positive(t, calls.Calls)
				require.Equal(t, calls.Calls, calls.Failed)
				return
			}
			require.Equal(t, c.calls, calls.Calls, "%s\n%s", name, report)
			require.Equal(t, c.failed, calls.Failed, name)
			require.Greater(t, calls.Peak, 2, name)
			require.InDelta(t, 20, calls.P90.Seconds()*1000, 1, name)
		})
	}
}

// TestCheapCallsAreNotTimed: the clock would cost more than they do. On a busy machine they may
// look dear for once.
func TestCheapCallsAreNotTimed(t *testing.T) {
	for range 50 {
		_, report, err := apply.Engine{Workers: 2}.Run(t.Context(), slowTable(t, 100_000), apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { return n, nil }))
		require.NoError(t, err)
		if report.Stages[0].Calls.Calls < 100_000 && report.Stages[0].Calls.Width == 0 {
			return
		}
	}
	require.Fail(t, "cheap calls were timed, or went wide, in every run")
}

// TestARunIsCancelledWhileCallsQueue, also those that wait for their turn since the width fell
// back.
func TestARunIsCancelledWhileCallsQueue(t *testing.T) {
	for _, after := range []time.Duration{30 * time.Millisecond, 500 * time.Millisecond, 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			p := newServer(5, 50*time.Millisecond)
			ctx, cancel := context.WithCancel(t.Context())
			var at time.Time
			time.AfterFunc(after, func() { at = time.Now(); cancel() })
			_, _, err := apply.Engine{Workers: 2}.Run(ctx, slowTable(t, 5000), apply.Call1("y", "n", p.call))
			require.ErrorIs(t, err, context.Canceled)
			require.LessOrEqual(t, time.Since(at), 100*time.Millisecond)
			require.Less(t, p.calls, 5000)
		})
	}
}

// TestThePlanSaysTheWidth and what it is by.
func TestThePlanSaysTheWidth(t *testing.T) {
	call := apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) { return n, nil })
	for _, c := range []struct {
		engine apply.Engine
		step   chunker.Step
		width  int
		by     string
	}{
		{apply.Engine{Workers: 2}, call, 1000, "by default"},
		{apply.Engine{Workers: 1200}, call, 1200, "by default"},
		{apply.Engine{Workers: 2, Wide: 40}, call, 40, "by Engine.Wide"},
		{apply.Engine{Workers: 2, Wide: 40}, call.With(apply.Calls{Concurrency: 1700}), 1700, "by Calls.Concurrency"},
	} {
		plan, err := c.engine.Explain(t.Context(), slowTable(t, 3000), c.step)
		require.NoError(t, err)
		require.Equal(t, c.width, plan.Stages[0].Width)
		require.Equal(t, c.by, plan.Stages[0].WidthBy)
	}
}
