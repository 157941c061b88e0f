package apply_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
)

// TestSkewedRowsAreShared has the rows that cost something lie all in one morsel, the last. They do
// until as many of them run at the same time as there are workers: each waits a moment for the
// others, and there are enough of them for workers that come late.
func TestSkewedRowsAreShared(t *testing.T) {
	const rows, heavy, workers = 20_000, 4000, 4
	f := table(t, rows)
	var mu sync.Mutex
	running, most, done := 0, 0, 0
	_, report, err := apply.Engine{Workers: workers, MorselRows: 5000}.Run(t.Context(), f, apply.Map1("y", "n", func(n int64) int64 {
		if n < rows-heavy {
			return n
		}
		mu.Lock()
		running++
		most = max(most, running)
		alone := most < workers
		mu.Unlock()
		if alone {
			time.Sleep(time.Millisecond)
		}
		mu.Lock()
		running--
		done++
		mu.Unlock()
		return n
	}))
	require.NoError(t, err)
	require.Equal(t, heavy, done)
	require.Equal(t, workers, most, "the heavy rows lie in one morsel, and all workers get part of it\n%s", report)
}

// TestReplanning samples rows that are cheap, and finds the rest dear.
func TestReplanning(t *testing.T) {
	f := table(t, 30_000)
	seen := make(chan struct{}, 30_000)
	_, report, err := apply.Engine{Workers: 4, Wide: 128}.Run(t.Context(), f, apply.Map1("y", "n", func(n int64) int64 {
		seen <- struct{}{}
		if len(seen) > 25_000 {
			time.Sleep(20 * time.Microsecond)
		}
		return n
	}))
	require.NoError(t, err)
	require.Len(t, seen, 30_000)
	require.LessOrEqual(t, report.Stages[0].Workers, 128+4)
}
