package paths

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStamp(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, path string)
		want   string
	}{
		"nothing":   {func(*testing.T, string) {}, ""},
		"appended":  {func(t *testing.T, p string) { write(t, p, os.O_APPEND, "d") }, "had 3 bytes, and has 4"},
		"truncated": {func(t *testing.T, p string) { require.NoError(t, os.Truncate(p, 1)) }, "had 3 bytes, and has 1"},
		"emptied":   {func(t *testing.T, p string) { write(t, p, os.O_TRUNC, "") }, "and has 0"},
		"rewritten": {func(t *testing.T, p string) { write(t, p, 0, "x") }, "was written to at"},
		"replaced": {func(t *testing.T, p string) {
			require.NoError(t, os.WriteFile(p+"2", []byte("xyz"), 0o600))
			require.NoError(t, os.Rename(p+"2", p))
		}, ""},
		"removed": {func(t *testing.T, p string) { require.NoError(t, os.Remove(p)) }, ""},
		"linked":  {func(t *testing.T, p string) { require.NoError(t, os.Link(p, p+"2")) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			require.NoError(t, os.WriteFile(path, []byte("abc"), 0o600))
			long := time.Now().Add(-time.Hour)
			require.NoError(t, os.Chtimes(path, long, long))
			f, err := os.Open(path)
			require.NoError(t, err)
			defer f.Close()
			s, err := StampOf(f)
			require.NoError(t, err)
			c.change(t, path)
			err = s.Check(f)
			if byName := s.CheckName(path); byName != nil {
				require.Equal(t, err, byName)
			} else {
				require.NoError(t, err, "what was opened has its name still")
			}
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrChanged)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func write(t *testing.T, path string, flag int, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|flag, 0)
	require.NoError(t, err)
	_, err = f.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestAPipeNeverChanges(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	s, err := StampOf(r)
	require.NoError(t, err)
	_, err = w.WriteString("abc")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, s.Check(r))
}
