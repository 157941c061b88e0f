//go:build unix

package fifo

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func pipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "p")
	require.NoError(t, unix.Mkfifo(name, 0o600))
	return name
}

// TestOpenIsCalledOff: of either end, and the end that comes late finds nobody.
func TestOpenIsCalledOff(t *testing.T) {
	for _, flag := range []int{os.O_RDONLY, os.O_WRONLY} {
		name := pipe(t)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := Open(ctx, name, flag)
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		other, err := os.OpenFile(name, os.O_RDWR, 0) // lets the open that waits go
		require.NoError(t, err)
		require.NoError(t, other.Close())
	}
}

func TestOpenOfFiles(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), []byte("x"), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f, err := Open(ctx, filepath.Join(dir, "f"), os.O_RDONLY)
	require.NoError(t, err, "what does not wait is opened")
	require.NoError(t, f.Close())
	_, err = Open(ctx, filepath.Join(dir, "missing"), os.O_RDONLY)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestReadIsCalledOff(t *testing.T) {
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	in := NewReader(ctx, r)
	go w.Write([]byte("abc"))
	buf := make([]byte, 10)
	n, err := in.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "abc", string(buf[:n]))
	in.Until(t.Context())
	cancel()
	go w.Write([]byte("d"))
	n, err = in.Read(buf)
	require.NoError(t, err)
	require.Equal(t, "d", string(buf[:n]))
	in.Until(ctx)
	_, err = in.Read(buf)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, w.Close())
}
