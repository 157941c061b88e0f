package csvio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// changes are what others may do to a file while it is read, and whether that is told.
var changes = map[string]struct {
	do   func(t *testing.T, path string, was []byte)
	told bool
}{
	"nothing":      {func(*testing.T, string, []byte) {}, false},
	"appended":     {func(t *testing.T, p string, was []byte) { put(t, p, os.O_APPEND, "9,9\n") }, true},
	"cut":          {func(t *testing.T, p string, was []byte) { require.NoError(t, os.Truncate(p, int64(len(was)-4))) }, true},
	"cut to a row": {func(t *testing.T, p string, was []byte) { require.NoError(t, os.Truncate(p, 8)) }, true},
	"emptied":      {func(t *testing.T, p string, was []byte) { require.NoError(t, os.Truncate(p, 0)) }, true},
	"one byte":     {func(t *testing.T, p string, was []byte) { put(t, p, 0, string(was[:1])) }, true},
	"as it was": {func(t *testing.T, p string, was []byte) {
		put(t, p, os.O_TRUNC, string(was))
	}, true},
	"replaced": {func(t *testing.T, p string, was []byte) {
		require.NoError(t, os.WriteFile(p+".new", []byte("a,b\n"), 0o600))
		if err := os.Rename(p+".new", p); err != nil {
			t.Skip("an open file is not replaced here:", err)
		}
	}, false},
	"read by another": {func(t *testing.T, p string, was []byte) {
		_, err := os.ReadFile(p)
		require.NoError(t, err)
	}, false},
}

func put(t *testing.T, path string, flag int, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|flag, 0)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// aged writes a file that was there for long.
func aged(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	long := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, long, long))
	return path
}

// readChanged reads everything, and has the file changed before the part at.
func readChanged(t *testing.T, src chunker.Source, at int, change func()) (rows int, err error) {
	t.Helper()
	stream, err := src.Open(t.Context(), 64<<10)
	require.NoError(t, err)
	defer func() { require.NoError(t, stream.Close()) }()
	for i := 0; ; i++ {
		if i == at {
			change()
		}
		part, err := stream.Next(t.Context())
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		c, err := part(t.Context())
		if err != nil {
			return rows, err
		}
		rows += c.Len()
		c.Release()
	}
}

func TestAnInputThatChangesIsAnError(t *testing.T) {
	small := "a,b\n" + strings.Repeat("1,2\n", 100)
	rows := 300_000
	if testing.Short() {
		rows = 150_000 // still several blocks
	}
	large := "a,b\n" + strings.Repeat("1,2\n", rows)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(large))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, c := range map[string]struct {
		text []byte
		rows int
	}{
		"small.csv":    {[]byte(small), 100},
		"large.csv":    {[]byte(large), rows},
		"large.csv.gz": {packed.Bytes(), rows},
		"latin1.csv":   {[]byte(small + "é,2\n"), 101},
		"semis.csv":    {[]byte(strings.ReplaceAll(large, ",", "||")), rows},
	} {
		for what, change := range changes {
			for _, at := range []int{0, 1} {
				path := aged(t, name, c.text)
				got, err := readChanged(t, csvio.Open(path), at, func() { change.do(t, path, c.text) })
				if !change.told {
					require.NoError(t, err, "%s: %s", name, what)
					require.Equal(t, c.rows, got, "%s: %s", name, what)
					continue
				}
				require.ErrorIs(t, err, chunker.ErrChanged, "%s: %s before part %d", name, what, at)
				require.ErrorContains(t, err, "read "+path+":")
			}
		}
	}
}

// meddling is a sink that does something when it is created, which is while the first rows are read.
type meddling struct {
	chunker.Sink
	do func()
}

func (m meddling) Create(ctx context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	m.do()
	return m.Sink.Create(ctx, schema)
}

func TestReadFileOfAnInputThatChanges(t *testing.T) {
	text := []byte("a,b\n" + strings.Repeat("1,2\n", 300_000))
	for what, change := range changes {
		path := aged(t, "in.csv", text)
		rejects := meddling{new(chunker.FrameSink), func() { change.do(t, path, text) }}
		f, err := csvio.ReadOptions{OnBad: csvio.Reject, Rejects: rejects}.ReadFile(t.Context(), path)
		if change.told {
			require.ErrorIs(t, err, chunker.ErrChanged, what)
			continue
		}
		require.NoError(t, err, what)
		require.Equal(t, 300_000, f.NumRows())
	}
}

func TestFilesThatAreNotReadToTheEndMayChange(t *testing.T) {
	path := aged(t, "in.csv", []byte("a,b\n"+strings.Repeat("1,2\n", 300_000)))
	stream, err := csvio.Open(path).Open(t.Context(), 64<<10)
	require.NoError(t, err)
	part, err := stream.Next(t.Context())
	require.NoError(t, err)
	put(t, path, os.O_APPEND, "3,4\n")
	c, err := part(t.Context())
	require.NoError(t, err)
	c.Release()
	require.NoError(t, stream.Close())
}

func TestFilesOfTheSystemDoNotChange(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("has no such files")
	}
	_, err := csvio.ReadOptions{Delimiter: ':', Header: csvio.Absent, OnBad: csvio.Skip}.ReadFile(t.Context(), "/proc/self/status")
	require.False(t, errors.Is(err, chunker.ErrChanged), "%v", err)
}
