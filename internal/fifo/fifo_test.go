//go:build unix

package fifo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
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

// TestAReaderTellsWhatIsRead: the bytes, and the error at its place, also one that comes with
// bytes.
func TestAReaderTellsWhatIsRead(t *testing.T) {
	text := strings.Repeat("abc\n", 100_000) // longer than the buffer
	gone := errors.New("gone")
	for _, c := range []struct {
		r    io.Reader
		want string
		err  error
	}{
		{strings.NewReader(text), text, nil},
		{iotest.DataErrReader(strings.NewReader(text)), text, nil},
		{iotest.HalfReader(strings.NewReader(text)), text, nil},
		{strings.NewReader(""), "", nil},
		{iotest.ErrReader(gone), "", gone},
		{io.MultiReader(strings.NewReader(text), iotest.ErrReader(gone)), text, gone},
		{iotest.DataErrReader(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(gone))), "abc", gone},
	} {
		var got bytes.Buffer
		_, err := got.ReadFrom(NewReader(t.Context(), c.r))
		require.Equal(t, c.err, err)
		require.Equal(t, c.want, got.String())
	}
	in := NewReader(t.Context(), strings.NewReader(text))
	n, err := in.Read(make([]byte, 3))
	require.NoError(t, err)
	require.Equal(t, 3, n, "no more is read than is asked for")
	require.NoError(t, iotest.TestReader(in, []byte(text[3:])))
}

// TestAWriteIsCalledOff: what nobody reads is left behind, and what was read is whole.
func TestAWriteIsCalledOff(t *testing.T) {
	for _, size := range []int{1, 60_000, 200_000, 256 << 10, 3_000_000} {
		r, f, err := os.Pipe()
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		w := NewWriter(ctx, f)
		text := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		all := make(chan []byte, 1)
		go func() {
			got := make([]byte, size)
			_, _ = io.ReadFull(r, got)
			all <- got
		}()
		n, err := w.Write(text)
		require.NoError(t, err)
		require.Equal(t, size, n)
		require.True(t, bytes.Equal(text, <-all))

		time.AfterFunc(20*time.Millisecond, cancel)
		n, err = w.Write(make([]byte, 1<<20))
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, n, 1<<20)
		n, err = w.Write([]byte("x"))
		require.ErrorIs(t, err, context.Canceled, "a write may still be under way")
		require.Zero(t, n)
		require.NoError(t, r.Close()) // lets the write go
		require.NoError(t, f.Close())
	}
}

func TestAWriteTellsItsError(t *testing.T) {
	r, f, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	_, err = NewWriter(t.Context(), f).Write([]byte("x"))
	require.ErrorIs(t, err, unix.EPIPE)
	require.NoError(t, f.Close())
	plain, err := os.Create(filepath.Join(t.TempDir(), "plain"))
	require.NoError(t, err)
	require.Equal(t, io.Writer(plain), NewWriter(t.Context(), plain))
	require.NoError(t, plain.Close())
}
