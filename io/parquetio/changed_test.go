package parquetio

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// TestAnInputThatChangesIsAnError: whatever others do to a file while it is read, and wherever reading is by then.
func TestAnInputThatChangesIsAnError(t *testing.T) {
	f, o := pieces(t)
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept.parquet")
	require.NoError(t, o.WriteFile(t.Context(), kept, f))
	was, err := os.ReadFile(kept)
	require.NoError(t, err)
	for what, c := range map[string]struct {
		do   func(path string) error
		told bool
	}{
		"nothing":   {func(string) error { return nil }, false},
		"appended":  {func(p string) error { return write(p, os.O_APPEND, "x") }, true},
		"one byte":  {func(p string) error { return write(p, 0, "P") }, true},
		"as it was": {func(p string) error { return write(p, 0, string(was)) }, true},
		"replaced": {func(p string) error {
			if err := os.WriteFile(p+".new", []byte("PAR1"), 0o600); err != nil {
				return err
			}
			return os.Rename(p+".new", p)
		}, false},
		"removed": {os.Remove, false},
	} {
		for _, paths := range []int{1, 2} { // of two files, the first
			for at := range 3 {
				in := []string{filepath.Join(dir, "in.parquet"), kept}[:paths]
				require.NoError(t, os.WriteFile(in[0], was, 0o600))
				long := time.Now().Add(-time.Hour)
				require.NoError(t, os.Chtimes(in[0], long, long))
				rows, err := readChanged(t, Open(in...), at, func() { require.NoError(t, c.do(in[0])) })
				if c.told {
					require.ErrorIs(t, err, chunker.ErrChanged, "%s before part %d", what, at)
					require.ErrorContains(t, err, "read "+in[0]+": changed")
					continue
				}
				require.NoError(t, err, what)
				require.Equal(t, paths*f.NumRows(), rows, what)
			}
		}
	}
}

func write(path string, flag int, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|flag, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	return f.Close()
}

// readChanged reads everything, and has something done before the part at.
func readChanged(t *testing.T, src chunker.Source, at int, change func()) (rows int, err error) {
	t.Helper()
	stream, err := src.Open(t.Context(), 1<<10)
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

func TestPipesAreRefused(t *testing.T) {
	_, err := ReadFile(t.Context(), os.DevNull)
	require.ErrorContains(t, err, "Parquet is read from its end")
}
