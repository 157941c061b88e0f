package async

import (
	"context"
	"errors"
	"fmt"

	"github.com/volley-go/volley/internal/panics"
)

// Task is a function that may wait. It should return soon after its context ends: whoever runs it
// waits for it (but see [Timeout]).
type Task[T any] = func(ctx context.Context) (T, error)

// Result is what a task gave.
type Result[T any] struct {
	Value T
	Err   error
}

// TaskError is the error of one of many tasks.
type TaskError struct {
	Task int // the task's number, from 0
	Err  error
}

func (e *TaskError) Error() string { return fmt.Sprintf("task %d: %v", e.Task, e.Err) }

// Unwrap returns the task's own error.
func (e *TaskError) Unwrap() error { return e.Err }

// PanicError is a panic in a task, or a runtime.Goexit, as an error: Value is what it panicked
// with, Stack where. It unwraps to the value if that is an error.
type PanicError = panics.Error

// DefaultConcurrency is how many tasks run at the same time where a [Limit] says nothing.
const DefaultConcurrency = 1000

// Limit says how tasks are run. The zero Limit runs [DefaultConcurrency] at the same time.
type Limit struct {
	// Concurrency is how many tasks may run at the same time: 0 is [DefaultConcurrency],
	// math.MaxInt is no limit.
	Concurrency int
	Guard       Guard // what each task's call passes; nil is nothing
}

func (l Limit) places() (int, error) {
	switch {
	case l.Concurrency < 0:
		return 0, fmt.Errorf("Limit.Concurrency is %d: give the number of tasks that may run at the same time, or 0 for %d", l.Concurrency, DefaultConcurrency)
	case l.Concurrency == 0:
		return DefaultConcurrency, nil
	}
	return l.Concurrency, nil
}

// protected calls f and then ended with its error, on the caller's goroutine. A panic in f and a
// runtime.Goexit are errors too; after a Goexit the goroutine ends, so that ended is the last
// chance.
func protected(f func() error, ended func(error)) {
	var err error
	returned := false
	defer func() {
		if !returned {
			err = panics.From(recover())
		}
		ended(err)
	}()
	err = f()
	returned = true
}

// over is the error of a context that ended, with its cause if it has one of its own.
func over(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
