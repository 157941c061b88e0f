package ooc

import (
	"context"
	"sync"
)

// budget admits bytes. One chunk is always let in, however large.
type budget struct {
	mu    sync.Mutex
	freed sync.Cond
	limit int64
	held  int64
	peak  int64
}

func newBudget(limit int64) *budget {
	b := &budget{limit: limit}
	b.freed.L = &b.mu
	return b
}

// acquire waits until n more bytes fit, or nothing is held, or ctx ends.
func (b *budget) acquire(ctx context.Context, n int64) error {
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.freed.Broadcast()
	})
	defer stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.held > 0 && b.held+n > b.limit {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		b.freed.Wait()
	}
	b.held += n
	b.peak = max(b.peak, b.held)
	return nil
}

// add changes what is held, when a chunk turns out larger or smaller than was
// thought, or is done with. It does not wait: the memory is taken already.
func (b *budget) add(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held += n
	b.peak = max(b.peak, b.held)
	if n < 0 {
		b.freed.Broadcast()
	}
}
