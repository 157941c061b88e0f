// Package pipe runs a stream of items through many goroutines and gives the
// results back in the order of the stream.
//
// Order is by construction: an item takes its place in a queue before any
// worker sees it, workers fill places in, and the end of the pipe waits for the
// places one after another. Nothing is sorted afterwards.
package pipe

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"github.com/volley-go/volley/internal/panics"
)

// Pipe is the three stages of a run. All fields must be set.
type Pipe[T, U any] struct {
	// Workers is how many goroutines run Work, at least 1.
	Workers int
	// Window is how many items may be between Next and the end of Emit. The
	// places are taken before Next is called, so only Next ever waits for
	// room. At least 1; less than Workers leaves workers idle.
	Window int

	// Next returns the next item, io.EOF after the last. One goroutine.
	Next func(context.Context) (T, error)
	// Work turns an item into a result. worker is 0 … Workers-1.
	Work func(ctx context.Context, worker int, item T) (U, error)
	// Emit takes the results in order, on the goroutine that called Run.
	Emit func(context.Context, U) error
	// Drop takes a result that will not be emitted, because an earlier one
	// failed. May be nil.
	Drop func(U)
}

// place is an item's place in the queue.
type place[T, U any] struct {
	item   T
	result U
	err    error
	done   chan struct{} // closed when result or err is set
}

// Run moves every item through and returns when all goroutines have ended. The
// error it returns is that of the first item, in stream order, that failed;
// the results before it were emitted, none after it. A panic in a stage is
// raised again on the caller's goroutine, with the stack it came from.
// It costs about 1 µs an item.
func (p Pipe[T, U]) Run(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var (
		slots = make(chan struct{}, p.Window)
		queue = make(chan *place[T, U], p.Window) // in stream order, to Emit
		work  = make(chan *place[T, U], p.Window) // the same, to the workers
		group sync.WaitGroup
	)
	group.Go(func() {
		defer close(queue)
		defer close(work)
		p.read(ctx, slots, queue, work)
	})
	for w := range p.Workers {
		p.launch(ctx, &group, w, work)
	}
	// Whatever ends the run, also a panic of Emit, the goroutines end first.
	defer func() {
		cancel(context.Canceled)
		p.drain(queue, slots)
		group.Wait()
	}()
	for pl := range queue {
		<-pl.done
		if pl.err == nil {
			if cause := ctx.Err(); cause != nil { // a result made after the end was called
				pl.err = context.Cause(ctx)
				p.drop(pl.result)
			} else {
				pl.err = p.Emit(ctx, pl.result)
			}
		}
		<-slots
		if pl.err != nil {
			if crash, ok := pl.err.(*crash); ok {
				panic(crash.Error())
			}
			return pl.err
		}
	}
	return context.Cause(ctx)
}

// launch starts a worker. Where Work ends the goroutine (runtime.Goexit), another one goes on.
func (p Pipe[T, U]) launch(ctx context.Context, group *sync.WaitGroup, worker int, work chan *place[T, U]) {
	group.Go(func() {
		ended := false
		defer func() {
			if !ended {
				p.launch(ctx, group, worker, work)
			}
		}()
		for pl := range work {
			p.fill(ctx, worker, pl)
		}
		ended = true
	})
}

// read claims a place for each item before it is read.
func (p Pipe[T, U]) read(ctx context.Context, slots chan struct{}, queue, work chan *place[T, U]) {
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		pl := &place[T, U]{done: make(chan struct{})}
		if p.next(ctx, pl, queue); pl.err != nil {
			return
		}
		work <- pl
	}
}

// next reads an item and queues its place, also where it is an error's.
func (p Pipe[T, U]) next(ctx context.Context, pl *place[T, U], queue chan *place[T, U]) {
	defer func() {
		if pl.err == io.EOF {
			return
		}
		if pl.err != nil {
			close(pl.done)
		}
		queue <- pl // never blocks: there are as many places as slots
	}()
	guard(&pl.err, func() (err error) { pl.item, err = p.Next(ctx); return err })
}

func (p Pipe[T, U]) fill(ctx context.Context, worker int, pl *place[T, U]) {
	defer close(pl.done)
	// Work is called even when the run is over: the item may hold something that
	// only Work can give back. It sees the cancelled context.
	guard(&pl.err, func() (err error) { pl.result, err = p.Work(ctx, worker, pl.item); return err })
}

// drain empties the queue after an early end, so that the reader can finish.
func (p Pipe[T, U]) drain(queue chan *place[T, U], slots chan struct{}) {
	for pl := range queue {
		<-pl.done
		if pl.err == nil {
			p.drop(pl.result)
		}
		<-slots
	}
}

func (p Pipe[T, U]) drop(u U) {
	if p.Drop != nil {
		p.Drop(u)
	}
}

// crash is a panic on its way to the goroutine that owns the run.
type crash struct {
	value any
	stack []byte
}

func (c *crash) Error() string {
	return fmt.Sprintf("%v\n\nraised in a worker at:\n%s", c.value, c.stack)
}

// guard sets err to f's error, also where f panics or ends the goroutine.
func guard(err *error, f func() error) {
	*err = panics.ErrGoexit
	defer func() {
		if v := recover(); v != nil {
			*err = &crash{v, debug.Stack()}
		}
	}()
	*err = f()
}
