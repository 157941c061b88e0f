package paths

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSame(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.MkdirAll("a/b", 0o700))
	require.NoError(t, os.WriteFile("a/there", nil, 0o600))
	require.NoError(t, os.WriteFile("a/other", nil, 0o600))
	require.NoError(t, os.Link("a/there", "hard"))
	if err := os.Symlink("a", "link"); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	require.NoError(t, os.Symlink("a/there", "soft"))
	require.NoError(t, os.Symlink("link/new", "dangling"))
	require.NoError(t, os.Symlink("../new", "a/b/up"))
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"a/there", "a/there", true},
		{"a/there", "link/there", true},
		{"a/there", "hard", true},
		{"soft", "hard", true},
		{"a/there", "a/other", false},
		{"a/there", "a/new", false},
		{"a/new", "link/new", true},
		{"a/new", filepath.Join(dir, "a", "new"), true},
		{"a/new", "a/b/../new", true},
		{"a/new", "dangling", true},
		{"a/new", "a/b/up", true},
		{"link/b/up", "dangling", true},
		{"a/new", "new", false},
		{"a/new", "a/newer", false},
		{"missing/new", "missing/new", true},
		{"missing/new", "missing/../missing/new", true},
		{"missing/new", "a/new", false},
		{"a/new", "a/NEW", foldsCase("a")},
		{"a/b/new", "a/b/New", foldsCase("a/b")},
	} {
		require.Equal(t, c.want, Same(c.a, c.b), "%s and %s", c.a, c.b)
		require.Equal(t, c.want, Same(c.b, c.a), "%s and %s", c.b, c.a)
	}
	_, err := os.Stat("A/There")
	require.Equal(t, err == nil, foldsCase("a"))
	require.Equal(t, err == nil, foldsCase("a/b"), "of an empty folder by its own name")
	require.Equal(t, "aBC1.CSV", otherCase("Abc1.csv"))
}
