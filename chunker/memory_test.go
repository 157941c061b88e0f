package chunker_test

import (
	"context"
	"errors"
	"sync/atomic"
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

// TestWhatIsGivenBackLetsOthersIn has several wait, and gives back until all are in.
func TestWhatIsGivenBackLetsOthersIn(t *testing.T) {
	for _, back := range []int64{1, 10, 50, 100} {
		synctest.Test(t, func(t *testing.T) {
			m := chunker.NewMemory(100)
			reader := share(t, m, "read", 0)
			reader.Add(100)
			var in atomic.Int64
			for range 3 {
				go func() {
					require.NoError(t, reader.Wait(t.Context(), 30))
					in.Add(1)
				}()
			}
			synctest.Wait()
			require.Zero(t, in.Load())
			for held := int64(100); held > 0; held -= back {
				reader.Add(-back)
				synctest.Wait()
				require.LessOrEqual(t, m.Held(), int64(100))
			}
			require.EqualValues(t, 3, in.Load())
			require.EqualValues(t, 90, m.Held())
		})
	}
}

// TestWhatIsNeverThereIsRefusedAtOnce: the leasts of others are theirs, whatever they hold.
func TestWhatIsNeverThereIsRefusedAtOnce(t *testing.T) {
	m := chunker.NewMemory(100)
	pages, chunks := share(t, m, "pages", 0), share(t, m, "chunks", 30)
	for _, held := range []int64{0, 10, 70} {
		pages.Add(held)
		require.EqualValues(t, 70, pages.Most())
		err := pages.Wait(t.Context(), 71)
		require.ErrorIs(t, err, chunker.ErrMemory)
		require.ErrorContains(t, err, "pages: it needs 71 bytes of memory")
		require.Equal(t, held, pages.Held())
		pages.Add(-held)
	}
	require.NoError(t, pages.Wait(t.Context(), 70))
	require.EqualValues(t, 100, chunks.Most())
	chunks.Close()
	require.EqualValues(t, 100, pages.Most())
	require.EqualValues(t, int64(1)<<62, min(int64(1)<<62, share(t, chunker.NewMemory(0), "x", 0).Most()))
}

// TestThePeakSaysWhoHeldIt: the holders add up to it, also after they are gone.
func TestThePeakSaysWhoHeldIt(t *testing.T) {
	m := chunker.NewMemory(100)
	a, b := share(t, m, "a", 20), share(t, m, "b", 0)
	require.Empty(t, m.Holders(), "what is set aside is not held")
	a.Add(10)
	b.Add(40)
	a.Add(-10)
	b.Add(5)
	require.EqualValues(t, 50, m.Peak())
	want := []chunker.Holding{{Who: "b", Bytes: 40}, {Who: "a", Bytes: 10}}
	require.Equal(t, want, m.Holders())
	a.Close()
	b.Close()
	require.Equal(t, want, m.Holders())
	c := share(t, m, "c", 0)
	c.Add(51)
	require.Equal(t, []chunker.Holding{{Who: "c", Bytes: 51}}, m.Holders())
}

// TestARemedyBesideTheBudget is told behind it.
func TestARemedyBesideTheBudget(t *testing.T) {
	err := share(t, chunker.NewMemory(10), "pages", 0).Err(11)
	err.Remedy = "write smaller ones"
	require.EqualError(t, err, "pages: it needs 11 bytes of memory, but of the budget of 10 bytes, 0 bytes are taken: raise Memory, or write smaller ones")
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

// TestWhatIsAdmittedIsSetAside: it takes room at once, and is held once it has come.
func TestWhatIsAdmittedIsSetAside(t *testing.T) {
	m := chunker.NewMemory(100)
	reader, sorter := share(t, m, "read", 20), share(t, m, "sort", 10)
	require.NoError(t, reader.Admit(t.Context(), 50))
	require.EqualValues(t, 0, m.Held())
	require.EqualValues(t, 40, m.Room())
	require.False(t, sorter.Grow(51))
	reader.Settle(50, 30)
	require.EqualValues(t, 30, m.Peak())
	require.True(t, sorter.Grow(51))
	reader.Add(-30)
	require.NoError(t, reader.Admit(t.Context(), 25))
	reader.Settle(25, 0) // nothing came
	require.EqualValues(t, 29, m.Room())
	require.EqualValues(t, 81, m.Peak())
	require.NoError(t, reader.Admit(t.Context(), 40))
	reader.Close()
	require.EqualValues(t, 49, m.Room())
}
