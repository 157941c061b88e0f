package atomicfile

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// written is a file that is ready to be committed.
func written(t *testing.T, path, text string) *File {
	t.Helper()
	f, err := Create(path)
	require.NoError(t, err)
	_, err = f.Write([]byte(text))
	require.NoError(t, err)
	return f
}

func requireText(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}

func TestOfTwoThatMakeOneNewNameTheFirstWins(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	a, b := written(t, path, "a"), written(t, path, "b")
	require.NoError(t, a.Commit())
	err := b.Commit()
	require.ErrorIs(t, err, fs.ErrExist)
	require.ErrorContains(t, err, path+": is there already")
	require.NotContains(t, err.Error(), tempEnd)
	require.NoError(t, b.Close())
	requireText(t, path, "a")
	require.Equal(t, []string{"out.csv"}, names(t, dir))
}

func TestOfManyAtOnceOneWins(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	var won atomic.Int32
	var wg sync.WaitGroup
	files := make([]*File, 20)
	for i := range files {
		files[i] = written(t, path, "x")
	}
	for _, f := range files {
		wg.Go(func() {
			if f.Commit() == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, won.Load())
	require.Equal(t, []string{"out.csv"}, names(t, dir))
}

func TestOfTwoThatReplaceTheLastWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	a, b := written(t, path, "a"), written(t, path, "b")
	require.NoError(t, os.WriteFile(path, []byte("changed"), 0o600))
	require.NoError(t, a.Commit())
	require.NoError(t, b.Commit())
	requireText(t, path, "b")
}

func TestAFileThatWentMeanwhileIsMadeAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	f := written(t, path, "new")
	require.NoError(t, os.Remove(path))
	require.NoError(t, f.Commit())
	requireText(t, path, "new")
}

// TestWithoutRenamesThatReplaceNothing takes the ways of other systems.
func TestWithoutRenamesThatReplaceNothing(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	require.NoError(t, os.WriteFile(from, []byte("a"), 0o600))
	require.NoError(t, linkNew(from, to))
	require.Equal(t, []string{"to"}, names(t, dir))
	require.NoError(t, os.WriteFile(from, []byte("b"), 0o600))
	require.ErrorIs(t, linkNew(from, to), fs.ErrExist)
	requireText(t, to, "a")
	require.ErrorIs(t, linkNew(filepath.Join(dir, "missing"), filepath.Join(dir, "x")), fs.ErrNotExist)
}

func TestAFolderThatWentIsAnErrorOfTheFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	require.NoError(t, os.Mkdir(dir, 0o700))
	path := filepath.Join(dir, "out.csv")
	f := written(t, path, "x")
	require.NoError(t, os.RemoveAll(dir))
	err := f.Commit()
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NotContains(t, err.Error(), tempEnd)
	require.ErrorContains(t, err, path)
}

// TestAfterAFailedWriteNothingIsCommitted: also where the later writes succeed.
func TestAfterAFailedWriteNothingIsCommitted(t *testing.T) {
	for _, old := range []string{"", "old"} {
		for _, call := range []func(*File) error{(*File).Commit, (*File).Finish} {
			dir := t.TempDir()
			path := filepath.Join(dir, "out.csv")
			if old != "" {
				require.NoError(t, os.WriteFile(path, []byte(old), 0o600))
			}
			f := written(t, path, "half")
			good := f.file
			bad, err := os.Open(f.file.Name()) // for reading alone
			require.NoError(t, err)
			f.file = bad
			_, err = f.Write([]byte("lost"))
			require.Error(t, err)
			require.NotContains(t, err.Error(), tempEnd)
			require.NoError(t, bad.Close())
			f.file = good
			_, err = f.Write([]byte("more"))
			require.NoError(t, err)
			require.ErrorContains(t, call(f), path)
			require.Error(t, f.Commit())
			require.NoError(t, f.Close())
			if old == "" {
				require.Empty(t, names(t, dir))
				continue
			}
			require.Equal(t, []string{"out.csv"}, names(t, dir))
			requireText(t, path, old)
		}
	}
}

