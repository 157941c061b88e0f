package ooc

import (
	"context"
	"sync"
)

// budget admits bytes. One chunk is always let in, however large.
type budget struct {
	mu     sync.Mutex
	freed  sync.Cond
	limit  int64
	held   int64 // by chunks
	beside int64 // by the source, for chunks that are not yet cut
	peak   int64
}

func newBudget(limit int64) *budget {
	b := &budget{limit: limit}
	b.freed.L = &b.mu
	return b
}

// acquire waits until n more bytes fit, or no chunk is under way, or ctx ends.
func (b *budget) acquire(ctx context.Context, n int64) error {
	return b.wait(ctx, &b.held, n, func() bool { return b.held == 0 || b.held+b.beside+n <= b.limit })
}

// hold waits until the source may keep n bytes beside chunks, or it keeps none. Chunks that have
// been let in give them back without any other being let in.
func (b *budget) hold(ctx context.Context, n int64) (free func(), err error) {
	if err := b.wait(ctx, &b.beside, n, func() bool { return b.beside == 0 || b.beside+n <= b.limit }); err != nil {
		return nil, err
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.beside -= n
		b.freed.Broadcast()
	}, nil
}

// wait adds n to a count once it fits, or is an error if ctx ends before.
func (b *budget) wait(ctx context.Context, count *int64, n int64, fits func() bool) error {
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.freed.Broadcast()
	})
	defer stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	for !fits() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		b.freed.Wait()
	}
	*count += n
	b.peak = max(b.peak, b.held+b.beside)
	return nil
}

// add changes what is held, when a chunk turns out larger or smaller than was
// thought, or is done with. It does not wait: the memory is taken already.
func (b *budget) add(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held += n
	b.peak = max(b.peak, b.held+b.beside)
	if n < 0 {
		b.freed.Broadcast()
	}
}
