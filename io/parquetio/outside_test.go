package parquetio

import (
	"context"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/offheap"
)

// fromOutside has all pages and dictionaries that parts have in common be outside the heap.
func fromOutside(t *testing.T) {
	before := heapMost
	t.Cleanup(func() { heapMost = before })
	heapMost = -1
}

// requireGoesBack waits until no more is lent than was before: what nobody ended goes back when the
// collector finds it.
func requireGoesBack(t *testing.T, before int64) {
	t.Helper()
	for begin := time.Now(); offheap.Lent() > before && time.Since(begin) < 20*time.Second; time.Sleep(time.Millisecond) {
		runtime.GC()
	}
	require.LessOrEqual(t, offheap.Lent(), before)
}

// TestOutsideTheHeapAllIsTheSame runs the tests of what parts have in common with its memory
// outside the heap, where anything that is read after its end is a crash.
func TestOutsideTheHeapAllIsTheSame(t *testing.T) {
	fromOutside(t)
	before := offheap.Lent()
	for _, c := range []struct {
		name string
		test func(*testing.T)
	}{
		{"large pages", TestLargePagesAreUnpackedOnceAndCounted},
		{"of remote files", TestLargePagesOfRemoteFilesAreReadOnce},
		{"that a filter tries", TestLargePagesThatAFilterTries},
		{"that cannot be read", TestLargePagesThatCannotBeRead},
		{"of parts that are cancelled", TestAPartThatIsCancelledLeavesItsLargePagesToOthers},
		{"rare rows", TestRareRowsOfLargePages},
		{"dictionaries", TestLargeDictionariesAreSharedAndCounted},
		{"that are read once", TestOneDictionaryForAllParts},
		{"in files that lie", TestDictionariesAreFoundWhateverTheFooterClaims},
		{"nested rows", TestNestedRowsInRanges},
		{"damage", TestDamageIsAnErrorOrRows},
	} {
		t.Run(c.name, c.test)
	}
	requireGoesBack(t, before)
}

// TestLargePagesAreOutsideTheHeap: what is lent while they are read covers them, and none of it is
// the heap's; all of it has gone back when the stream is closed.
func TestLargePagesAreOutsideTheHeap(t *testing.T) {
	for _, most := range []int64{-1, 16 << 20} {
		fromOutside(t)
		heapMost = most
		_, path := largePages(t, parquet.Encodings.Plain, parquet.DataPageV1)
		before, heap := offheap.Lent(), live()
		budget := chunker.NewMemory(0)
		st, err := chunker.Open(t.Context(), Open(path), chunker.Request{Bytes: 64 << 10, Memory: budget})
		require.NoError(t, err)
		for parts := 0; ; parts++ {
			part, err := st.Next(t.Context())
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			c, err := part(t.Context())
			require.NoError(t, err)
			c.Release()
			if parts != 10 {
				continue
			}
			lent := offheap.Lent() - before
			if most < 0 {
				require.Greater(t, lent, int64(5<<20), "a page of 6,000 rows of 1 KB")
				require.LessOrEqual(t, lent, budget.Held()+8<<20, "no more than is counted, and slabs that are not full")
				require.Less(t, live()-heap, int64(2<<20))
			} else {
				require.Zero(t, lent, "less than 16 MiB lies on the heap")
			}
		}
		require.NoError(t, st.Close())
		require.Equal(t, before, offheap.Lent())
	}
}

// TestDictionariesOutsideTheHeap are those of which rows keep nothing.
func TestDictionariesOutsideTheHeap(t *testing.T) {
	fromOutside(t)
	_, path := largeDictionary(t, 100_000)
	for _, keep := range []bool{false, true} {
		before := offheap.Lent()
		st, err := chunker.Open(t.Context(), ReadOptions{KeepDictionaries: keep}.Open(path), chunker.Request{Bytes: 64 << 10, Memory: chunker.NewMemory(0)})
		require.NoError(t, err)
		part, err := st.Next(t.Context())
		require.NoError(t, err)
		c, err := part(t.Context())
		require.NoError(t, err)
		lent := offheap.Lent() - before
		first := c.Record.Column(0).ValueStr(0)
		if !keep {
			require.Greater(t, lent, int64(2<<20), "100,000 texts of 20 bytes")
		}
		for {
			part, err := st.Next(t.Context())
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			_, err = part(t.Context())
			require.NoError(t, err)
		}
		require.NoError(t, st.Close())
		require.Equal(t, before, offheap.Lent())
		require.Equal(t, "key-0000000000000000", first)
		require.Equal(t, first, c.Record.Column(0).ValueStr(0), "its rows are there yet")
	}
}

// TestPartsThatAreNeverRun leave what others had in common with them to the collector.
func TestPartsThatAreNeverRun(t *testing.T) {
	fromOutside(t)
	_, path := largePages(t, parquet.Encodings.Plain, parquet.DataPageV2)
	before := offheap.Lent()
	for run := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		st, err := chunker.Open(ctx, Open(path), chunker.Request{Bytes: 64 << 10, Memory: chunker.NewMemory(0)})
		require.NoError(t, err)
		part, err := st.Next(ctx)
		require.NoError(t, err)
		second, err := st.Next(ctx)
		require.NoError(t, err)
		_, err = part(ctx)
		require.NoError(t, err)
		require.Greater(t, offheap.Lent(), before)
		cancel()
		if run > 0 {
			_, _ = second(ctx)
		}
		require.NoError(t, st.Close())
	}
	requireGoesBack(t, before)
}
