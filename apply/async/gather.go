package async

import (
	"context"
	"errors"
	"iter"
	"sync"
)

// Gather runs the tasks and returns their values in the order of the tasks. The first error cancels
// the other tasks and is returned, as a [*TaskError], without values; tasks that did not start are
// not called. [Wait] with [All] gives each task's value or error instead.
func Gather[T any](ctx context.Context, limit Limit, tasks ...Task[T]) ([]T, error) {
	group := NewTaskGroup(ctx, limit)
	values := make([]T, len(tasks))
	for i, task := range tasks {
		if !group.place() {
			break
		}
		group.start(func() (err error) {
			values[i], err = Call(group.ctx, limit.Guard, task)
			return err
		}, func(err error) {
			if err != nil {
				group.end(&TaskError{Task: i, Err: err})
			}
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return values, nil
}

// Until says when [Wait] has waited enough.
type Until int

const (
	All        Until = iota // all tasks have returned
	FirstDone               // one task has returned, with a value or an error
	FirstError              // one task has returned an error
	FirstValue              // one task has returned a value
)

func (u Until) enough(err error) bool {
	return u == FirstDone || u == FirstError && err != nil || u == FirstValue && err == nil
}

// ErrEnough is the cause by which [Wait] cancels tasks it need not wait for, and the error of those
// that had not started.
var ErrEnough = errors.New("not needed any more: another task has decided the wait")

// Wait runs the tasks until one of them decides the wait, cancels the others and waits for those
// that run. It returns the number of the deciding task (-1 if none was: always with [All]) and what
// each task gave, in the order of the tasks. The error of a task that had not started is
// [ErrEnough] or that of the context.
func Wait[T any](ctx context.Context, limit Limit, until Until, tasks ...Task[T]) (decided int, results []Result[T]) {
	group := NewTaskGroup(ctx, limit)
	results = make([]Result[T], len(tasks))
	decided = -1
	var mu sync.Mutex // of decided
	for i, task := range tasks {
		if !group.place() {
			results[i].Err = over(group.ctx)
			continue
		}
		group.start(func() (err error) {
			results[i].Value, err = Call(group.ctx, limit.Guard, task)
			return err
		}, func(err error) {
			results[i].Err = err
			mu.Lock()
			defer mu.Unlock()
			if decided < 0 && until.enough(err) {
				decided = i
				group.cancel(ErrEnough)
			}
		})
	}
	_ = group.Wait() // the results have the errors
	return decided, results
}

// AsCompleted runs the tasks of a sequence and yields what they give as they end, each with the
// task's number in the sequence, from 0. Leaving the loop cancels the tasks that run and waits for
// them; an error of a task cancels none. A task keeps its place until the loop has taken what it
// gave.
//
// The sequence runs on a goroutine of its own and is asked for a task only when that has a place:
// it must end, or give a task, soon after the context ends. If the context ends before the sequence
// does, the last result is numbered as the first task that was not called, and its error is the
// context's. A panic of the sequence is such a last result too, numbered as the task that it did
// not give.
func AsCompleted[T any](ctx context.Context, limit Limit, tasks iter.Seq[Task[T]]) iter.Seq2[int, Result[T]] {
	return func(yield func(int, Result[T]) bool) {
		c := &completing[T]{
			group: NewTaskGroup(ctx, limit), guard: limit.Guard,
			ended: make(chan numbered[T]), left: make(chan struct{}),
		}
		go c.run(tasks)
		defer c.leave()
		for r := range c.ended {
			if !yield(r.task, r.Result) {
				return
			}
		}
	}
}

type numbered[T any] struct {
	task int
	Result[T]
}

// completing is one loop over [AsCompleted].
type completing[T any] struct {
	group *TaskGroup
	guard Guard
	ended chan numbered[T] // closed when nothing runs any more
	left  chan struct{}    // closed when nobody takes from ended any more
}

// run starts the tasks, waits for them, and tells of the end that is none of the sequence's.
func (c *completing[T]) run(tasks iter.Seq[Task[T]]) {
	next := 0
	defer close(c.ended)
	protected(func() error {
		placed := c.group.place()
		for task := range tasks {
			if !placed {
				return over(c.group.ctx) // of a task that there is: the sequence may have ended just then
			}
			c.start(next, task)
			next++
			if placed = c.group.place(); !placed && c.isLeft() {
				return nil
			}
		}
		return nil
	}, func(err error) {
		c.group.running.Wait()
		if err != nil {
			c.send(next, Result[T]{Err: err})
		}
		_ = c.group.Wait() // the results have the errors
	})
}

func (c *completing[T]) start(i int, task Task[T]) {
	var r Result[T]
	c.group.start(func() (err error) {
		r.Value, err = Call(c.group.ctx, c.guard, task)
		return err
	}, func(err error) {
		r.Err = err
		c.send(i, r)
	})
}

func (c *completing[T]) send(i int, r Result[T]) {
	select {
	case c.ended <- numbered[T]{i, r}:
	case <-c.left:
	}
}

// leave ends the loop, however it was left.
func (c *completing[T]) leave() {
	close(c.left)
	c.group.cancel(context.Canceled)
	for range c.ended {
	}
}

func (c *completing[T]) isLeft() bool {
	select {
	case <-c.left:
		return true
	default:
		return false
	}
}
