package paths

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheFirstMissingFolderIsNamed, whatever is missing below it.
func TestTheFirstMissingFolderIsNamed(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.Mkdir("there", 0o700))
	for path, want := range map[string]string{
		"a.csv":                                    "",
		"there/a.csv":                              "",
		"not/a.csv":                                "not",
		"not/this/a.csv":                           "not",
		"there/not/this/a.csv":                     filepath.Join("there", "not"),
		filepath.Join(dir, "a.csv"):                "",
		filepath.Join(dir, "x\ny", "z", "a.csv"):   filepath.Join(dir, "x") + `\ny`,
		filepath.Join(dir, "there", "no", "a.csv"): filepath.Join(dir, "there", "no"),
	} {
		_, open := os.Open(path)
		err := Missing(path, open)
		require.ErrorIs(t, err, fs.ErrNotExist)
		if want == "" {
			require.Equal(t, open, err)
		} else {
			require.EqualError(t, err, "there is no folder "+want)
		}
	}
	other := errors.New("another error")
	require.Equal(t, other, Missing("not/a.csv", other))
	require.NoError(t, Missing("not/a.csv", nil))
	_, err := Expand("not/*/a.csv")
	require.ErrorContains(t, err, "there is no folder not")
	_, err = Expand("there/*.csv")
	require.ErrorContains(t, err, "no file has such a name")
}
