// Package panics makes errors of panics in users' functions, and keeps an owner alive where
// such a function ends its goroutine.
package panics

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
)

// Error is a panic in a user's function, or a runtime.Goexit (Value is then
// [ErrGoexit]), as the error of the row it was called for.
type Error struct {
	Value any
	Stack string // of the function, from the panic up
}

// ErrGoexit is the cause where a function called runtime.Goexit.
var ErrGoexit = errors.New("the function called runtime.Goexit")

// From is the error of what recover returned, called in the deferred function that
// called it: nil means that the goroutine is ending.
func From(value any) *Error {
	if value == nil {
		value = ErrGoexit
	}
	return &Error{Value: value, Stack: string(debug.Stack())}
}

// Error is the panic's value and the line of the user's code it came from; Stack has the rest.
func (e *Error) Error() string {
	msg := fmt.Sprintf("panic: %v", e.Value)
	if e.Value == any(ErrGoexit) {
		msg = ErrGoexit.Error()
	}
	if at := origin(e.Stack); at != "" {
		msg += " at " + at
	}
	return msg
}

// Unwrap returns the panic's value where it is an error.
func (e *Error) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// origin finds, in a stack as the runtime prints it, the place of the topmost frame
// above the panic that is not the runtime's.
func origin(stack string) string {
	lines := strings.Split(stack, "\n")
	from := 0
	for i, l := range lines {
		if strings.HasPrefix(l, "panic(") || strings.HasPrefix(l, "runtime.Goexit(") {
			from = i + 2
		}
	}
	for i := from; i+1 < len(lines); i += 2 {
		if strings.HasPrefix(lines[i], "runtime.") {
			continue
		}
		at, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
		return at
	}
	return ""
}

// Survive calls f on a goroutine of its own, and again as long as f ends that goroutine
// instead of returning. A panic of f is raised on the caller's.
func Survive(f func()) {
	for returned := false; !returned; {
		var crash any
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() {
				if v := recover(); v != nil {
					crash = v
				}
			}()
			f()
			returned = true
		}()
		if <-done; crash != nil {
			panic(crash)
		}
	}
}
