package async

import (
	"context"
	"errors"
	"iter"
	"sync"
)

// ErrClosed is why nothing comes out of a [Queue] any more, and nothing goes in.
var ErrClosed = errors.New("the queue is closed")

// Queue is a channel whose waits end with a context, that any side may close, and that knows when
// all that was put in has been dealt with: Python's asyncio.Queue. If one side alone sends and
// closes, and nobody joins, a channel is simpler and costs a third. [NewQueue] makes one.
type Queue[T any] struct {
	items   chan T
	closing chan struct{}
	once    sync.Once
	putting sync.RWMutex // held for reading by those that put

	mu   sync.Mutex
	open int           // items that were put in and are not done
	idle chan struct{} // closed when open falls to 0; nil if nobody waits
}

// NewQueue makes a queue that holds up to size items that nobody has got: with 0, Put waits for a
// Get. It panics if size is less than 0.
func NewQueue[T any](size int) *Queue[T] {
	return &Queue[T]{items: make(chan T, size), closing: make(chan struct{})}
}

// Put waits for room and puts the item in. Its error is [ErrClosed] or that of ctx; the item is not
// in the queue then.
func (q *Queue[T]) Put(ctx context.Context, item T) error {
	q.putting.RLock()
	defer q.putting.RUnlock()
	if err := q.mayPut(ctx); err != nil {
		return err
	}
	q.add(1)
	select {
	case q.items <- item:
		return nil
	case <-q.closing:
		q.add(-1)
		return ErrClosed
	case <-ctx.Done():
		q.add(-1)
		return over(ctx)
	}
}

func (q *Queue[T]) mayPut(ctx context.Context) error {
	select {
	case <-q.closing:
		return ErrClosed
	default:
	}
	if ctx.Err() != nil {
		return over(ctx)
	}
	return nil
}

// Get waits for an item and takes it out. Its error is [ErrClosed] if the queue is closed and
// empty, or that of ctx. Done must be called for each item.
func (q *Queue[T]) Get(ctx context.Context) (T, error) {
	var none T
	if ctx.Err() != nil {
		return none, over(ctx)
	}
	select {
	case item, ok := <-q.items:
		if !ok {
			return none, ErrClosed
		}
		return item, nil
	case <-ctx.Done():
		return none, over(ctx)
	}
}

// All yields the items until the queue is closed and empty or ctx ends. Each is done when the
// loop's body has ended for it.
func (q *Queue[T]) All(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			item, err := q.Get(ctx)
			if err != nil || !q.use(item, yield) {
				return
			}
		}
	}
}

func (q *Queue[T]) use(item T, yield func(T) bool) bool {
	defer q.Done()
	return yield(item)
}

// Done says that an item that Get returned has been dealt with. It panics if there is none.
func (q *Queue[T]) Done() { q.add(-1) }

// Join waits until all items that were put in are done, or ctx ends, whose error it then returns.
func (q *Queue[T]) Join(ctx context.Context) error {
	q.mu.Lock()
	if q.open == 0 {
		q.mu.Unlock()
		return nil
	}
	if q.idle == nil {
		q.idle = make(chan struct{})
	}
	idle := q.idle
	q.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return over(ctx)
	}
}

// Close ends the queue: what is in it can still be got, nothing more can be put in, and a Put that
// waits returns. It may be called by any side, more than once.
func (q *Queue[T]) Close() {
	q.once.Do(func() {
		close(q.closing)
		q.putting.Lock() // until the last Put has returned: a send on a closed channel would panic
		defer q.putting.Unlock()
		close(q.items)
	})
}

// Len is the number of items that nobody has got yet.
func (q *Queue[T]) Len() int { return len(q.items) }

func (q *Queue[T]) add(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open+n < 0 {
		panic("async: Queue.Done for more items than were put in")
	}
	if q.open += n; q.open == 0 && q.idle != nil {
		close(q.idle)
		q.idle = nil
	}
}
