package apply_test

import (
	"cmp"
	"context"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
)

// TestManyCallsTakeLittleMemory: VOLLEY_LONG rows (a million by make long) of 1 ms at up to 1,000
// at a time take no more than 64 MiB beside the table and its results, at any time, and are in
// order.
func TestManyCallsTakeLittleMemory(t *testing.T) {
	rows, _ := strconv.Atoi(os.Getenv("VOLLEY_LONG"))
	rows = cmp.Or(rows, 30_000)
	f := slowTable(t, rows)
	runtime.GC()
	before := inUse()
	var calls, most atomic.Int64
	out, report, err := apply.Engine{}.Run(t.Context(), f, apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
		if calls.Add(1)%int64(rows/30) == 0 {
			now := inUse()
			for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
			}
		}
		time.Sleep(time.Millisecond)
		return n + 1, nil
	}))
	require.NoError(t, err)
	t.Log(report, (most.Load()-before)>>20, "MiB")
	require.Less(t, most.Load()-before, int64(64<<20+8*rows+rows/8))
	require.EqualValues(t, rows, calls.Load())
	for i, y := range column[int64](t, out, "y") {
		if y != int64(i)+1 {
			require.EqualValues(t, i+1, y)
		}
	}
}

// inUse is what the heap and the stacks of goroutines take.
func inUse() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
