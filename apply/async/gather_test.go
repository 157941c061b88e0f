package async

import (
	"context"
	"errors"
	"iter"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGather(t *testing.T) {
	inBubble(t, "values come in the order of the tasks", func(t *testing.T) {
		began := time.Now()
		values, err := Gather(t.Context(), Limit{}, after(3*time.Second, "a", nil), after(time.Second, "b", nil), after(2*time.Second, "c", nil))
		require.NoError(t, err)
		require.Equal(t, []string{"a", "b", "c"}, values)
		require.Equal(t, 3*time.Second, time.Since(began))
	})
	inBubble(t, "no more than the limit run", func(t *testing.T) {
		var counts Limiter // without limits, it counts
		began := time.Now()
		_, err := Gather(t.Context(), Limit{Concurrency: 10, Guard: &counts}, repeat(95, after(time.Second, 0, nil))...)
		require.NoError(t, err)
		require.EqualValues(t, 10, counts.Stats().Peak)
		require.Equal(t, 10*time.Second, time.Since(began))
	})
	inBubble(t, "ten thousand waits take as long as ten by default", func(t *testing.T) {
		began := time.Now()
		_, err := Gather(t.Context(), Limit{}, repeat(10_000, after(50*time.Millisecond, 0, nil))...)
		require.NoError(t, err)
		require.Equal(t, 500*time.Millisecond, time.Since(began))
	})
	inBubble(t, "the first error cancels the others, and names its task", func(t *testing.T) {
		began := time.Now()
		var cause error
		values, err := Gather(t.Context(), Limit{}, after(time.Hour, 1, nil), after(time.Second, 2, errTest), func(ctx context.Context) (int, error) {
			<-ctx.Done()
			cause = context.Cause(ctx)
			return 0, errors.New("an echo")
		})
		require.EqualError(t, err, "task 1: refused by the test")
		require.ErrorIs(t, err, errTest)
		require.ErrorIs(t, cause, errTest)
		require.Nil(t, values)
		require.Equal(t, time.Second, time.Since(began))
	})
	inBubble(t, "tasks behind an error are not called", func(t *testing.T) {
		called := false
		_, err := Gather(t.Context(), Limit{Concurrency: 1}, after(time.Second, 1, errTest), func(context.Context) (int, error) {
			called = true
			return 0, nil
		})
		require.ErrorIs(t, err, errTest)
		require.False(t, called)
	})
	inBubble(t, "a context that ends is the error, with its cause", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errTest) })
		_, err := Gather(ctx, Limit{Concurrency: 2}, repeat(5, after(time.Minute, 0, nil))...)
		require.ErrorIs(t, err, errTest)
		require.ErrorIs(t, err, context.Canceled)
		_, err = Gather(ctx, Limit{}, after(0, 0, nil))
		require.ErrorIs(t, err, errTest)
	})
	inBubble(t, "a context that ends after the last task is no error", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		values, err := Gather(ctx, Limit{}, func(context.Context) (int, error) { cancel(); return 7, nil })
		require.NoError(t, err)
		require.Equal(t, []int{7}, values)
	})
	inBubble(t, "no tasks", func(t *testing.T) {
		values, err := Gather[int](t.Context(), Limit{})
		require.NoError(t, err)
		require.Empty(t, values)
	})
	inBubble(t, "each call passes the guard", func(t *testing.T) {
		calls := 0
		values, err := Gather(t.Context(), Limit{Guard: Retry{}}, func(context.Context) (int, error) {
			if calls++; calls < 3 {
				return 0, errTest
			}
			return calls, nil
		})
		require.NoError(t, err)
		require.Equal(t, []int{3}, values)
	})
}

