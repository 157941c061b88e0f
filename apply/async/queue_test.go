package async

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQueue(t *testing.T) {
	inBubble(t, "Put waits for room", func(t *testing.T) {
		for _, size := range []int{0, 1, 3} {
			q := NewQueue[int](size)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			for i := range size {
				require.NoError(t, q.Put(ctx, i))
			}
			require.ErrorIs(t, q.Put(ctx, -1), context.DeadlineExceeded)
			require.ErrorIs(t, q.Put(ctx, -1), context.DeadlineExceeded)
			cancel()
			require.Equal(t, size, q.Len())
			q.Close()
			require.Equal(t, size, len(slices.Collect(q.All(t.Context()))))
			require.NoError(t, q.Join(t.Context()))
		}
		require.Panics(t, func() { NewQueue[int](-1) })
	})
	inBubble(t, "Get waits for an item", func(t *testing.T) {
		q := NewQueue[int](1)
		time.AfterFunc(time.Second, func() { _ = q.Put(t.Context(), 7) })
		v, err := q.Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, 7, v)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = q.Get(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = q.Get(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Empty(t, slices.Collect(q.All(ctx)))
	})
	inBubble(t, "Join waits until all items are done", func(t *testing.T) {
		q := NewQueue[int](5)
		require.NoError(t, q.Join(t.Context()))
		group := NewTaskGroup(t.Context(), Limit{})
		for range 2 {
			group.Go(func(ctx context.Context) error {
				for range q.All(ctx) {
					time.Sleep(time.Second)
				}
				return nil
			})
		}
		began := time.Now()
		for i := range 10 {
			require.NoError(t, q.Put(t.Context(), i))
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, q.Join(soon), context.DeadlineExceeded)
		require.NoError(t, q.Join(t.Context()))
		require.Equal(t, 5*time.Second, time.Since(began))
		q.Close()
		require.NoError(t, group.Wait())
		require.Panics(t, q.Done)
	})
	inBubble(t, "Close lets out what is in, and nothing more in", func(t *testing.T) {
		q := NewQueue[int](2)
		require.NoError(t, q.Put(t.Context(), 1))
		require.NoError(t, q.Put(t.Context(), 2))
		waiting := make(chan error)
		go func() { waiting <- q.Put(t.Context(), 3) }()
		synctest.Wait()
		q.Close()
		q.Close()
		require.ErrorIs(t, <-waiting, ErrClosed)
		require.ErrorIs(t, q.Put(t.Context(), 4), ErrClosed)
		require.Equal(t, []int{1, 2}, slices.Collect(q.All(t.Context())))
		_, err := q.Get(t.Context())
		require.ErrorIs(t, err, ErrClosed)
	})
	inBubble(t, "an item is done when a loop is left for it", func(t *testing.T) {
		q := NewQueue[int](3)
		for i := range 3 {
			require.NoError(t, q.Put(t.Context(), i))
		}
		for range q.All(t.Context()) {
			break
		}
		require.Panics(t, func() {
			for range q.All(t.Context()) {
				panic("x")
			}
		})
		_, err := q.Get(t.Context())
		require.NoError(t, err)
		q.Done()
		require.NoError(t, q.Join(t.Context()))
	})
}

// TestQueueLosesNothingWhenItIsClosed has many put, many get, and one close in the middle: what a
// Put took, a Get gives.
func TestQueueLosesNothingWhenItIsClosed(t *testing.T) {
	for range 50 {
		q := NewQueue[int](2)
		var putters, getters sync.WaitGroup
		var mu sync.Mutex
		var put, got []int
		keep := func(to *[]int, i int) { mu.Lock(); defer mu.Unlock(); *to = append(*to, i) }
		for p := range 8 {
			putters.Go(func() {
				for i := range 100 {
					if q.Put(t.Context(), p*100+i) == nil {
						keep(&put, p*100+i)
					}
				}
			})
			getters.Go(func() {
				for i := range q.All(t.Context()) {
					if keep(&got, i); i%100 == 50 {
						q.Close()
					}
				}
			})
		}
		putters.Wait()
		getters.Wait()
		require.NoError(t, q.Join(t.Context()))
		require.ElementsMatch(t, put, got)
	}
}

// closing is a context that closes a queue when a Put looks whether the context has ended.
type closing struct {
	context.Context
	queue *Queue[int]
	done  *sync.WaitGroup
}

func (c closing) Err() error {
	c.done.Go(c.queue.Close)
	<-c.queue.closing
	for range 1000 {
		runtime.Gosched() // time for Close to go on, which it must not
	}
	return nil
}

func TestQueueIsClosedWhenThePutsHaveEnded(t *testing.T) {
	for range 20 {
		var done sync.WaitGroup
		q := NewQueue[int](1)
		err := q.Put(closing{t.Context(), q, &done}, 7)
		done.Wait()
		item, got := q.Get(t.Context())
		if err == nil {
			require.NoError(t, got)
			require.Equal(t, 7, item)
			continue
		}
		require.ErrorIs(t, err, ErrClosed)
		require.ErrorIs(t, got, ErrClosed)
	}
}

func TestSleep(t *testing.T) {
	inBubble(t, "it takes its time, or until the context ends", func(t *testing.T) {
		began := time.Now()
		require.NoError(t, Sleep(t.Context(), time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.NoError(t, Sleep(ctx, -1))
		require.ErrorIs(t, Sleep(ctx, time.Hour), context.DeadlineExceeded)
		require.Equal(t, 2*time.Second, time.Since(began))
		require.ErrorIs(t, Sleep(ctx, 0), context.DeadlineExceeded)
	})
}
