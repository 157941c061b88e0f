//go:build unix

package paths

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestAPatternNamesNoPipe: who reads one may wait for ever. A name of its own is kept.
func TestAPatternNamesNoPipe(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("x", 0o700))
	for _, name := range []string{"a.csv", filepath.Join("x", "b.csv")} {
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
	for _, name := range []string{"p.csv", filepath.Join("x", "p.csv")} {
		require.NoError(t, unix.Mkfifo(name, 0o600))
	}
	require.NoError(t, os.Symlink("a.csv", "link.csv"))
	require.NoError(t, os.Symlink("p.csv", "linkp.csv"))
	require.NoError(t, os.Symlink("/dev/null", "null.csv"))
	for pattern, want := range map[string][]string{
		"*.csv":     {"a.csv", "link.csv"},
		"**/*.csv":  {"a.csv", "link.csv", "x/b.csv"},
		"x/**":      {"x/b.csv"},
		"*/p.csv":   nil,
		"**/p.csv":  nil,
		"p.csv":     {"p.csv"},
		"linkp.csv": {"linkp.csv"},
		"x/p.csv":   {"x/p.csv"},
	} {
		got, err := Expand(pattern)
		if want == nil {
			require.ErrorContains(t, err, "no file has such a name", pattern)
			continue
		}
		require.NoError(t, err, pattern)
		require.Equal(t, want, got, pattern)
	}
}
