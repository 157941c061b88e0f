package async

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errTest = errors.New("refused by the test")

// inBubble runs the test with a clock of its own, which moves when all its goroutines wait.
func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

// after is a task that takes so long and gives its value and error, or that of its context.
func after[T any](d time.Duration, v T, err error) Task[T] {
	return func(ctx context.Context) (T, error) {
		var none T
		if ended := Sleep(ctx, d); ended != nil {
			return none, ended
		}
		return v, err
	}
}

// stubborn is a task that takes so long whatever its context says.
func stubborn[T any](d time.Duration, v T) Task[T] {
	return func(context.Context) (T, error) {
		time.Sleep(d)
		return v, nil
	}
}

func fails(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

func repeat[T any](n int, task Task[T]) []Task[T] { return slices.Repeat([]Task[T]{task}, n) }
