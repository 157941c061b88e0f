package async

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/time/rate"
)

// Limiter is a [Guard] that lets calls wait for their turn: only so many run at the same time, and
// only so many start in a second. It holds for all who use it together, in one run or in many. The
// zero Limiter sets no limit; the fields must not change after the first call, nor may it be
// copied.
type Limiter struct {
	Concurrency int     // the calls that may run at the same time; 0 is any number
	PerSecond   float64 // the calls that may start in a second, evenly spread; 0 is any
	Burst       int     // the calls that may start at once after a pause, with PerSecond; 0 is 1

	once   sync.Once
	err    error         // what is wrong with the fields
	slots  chan struct{} // nil without Concurrency
	bucket *rate.Limiter // nil without PerSecond

	running, peak, waited atomic.Int64
}

// LimiterStats is what a [Limiter] has counted.
type LimiterStats struct {
	Running int64 // calls now
	Peak    int64 // the most calls at the same time
	Waited  int64 // calls that waited for their turn and got it
}

// Stats returns what has been counted so far.
func (l *Limiter) Stats() LimiterStats {
	return LimiterStats{Running: l.running.Load(), Peak: l.peak.Load(), Waited: l.waited.Load()}
}

// Do waits for a turn, calls the function, and gives the turn back however the function ends.
func (l *Limiter) Do(ctx context.Context, call func(ctx context.Context) error) error {
	if err := l.Acquire(ctx); err != nil {
		return err
	}
	defer l.Release()
	return call(ctx)
}

// Acquire waits for a turn, which Release gives back. Its error is that of a context that ended
// before, or a context.DeadlineExceeded at once if the turn would come after the context's
// deadline. Turns come in the order of the asking.
func (l *Limiter) Acquire(ctx context.Context) error {
	l.once.Do(l.prepare)
	switch {
	case l.err != nil:
		return l.err
	case ctx.Err() != nil:
		return over(ctx)
	}
	// The slot comes first: who took a second's turn and then waited for a slot would start
	// whenever that comes, at no rate at all.
	waited, err := l.slot(ctx)
	if err != nil {
		return err
	}
	if l.bucket != nil && !l.bucket.Allow() {
		waited = true
		if err := l.bucket.Wait(ctx); err != nil {
			l.free()
			return l.late(ctx)
		}
	}
	if waited {
		l.waited.Add(1)
	}
	l.began()
	return nil
}

// slot takes the place of one of the calls that may run at the same time, and reports whether it
// had to wait for it.
func (l *Limiter) slot(ctx context.Context) (waited bool, err error) {
	if l.slots == nil {
		return false, nil
	}
	select {
	case l.slots <- struct{}{}:
		return false, nil
	default:
	}
	select {
	case l.slots <- struct{}{}:
		return true, nil
	case <-ctx.Done():
		return true, over(ctx)
	}
}

// Release gives back the turn of an Acquire that returned nil.
func (l *Limiter) Release() {
	if l.running.Add(-1) < 0 {
		panic("async: Limiter.Release without an Acquire")
	}
	l.free()
}

// Idle reports whether the limiter is as good as new: no call runs, and a burst may start.
func (l *Limiter) Idle() bool {
	l.once.Do(l.prepare)
	return l.running.Load() == 0 && (l.bucket == nil || l.bucket.Tokens() >= float64(l.bucket.Burst()))
}

func (l *Limiter) prepare() {
	if l.Concurrency < 0 || !(l.PerSecond >= 0) || l.Burst < 0 {
		l.err = fmt.Errorf("Limiter{Concurrency: %d, PerSecond: %v, Burst: %d}: none of them can be less than 0", l.Concurrency, l.PerSecond, l.Burst)
		return
	}
	if l.Concurrency > 0 {
		l.slots = make(chan struct{}, l.Concurrency)
	}
	if l.PerSecond > 0 && l.PerSecond < float64(rate.Inf) {
		l.bucket = rate.NewLimiter(rate.Limit(l.PerSecond), max(l.Burst, 1))
	}
}

func (l *Limiter) free() {
	if l.slots != nil {
		<-l.slots
	}
}

// late is why the turn of this second's calls did not come.
func (l *Limiter) late(ctx context.Context) error {
	if ctx.Err() != nil {
		return over(ctx)
	}
	return &noTurn{fmt.Errorf("no turn before the deadline, with %v calls a second: %w", l.PerSecond, context.DeadlineExceeded)}
}

// noTurn is the error of a call that was not made, since its turn would have come after the end of
// its context.
type noTurn struct{ error }

func (n *noTurn) Unwrap() error { return n.error }

// began counts a call that runs.
func (l *Limiter) began() {
	now := l.running.Add(1)
	for {
		peak := l.peak.Load()
		if now <= peak || l.peak.CompareAndSwap(peak, now) {
			return
		}
	}
}
