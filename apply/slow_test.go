package apply_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// calls counts the calls of a function, and how many are under way at the same time.
type calls struct{ now, most, all atomic.Int64 }

func (c *calls) begin() {
	c.all.Add(1)
	n := c.now.Add(1)
	for most := c.most.Load(); n > most && !c.most.CompareAndSwap(most, n); most = c.most.Load() {
	}
}

func (c *calls) end() { c.now.Add(-1) }

func slowTable(t *testing.T, rows int) *frame.Frame {
	n := make([]int64, rows)
	for i := range n {
		n[i] = int64(i)
	}
	f, err := frame.New(frame.Of("n", n))
	require.NoError(t, err)
	return f
}

// TestRowsThatWaitAreRunWide though none has come back: each waits until as many are under way as
// may be.
func TestRowsThatWaitAreRunWide(t *testing.T) {
	for _, c := range []struct {
		rows, wide, want int
	}{
		{2, 0, 2}, {3, 0, 3}, {10, 0, 10}, {65, 0, 65}, {300, 0, 300}, {300, 300, 300}, {100, 16, 16}, {5000, 0, apply.WideDefault},
	} {
		for _, workers := range []int{2, 4} {
			f := slowTable(t, c.rows)
			var under calls
			all := make(chan struct{})
			var once sync.Once
			_, report, err := apply.Engine{Workers: workers, Wide: c.wide}.Run(t.Context(), f, apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
				under.begin()
				defer under.end()
				if int(under.most.Load()) >= c.want {
					once.Do(func() { close(all) })
				}
				select {
				case <-all:
				case <-time.After(20 * time.Second):
				}
				return n, nil
			}))
			require.NoError(t, err)
			require.EqualValues(t, c.rows, under.all.Load(), "one call a row")
			require.EqualValues(t, c.want, under.most.Load(), "%d rows, %d workers\n%s", c.rows, workers, report)
			plan := report.Plan.Stages[0]
			require.Contains(t, plan.Cut, "a row was still under way after")
			require.Contains(t, report.String(), "and no more, for a row was still under way")
			if c.rows > workers {
				require.Equal(t, apply.Wide, plan.Strategy)
				require.Contains(t, report.String(), "of their time: went on wide")
			}
		}
	}
}

// TestSlowRowsThatComputeUseAllWorkers, however few there are: each goes on until as many are under
// way as there are workers, without giving its processor up. Where others have the processor, the
// rows look like ones that wait, and more of them may be under way.
func TestSlowRowsThatComputeUseAllWorkers(t *testing.T) {
	for _, rows := range []int{2, 3, 10, 64, 65} {
		var under calls
		workers := min(2, runtime.GOMAXPROCS(0))
		_, report, err := apply.Engine{Workers: workers}.Run(t.Context(), slowTable(t, rows), apply.Map1("y", "n", func(n int64) int64 {
			under.begin()
			defer under.end()
			for start := time.Now(); under.most.Load() < int64(workers) && time.Since(start) < 10*time.Second; {
				n = n*3 + 1
			}
			return n
		}))
		require.NoError(t, err)
		require.EqualValues(t, rows, under.all.Load())
		require.GreaterOrEqual(t, under.most.Load(), int64(workers), "%s", report)
	}
}

// TestAClumpOfSlowRowsIsSharedByAll: wherever it lies, whatever the sample saw, in whichever
// function of a stage. Its rows are slow until as many are under way as there are workers, and
// there are enough of them for workers that come late.
func TestAClumpOfSlowRowsIsSharedByAll(t *testing.T) {
	const rows, slow, workers = 20_000, 400, 4
	f := slowTable(t, rows)
	for _, at := range []int64{0, 9000, rows - slow} {
		for seed := range uint64(2) {
			for _, second := range []bool{false, true} {
				var under calls
				var seen atomic.Int64
				fns := []chunker.Step{apply.Map1("y", "n", func(n int64) int64 {
					if n < at || n >= at+slow {
						return n
					}
					under.begin()
					defer under.end()
					if under.most.Load() < workers {
						time.Sleep(5 * time.Millisecond)
					}
					return n
				})}
				if second {
					first := apply.Map1("x", "n", func(n int64) string { seen.Add(1); return fmt.Sprint(n) })
					fns = []chunker.Step{first, fns[0]}
				}
				out, report, err := apply.Engine{Workers: workers, Seed: seed}.Run(t.Context(), f, fns...)
				require.NoError(t, err)
				require.EqualValues(t, slow, under.all.Load(), "one call a row")
				require.GreaterOrEqual(t, int(under.most.Load()), workers, "clump at %d, seed %d, second %v\n%s", at, seed, second, report)
				y, err := frame.Col[int64](out, "y")
				require.NoError(t, err)
				for i, v := range y.Values() {
					require.EqualValues(t, i, v)
				}
				if second {
					require.EqualValues(t, rows, seen.Load(), "one call a row of the first function too")
					x, err := frame.Col[string](out, "x")
					require.NoError(t, err)
					for i, v := range x.Values() {
						require.Equal(t, fmt.Sprint(i), v)
					}
				}
			}
		}
	}
}