func TestPanicsAndGoexitAreErrors(t *testing.T) {
	for name, crash := range map[string]func(){
		"panic: bad luck":      func() { panic("bad luck") },
		"runtime.Goexit":       runtime.Goexit,
		"nil pointer":          func() { var p *int; *p = 1 },
		"panic: refused by":    func() { panic(errTest) },
		"panic called with ni": func() { panic(nil) },
	} {
		task := func(context.Context) (int, error) { crash(); return 1, nil }
		call := func(ctx context.Context) error { crash(); return nil }
		for face, run := range map[string]func(ctx context.Context) error{
			"Gather": func(ctx context.Context) error { _, err := Gather(ctx, Limit{}, task); return err },
			"Wait":   func(ctx context.Context) error { _, all := Wait(ctx, Limit{}, All, task); return all[0].Err },
			"AsCompleted": func(ctx context.Context) error {
				return firstOf(AsCompleted(ctx, Limit{}, slices.Values(repeat(1, task))))
			},
			"sequence": func(ctx context.Context) error {
				return firstOf(AsCompleted(ctx, Limit{}, func(func(Task[int]) bool) { crash() }))
			},
			"TaskGroup": func(ctx context.Context) error {
				g := NewTaskGroup(ctx, Limit{})
				g.Go(call)
				return g.Wait()
			},
			"Timeout": func(ctx context.Context) error { return new(Timeout).Do(ctx, call) },
			"Shield":  func(ctx context.Context) error { return new(Shield).Do(ctx, call) },
			"guarded": func(ctx context.Context) error {
				_, err := Gather(ctx, Limit{Guard: Guards{Retry{}, new(Breaker), &Limiter{Concurrency: 1}, new(Timeout)}}, task)
				return err
			},
		} {
			inBubble(t, face+" "+name, func(t *testing.T) {
				err := run(t.Context())
				require.ErrorContains(t, err, name)
				var crashed *PanicError
				require.ErrorAs(t, err, &crashed)
				require.NotEmpty(t, crashed.Stack)
			})
		}
	}
}

func firstOf[T any](results iter.Seq2[int, Result[T]]) error {
	for _, r := range results {
		return r.Err
	}
	return nil
}

func TestWait(t *testing.T) {
	tasks := []Task[string]{after(3*time.Second, "slow", nil), after(time.Second, "", errTest), after(2*time.Second, "fast", nil)}
	for _, c := range []struct {
		until   Until
		limit   int
		decided int
		took    time.Duration
		third   string
	}{
		{All, 0, -1, 3 * time.Second, "fast"},
		{FirstDone, 0, 1, time.Second, ""},
		{FirstError, 0, 1, time.Second, ""},
		{FirstValue, 0, 2, 2 * time.Second, "fast"},
		{FirstValue, 1, 0, 3 * time.Second, ""},
	} {
		inBubble(t, "", func(t *testing.T) {
			began := time.Now()
			decided, results := Wait(t.Context(), Limit{Concurrency: c.limit}, c.until, tasks...)
			require.Equal(t, c.decided, decided)
			require.Equal(t, c.took, time.Since(began))
			require.Equal(t, c.third, results[2].Value)
			if c.third == "" {
				require.ErrorIs(t, results[2].Err, ErrEnough)
			}
		})
	}
	inBubble(t, "no error decides", func(t *testing.T) {
		decided, results := Wait(t.Context(), Limit{}, FirstError, after(0, 1, nil), after(1, 2, nil))
		require.Equal(t, -1, decided)
		require.Equal(t, []Result[int]{{Value: 1}, {Value: 2}}, results)
	})
	inBubble(t, "the context ends", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		decided, results := Wait(ctx, Limit{Concurrency: 1}, FirstValue, repeat(3, after(time.Hour, 1, nil))...)
		require.Equal(t, -1, decided)
		for _, r := range results {
			require.ErrorIs(t, r.Err, context.DeadlineExceeded)
		}
	})
	inBubble(t, "a limit that is none", func(t *testing.T) {
		_, results := Wait(t.Context(), Limit{Concurrency: -1}, All, after(0, 1, nil))
		require.ErrorContains(t, results[0].Err, "Limit.Concurrency is -1: give")
	})
}

