package pipe

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestNothingRunsBehindTheEnd: whatever ends a run, no stage is under way once Run has returned,
// and each item that was read has been emitted, dropped or failed.
func TestNothingRunsBehindTheEnd(t *testing.T) {
	boom := errors.New("boom")
	for _, workers := range []int{1, 2, 5} {
		for _, window := range []int{1, 3, 8} {
			for at := range 12 {
				for _, stage := range []string{"next", "work", "emit", "cancel", "none"} {
					synctest.Test(t, func(t *testing.T) {
						ctx, cancel := context.WithCancelCause(t.Context())
						defer cancel(nil)
						var running, read, failed, emitted, dropped atomic.Int64
						err := Pipe[int, int]{
							Workers: workers, Window: window,
							Next: func(context.Context) (int, error) {
								running.Add(1)
								defer running.Add(-1)
								i := int(read.Load())
								if i == at && stage == "next" {
									return 0, boom
								}
								if i == 12 {
									return 0, io.EOF
								}
								read.Add(1)
								return i, nil
							},
							Work: func(_ context.Context, _, i int) (int, error) {
								running.Add(1)
								defer running.Add(-1)
								time.Sleep(time.Duration(1+i%3) * time.Second) // of the bubble: no time at all
								if i == at && stage == "work" {
									failed.Add(1)
									return 0, boom
								}
								return i, nil
							},
							Emit: func(_ context.Context, i int) error {
								require.EqualValues(t, emitted.Load(), i)
								if i == at && stage == "emit" {
									failed.Add(1)
									return boom
								}
								emitted.Add(1)
								if i == at && stage == "cancel" {
									cancel(boom)
								}
								return nil
							},
							Drop: func(int) { dropped.Add(1) },
						}.Run(ctx)
						require.Zero(t, running.Load(), "still under way, %s fails at %d", stage, at)
						require.Equal(t, read.Load(), emitted.Load()+dropped.Load()+failed.Load(), "%s fails at %d", stage, at)
						if stage == "none" {
							require.NoError(t, err)
							require.EqualValues(t, 12, emitted.Load())
							return
						}
						require.Equal(t, boom, err)
						if stage == "cancel" {
							require.EqualValues(t, at+1, emitted.Load())
						} else {
							require.EqualValues(t, at, emitted.Load())
						}
					})
				}
			}
		}
	}
}

// TestAPipeWithoutItemsEnds, and one that is cancelled before it begins reads nothing on.
func TestAPipeWithoutItemsEnds(t *testing.T) {
	p := Pipe[int, int]{
		Workers: 2, Window: 2, Next: count(0),
		Work: func(_ context.Context, _, i int) (int, error) { return i, nil },
		Emit: func(context.Context, int) error { return errors.New("emitted") },
	}
	require.NoError(t, p.Run(t.Context()))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("over"))
	p.Next = count(10)
	require.EqualError(t, p.Run(ctx), "over")
}

// TestWorkersKnowTheirNumber: from 0 on, each below the number of workers.
func TestWorkersKnowTheirNumber(t *testing.T) {
	var seen [3]atomic.Int64
	err := Pipe[int, int]{
		Workers: 3, Window: 6, Next: count(100),
		Work: func(_ context.Context, w, i int) (int, error) { seen[w].Add(1); return i, nil },
		Emit: func(context.Context, int) error { return nil },
	}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 100, seen[0].Load()+seen[1].Load()+seen[2].Load())
}
