package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestNothingShowsBeforeCommit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o640))
	require.NoError(t, os.Chmod(path, 0o640)) // whatever the umask

	f, err := Create(path)
	require.NoError(t, err)
	_, err = f.Write([]byte("new"))
	require.NoError(t, err)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(got))

	require.NoError(t, f.Commit())
	got, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o640), info.Mode().Perm(), "a replaced file keeps its permissions")
	require.NoError(t, f.Close())
	require.Equal(t, []string{"out.csv"}, names(t, dir))
	require.ErrorIs(t, f.Commit(), fs.ErrClosed)
}

func TestCloseLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "out.csv"))
	require.NoError(t, err)
	_, err = f.Write([]byte("half"))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, f.Close())
	require.Empty(t, names(t, dir))
}

func TestLinkIsWrittenThrough(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(target, []byte("old"), 0o600))
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	f, err := Create(link)
	require.NoError(t, err)
	_, err = f.Write([]byte("new"))
	require.NoError(t, err)
	require.NoError(t, f.Commit())
	got, err := os.ReadFile(target)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))
}

func TestLinkToNothingIsWrittenThrough(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700))
	if err := os.Symlink(filepath.Join("a", "b"), filepath.Join(dir, "folder")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	require.NoError(t, os.Symlink("second", filepath.Join(dir, "first")))
	require.NoError(t, os.Symlink(filepath.Join("folder", "third"), filepath.Join(dir, "second")))
	require.NoError(t, os.Symlink(filepath.Join("..", "out.csv"), filepath.Join(dir, "folder", "third")))
	f, err := Create(filepath.Join(dir, "first"))
	require.NoError(t, err)
	require.NoError(t, f.Commit())
	require.FileExists(t, filepath.Join(dir, "a", "out.csv"))
	info, err := os.Lstat(filepath.Join(dir, "first"))
	require.NoError(t, err)
	require.Equal(t, fs.ModeSymlink, info.Mode().Type())

	require.NoError(t, os.Symlink("circle", filepath.Join(dir, "circle")))
	_, err = Create(filepath.Join(dir, "circle"))
	require.Error(t, err)
}

func TestLongNames(t *testing.T) {
	dir := t.TempDir()
	name := strings.Repeat("é", 125) + ".csv"
	f, err := Create(filepath.Join(dir, name))
	require.NoError(t, err)
	require.NoError(t, f.Commit())
	require.Equal(t, []string{name}, names(t, dir))
	_, err = Create(filepath.Join(dir, strings.Repeat("x", 300)))
	require.Error(t, err, "Commit would fail")
	require.Equal(t, []string{name}, names(t, dir))
}

func TestCreateRefusesWhereCommitWouldFail(t *testing.T) {
	dir := t.TempDir()
	_, err := Create(dir)
	require.ErrorContains(t, err, "is a directory")
	_, err = Create(filepath.Join(dir, "missing", "out.csv"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "create the folder first")
	require.NotContains(t, err.Error(), ".tmp", "the user never sees the temporary name")
	_, err = Create(os.DevNull)
	require.ErrorContains(t, err, "not a regular file")
}
