package async

import (
	"context"
	"sync"
)

// Guard stands between a caller and a call: it may let it wait, repeat it, refuse it or end it. The
// guards of this package may be used by many goroutines at the same time.
type Guard interface {
	// Do calls the function, once or more or not at all, and returns its error or the guard's.
	Do(ctx context.Context, call func(ctx context.Context) error) error
}

// Guards are passed one after the other, the outermost first: see the package's doc for the order.
type Guards []Guard

// Do passes the guards and then calls the function.
func (g Guards) Do(ctx context.Context, call func(ctx context.Context) error) error {
	if len(g) == 0 {
		return call(ctx)
	}
	if len(g) == 1 {
		return g[0].Do(ctx, call)
	}
	return g[0].Do(ctx, func(ctx context.Context) error { return g[1:].Do(ctx, call) })
}

// do passes the guard, which may be nil.
func do(ctx context.Context, guard Guard, call func(ctx context.Context) error) error {
	if guard == nil {
		return call(ctx)
	}
	return guard.Do(ctx, call)
}

// Call passes the guard (nil is none) and returns what the task gave when it was called last. A
// call that a guard has left behind (see [Timeout]) changes nothing any more. A function that sets
// its caller's variables instead has no such protection.
func Call[T any](ctx context.Context, guard Guard, task Task[T]) (T, error) {
	if guard == nil {
		return task(ctx)
	}
	var kept latest[T]
	err := guard.Do(ctx, func(ctx context.Context) error {
		n := kept.begin()
		v, err := task(ctx)
		kept.put(n, v)
		return err
	})
	return kept.take(), err
}

// latest is the value of the call that began last: those before it may still run.
type latest[T any] struct {
	mu    sync.Mutex
	calls int
	value T
}

func (l *latest[T]) begin() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	var zero T
	l.value = zero
	l.calls++
	return l.calls
}

func (l *latest[T]) put(call int, v T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if call == l.calls {
		l.value = v
	}
}

// take ends the calls: what they give from now on is dropped.
func (l *latest[T]) take() T {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	return l.value
}
