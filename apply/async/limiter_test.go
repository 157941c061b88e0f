package async

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLimiter(t *testing.T) {
	inBubble(t, "the concurrency holds for all who share it", func(t *testing.T) {
		shared := &Limiter{Concurrency: 4}
		group := NewTaskGroup(t.Context(), Limit{})
		for range 3 {
			group.Go(func(ctx context.Context) error {
				_, err := Gather(ctx, Limit{Guard: shared}, repeat(20, after(time.Second, 0, nil))...)
				return err
			})
		}
		began := time.Now()
		require.NoError(t, group.Wait())
		require.Equal(t, 15*time.Second, time.Since(began))
		require.Equal(t, LimiterStats{Peak: 4, Waited: 56}, shared.Stats())
	})
	inBubble(t, "the rate is held, after a burst", func(t *testing.T) {
		for _, burst := range []int{0, 1, 50} {
			limiter := &Limiter{PerSecond: 500, Burst: burst}
			began := time.Now()
			_, err := Gather(t.Context(), Limit{Guard: limiter}, repeat(5000, after(0, 0, nil))...)
			require.NoError(t, err)
			ideal := time.Duration(5000-max(burst, 1)) * time.Second / 500
			require.InEpsilon(t, ideal, time.Since(began), 0.001)
		}
	})
	inBubble(t, "a slow call takes a slot before it takes a second's turn", func(t *testing.T) {
		limiter := &Limiter{Concurrency: 1, PerSecond: 1}
		var starts []time.Duration
		began := time.Now()
		_, err := Gather(t.Context(), Limit{Guard: limiter}, repeat(3, func(ctx context.Context) (int, error) {
			starts = append(starts, time.Since(began))
			return 0, Sleep(ctx, 1500*time.Millisecond)
		})...)
		require.NoError(t, err)
		require.Equal(t, []time.Duration{0, 1500 * time.Millisecond, 3 * time.Second}, starts)
	})
	inBubble(t, "a turn that would come too late is refused at once", func(t *testing.T) {
		limiter := &Limiter{Concurrency: 1, PerSecond: 0.1}
		require.NoError(t, limiter.Do(t.Context(), fails(nil)))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		err := limiter.Do(ctx, fails(nil))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "no turn before the deadline, with 0.1 calls a second")
		require.Zero(t, time.Since(began))
		require.Zero(t, limiter.Stats().Running)
		require.NoError(t, limiter.Do(t.Context(), fails(nil)))
		require.Equal(t, 10*time.Second, time.Since(began))
	})
	inBubble(t, "a wait ends with the context and gives back what it has", func(t *testing.T) {
		for _, limiter := range []*Limiter{{Concurrency: 1}, {PerSecond: 0.001}, {Concurrency: 1, PerSecond: 0.001}} {
			ctx, cancel := context.WithCancel(t.Context())
			require.NoError(t, limiter.Acquire(ctx))
			time.AfterFunc(time.Second, cancel)
			require.ErrorIs(t, limiter.Acquire(ctx), context.Canceled)
			require.ErrorIs(t, limiter.Acquire(ctx), context.Canceled)
			limiter.Release()
			require.NoError(t, limiter.Acquire(t.Context()))
			limiter.Release()
		}
	})
	inBubble(t, "a turn comes back from a panic and from Goexit", func(t *testing.T) {
		limiter := &Limiter{Concurrency: 1}
		for _, crash := range []func(){func() { panic("x") }, runtime.Goexit} {
			_, err := Gather(t.Context(), Limit{Guard: limiter}, func(context.Context) (int, error) { crash(); return 0, nil })
			require.Error(t, err)
			require.NoError(t, limiter.Do(t.Context(), fails(nil)))
		}
	})
	inBubble(t, "limits that are none", func(t *testing.T) {
		for _, limiter := range []*Limiter{{Concurrency: -1}, {PerSecond: -1}, {PerSecond: math.NaN()}, {Burst: -1}} {
			require.ErrorContains(t, limiter.Acquire(t.Context()), "none of them can be less than 0")
		}
		for _, limiter := range []*Limiter{{}, {PerSecond: math.Inf(1)}} {
			_, err := Gather(t.Context(), Limit{Guard: limiter}, repeat(100, after(time.Second, 0, nil))...)
			require.NoError(t, err)
			require.Equal(t, LimiterStats{Peak: 100}, limiter.Stats())
		}
		require.Panics(t, func() { new(Limiter).Release() })
	})
}

