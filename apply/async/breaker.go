package async

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/volley-go/volley/internal/count"
)

// Breaker is a [Guard] for a service that may be down: after some failures in a row it opens, and
// calls fail at once, with the reason, for a while. Then it lets one call through to try: its
// success closes the breaker, its failure opens it for as long again. The zero Breaker is ready;
// see [PerKey] for one for each host.
type Breaker struct {
	Failures int           // in a row, that open it; 0 is 5
	Open     time.Duration // how long it stays open; 0 is 30 s

	// If reports whether an error is a failure of the service; nil is any error but those marked by
	// [Permanent], which are the caller's own fault. A call whose own context ended counts as
	// nothing, and so does one that a [Limiter] has no turn for before that end.
	If func(err error) bool

	mu       sync.Mutex
	failures int
	refused  int64
	last     error     // the last failure
	failed   time.Time // when that was
	state    state
	changes  int // of state: a call from before a change says nothing of the service as it is
}

type state int

const (
	closed  state = iota // calls go through
	open                 // none goes through before failed+Open
	probing              // one is under way, and decides
)

// ErrOpen is in the errors of calls that a breaker did not let through.
var ErrOpen = errors.New("no call is made")

// OpenError is the error of a call that a breaker did not let through: it is an [ErrOpen].
type OpenError struct {
	Failures int           // in a row
	Left     time.Duration // until a call is tried; 0 if one is under way
	Err      error         // the last failure
}

func (e *OpenError) Error() string {
	when := fmt.Sprintf("for %v", e.Left.Round(time.Millisecond))
	if e.Left == 0 {
		when = "while one is being tried"
	}
	return fmt.Sprintf("%v %s after %s in a row; the last was: %v", ErrOpen, when, count.Of(e.Failures, "failure"), e.Err)
}

// Unwrap returns ErrOpen and the last failure.
func (e *OpenError) Unwrap() []error { return []error{ErrOpen, e.Err} }

var errCrashed = errors.New("the call panicked or ended its goroutine")

// Do calls the function, or returns an [OpenError]. A panic is a failure.
func (b *Breaker) Do(ctx context.Context, call func(ctx context.Context) error) error {
	if ctx.Err() != nil {
		return over(ctx)
	}
	change, err := b.begin()
	if err != nil {
		return err
	}
	err = errCrashed
	defer func() { b.end(ctx, change, err) }()
	err = call(ctx)
	return err
}

// Refuses returns the [OpenError] that Do would return now, or nil. It is for calls that wait for a
// turn before Do: those that need not wait, since the breaker is open, are told at once.
func (b *Breaker) Refuses() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusal()
}

// Refused is how many calls were not let through.
func (b *Breaker) Refused() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refused
}

// Idle reports whether the breaker is as good as new: no failure since the last success, or none
// for ten times as long as it stays open.
func (b *Breaker) Idle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures == 0 || b.state != probing && time.Since(b.failed) > 10*b.open()
}

func (b *Breaker) open() time.Duration { return or(b.Open, 30*time.Second) }

// begin lets a call through, or says why not.
func (b *Breaker) begin() (change int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Failures < 0 || b.Open < 0 {
		return 0, fmt.Errorf("Breaker{Failures: %d, Open: %v}: neither can be less than 0", b.Failures, b.Open)
	}
	if err := b.refusal(); err != nil {
		return 0, err
	}
	if b.state == open {
		b.turn(probing)
	}
	return b.changes, nil
}

// refusal is why no call is let through now; nil if one is. The caller holds mu.
func (b *Breaker) refusal() error {
	left := max(0, b.open()-time.Since(b.failed))
	switch {
	case b.state == closed || b.state == open && left == 0:
		return nil
	case b.state == probing:
		left = 0
	}
	b.refused++
	return &OpenError{Failures: b.failures, Left: left, Err: b.last}
}

// end counts how a call went, as a failure if the user's If panics.
func (b *Breaker) end(ctx context.Context, change int, err error) {
	failed := true
	defer func() { b.count(ctx, change, err, failed) }()
	failed = b.isFailure(err)
}

func (b *Breaker) count(ctx context.Context, change int, err error, failed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case change != b.changes:
	case err != nil && (ctx.Err() != nil || isNoTurn(err)):
		if b.state == probing {
			b.turn(open) // the next call tries: failed is as long ago as before
		}
	case failed:
		b.failures++
		b.last, b.failed = err, time.Now()
		if b.state == probing || b.failures >= or(b.Failures, 5) {
			b.turn(open)
		}
	default:
		b.failures = 0
		if b.state == probing {
			b.turn(closed)
		}
	}
}

// isNoTurn reports whether the service was not asked, for want of a turn.
func isNoTurn(err error) bool {
	_, ok := errors.AsType[*noTurn](err)
	return ok
}

func (b *Breaker) isFailure(err error) bool {
	switch {
	case err == nil:
		return false
	case b.If != nil:
		return b.If(err)
	}
	return !IsPermanent(err)
}

func (b *Breaker) turn(to state) {
	b.state = to
	b.changes++
}