func TestAsCompleted(t *testing.T) {
	inBubble(t, "results come as they end", func(t *testing.T) {
		var order []int
		tasks := []Task[string]{after(3*time.Second, "a", nil), after(time.Second, "b", errTest), after(2*time.Second, "c", nil)}
		for i, r := range AsCompleted(t.Context(), Limit{}, slices.Values(tasks)) {
			order = append(order, i)
			require.Equal(t, i == 1, r.Err != nil)
			require.Equal(t, string("abc"[i]), r.Value)
		}
		require.Equal(t, []int{1, 2, 0}, order)
	})
	inBubble(t, "leaving the loop cancels and waits", func(t *testing.T) {
		var left sync.WaitGroup
		var tasks []Task[int]
		for i := range 5 {
			left.Add(1)
			tasks = append(tasks, func(ctx context.Context) (int, error) {
				defer left.Done()
				return i, Sleep(ctx, time.Duration(i+1)*time.Second)
			})
		}
		began := time.Now()
		for i := range AsCompleted(t.Context(), Limit{}, slices.Values(tasks)) {
			require.Equal(t, 0, i)
			break
		}
		left.Wait()
		require.Equal(t, time.Second, time.Since(began))
	})
	inBubble(t, "a panic in the loop cancels and waits", func(t *testing.T) {
		require.PanicsWithValue(t, "the loop's", func() {
			for range AsCompleted(t.Context(), Limit{}, slices.Values([]Task[int]{after(0, 1, nil), after(time.Hour, 1, nil)})) {
				panic("the loop's")
			}
		})
	})
	inBubble(t, "a task is asked for only when it has a place", func(t *testing.T) {
		asked, taken := 0, 0
		tasks := func(yield func(Task[int]) bool) {
			for i := range 1000 {
				asked++
				if !yield(after(0, i, nil)) {
					return
				}
			}
		}
		for _, r := range AsCompleted(t.Context(), Limit{Concurrency: 3}, tasks) {
			require.NoError(t, r.Err)
			taken++
			time.Sleep(time.Second) // nothing else goes on meanwhile
			synctest.Wait()
			require.LessOrEqual(t, asked, taken+3)
		}
		require.Equal(t, 1000, taken)
	})
	inBubble(t, "results come while the sequence waits", func(t *testing.T) {
		began := time.Now()
		tasks := func(yield func(Task[int]) bool) {
			_ = yield(after(time.Second, 1, nil)) && Sleep(t.Context(), time.Hour) == nil
		}
		for range AsCompleted(t.Context(), Limit{}, tasks) {
			require.Equal(t, time.Second, time.Since(began))
		}
		require.Equal(t, time.Hour, time.Since(began))
	})
	inBubble(t, "the end of the context is told if tasks were left", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		errs := map[int]error{}
		for i, r := range AsCompleted(ctx, Limit{Concurrency: 2}, slices.Values(repeat(5, after(time.Minute, 0, nil)))) {
			errs[i] = r.Err
		}
		require.Len(t, errs, 3)
		for i := range 3 {
			require.ErrorIs(t, errs[i], context.DeadlineExceeded)
		}
	})
	inBubble(t, "the end of the context is told for no task that there is not", func(t *testing.T) {
		for n := range 4 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			var ended []int
			for i, r := range AsCompleted(ctx, Limit{Concurrency: max(n, 1)}, slices.Values(repeat(n, after(time.Minute, 0, nil)))) {
				require.ErrorIs(t, r.Err, context.DeadlineExceeded)
				ended = append(ended, i)
			}
			cancel()
			require.ElementsMatch(t, []int{0, 1, 2}[:n], ended)
		}
	})
	inBubble(t, "no task is asked for when the loop was left", func(t *testing.T) {
		asked := 0
		tasks := func(yield func(Task[int]) bool) {
			for asked++; yield(after(0, 1, nil)); asked++ {
			}
		}
		for range AsCompleted(t.Context(), Limit{Concurrency: 3}, tasks) {
			synctest.Wait()
			break
		}
		require.LessOrEqual(t, asked, 4)
	})
	inBubble(t, "a limit that is none is told", func(t *testing.T) {
		require.ErrorContains(t, firstOf(AsCompleted(t.Context(), Limit{Concurrency: -2}, slices.Values(repeat(1, after(0, 0, nil))))), "Limit.Concurrency is -2")
	})
}

