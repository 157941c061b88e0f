package fault

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

func TestFaultsWrapTheirKindAndTheirCause(t *testing.T) {
	cause := errors.New("the cause")
	for kind, err := range map[error]error{
		ErrCorrupt: Corrupt("page %d: %w", 3, cause), ErrLimit: Limited("page %d: %w", 3, cause), ErrUnsupported: Unsupported("page %d: %w", 3, cause),
	} {
		require.ErrorIs(t, err, kind)
		require.ErrorIs(t, err, cause)
		require.True(t, strings.HasSuffix(err.Error(), ": page 3: the cause"), err)
	}
}

func TestAFileIsNamedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gone.parquet")
	_, gone := os.Open(path)
	for _, file := range []string{path, ""} {
		err := In("read", file, "fare", gone)
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.Equal(t, 1, strings.Count(err.Error(), path), err)
		var at *chunker.Error
		require.ErrorAs(t, err, &at)
		require.Equal(t, path, at.File)
		require.Equal(t, "fare", at.Column)
	}
}

func TestAPanicIsADamagedFile(t *testing.T) {
	panics := func() (err error) {
		defer Catch(&err)
		var pages []int
		return errors.New("page " + string(rune(pages[len(os.Args)])))
	}
	err := panics()
	require.ErrorIs(t, err, ErrCorrupt)
	require.ErrorContains(t, err, "index out of range")
	require.ErrorContains(t, err, "fault_test.go", "with its stack")
}
