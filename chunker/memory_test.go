package chunker_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// TestWhatCannotRunIsRefusedBeforeItBegins: the leasts of all shares must fit.
func TestWhatCannotRunIsRefusedBeforeItBegins(t *testing.T) {
	m := chunker.NewMemory(100)
	a, err := m.Share("a", 60)
	require.NoError(t, err)
	_, err = m.Share("sort by x", 41)
	require.ErrorIs(t, err, chunker.ErrMemory)
	require.EqualError(t, err, "sort by x: it needs 41 bytes of memory, but of the budget of 100 bytes, 60 bytes are taken: raise Memory")
	b, err := m.Share("b", 40)
	require.NoError(t, err)
	require.EqualValues(t, 0, m.Room())
	require.EqualValues(t, 0, m.Peak(), "what is set aside is not held")
	require.True(t, a.Grow(60), "the least is there whatever others hold")
	require.True(t, b.Grow(40))
	require.EqualValues(t, 100, m.Peak())
	a.Close()
	a.Close()
	require.EqualValues(t, 60, m.Room())
	require.True(t, b.Grow(60))
}

// TestAShareThatGrowsDoesNotWait: it is told, and the others are asked once.
func TestAShareThatGrowsDoesNotWait(t *testing.T) {
	m := chunker.NewMemory(100)
	a, b := share(t, m, "a", 10), share(t, m, "b", 10)
	require.True(t, a.Grow(90))
	require.False(t, a.Wanted())
	require.True(t, b.Grow(10))
	require.False(t, b.Grow(1))
	require.True(t, a.Wanted())
	require.False(t, a.Wanted())
	require.False(t, b.Wanted(), "who asks is not asked")
	a.Add(-70)
	require.True(t, b.Grow(70))
	require.False(t, a.Grow(1))
	require.EqualError(t, a.Err(1), "a: it needs 1 byte of memory, but of the budget of 100 bytes, 100 bytes are taken: raise Memory")
}

// TestAReaderWaits for what chunks give back, but not for others: a first chunk is always let in.
func TestAReaderWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := chunker.NewMemory(100)
		reader, sorter := share(t, m, "read", 20), share(t, m, "sort", 10)
		require.True(t, sorter.Grow(80))
		require.NoError(t, reader.Wait(t.Context(), 30), "nothing of its own is under way")
		require.True(t, sorter.Wanted())
		let := false
		go func() {
			require.NoError(t, reader.Wait(t.Context(), 20))
			let = true
		}()
		synctest.Wait()
		require.False(t, let)
		sorter.Add(-40)
		synctest.Wait()
		require.True(t, let)
		require.EqualValues(t, 110, m.Peak(), "what is held is told, also above the budget")

		ctx, cancel := context.WithCancelCause(t.Context())
		var err error
		go func() { err = reader.Wait(ctx, 60) }()
		synctest.Wait()
		cancel(errors.New("over"))
		synctest.Wait()
		require.EqualError(t, err, "over")
	})
}

// TestABudgetWithoutALimit refuses nothing and still counts.
func TestABudgetWithoutALimit(t *testing.T) {
	m := chunker.NewMemory(0)
	s := share(t, m, "sort", 1<<50)
	require.True(t, s.Grow(1<<60))
	require.EqualValues(t, 1<<60, m.Peak())
	require.Positive(t, m.Room())
}

func share(t *testing.T, m *chunker.Memory, who string, least int64) *chunker.Share {
	t.Helper()
	s, err := m.Share(who, least)
	require.NoError(t, err)
	return s
}
