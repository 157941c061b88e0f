package ooc_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/ooc"
)

// TestTheWidthIsOneForAllChunks: it is found once, with what all of them have under way together,
// and chunks that come later begin with it.
func TestTheWidthIsOneForAllChunks(t *testing.T) {
	const rows, places, late = 8000, 10, 4000
	for _, chunk := range []int{100, 800} {
		for _, workers := range []int{2, 4} {
			f := numbers(t, rows)
			synctest.Test(t, func(t *testing.T) {
				free := make(chan bool, places)
				var mu sync.Mutex
				now, most, lateMost, calls := 0, 0, 0, 0
				call := func(_ context.Context, n int64) (int64, error) {
					mu.Lock()
					now++
					calls++
					if most = max(most, now); calls > late {
						lateMost = max(lateMost, now)
					}
					mu.Unlock()
					free <- true
					time.Sleep(50 * time.Millisecond)
					<-free
					mu.Lock()
					now--
					mu.Unlock()
					return 2 * n, nil
				}
				sink := new(chunker.FrameSink)
				report, err := ooc.Job{From: small{f, chunk}, Steps: chunker.Steps{apply.Call1("m", "n", call)}, To: sink, Workers: workers}.Run(t.Context())
				require.NoError(t, err)
				stage := report.Steps.Stages[0].Calls
				require.Equal(t, rows, calls)
				require.Equal(t, rows, stage.Calls, "%s", report)
				require.Equal(t, most, stage.Peak)
				require.LessOrEqual(t, most, 128, "%s", report)
				require.LessOrEqual(t, lateMost, 2*places, "%s", report)
				require.LessOrEqual(t, stage.Width, 2*places, "%s", report)
				require.GreaterOrEqual(t, stage.Width, places*8/10, "%s", report)
				require.Equal(t, rows, sink.Frame().NumRows())
			})
		}
	}
}
