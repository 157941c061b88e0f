package ooc_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// opens counts how often files of a folder are opened while do runs, as the kernel sees it.
func opens(t *testing.T, dir string, do func()) (n int) {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_NONBLOCK)
	require.NoError(t, err)
	defer syscall.Close(fd)
	_, err = syscall.InotifyAddWatch(fd, dir, syscall.IN_OPEN)
	require.NoError(t, err)
	do()
	buf := make([]byte, 64<<10)
	k, err := syscall.Read(fd, buf)
	if err == syscall.EAGAIN {
		return 0
	}
	require.NoError(t, err)
	for at := 0; at < k; {
		e := (*syscall.InotifyEvent)(unsafe.Pointer(&buf[at]))
		if e.Mask&syscall.IN_ISDIR == 0 {
			n++
		}
		at += syscall.SizeofInotifyEvent + int(e.Len)
	}
	return n
}

// TestAJobOpensItsInputOnce although it leaves out columns.
func TestAJobOpensItsInputOnce(t *testing.T) {
	for name, source := range map[string]func(path string) chunker.Source{
		"csv":     func(path string) chunker.Source { return csvio.Open(path) },
		"parquet": func(path string) chunker.Source { return parquetio.Open(path) },
	} {
		for _, steps := range []chunker.Steps{nil, {table.Select("n")}} {
			dir := t.TempDir()
			path := filepath.Join(dir, "in")
			if name == "csv" {
				require.NoError(t, os.WriteFile(path, []byte("n,s\n"+strings.Repeat("1,a\n", 500_000)), 0o600))
			} else {
				require.NoError(t, parquetio.WriteFile(t.Context(), path, numbers(t, 500_000)))
			}
			n := opens(t, dir, func() {
				_, err := ooc.Job{From: source(path), Steps: steps, To: new(chunker.FrameSink)}.Run(t.Context())
				require.NoError(t, err)
			})
			require.Equal(t, 1, n, "%s, %s", name, steps)
		}
	}
}
