package ooc

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// TestBudgetWaits has chunks and what a source holds beside them wait for each other.
func TestBudgetWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(100)
		ctx := t.Context()
		free, err := b.hold(ctx, 60)
		require.NoError(t, err)
		require.NoError(t, b.acquire(ctx, 30))
		require.EqualValues(t, 90, b.peak)

		came := 0
		go func() {
			require.NoError(t, b.acquire(ctx, 11))
			came++
		}()
		synctest.Wait()
		require.Zero(t, came, "a chunk waits for what the source holds")
		b.add(-30)
		synctest.Wait()
		require.Equal(t, 1, came, "with none under way one is let in")

		go func() {
			again, err := b.hold(ctx, 41)
			require.NoError(t, err)
			again()
			came++
		}()
		synctest.Wait()
		require.Equal(t, 1, came, "what is held waits for what is held")
		free()
		synctest.Wait()
		require.Equal(t, 2, came)
		require.Zero(t, b.beside)
		require.EqualValues(t, 11, b.held)

		_, err = b.hold(ctx, 1000) // nothing is held: whoever asks has seen to it
		require.NoError(t, err)
		why := errors.New("no more")
		ended, cancel := context.WithCancelCause(ctx)
		go func() {
			_, err := b.hold(ended, 1)
			require.ErrorIs(t, err, why)
			require.ErrorIs(t, b.acquire(ended, 1), why)
			came++
		}()
		synctest.Wait()
		require.Equal(t, 2, came)
		cancel(why)
		synctest.Wait()
		require.Equal(t, 3, came)
	})
}
