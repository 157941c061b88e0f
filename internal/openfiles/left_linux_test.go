package openfiles

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestLeftFollowsTheLimitAndWhatIsOpen: a file more is one fewer, and some are kept back.
func TestLeftFollowsTheLimitAndWhatIsOpen(t *testing.T) {
	var before unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &before))
	t.Cleanup(func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &before)) })
	set := func(n uint64) {
		require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: before.Max}))
		counted.at = time.Time{}
	}
	set(800)
	left, limit, ok := Left()
	require.True(t, ok)
	require.Equal(t, 800, limit)
	require.Greater(t, left, 600)
	require.Less(t, left, 700)

	var files []*os.File
	for range 10 {
		f, err := os.Open(os.DevNull)
		require.NoError(t, err)
		files = append(files, f)
	}
	counted.at = time.Time{}
	fewer, _, _ := Left()
	require.Equal(t, left-10, fewer)
	for _, f := range files {
		require.NoError(t, f.Close())
	}

	set(40)
	left, _, ok = Left()
	require.True(t, ok)
	require.Equal(t, 1, left)
	if before.Max >= many {
		set(many)
		_, _, ok = Left()
		require.False(t, ok)
	}
}
