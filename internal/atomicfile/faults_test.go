package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAFailedStepIsAnErrorAndLeavesNoFile takes the descriptor away, so that the system refuses
// whatever comes next.
func TestAFailedStepIsAnErrorAndLeavesNoFile(t *testing.T) {
	for name, step := range map[string]func(t *testing.T, f *File){
		"write, a byte": func(t *testing.T, f *File) {
			n, err := f.Write([]byte("x"))
			require.ErrorIs(t, err, fs.ErrClosed)
			require.Zero(t, n)
		},
		"write, more than is kept back": func(t *testing.T, f *File) {
			_, err := f.Write(make([]byte, writeBehind+1))
			require.ErrorIs(t, err, fs.ErrClosed)
		},
		"permissions": func(t *testing.T, f *File) {
			info, _ := os.Stat(f.path) // nil for a new file
			require.ErrorIs(t, f.permit(info), fs.ErrClosed, "neither owner nor permissions can be given")
			require.NoFileExists(t, f.file.Name())
			require.ErrorIs(t, f.Commit(), fs.ErrClosed)
		},
		"commit": func(t *testing.T, f *File) { require.ErrorIs(t, f.Commit(), fs.ErrClosed) },
		"close":  func(t *testing.T, f *File) { require.ErrorIs(t, f.Close(), fs.ErrClosed) },
	} {
		for _, old := range []string{"", "old"} {
			t.Run(name+", over "+old, func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "out.csv")
				var want []string
				if old != "" {
					require.NoError(t, os.WriteFile(path, []byte(old), 0o600))
					want = []string{"out.csv"}
				}
				f, err := Create(path)
				require.NoError(t, err)
				_, err = f.Write([]byte("half"))
				require.NoError(t, err)
				require.NoError(t, f.file.Close())
				step(t, f)
				f.Close()
				require.Equal(t, want, names(t, dir))
				if old != "" {
					got, err := os.ReadFile(path)
					require.NoError(t, err)
					require.Equal(t, old, string(got))
				}
			})
		}
	}
}

func TestACommitThatCannotRenameLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	f, err := Create(path)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(path, "in the way"), 0o700))
	require.Error(t, f.Commit())
	require.NoError(t, f.Close())
	require.Equal(t, []string{"out.csv"}, names(t, dir))
	require.DirExists(t, path)
}

// TestWriteBehindCountsEveryByte: what is begun never passes what is written, at the limit and
// beside it.
func TestWriteBehindCountsEveryByte(t *testing.T) {
	for _, c := range []struct{ first, second, begun int64 }{
		{writeBehind - 1, 0, 0},
		{writeBehind, 0, writeBehind},
		{writeBehind - 1, 1, writeBehind},
		{writeBehind, writeBehind - 1, writeBehind},
		{writeBehind + 1, writeBehind, 2*writeBehind + 1},
	} {
		f, err := Create(filepath.Join(t.TempDir(), "out"))
		require.NoError(t, err)
		for _, n := range []int64{c.first, c.second} {
			k, err := f.Write(make([]byte, n))
			require.NoError(t, err)
			require.EqualValues(t, n, k)
		}
		require.Equal(t, c.first+c.second, f.written)
		require.Equal(t, c.begun, f.begun)
		require.NoError(t, f.Close())
	}
}

// TestDescriptorsAreClosed counts what is open after each way in which a file can end.
func TestDescriptorsAreClosed(t *testing.T) {
	count := func() int {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("no list of descriptors here:", err)
		}
		return len(open)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	for name, end := range map[string]func(){
		"commit":         func() { f, _ := Create(path); f.Commit() },
		"close":          func() { f, _ := Create(path); f.Close() },
		"no folder":      func() { Create(filepath.Join(dir, "missing", "out.csv")) },
		"a folder":       func() { Create(dir) },
		"no plain file":  func() { Create(os.DevNull) },
		"failed commit":  func() { f, _ := Create(filepath.Join(dir, "gone")); os.Remove(f.file.Name()); f.Commit() },
		"close, removed": func() { f, _ := Create(filepath.Join(dir, "gone")); os.Remove(f.file.Name()); f.Close() },
	} {
		end() // what is opened once and kept
		before := count()
		for range 10 {
			end()
		}
		require.LessOrEqual(t, count(), before, name)
	}
}
