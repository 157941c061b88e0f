package ooc

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
)

// waits reports whether acquire waits for n bytes, and lets it end.
func waits(t *testing.T, b *budget, n int64) bool {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("it waited")) // so that it does not wait long
	err := b.acquire(ctx, n)
	if err == nil {
		b.add(-n)
		return false
	}
	require.EqualError(t, err, "it waited")
	return true
}

func TestWhatFitsIsAdmittedAtOnce(t *testing.T) {
	for _, c := range []struct {
		held, n int64
		waits   bool
	}{
		{0, 1, false}, {0, 100, false}, {0, 101, false}, {0, 1000, false},
		{60, 40, false}, {60, 41, true}, {99, 1, false}, {99, 2, true}, {100, 0, false}, {100, 1, true}, {150, 1, true}, {1, 100, true}, {1, 99, false},
	} {
		b := newBudget(100)
		b.add(c.held)
		require.Equal(t, c.waits, waits(t, b, c.n), "%d bytes where %d are held", c.n, c.held)
		require.Equal(t, c.held, b.held)
	}
}

// TestWhatIsGivenBackLetsOthersIn has several wait, and gives back until all are in.
func TestWhatIsGivenBackLetsOthersIn(t *testing.T) {
	for _, back := range []int64{1, 10, 50, 100} {
		synctest.Test(t, func(t *testing.T) {
			b := newBudget(100)
			b.add(100)
			var in atomic.Int64
			for range 3 {
				go func() {
					require.NoError(t, b.acquire(t.Context(), 30))
					in.Add(1)
				}()
			}
			synctest.Wait()
			require.Zero(t, in.Load())
			for held := int64(100); held > 0; held -= back {
				b.add(-back)
				synctest.Wait()
				require.LessOrEqual(t, b.held, int64(100))
			}
			require.EqualValues(t, 3, in.Load())
			require.EqualValues(t, 90, b.held)
		})
	}
}

// TestTheEndOfARunWakesWhoWaits: cancelled while it waits, not before.
func TestTheEndOfARunWakesWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(100)
		b.add(100)
		ctx, cancel := context.WithCancelCause(t.Context())
		var err error
		go func() { err = b.acquire(ctx, 1) }()
		synctest.Wait()
		cancel(errors.New("the end"))
		synctest.Wait()
		require.EqualError(t, err, "the end")
		require.EqualValues(t, 100, b.held)
	})
}

func TestThePeakIsTheMostThatWasHeld(t *testing.T) {
	b := newBudget(100)
	for _, c := range []struct{ add, peak int64 }{{40, 40}, {70, 110}, {-50, 110}, {49, 110}, {2, 111}, {-111, 111}} {
		b.add(c.add)
		require.Equal(t, c.peak, b.peak)
	}
	require.NoError(t, b.acquire(t.Context(), 200))
	require.EqualValues(t, 200, b.peak)
}

// partOf is a part of so many rows of eight bytes.
func partOf(rows int) chunker.Part {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	b.AppendValues(make([]int64, rows), nil)
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	c := chunker.Chunk{File: "in", Record: array.NewRecord(schema, []arrow.Array{b.NewArray()}, int64(rows))}
	return func(context.Context) (chunker.Chunk, error) { return c, nil }
}

func TestAChunkIsTooLargeFromItsFirstByteTooMany(t *testing.T) {
	for _, c := range []struct {
		memory, chunk int64
		rows          int
		fits          bool
	}{
		{copies * 800, 1, 100, true}, {copies*800 - 1, 1, 100, false}, {copies*800 + 1, 1, 100, true},
		{1, 800, 100, true}, {1, 799, 100, false}, {1, 801, 100, true}, {1, 1, 0, true},
	} {
		r := &run{memory: c.memory, chunk: c.chunk, budget: newBudget(c.memory)}
		_, err := (&item{run: r, part: partOf(c.rows)}).Decode(t.Context())
		if c.fits {
			require.NoError(t, err, "%+v", c)
			require.EqualValues(t, copies*8*c.rows, r.budget.held)
			continue
		}
		var large *TooLargeError
		require.ErrorAs(t, err, &large, "%+v", c)
		require.Equal(t, TooLargeError{File: "in", Bytes: 800, Memory: c.memory}, *large)
		require.Zero(t, r.budget.held)
	}
}

// TestAChunkIsCountedForWhatItTakes: more than was thought is added, less is not taken off before
// the chunk is done with.
func TestAChunkIsCountedForWhatItTakes(t *testing.T) {
	for admitted, held := range map[int64]int64{0: copies * 800, copies*800 - 1: copies * 800, copies * 800: copies * 800, copies*800 + 1: copies*800 + 1} {
		r := &run{memory: 1 << 20, budget: newBudget(1 << 20)}
		r.budget.add(admitted)
		it := &item{run: r, bytes: admitted, part: partOf(100)}
		_, err := it.Decode(t.Context())
		require.NoError(t, err)
		require.Equal(t, held, it.bytes)
		require.Equal(t, held, r.budget.held)
	}
}

func TestAJobTakesItsMemoryAndChunksFromTheBudget(t *testing.T) {
	for _, c := range []struct {
		memory  int64
		workers int
		want    int64
		chunk   int64
	}{
		{0, 1, 1 << 30, (1 << 30) * 7 / 8 / (copies * 18)}, {1, 1, memoryMin, memoryMin * 7 / 8 / (copies * 18)}, {memoryMin - 1, 1, memoryMin, memoryMin * 7 / 8 / (copies * 18)},
		{memoryMin + 8, 1, memoryMin + 8, (memoryMin + 8) * 7 / 8 / (copies * 18)}, {1 << 40, 1, 1 << 40, chunkMax}, {memoryMin, 1000, memoryMin, memoryMin * 7 / 8 / (copies * 18)},
		{64 << 20, 2, 64 << 20, (64 << 20) * 7 / 8 / (copies * 18)}, {64 << 20, 40, 64 << 20, (64 << 20) * 7 / 8 / (copies * 18)},
	} {
		r := newRun(Job{Memory: c.memory, Workers: c.workers})
		require.Equal(t, c.want, r.memory)
		require.Equal(t, c.chunk, r.chunk)
		require.Equal(t, c.workers+2, r.places)
		require.Equal(t, c.want, r.budget.limit)
	}
	require.Positive(t, newRun(Job{}).workers)
}

func TestAReportSaysWhatThereIsToSay(t *testing.T) {
	for want, rep := range map[string]Report{
		"1 row was not decoded":              {Pruned: 1},
		"the process held 1 KiB at its peak": {PeakRSS: 1024},
		"(2 KiB/s)":                          {Bytes: 2048, Elapsed: time.Second},
	} {
		rep.Steps = &apply.Report{Plan: new(apply.Plan)}
		require.Contains(t, rep.String(), want)
		empty := Report{Steps: &apply.Report{Plan: new(apply.Plan)}}
		require.NotContains(t, empty.String(), want)
	}
}

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