// TestStopTellsTheFirstRowThoughTheSampleWasCut: rows before it are run, and the error does not
// depend on workers.
func TestStopTellsTheFirstRowThoughTheSampleWasCut(t *testing.T) {
	f := slowTable(t, 50)
	for _, workers := range []int{1, 2, 8} {
		for _, bad := range []int64{0, 1, 7, 49} {
			synctest.Test(t, func(t *testing.T) {
				called := make([]atomic.Int64, 50)
				_, _, err := apply.Engine{Workers: workers}.Run(t.Context(), f, apply.Call1("y", "n", func(ctx context.Context, n int64) (int64, error) {
					called[n].Add(1)
					select {
					case <-ctx.Done():
						return 0, ctx.Err()
					case <-time.After(time.Duration(100-n) * time.Millisecond): // later rows fail sooner
					}
					if n >= bad {
						return 0, errors.New("bad")
					}
					return n, nil
				}))
				var re *chunker.RowError
				require.ErrorAs(t, err, &re)
				require.Equal(t, bad, re.Row)
				for i := range called {
					require.LessOrEqual(t, called[i].Load(), int64(1))
					if int64(i) <= bad {
						require.EqualValues(t, 1, called[i].Load(), "row %d", i)
					}
				}
			})
		}
	}
}

// TestOneWorkerIsOneCallAtATime, however slow the rows are.
func TestOneWorkerIsOneCallAtATime(t *testing.T) {
	f := slowTable(t, 20)
	synctest.Test(t, func(t *testing.T) {
		var under calls
		_, report, err := apply.Engine{Workers: 1}.Run(t.Context(), f, apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
			under.begin()
			defer under.end()
			time.Sleep(time.Second)
			return n, nil
		}))
		require.NoError(t, err)
		require.EqualValues(t, 1, under.most.Load())
		require.EqualValues(t, 20, under.all.Load())
		require.Equal(t, apply.Serial, report.Plan.Stages[0].Strategy)
	})
}

// TestSlowRowsThatEndTheirGoroutine, or panic, are rows that fail; the others are run.
func TestSlowRowsThatEndTheirGoroutine(t *testing.T) {
	f := slowTable(t, 30)
	for _, end := range []func(){runtime.Goexit, func() { panic("no") }} {
		for _, workers := range []int{1, 2} {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				called := map[int64]int{}
				_, report, err := apply.Engine{Workers: workers, OnError: chunker.Null()}.Run(t.Context(), f, apply.Map1("y", "n", func(n int64) int64 {
					mu.Lock()
					called[n]++
					mu.Unlock()
					time.Sleep(20 * time.Millisecond)
					if n%3 == 0 {
						end()
					}
					return n
				}))
				require.NoError(t, err)
				require.Equal(t, 10, report.Failed)
				require.Len(t, called, 30)
				for n, times := range called {
					require.Equal(t, 1, times, "row %d", n)
				}
			})
		}
	}
}

// TestACancelledRunOfSlowRowsEnds, in the sample's first row too.
func TestACancelledRunOfSlowRowsEnds(t *testing.T) {
	for _, after := range []time.Duration{time.Millisecond, 3 * time.Millisecond, 150 * time.Millisecond} {
		for _, rows := range []int{1, 100} {
			f := slowTable(t, rows)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				start := time.Now()
				_, _, err := apply.Engine{Workers: 2}.Run(ctx, f, apply.Call1("y", "n", func(ctx context.Context, n int64) (int64, error) {
					select {
					case <-ctx.Done():
						return 0, ctx.Err()
					case <-time.After(time.Hour):
						return n, nil
					}
				}))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Less(t, time.Since(start), time.Second)
			})
		}
	}
}

// TestExplainOfSlowRowsSaysWhatTheyDo: it waits for two of them, to say whether they wait.
func TestExplainOfSlowRowsSaysWhatTheyDo(t *testing.T) {
	var under calls
	plan, err := apply.Engine{Workers: 2}.Explain(t.Context(), slowTable(t, 300), apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
		under.begin()
		defer under.end()
		time.Sleep(30 * time.Millisecond)
		return n, nil
	}))
	require.NoError(t, err)
	require.EqualValues(t, 2, under.all.Load())
	require.Equal(t, apply.Wide, plan.Stages[0].Strategy, "%s", plan)
	require.Contains(t, plan.String(), "sampled 2 rows and no more, for a row took ")
}

// TestCappedRunsOfSlowRowsEndTheSame on any workers.
func TestCappedRunsOfSlowRowsEndTheSame(t *testing.T) {
	f := slowTable(t, 40)
	var told []string
	policy := chunker.Null()
	policy.RowsMax = 3
	for _, workers := range []int{1, 2, 7} {
		synctest.Test(t, func(t *testing.T) {
			_, _, err := apply.Engine{Workers: workers, OnError: policy}.Run(t.Context(), f, apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
				time.Sleep(time.Duration(50-n) * time.Millisecond)
				if n%5 == 4 {
					return 0, errors.New("bad")
				}
				return n, nil
			}))
			require.Error(t, err)
			told = append(told, err.Error())
		})
	}
	require.Equal(t, told[0], told[1])
	require.Equal(t, told[0], told[2])
}