func TestFinishThenClose(t *testing.T) {
	dir := t.TempDir()
	f := written(t, filepath.Join(dir, "out.csv"), "x")
	require.NoError(t, f.Finish())
	require.NoError(t, f.Finish())
	require.NotEqual(t, []string{"out.csv"}, names(t, dir))
	require.NoError(t, f.Close())
	require.Empty(t, names(t, dir))
	require.ErrorIs(t, f.Commit(), fs.ErrClosed)
}

func TestPermissionsOfAReplacedFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permissions of owner, group and others")
	}
	for _, mode := range []fs.FileMode{0o600, 0o644, 0o660, 0o444, 0o755} {
		path := filepath.Join(t.TempDir(), "out.csv")
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.NoError(t, os.Chmod(path, mode))
		require.NoError(t, written(t, path, "x").Commit())
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().Perm())
	}
}

// TestChild is the writer that other tests kill: it makes a file, says so, and waits.
func TestChild(t *testing.T) {
	path := os.Getenv("ATOMICFILE_CHILD")
	if path == "" {
		t.Skip("runs only as the child that other tests start")
	}
	f, err := Create(path)
	require.NoError(t, err)
	_, err = f.Write([]byte("half"))
	require.NoError(t, err)
	os.Stdout.WriteString("written\n")
	time.Sleep(time.Minute)
}

// child runs TestChild until it has written.
func child(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), "ATOMICFILE_CHILD="+path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "written") {
			return cmd
		}
	}
	t.Fatal("the child ended")
	return nil
}

func TestWhatAKilledWriterLeftIsRemoved(t *testing.T) {
	dir := t.TempDir()
	killed := child(t, filepath.Join(dir, "out.csv"))
	living := child(t, filepath.Join(dir, "other.csv"))
	require.NoError(t, killed.Process.Kill())
	_ = killed.Wait()
	require.Len(t, names(t, dir), 2)
	for _, name := range []string{".out.csv.123.tmp", "out.csv.tmp", ".x" + tempMark() + "1", "x" + tempMark() + "1" + tempEnd, ".x.volley-0-1.tmp"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600), "not of this package, or not of this host")
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".d"+tempMark()+"1"+tempEnd), 0o700))

	if probe, err := lockTemp(filepath.Join(dir, "out.csv.tmp")); err != nil || probe == nil {
		require.NotEqual(t, "linux", runtime.GOOS, "files are locked there: %v", err)
		t.Skip("the file system has no locks, so that stale files are not told")
	} else {
		probe.Close()
	}
	require.NoError(t, written(t, filepath.Join(dir, "third.csv"), "x").Commit())
	got := strings.Join(names(t, dir), "\n")
	require.NotContains(t, got, ".out.csv"+tempMark(), "the killed writer's")
	require.Contains(t, got, ".other.csv"+tempMark(), "the living writer's")
	require.Len(t, names(t, dir), 8)
	require.NoError(t, living.Process.Kill())
}

func TestALivingWriterOfThisProcessKeepsItsFile(t *testing.T) {
	dir := t.TempDir()
	f := written(t, filepath.Join(dir, "out.csv"), "x")
	swept.Clear()
	require.NoError(t, written(t, filepath.Join(dir, "other.csv"), "y").Commit())
	require.NoError(t, f.Finish())
	swept.Clear()
	require.NoError(t, written(t, filepath.Join(dir, "third.csv"), "y").Commit())
	require.NoError(t, f.Commit())
	requireText(t, filepath.Join(dir, "out.csv"), "x")
}

func TestTempNames(t *testing.T) {
	f, err := Create(filepath.Join(t.TempDir(), "out.csv"))
	require.NoError(t, err)
	defer f.Close()
	require.True(t, isTemp(filepath.Base(f.file.Name())))
	require.True(t, errors.Is(errTaken{}, fs.ErrExist))
}
