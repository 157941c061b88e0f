package async

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBreaker(t *testing.T) {
	openIt := func(t *testing.T, b *Breaker) {
		for range 3 {
			require.Equal(t, errTest, b.Do(t.Context(), fails(errTest)))
		}
	}
	inBubble(t, "it opens after failures in a row, and says why", func(t *testing.T) {
		b := &Breaker{Failures: 3, Open: time.Minute}
		for range 10 {
			require.Equal(t, errTest, b.Do(t.Context(), fails(errTest)))
			require.Equal(t, errTest, b.Do(t.Context(), fails(errTest)))
			require.NoError(t, b.Do(t.Context(), fails(nil)))
		}
		openIt(t, b)
		time.Sleep(20 * time.Second)
		err := b.Do(t.Context(), func(context.Context) error { t.Error("called"); return nil })
		require.EqualError(t, err, "no call is made for 40s after 3 failures in a row; the last was: refused by the test")
		require.ErrorIs(t, err, ErrOpen)
		require.ErrorIs(t, err, errTest)
		require.EqualValues(t, 1, b.Refused())
	})
	inBubble(t, "one call tries, and its success closes", func(t *testing.T) {
		b := &Breaker{Failures: 3, Open: time.Minute}
		openIt(t, b)
		time.Sleep(time.Minute)
		group := NewTaskGroup(t.Context(), Limit{})
		group.Go(func(ctx context.Context) error {
			return b.Do(ctx, func(ctx context.Context) error { return Sleep(ctx, time.Second) })
		})
		synctest.Wait()
		require.ErrorContains(t, b.Do(t.Context(), fails(nil)), "while one is being tried")
		require.NoError(t, group.Wait())
		openIt(t, b)
	})
	inBubble(t, "one call tries, and its failure opens for as long again", func(t *testing.T) {
		b := &Breaker{Failures: 3, Open: time.Minute}
		openIt(t, b)
		time.Sleep(time.Minute)
		require.Equal(t, io.EOF, b.Do(t.Context(), fails(io.EOF)))
		err := b.Do(t.Context(), fails(nil))
		require.ErrorIs(t, err, io.EOF)
		require.ErrorContains(t, err, "for 1m0s after 4 failures in a row")
	})
	inBubble(t, "a try that is cancelled is followed by another", func(t *testing.T) {
		b := &Breaker{Failures: 3, Open: time.Minute}
		openIt(t, b)
		time.Sleep(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		require.Error(t, b.Do(ctx, func(ctx context.Context) error { cancel(); return ctx.Err() }))
		require.NoError(t, b.Do(t.Context(), fails(nil)))
	})
	inBubble(t, "calls from before it opened say nothing", func(t *testing.T) {
		b := &Breaker{Failures: 3, Open: time.Minute}
		group := NewTaskGroup(t.Context(), Limit{})
		for _, err := range []error{nil, io.EOF} {
			group.Go(func(ctx context.Context) error {
				_ = b.Do(ctx, func(ctx context.Context) error { _ = Sleep(ctx, time.Second); return err })
				return nil
			})
		}
		synctest.Wait()
		openIt(t, b)
		require.NoError(t, group.Wait())
		err := b.Do(t.Context(), fails(nil))
		require.ErrorIs(t, err, errTest)
		require.ErrorContains(t, err, "after 3 failures")
	})
	inBubble(t, "crashes are failures, also of the predicate while it tries", func(t *testing.T) {
		b := &Breaker{Failures: 1, Open: time.Minute, If: func(err error) bool {
			if errors.Is(err, io.EOF) {
				panic("the predicate's")
			}
			return true
		}}
		require.Panics(t, func() { _ = b.Do(t.Context(), func(context.Context) error { panic("x") }) })
		require.ErrorIs(t, b.Do(t.Context(), fails(nil)), errCrashed)
		time.Sleep(time.Minute)
		require.Panics(t, func() { _ = b.Do(t.Context(), fails(io.EOF)) })
		require.ErrorIs(t, b.Do(t.Context(), fails(nil)), io.EOF)
		time.Sleep(time.Minute)
		require.NoError(t, b.Do(t.Context(), fails(nil)))
	})
	inBubble(t, "what is the caller's own fault is no failure", func(t *testing.T) {
		b := &Breaker{Failures: 1}
		require.Error(t, b.Do(t.Context(), fails(Permanent(errTest))))
		ended, cancel := context.WithCancel(t.Context())
		require.Error(t, b.Do(ended, func(context.Context) error { cancel(); return errTest }))
		require.ErrorIs(t, b.Do(ended, fails(nil)), context.Canceled)
		require.NoError(t, b.Do(t.Context(), fails(nil)))
	})
	inBubble(t, "each key has one, forgotten when it has nothing to remember", func(t *testing.T) {
		hosts := PerKey(func(int) *Breaker { return &Breaker{Failures: 1, Open: time.Minute} })
		require.Error(t, hosts.Do(t.Context(), -1, fails(errTest)))
		for key := range 10_000 {
			require.NoError(t, hosts.Do(t.Context(), key, fails(nil)))
		}
		require.LessOrEqual(t, hosts.Len(), sweepMin)
		require.ErrorIs(t, hosts.Do(t.Context(), -1, fails(nil)), ErrOpen)
		time.Sleep(time.Hour)
		for key := range 100 {
			require.NoError(t, hosts.Do(t.Context(), key, fails(nil)))
		}
		require.NotContains(t, hosts.guards, -1)
	})
	inBubble(t, "settings that are none", func(t *testing.T) {
		for _, b := range []*Breaker{{Failures: -1}, {Open: -1}} {
			require.ErrorContains(t, b.Do(t.Context(), fails(nil)), "neither can be less than 0")
		}
	})
}

// TestRefusesTellsWhatDoWouldReturn, and lets no call be the one that is tried.
func TestRefusesTellsWhatDoWouldReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := PerKey(func(string) *Breaker { return &Breaker{Failures: 1, Open: time.Minute} })
		err := errors.New("down")
		use := func(key string, f func(b *Breaker)) {
			require.ErrorIs(t, keys.Use(key, func(b *Breaker) error { f(b); return err }), err)
		}
		use("a", func(b *Breaker) {
			require.NoError(t, b.Refuses())
			require.ErrorIs(t, b.Do(t.Context(), func(context.Context) error { return err }), err)
			require.ErrorIs(t, b.Refuses(), ErrOpen)
			require.EqualValues(t, 1, b.Refused())
		})
		use("b", func(b *Breaker) { require.NoError(t, b.Refuses()) })
		time.Sleep(time.Minute)
		use("a", func(b *Breaker) {
			require.NoError(t, b.Refuses())
			require.NoError(t, b.Refuses())
			require.NoError(t, b.Do(t.Context(), func(context.Context) error {
				require.ErrorIs(t, b.Refuses(), ErrOpen, "while one is tried")
				return nil
			}))
			require.NoError(t, b.Refuses())
		})
	})
}