func TestPerKey(t *testing.T) {
	inBubble(t, "each key has a limit of its own", func(t *testing.T) {
		hosts := PerKey(func(host string) *Limiter { return &Limiter{Concurrency: len(host)} })
		group := NewTaskGroup(t.Context(), Limit{})
		began := time.Now()
		for range 6 {
			for _, host := range []string{"a", "bb", "ccc"} {
				group.Go(func(ctx context.Context) error {
					return Guards{Retry{}, hosts.For(host)}.Do(ctx, func(ctx context.Context) error { return Sleep(ctx, time.Second) })
				})
			}
		}
		synctest.Wait()
		require.EqualValues(t, 3, hosts.hold("ccc").guard.Stats().Running)
		require.NoError(t, group.Wait())
		require.Equal(t, 6*time.Second, time.Since(began))
	})
	inBubble(t, "idle keys are forgotten, others are not", func(t *testing.T) {
		hosts := PerKey(func(string) *Limiter { return &Limiter{Concurrency: 1, PerSecond: 1, Burst: 2} })
		entered, release := make(chan struct{}), make(chan struct{})
		group := NewTaskGroup(t.Context(), Limit{})
		group.Go(func(ctx context.Context) error {
			return hosts.Do(ctx, "busy", func(context.Context) error { close(entered); <-release; return nil })
		})
		<-entered
		busy := hosts.guards["busy"]
		for i := range 10_000 {
			require.NoError(t, hosts.Do(t.Context(), fmt.Sprint(i), fails(nil)))
			time.Sleep(100 * time.Millisecond) // a key is as good as new after a second, 10 keys
		}
		require.LessOrEqual(t, hosts.Len(), sweepMin)
		require.Same(t, busy, hosts.guards["busy"])
		close(release)
		require.NoError(t, group.Wait())
	})
	inBubble(t, "a bucket that is not full again is remembered", func(t *testing.T) {
		hosts := PerKey(func(int) *Limiter { return &Limiter{PerSecond: 0.001} })
		for key := range 1000 {
			require.NoError(t, hosts.Do(t.Context(), key, fails(nil)))
		}
		require.Equal(t, 1000, hosts.Len())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for key := range 1000 {
			require.ErrorIs(t, hosts.Do(ctx, key, fails(nil)), context.DeadlineExceeded)
		}
	})
}

// TestCallsThatNeedNotWaitAllocateNothing holds the cost that callers with millions of calls rely
// on.
func TestCallsThatNeedNotWaitAllocateNothing(t *testing.T) {
	ctx := t.Context()
	call := fails(nil)
	hosts := PerKey(func(string) *Limiter { return &Limiter{Concurrency: 8} })
	limiter, breaker := &Limiter{Concurrency: 8, PerSecond: 1e9, Burst: 1e9}, &Breaker{}
	for name, guard := range map[string]func(){
		"Limiter": func() { _ = limiter.Do(ctx, call) },
		"Breaker": func() { _ = breaker.Do(ctx, call) },
		"Retry":   func() { _ = Retry{}.Do(ctx, call) },
		"PerKey":  func() { _ = hosts.Do(ctx, "host", call) },
	} {
		require.Zero(t, testing.AllocsPerRun(1000, guard), name)
	}
}

// always is a guard that has nothing to remember even while it is used.
type always struct{ Limiter }

func (*always) Idle() bool { return true }

func TestAKeyInUseIsNotForgotten(t *testing.T) {
	inBubble(t, "whatever its guard says", func(t *testing.T) {
		made := map[int]int{}
		keys := PerKey(func(key int) *always { made[key]++; return &always{Limiter{Concurrency: 1}} })
		group := NewTaskGroup(t.Context(), Limit{})
		for range 2 { // one runs, one waits
			group.Go(func(ctx context.Context) error {
				return keys.Do(ctx, -1, func(ctx context.Context) error { return Sleep(ctx, time.Second) })
			})
		}
		synctest.Wait()
		for key := range 1000 {
			require.NoError(t, keys.Do(t.Context(), key%500, fails(nil)))
		}
		began := time.Now()
		require.NoError(t, keys.Do(t.Context(), -1, fails(nil)))
		require.Equal(t, 2*time.Second, time.Since(began))
		require.NoError(t, group.Wait())
		require.Equal(t, 1, made[-1])
		require.LessOrEqual(t, keys.Len(), sweepMin)
	})
}
