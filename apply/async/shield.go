package async

import (
	"context"
	"errors"
	"sync"
)

// Shield is a [Guard] whose calls go on though the caller's context ends: a payment that was begun,
// a file half written. Do then returns at once, and Wait waits for the calls that go on. The zero
// Shield is ready. Call Wait before the program ends: nothing else holds the calls.
//
// If the caller may as well wait for the call, none is needed: call(context.WithoutCancel(ctx)).
type Shield struct {
	mu      sync.Mutex
	calls   int
	idle    chan struct{} // closed when calls falls to 0; nil if nobody waits
	unheard []error
}

// Do calls the function on a goroutine of its own, with the values of ctx but without its end. It
// returns the function's error or, if ctx ends before, that of ctx. If ctx had ended, there is no
// call.
func (s *Shield) Do(ctx context.Context, call func(ctx context.Context) error) error {
	if ctx.Err() != nil {
		return over(ctx)
	}
	s.mu.Lock()
	s.calls++
	s.mu.Unlock()
	d := detach(func() error { return call(context.WithoutCancel(ctx)) }, s.keep)
	select {
	case err := <-d.ended:
		s.end()
		return err
	case <-ctx.Done():
	}
	if d.leave() {
		return over(ctx)
	}
	s.end()
	return <-d.ended
}

// Wait waits for the calls that go on, and returns the errors that no caller was told (100 at
// most), joined. If ctx ends before, it returns the error of ctx, and may be called again.
func (s *Shield) Wait(ctx context.Context) error {
	s.mu.Lock()
	if s.calls > 0 && s.idle == nil {
		s.idle = make(chan struct{})
	}
	idle := s.idle
	s.mu.Unlock()
	if idle != nil {
		select {
		case <-idle:
		case <-ctx.Done():
			return over(ctx)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err := errors.Join(s.unheard...)
	s.unheard = nil
	return err
}

// keep ends a call whose caller has left.
func (s *Shield) keep(err error) {
	s.mu.Lock()
	if err != nil && len(s.unheard) < errorsMax {
		s.unheard = append(s.unheard, err)
	}
	s.mu.Unlock()
	s.end()
}

func (s *Shield) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls--; s.calls == 0 && s.idle != nil {
		close(s.idle)
		s.idle = nil
	}
}
