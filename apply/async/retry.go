package async

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/volley-go/volley/internal/count"
)

// Retry is a [Guard] that repeats a call that failed, after a pause. The pauses are random, between
// nothing and a bound that doubles with each: callers that failed together do not come back
// together ("full jitter" in M. Brooker, Exponential Backoff and Jitter, AWS Architecture Blog,
// 2015). The zero Retry makes up to 4 calls, with up to 100, 200 and 400 ms between them.
type Retry struct {
	Attempts int           // the calls that may be made, the first one too; 0 is 4
	Base     time.Duration // the bound of the first pause; 0 is 100 ms
	Max      time.Duration // the bound of all pauses; 0 is 10 s
	Elapsed  time.Duration // the time after which no call is begun any more; 0 is no limit

	// If reports whether a call that failed with the error may be repeated; nil is any error but
	// those that are never repeated: what [Permanent] marks, panics, a [Breaker] that is open, a
	// [Timeout] that makes no more calls, and any error after the caller's context ended.
	If func(err error) bool

	// OnRetry, if it is set, is told of each call that is going to be repeated, before the pause.
	// It is called on the caller's goroutine: to count, to log.
	OnRetry func(ctx context.Context, again Again)
}

// Again says why a call is repeated, and when.
type Again struct {
	Calls int // that were made
	Err   error
	Pause time.Duration
}

// RetryError is the error of a call that was repeated and failed nevertheless.
type RetryError struct {
	Calls int           // that were made
	Took  time.Duration // from the first call to the last error
	Err   error         // of the last call
	Ended error         // the context's error, if that ended the last pause; else nil
}

func (e *RetryError) Error() string {
	msg := fmt.Sprintf("after %s in %v: %v", count.Of(e.Calls, "call"), e.Took.Round(time.Millisecond), e.Err)
	if e.Ended != nil {
		return fmt.Sprintf("%v, %s", e.Ended, msg)
	}
	return msg
}

// Unwrap returns the error of the last call and, if the context ended the pause, that one too.
func (e *RetryError) Unwrap() []error {
	if e.Ended != nil {
		return []error{e.Err, e.Ended}
	}
	return []error{e.Err}
}

// Permanent marks an error that no repetition helps against. Its text and what it unwraps to are
// the error's. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanent{err}
}

// IsPermanent reports whether [Permanent] has marked the error, or one that it unwraps to.
func IsPermanent(err error) bool {
	_, ok := errors.AsType[*permanent](err)
	return ok
}

type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }

// RetryAfter is what an error may say of itself: how long the other side asks to be left alone. The
// pause is that long at least.
type RetryAfter interface {
	error
	RetryAfter() time.Duration
}

// Do calls the function until it returns no error, or one that is not to be repeated, or too many.
// The error of a single call is returned as it is, that of more as a [*RetryError]. The end of ctx
// ends the pause.
func (r Retry) Do(ctx context.Context, call func(ctx context.Context) error) error {
	if err := r.refusal(ctx); err != nil {
		return err
	}
	began := time.Now()
	for calls := 1; ; calls++ {
		err := call(ctx)
		if err == nil {
			return nil
		}
		took := time.Since(began)
		pause, again := r.Next(calls, took, err)
		if !again || ctx.Err() != nil {
			return gaveUp(calls, took, err, nil)
		}
		if r.OnRetry != nil {
			r.OnRetry(ctx, Again{Calls: calls, Err: err, Pause: pause})
		}
		if ended := Sleep(ctx, pause); ended != nil {
			return gaveUp(calls, took, err, ended)
		}
	}
}

func gaveUp(calls int, took time.Duration, err, ended error) error {
	if calls == 1 && ended == nil {
		return err
	}
	return &RetryError{Calls: calls, Took: took, Err: err, Ended: ended}
}

// Next reports whether there is another call after so many that took so long and ended with the
// error, and the pause before it: the decision of Do, for those who pause in their own way.
func (r Retry) Next(calls int, elapsed time.Duration, err error) (pause time.Duration, again bool) {
	if calls >= or(r.Attempts, 4) || never(err) || r.If != nil && !r.If(err) {
		return 0, false
	}
	pause = rand.N(r.bound(calls))
	if asks, ok := errors.AsType[RetryAfter](err); ok {
		// The jitter stays, on top: those who are told the same second must not all come in it.
		pause += min(max(0, asks.RetryAfter()), math.MaxInt64-pause)
	}
	if r.Elapsed > 0 && pause >= r.Elapsed-elapsed {
		return 0, false
	}
	return pause, true
}

// bound is the most that the pause after so many calls lasts.
func (r Retry) bound(calls int) time.Duration {
	bound, most := or(r.Base, 100*time.Millisecond), or(r.Max, 10*time.Second)
	for i := 1; i < calls && bound < most; i++ {
		bound += min(bound, most-bound) // twice as much, without an overflow
	}
	return min(bound, most)
}

// never reports whether an error is one that no Retry repeats.
func never(err error) bool {
	if errors.Is(err, ErrOpen) || errors.Is(err, ErrAbandonedMax) {
		return true
	}
	_, panicked := errors.AsType[*PanicError](err)
	return panicked || IsPermanent(err)
}

func (r Retry) refusal(ctx context.Context) error {
	if r.Attempts < 0 || r.Base < 0 || r.Max < 0 || r.Elapsed < 0 {
		return fmt.Errorf("Retry{Attempts: %d, Base: %v, Max: %v, Elapsed: %v}: none of them can be less than 0", r.Attempts, r.Base, r.Max, r.Elapsed)
	}
	if ctx.Err() != nil {
		return over(ctx)
	}
	return nil
}

// or is the value, or what stands for 0.
func or[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}