// TestMillionTasksNeedTheMemoryOfThoseThatRun counts goroutines and bytes at a time when the
// sequence is far in.
func TestMillionTasksNeedTheMemoryOfThoseThatRun(t *testing.T) {
	n, width := 1_000_000, 100
	if testing.Short() {
		n = 50_000
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	goroutines := runtime.NumGoroutine()
	tasks := func(yield func(Task[int]) bool) {
		for i := range n {
			if !yield(func(context.Context) (int, error) { return i, nil }) {
				return
			}
		}
	}
	sum, count := 0, 0
	for _, r := range AsCompleted(t.Context(), Limit{Concurrency: width}, tasks) {
		sum += r.Value
		if count++; count%(n/4) == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			require.Less(t, int64(now.HeapAlloc)-int64(before.HeapAlloc), int64(8<<20))
			require.LessOrEqual(t, runtime.NumGoroutine(), goroutines+width+1)
		}
	}
	require.Equal(t, n, count)
	require.Equal(t, n*(n-1)/2, sum)
}

func TestTaskGroup(t *testing.T) {
	inBubble(t, "Go waits for a place", func(t *testing.T) {
		group := NewTaskGroup(t.Context(), Limit{Concurrency: 2})
		began := time.Now()
		for range 4 {
			require.True(t, group.Go(func(ctx context.Context) error { return Sleep(ctx, time.Second) }))
		}
		require.Equal(t, time.Second, time.Since(began))
		require.NoError(t, group.Wait())
		require.Equal(t, 2*time.Second, time.Since(began))
		require.False(t, group.Go(fails(nil)))
		require.ErrorContains(t, group.Wait(), "make a new one")
	})
	inBubble(t, "the first error ends it", func(t *testing.T) {
		group := NewTaskGroup(t.Context(), Limit{})
		group.Go(fails(errTest))
		group.Go(func(ctx context.Context) error { return Sleep(ctx, time.Hour) })
		synctest.Wait()
		require.False(t, group.Go(fails(errors.New("not called"))))
		require.Equal(t, errTest, group.Wait())
	})
	inBubble(t, "errors are joined", func(t *testing.T) {
		group := NewTaskGroup(t.Context(), Limit{})
		group.KeepGoing = true
		other := errors.New("another error")
		done := false
		group.Go(fails(errTest))
		group.Go(fails(other))
		group.Go(func(ctx context.Context) error { defer func() { done = true }(); return Sleep(ctx, time.Hour) })
		err := group.Wait()
		require.ErrorIs(t, err, errTest)
		require.ErrorIs(t, err, other)
		require.True(t, done)
	})
	inBubble(t, "of many errors some are kept and the others counted", func(t *testing.T) {
		group := NewTaskGroup(t.Context(), Limit{Concurrency: 7})
		group.KeepGoing = true
		for range 2500 {
			group.Go(fails(errTest))
		}
		err := group.Wait()
		require.Equal(t, 100, strings.Count(err.Error(), errTest.Error()))
		require.ErrorContains(t, err, "and 2,400 errors more")
	})
	inBubble(t, "a task that was not started is told", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		group := NewTaskGroup(ctx, Limit{})
		cancel()
		require.False(t, group.Go(fails(nil)))
		require.ErrorIs(t, group.Wait(), context.Canceled)
	})
	inBubble(t, "tasks start tasks", func(t *testing.T) {
		group := NewTaskGroup(t.Context(), Limit{Concurrency: math.MaxInt})
		var count atomic.Int64
		var split func(n int) func(context.Context) error
		split = func(n int) func(context.Context) error {
			return func(context.Context) error {
				if count.Add(1); n > 0 {
					group.Go(split(n - 1))
					group.Go(split(n - 1))
				}
				return nil
			}
		}
		group.Go(split(11))
		require.NoError(t, group.Wait())
		require.EqualValues(t, 4095, count.Load())
	})
	inBubble(t, "a limit that is none is told", func(t *testing.T) {
		group := NewTaskGroup(t.Context(), Limit{Concurrency: -1})
		require.False(t, group.Go(fails(nil)))
		require.EqualError(t, group.Wait(), "Limit.Concurrency is -1: give the number of tasks that may run at the same time, or 0 for 1000")
	})
}
