package async

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/volley-go/volley/internal/count"
)

// errorsMax is how many errors a group keeps for [TaskGroup.Wait]: a million failing tasks must not
// fill the memory.
const errorsMax = 100

// TaskGroup runs tasks that nobody knows before the first one starts. [NewTaskGroup] makes one,
// Wait ends it and must be called.
type TaskGroup struct {
	// KeepGoing makes Wait return the errors of all tasks, joined, and an error cancels no other
	// task. Without it the first error cancels the other tasks, and Wait returns that one. Set it
	// before the first Go.
	KeepGoing bool

	ctx     context.Context
	cancel  context.CancelCauseFunc
	limit   Limit
	places  chan struct{}
	running sync.WaitGroup

	mu      sync.Mutex
	errs    []error
	unkept  int  // errors beyond errorsMax
	refused bool // whether some task was not started
}

// NewTaskGroup makes a group whose tasks get a context that ends with ctx, with the group's first
// error, and with Wait.
func NewTaskGroup(ctx context.Context, limit Limit) *TaskGroup {
	places, err := limit.places()
	g := &TaskGroup{limit: limit, places: make(chan struct{}, places)}
	g.ctx, g.cancel = context.WithCancelCause(ctx)
	if err != nil {
		g.end(err)
	}
	return g
}

// Go runs the task on a goroutine of its own, after it waited for a place. It reports whether the
// task was started: not if the group's context ended before, which Wait tells too. Tasks that call
// Go must not all wait in it, holding all the places: give their group none to wait for
// (Concurrency: math.MaxInt), and their calls a [Limiter].
func (g *TaskGroup) Go(task func(ctx context.Context) error) bool {
	if !g.place() {
		return false
	}
	g.start(func() error { return do(g.ctx, g.limit.Guard, task) }, g.end)
	return true
}

// Wait waits until all tasks have returned. Its error is the first of a task or, with KeepGoing,
// all of them (100 and the number of others); nil if every task was started and gave none.
func (g *TaskGroup) Wait() error {
	g.running.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.errs) == 0 && g.refused {
		g.errs = append(g.errs, over(g.ctx))
	}
	g.cancel(errWaited)
	switch {
	case len(g.errs) == 1:
		return g.errs[0]
	case g.unkept > 0:
		return errors.Join(append(g.errs[:errorsMax:errorsMax], fmt.Errorf("and %s more", count.Grouped(g.unkept, "error")))...)
	}
	return errors.Join(g.errs...)
}

var errWaited = errors.New("the task group has been waited for: make a new one")

// place waits for a place for a task, and reports whether it got one.
func (g *TaskGroup) place() bool {
	if g.ctx.Err() == nil {
		select {
		case g.places <- struct{}{}:
			if g.ctx.Err() == nil {
				return true
			}
			<-g.places
		case <-g.ctx.Done():
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refused = true
	return false
}

// start runs the task in the place that place got, and then ended with its error.
func (g *TaskGroup) start(task func() error, ended func(error)) {
	g.running.Add(1)
	go func() {
		defer g.running.Done()
		defer func() { <-g.places }()
		protected(task, ended)
	}()
}

// end keeps a task's error, and cancels the other tasks by it unless the group keeps going.
func (g *TaskGroup) end(err error) {
	if err == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case !g.KeepGoing && len(g.errs) > 0:
		return // most likely the echo of the first
	case !g.KeepGoing && g.ctx.Err() != nil && errors.Is(err, g.ctx.Err()):
		err = over(g.ctx) // the caller's context, with its cause
	case len(g.errs) == errorsMax:
		g.unkept++
		return
	}
	g.errs = append(g.errs, err)
	if !g.KeepGoing {
		g.cancel(err)
	}
}
