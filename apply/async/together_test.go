package async

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// flaky is a service that answers, fails, is busy, hangs, hangs whatever the context says, or
// crashes. It counts how often each task called it, and the calls that run.
type flaky struct {
	calls   []atomic.Int64
	running atomic.Int64
}

func (f *flaky) task(i int, seed uint64) Task[int] {
	return func(ctx context.Context) (int, error) {
		call := f.calls[i].Add(1)
		f.running.Add(1)
		defer f.running.Add(-1)
		r := rand.New(rand.NewPCG(seed, uint64(i)<<8|uint64(call)))
		switch r.IntN(10) {
		case 0:
			return 0, errTest
		case 1:
			return 0, busy{time.Second}
		case 2:
			return 0, Permanent(errTest)
		case 3:
			<-ctx.Done()
			return 0, ctx.Err()
		case 4:
			time.Sleep(10 * time.Second)
			return -1, nil
		case 5:
			panic("the service's")
		}
		return i, Sleep(ctx, time.Duration(r.IntN(50))*time.Millisecond)
	}
}

// TestNoTaskIsLostAndNoneIsCalledTooOften: all guards together over a service that does all that
// services do, to the end or cancelled on the way.
func TestNoTaskIsLostAndNoneIsCalledTooOften(t *testing.T) {
	for seed := range uint64(6) {
		inBubble(t, fmt.Sprint(seed), func(t *testing.T) {
			const n, attempts = 500, 3
			service := &flaky{calls: make([]atomic.Int64, n)}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if seed%2 == 1 {
				time.AfterFunc(5*time.Second, cancel)
			}
			var retried atomic.Int64
			timeout := &Timeout{After: time.Second, Grace: time.Second, AbandonedMax: n}
			limiter := &Limiter{Concurrency: 20, PerSecond: 100, Burst: 10}
			guard := Guards{
				Retry{Attempts: attempts, OnRetry: func(context.Context, Again) { retried.Add(1) }},
				&Breaker{Failures: 8, Open: time.Second}, limiter, timeout,
			}
			var tasks []Task[int]
			for i := range n {
				tasks = append(tasks, service.task(i, seed))
			}
			_, results := Wait(ctx, Limit{Concurrency: 50, Guard: guard}, All, tasks...)
			calls := int64(0)
			for i, r := range results {
				require.True(t, r.Err != nil || r.Value == i, "task %d: %+v", i, r)
				require.LessOrEqual(t, service.calls[i].Load(), int64(attempts))
				if seed%2 == 0 && service.calls[i].Load() == 0 {
					require.True(t, errors.Is(r.Err, ErrOpen), "task %d was not called: %v", i, r.Err)
				}
				calls += service.calls[i].Load()
			}
			require.LessOrEqual(t, calls, int64(n)+retried.Load())
			require.LessOrEqual(t, limiter.Stats().Peak, int64(20))
			require.Zero(t, limiter.Stats().Running)
			time.Sleep(time.Minute)
			_, running := timeout.Abandoned()
			require.Zero(t, running)
			require.Zero(t, service.running.Load())
		})
	}
}
