package panics

import (
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSurvive(t *testing.T) {
	calls := 0
	Survive(func() {
		if calls++; calls < 3 {
			runtime.Goexit()
		}
	})
	require.Equal(t, 3, calls)
	require.PanicsWithValue(t, "crash", func() { Survive(func() { panic("crash") }) })
}

func TestErrorsSayWhereTheyComeFrom(t *testing.T) {
	caught := func(f func()) (err *Error) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() { err = From(recover()) }()
			f()
		}()
		<-done
		return err
	}
	cause := errors.New("cause")
	err := caught(func() { panic(cause) })
	require.ErrorIs(t, err, cause)
	require.Regexp(t, `^panic: cause at .*panics_test.go:\d+$`, err.Error())
	err = caught(runtime.Goexit)
	require.ErrorIs(t, err, ErrGoexit)
	require.Contains(t, err.Error(), "the function called runtime.Goexit")
}
