package cputime

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestAThreadIsSeenFromAnother: one that sleeps is blocked and has used little; one that computes
// is not, and gives no processor up.
func TestAThreadIsSeenFromAnother(t *testing.T) {
	ids, rest := make(chan int), make(chan bool)
	waited := make(chan int64)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		ids <- ThreadID()
		<-rest
		before, _ := Waits()
		time.Sleep(5 * time.Millisecond)
		after, _ := Waits()
		waited <- after - before
	}()
	id := <-ids
	require.Eventually(t, func() bool { return Blocked(id) }, 10*time.Second, time.Millisecond)
	used, ok := Of(id)
	require.True(t, ok)
	require.Less(t, used, time.Second)
	close(rest)
	require.Positive(t, <-waited)

	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	own := ThreadID()
	require.False(t, Blocked(own))
	first, _ := Of(own)
	for now := first; now < first+2*time.Millisecond; now, _ = Of(own) {
	}
	mine, _ := Thread()
	require.GreaterOrEqual(t, mine, first+2*time.Millisecond)
	require.False(t, Blocked(-1))
}
