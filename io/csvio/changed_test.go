package csvio_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/internal/meddle"
	"github.com/volley-go/volley/io/csvio"
)

// aged writes a file that was there for long.
func aged(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, meddle.Aged(path, text))
	return path
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
		for what, change := range meddle.Changes {
			for _, at := range []int{0, 1} {
				path := aged(t, name, c.text)
				got, err := chunkertest.ReadMeddled(t, csvio.Open(path), 64<<10, at, func() { require.NoError(t, change.Do(path, c.text)) })
				if !change.Told {
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

// meddling is a sink that does something when it is created, which is while the first rows are
// read.
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
	for what, change := range meddle.Changes {
		path := aged(t, "in.csv", text)
		rejects := meddling{new(chunker.FrameSink), func() { require.NoError(t, change.Do(path, text)) }}
		f, err := csvio.ReadOptions{OnError: chunker.Reject(rejects, 0)}.ReadFile(t.Context(), path)
		if change.Told {
			require.ErrorIs(t, err, chunker.ErrChanged, what)
			continue
		}
		require.NoError(t, err, what)
		require.Equal(t, 300_000, f.NumRows())
	}
}

func TestFilesThatAreNotReadToTheEndMayChange(t *testing.T) {
	path := aged(t, "in.csv", []byte("a,b\n"+strings.Repeat("1,2\n", 300_000)))
	stream, err := chunker.Open(t.Context(), csvio.Open(path), chunker.Request{Bytes: 64 << 10})
	require.NoError(t, err)
	part, err := stream.Next(t.Context())
	require.NoError(t, err)
	require.NoError(t, meddle.Write(path, os.O_APPEND, "3,4\n"))
	c, err := part(t.Context())
	require.NoError(t, err)
	c.Release()
	require.NoError(t, stream.Close())
}

func TestFilesOfTheSystemDoNotChange(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has files that change whenever they are read, under /proc")
	}
	_, err := csvio.ReadOptions{Delimiter: ':', Header: csvio.Absent, OnError: chunker.Skip()}.ReadFile(t.Context(), "/proc/self/status")
	require.False(t, errors.Is(err, chunker.ErrChanged), "%v", err)
}
