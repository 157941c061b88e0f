package async

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/volley-go/volley/internal/count"
)

// Timeout is a [Guard] that gives each call a deadline, and does not wait for ever for a call that
// ignores it. Such a call is abandoned: Do returns, the call's goroutine goes on, and is counted.
// The zero Timeout sets no deadline, but abandons a call that ignores the end of its caller's
// context.
type Timeout struct {
	After time.Duration // how long a call may take; 0 is no limit
	Grace time.Duration // how long a call may still take to return after its context ended; 0 is 1 s

	// AbandonedMax is how many abandoned calls may be running; 0 is 100. From then on Do makes no
	// call and returns [ErrAbandonedMax] until one of them returns. Calls that are under way at
	// that time may be abandoned beyond it.
	AbandonedMax int

	abandoned, running atomic.Int64
}

// ErrAbandonedMax is why a [Timeout] makes no more calls.
var ErrAbandonedMax = errors.New("too many calls ignored the end of their context and are still running: have the function return when ctx.Done is closed")

// TimeoutError is the error of a call that took too long. It is a context.DeadlineExceeded.
type TimeoutError struct {
	After     time.Duration
	Grace     time.Duration // how long the call was waited for after that, if it was abandoned
	Abandoned bool          // whether the call is still running
	Err       error         // what the call returned; nil if it was abandoned
}

func (e *TimeoutError) Error() string {
	if e.Abandoned {
		return fmt.Sprintf("no answer after %v; the call ignored its context for %v more and was abandoned", e.After, e.Grace)
	}
	return fmt.Sprintf("no answer after %v: %v", e.After, e.Err)
}

// Unwrap returns context.DeadlineExceeded and what the call returned.
func (e *TimeoutError) Unwrap() []error {
	if e.Err == nil {
		return []error{context.DeadlineExceeded}
	}
	return []error{context.DeadlineExceeded, e.Err}
}

// Timeout is true, as a net.Error's is that timed out.
func (e *TimeoutError) Timeout() bool { return true }

// Abandoned returns how many calls were abandoned, and how many of them are still running.
func (t *Timeout) Abandoned() (all, running int64) { return t.abandoned.Load(), t.running.Load() }

// Do calls the function on a goroutine of its own, with a context that ends after After. A function
// that returns in time, or with a nil error in its grace, gives its own error; else see
// [TimeoutError]. A panic is a [PanicError]. If ctx ends, the call has its grace too.
func (t *Timeout) Do(ctx context.Context, call func(ctx context.Context) error) error {
	if err := t.refusal(ctx); err != nil {
		return err
	}
	inner, cancel := t.deadline(ctx)
	defer cancel()
	d := detach(func() error { return call(inner) }, func(error) { t.running.Add(-1) })
	select {
	case err := <-d.ended:
		return t.explained(ctx, inner, err)
	case <-inner.Done():
	}
	grace := time.NewTimer(t.grace())
	defer grace.Stop()
	select {
	case err := <-d.ended:
		return t.explained(ctx, inner, err)
	case <-grace.C:
	}
	t.running.Add(1)
	if !d.leave() {
		t.running.Add(-1)
		return t.explained(ctx, inner, <-d.ended)
	}
	t.abandoned.Add(1)
	if ctx.Err() != nil {
		return fmt.Errorf("the call ignored its context for %v and was abandoned: %w", t.grace(), over(ctx))
	}
	return &TimeoutError{After: t.After, Grace: t.grace(), Abandoned: true}
}

// refusal is why no call is made.
func (t *Timeout) refusal(ctx context.Context) error {
	most := int64(t.AbandonedMax)
	if most == 0 {
		most = 100
	}
	switch {
	case t.After < 0 || t.Grace < 0 || t.AbandonedMax < 0:
		return fmt.Errorf("Timeout{After: %v, Grace: %v, AbandonedMax: %d}: none of them can be less than 0", t.After, t.Grace, t.AbandonedMax)
	case ctx.Err() != nil:
		return over(ctx)
	case t.running.Load() >= most:
		return fmt.Errorf("%s abandoned: %w", count.Of(t.running.Load(), "call"), ErrAbandonedMax)
	}
	return nil
}

func (t *Timeout) grace() time.Duration {
	if t.Grace == 0 {
		return time.Second
	}
	return t.Grace
}

func (t *Timeout) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if t.After == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, t.After)
}

// explained is the error of a call that returned: one that its deadline explains says so.
func (t *Timeout) explained(ctx, inner context.Context, err error) error {
	if err == nil || inner.Err() == nil || ctx.Err() != nil {
		return err
	}
	return &TimeoutError{After: t.After, Err: err}
}
