package async

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimeout(t *testing.T) {
	inBubble(t, "a call in time gives its value or its error", func(t *testing.T) {
		timeout := &Timeout{After: time.Second}
		v, err := Call(t.Context(), timeout, after(time.Second-1, 7, nil))
		require.NoError(t, err)
		require.Equal(t, 7, v)
		_, err = Call(t.Context(), timeout, after(0, 0, errTest))
		require.Equal(t, errTest, err)
	})
	inBubble(t, "a call that hears its context ends at the deadline", func(t *testing.T) {
		began := time.Now()
		_, err := Call(t.Context(), &Timeout{After: time.Second}, after(time.Hour, 7, nil))
		require.Equal(t, time.Second, time.Since(began))
		require.EqualError(t, err, "no answer after 1s: context deadline exceeded")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var timed interface{ Timeout() bool }
		require.ErrorAs(t, err, &timed)
		require.True(t, timed.Timeout())
	})
	inBubble(t, "a value in the grace is a value", func(t *testing.T) {
		timeout := &Timeout{After: time.Second}
		v, err := Call(t.Context(), timeout, stubborn(1900*time.Millisecond, 7))
		require.NoError(t, err)
		require.Equal(t, 7, v)
		all, _ := timeout.Abandoned()
		require.Zero(t, all)
	})
	inBubble(t, "a call that ignores its context is abandoned and counted", func(t *testing.T) {
		timeout := &Timeout{After: time.Second, Grace: 500 * time.Millisecond}
		began := time.Now()
		v, err := Call(t.Context(), timeout, stubborn(time.Minute, 7))
		require.Equal(t, 1500*time.Millisecond, time.Since(began))
		require.EqualError(t, err, "no answer after 1s; the call ignored its context for 500ms more and was abandoned")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Zero(t, v)
		counted := func(wantAll, wantRunning int64) {
			all, running := timeout.Abandoned()
			require.Equal(t, wantAll, all)
			require.Equal(t, wantRunning, running)
		}
		counted(1, 1)
		time.Sleep(time.Hour)
		counted(1, 0)
	})
	inBubble(t, "an abandoned attempt does not change the next one's value", func(t *testing.T) {
		var calls atomic.Int64
		first := make(chan struct{})
		v, err := Call(t.Context(), Guards{Retry{}, &Timeout{After: time.Second}}, func(ctx context.Context) (string, error) {
			if calls.Add(1) == 1 {
				defer close(first)
				time.Sleep(5 * time.Second)
				return "late", nil
			}
			return "good", nil
		})
		require.NoError(t, err)
		<-first
		require.Equal(t, "good", v)
	})
	inBubble(t, "at the cap no more calls are made, until one returns", func(t *testing.T) {
		timeout := &Timeout{After: time.Second, Grace: time.Second, AbandonedMax: 3}
		_, results := Wait(t.Context(), Limit{Concurrency: 1, Guard: timeout}, All, repeat(5, stubborn(time.Hour, 1))...)
		for i, r := range results {
			require.Equal(t, i >= 3, errors.Is(r.Err, ErrAbandonedMax), "%d: %v", i, r.Err)
		}
		require.ErrorContains(t, results[4].Err, "3 calls abandoned: too many calls ignored")
		time.Sleep(time.Hour)
		require.NoError(t, timeout.Do(t.Context(), fails(nil)))
	})
	inBubble(t, "the caller's end gives a grace, and then abandons too", func(t *testing.T) {
		timeout := &Timeout{}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errTest) })
		began := time.Now()
		err := timeout.Do(ctx, func(context.Context) error { time.Sleep(time.Minute); return nil })
		require.Equal(t, 2*time.Second, time.Since(began))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, errTest)
		require.ErrorContains(t, err, "the call ignored its context for 1s and was abandoned")
		require.ErrorIs(t, timeout.Do(ctx, fails(nil)), errTest)
		time.Sleep(time.Hour)
	})
	inBubble(t, "settings that are none", func(t *testing.T) {
		for _, timeout := range []*Timeout{{After: -1}, {Grace: -1}, {AbandonedMax: -1}} {
			require.ErrorContains(t, timeout.Do(t.Context(), fails(nil)), "none of them can be less than 0")
		}
	})
}

// TestLatest: an attempt that was left behind may end between the end of the next one and its
// caller.
func TestLatest(t *testing.T) {
	var kept latest[string]
	first, second := kept.begin(), kept.begin()
	kept.put(second, "good")
	kept.put(first, "late")
	require.Equal(t, "good", kept.take())
}

func TestShield(t *testing.T) {
	inBubble(t, "a call goes on when its caller's context ends", func(t *testing.T) {
		var shield Shield
		type key struct{}
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "kept"), time.Second)
		defer cancel()
		var done atomic.Bool
		began := time.Now()
		err := shield.Do(ctx, func(ctx context.Context) error {
			time.Sleep(time.Minute)
			done.Store(ctx.Err() == nil && ctx.Value(key{}) == "kept")
			return errTest
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(began))
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, shield.Wait(soon), context.DeadlineExceeded)
		require.ErrorIs(t, shield.Wait(t.Context()), errTest)
		require.True(t, done.Load())
		require.NoError(t, shield.Wait(t.Context()))
	})
	inBubble(t, "a call that ends first gives its error to its caller alone", func(t *testing.T) {
		var shield Shield
		require.NoError(t, shield.Wait(t.Context()))
		require.Equal(t, errTest, shield.Do(t.Context(), fails(errTest)))
		require.NoError(t, shield.Wait(t.Context()))
	})
	inBubble(t, "a context that had ended makes no call", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, new(Shield).Do(ctx, func(context.Context) error { t.Error("called"); return nil }), context.Canceled)
	})
	inBubble(t, "errors that nobody heard are bounded", func(t *testing.T) {
		var shield Shield
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		Wait(ctx, Limit{Guard: &shield}, All, repeat(500, stubbornly(time.Minute))...)
		require.Len(t, shield.Wait(t.Context()).(interface{ Unwrap() []error }).Unwrap(), errorsMax)
	})
}

func stubbornly(d time.Duration) Task[int] {
	return func(context.Context) (int, error) { time.Sleep(d); return 0, errTest }
}
