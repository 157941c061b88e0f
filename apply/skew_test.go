package apply_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
)

// TestSkewedRowsKeepAllWorkersBusy has 1 % of the rows cost a thousand times the others, all of
// them in one morsel, the last. What is looked at is how many run at the same time.
func TestSkewedRowsKeepAllWorkersBusy(t *testing.T) {
	const rows, workers = 20_000, 4
	f := table(t, rows)
	var mu sync.Mutex
	running, most, heavy := 0, 0, 0
	busy := map[int]time.Duration{} // by how many ran at the same time
	last := time.Now()
	change := func(by int) {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		busy[running] += now.Sub(last)
		last = now
		running += by
		most = max(most, running)
	}
	_, report, err := apply.Engine{Workers: workers, MorselRows: 5000}.Run(t.Context(), f, apply.Map1("y", "n", func(n int64) int64 {
		if n >= rows-200 {
			change(+1)
			time.Sleep(time.Millisecond)
			change(-1)
			mu.Lock()
			heavy++
			mu.Unlock()
		}
		return n
	}))
	require.NoError(t, err)
	require.Equal(t, 200, heavy)
	require.Equal(t, workers, most, "the heavy rows lie in one morsel, and all workers get part of it\n%s", report)
	require.Greater(t, busy[workers]+busy[workers-1], busy[1], "most of the time all of them are busy: %v", busy)
}

// TestReplanning samples rows that are cheap, and finds the rest dear.
func TestReplanning(t *testing.T) {
	f := table(t, 30_000)
	seen := make(chan struct{}, 30_000)
	_, report, err := apply.Engine{Workers: 4}.Run(t.Context(), f, apply.Map1("y", "n", func(n int64) int64 {
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
