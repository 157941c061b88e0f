package async

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestABreakerCountsNoTurnThatCannotCome: nobody asked the service.
func TestABreakerCountsNoTurnThatCannotCome(t *testing.T) {
	for name, own := range map[string]func(error) bool{"by default": nil, "by If": func(error) bool { return true }} {
		inBubble(t, name, func(t *testing.T) {
			breaker := &Breaker{Failures: 2, If: own}
			calls := Guards{breaker, &Limiter{PerSecond: 0.1}}
			fine := func(context.Context) error { return nil }
			require.NoError(t, calls.Do(t.Context(), fine))
			for range 5 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				err := calls.Do(ctx, fine)
				require.ErrorContains(t, err, "no turn before the deadline")
				require.ErrorIs(t, err, context.DeadlineExceeded)
				cancel()
			}
			time.Sleep(10 * time.Second)
			require.NoError(t, calls.Do(t.Context(), fine))
		})
	}
	inBubble(t, "a probe without a turn leaves the trial to the next call", func(t *testing.T) {
		breaker, limiter := &Breaker{Failures: 1, Open: time.Second}, &Limiter{PerSecond: 0.1}
		calls := Guards{breaker, limiter}
		require.Equal(t, errTest, calls.Do(t.Context(), func(context.Context) error { return errTest }))
		time.Sleep(2 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorContains(t, calls.Do(ctx, func(context.Context) error { return nil }), "no turn")
		require.NoError(t, calls.Do(t.Context(), func(context.Context) error { return nil }))
	})
}
