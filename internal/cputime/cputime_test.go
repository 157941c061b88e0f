//go:build linux

package cputime

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestThreadTellsWorkFromWaiting(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start, ok := Thread()
	require.True(t, ok)
	time.Sleep(30 * time.Millisecond)
	slept, _ := Thread()
	require.Less(t, slept-start, 15*time.Millisecond)
	n := 0
	for end := slept + 5*time.Millisecond; slept < end; slept, _ = Thread() {
		n++
	}
	require.Positive(t, n)
	p, ok := Process()
	require.True(t, ok)
	require.Positive(t, p)
	rss, ok := PeakRSS()
	require.True(t, ok)
	require.Greater(t, rss, int64(1<<20))
}
