package ooc_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/ooc"
)

// TestAChunkOfFewSlowRowsIsRunWide though none of them has come back: each waits until all are
// under way.
func TestAChunkOfFewSlowRowsIsRunWide(t *testing.T) {
	for _, rows := range []int{2, 10, 60} {
		f, err := frame.New(frame.Of("n", make([]int64, rows)))
		require.NoError(t, err)
		var under, calls atomic.Int64
		all, once := make(chan struct{}), sync.Once{}
		to := new(chunker.FrameSink)
		report, err := ooc.Job{
			Workers: 2, From: chunker.FromFrame(f), To: to,
			Steps: chunker.Steps{apply.Call1("y", "n", func(context.Context, int64) (int64, error) {
				calls.Add(1)
				if under.Add(1) == int64(rows) {
					once.Do(func() { close(all) })
				}
				defer under.Add(-1)
				select {
				case <-all:
					return 1, nil
				case <-time.After(20 * time.Second):
					return 0, nil
				}
			})},
		}.Run(t.Context())
		require.NoError(t, err, "%v", report)
		require.EqualValues(t, rows, calls.Load())
		sum, err := apply.Sum(t.Context(), to.Frame(), "float64(y)")
		require.NoError(t, err)
		require.EqualValues(t, rows, sum, "all were under way at the same time\n%v", report)
	}
}
