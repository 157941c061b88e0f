package async

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// busy is an error that says when to come back.
type busy struct{ after time.Duration }

func (b busy) Error() string             { return "busy" }
func (b busy) RetryAfter() time.Duration { return b.after }

func TestRetry(t *testing.T) {
	// failing is a call that fails n times, each after a second.
	failing := func(n int, err error, calls *int) func(context.Context) error {
		return func(ctx context.Context) error {
			time.Sleep(time.Second)
			if *calls++; *calls <= n {
				return err
			}
			return nil
		}
	}
	for _, c := range []struct {
		name  string
		retry Retry
		fails int
		err   error
		calls int
		want  string // the error; empty if there is none
	}{
		{"a success is not repeated", Retry{}, 0, errTest, 1, ""},
		{"a failure is repeated", Retry{}, 3, errTest, 4, ""},
		{"but not for ever", Retry{}, 4, errTest, 4, `^after 4 calls in 4\.\d+s: refused by the test$`},
		{"as often as is told", Retry{Attempts: 10}, 9, errTest, 10, ""},
		{"one attempt is no repetition", Retry{Attempts: 1}, 1, errTest, 1, `^refused by the test$`},
		{"a permanent error is returned as it is", Retry{}, 1, Permanent(errTest), 1, `^refused by the test$`},
		{"a permanent error may be wrapped", Retry{}, 1, fmt.Errorf("host: %w", Permanent(errTest)), 1, `^host: refused by the test$`},
		{"a predicate chooses", Retry{If: func(err error) bool { return !errors.Is(err, errTest) }}, 1, errTest, 1, `^refused by the test$`},
		{"a predicate does not choose what is permanent", Retry{If: func(error) bool { return true }}, 1, Permanent(errTest), 1, `^refused by the test$`},
		{"an open breaker is not asked again", Retry{}, 1, &OpenError{Err: errTest}, 1, `^no call is made`},
		{"nor a timeout that makes no calls", Retry{}, 1, ErrAbandonedMax, 1, `^too many calls ignored`},
		{"nor what panicked", Retry{}, 1, &PanicError{Value: "x"}, 1, `^panic: x$`},
		{"a timeout of a call is repeated", Retry{}, 1, &TimeoutError{}, 2, ""},
		{"time runs out", Retry{Attempts: 1000, Base: time.Second, Elapsed: 10 * time.Second}, 1000, errTest, 0, `^after \d+ calls in (\d|10)(\.\d+)?s: refused`},
		{"who asks for more than the time is not waited for", Retry{Elapsed: time.Minute}, 1, busy{time.Hour}, 1, "^busy$"},
		{"nor who asks for more than there is", Retry{Elapsed: time.Minute}, 1, busy{math.MaxInt64}, 1, "^busy$"},
	} {
		inBubble(t, c.name, func(t *testing.T) {
			calls, told := 0, 0
			c.retry.OnRetry = func(_ context.Context, again Again) {
				told++
				require.Equal(t, told, again.Calls)
				require.Equal(t, c.err, again.Err)
			}
			began := time.Now()
			err := c.retry.Do(t.Context(), failing(c.fails, c.err, &calls))
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.Regexp(t, c.want, err.Error())
				require.ErrorIs(t, err, c.err)
			}
			require.Equal(t, calls-1, told)
			if c.calls > 0 {
				require.Equal(t, c.calls, calls)
			}
			if c.retry.Elapsed > 0 {
				require.Less(t, time.Since(began), c.retry.Elapsed+time.Second)
			}
		})
	}
	inBubble(t, "the end of the context ends the pause", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		calls := 0
		began := time.Now()
		err := Retry{Base: time.Nanosecond}.Do(ctx, failing(9, busy{time.Hour}, &calls))
		require.Equal(t, 1500*time.Millisecond, time.Since(began))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, busy{time.Hour})
		require.EqualError(t, err, "context deadline exceeded, after 1 call in 1s: busy")
		require.ErrorIs(t, Retry{}.Do(ctx, failing(0, nil, &calls)), context.DeadlineExceeded)
		require.Equal(t, 1, calls)
	})
	inBubble(t, "a call during which the context ended is not repeated", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		calls := 0
		require.Equal(t, errTest, Retry{}.Do(ctx, failing(9, errTest, &calls)))
		require.Equal(t, 1, calls)
	})
	inBubble(t, "settings that are none", func(t *testing.T) {
		for _, retry := range []Retry{{Attempts: -1}, {Base: -1}, {Max: -1}, {Elapsed: -1}} {
			require.ErrorContains(t, retry.Do(t.Context(), fails(nil)), "none of them can be less than 0")
		}
	})
	require.NoError(t, Permanent(nil))
}

// TestPausesHaveFullJitter: they lie anywhere between nothing and a bound that doubles. A thousand
// pauses that all miss a tenth of the range have a chance of 1e-46.
func TestPausesHaveFullJitter(t *testing.T) {
	retry := Retry{Attempts: 100, Base: time.Second, Max: 5 * time.Second}
	for calls, bound := range map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 5, 5: 5, 64: 5, 99: 5} {
		bound *= time.Second
		least, most := time.Duration(math.MaxInt64), time.Duration(0)
		for range 1000 {
			pause, again := retry.Next(calls, 0, errTest)
			require.True(t, again)
			least, most = min(least, pause), max(most, pause)
		}
		require.Less(t, least, bound/10)
		require.Greater(t, most, bound-bound/10)
		require.Less(t, most, bound)
		pause, _ := retry.Next(calls, 0, fmt.Errorf("host: %w", busy{time.Minute}))
		require.GreaterOrEqual(t, pause, time.Minute)
		require.Less(t, pause, time.Minute+bound)
	}
	for _, wide := range []Retry{{Attempts: 200, Max: math.MaxInt64}, {Attempts: 200, Base: math.MaxInt64, Max: math.MaxInt64}} {
		pause, again := wide.Next(150, 0, busy{math.MaxInt64})
		require.True(t, again)
		require.Equal(t, time.Duration(math.MaxInt64), pause)
	}
}
