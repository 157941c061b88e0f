//go:build unix

package atomicfile

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOwnerOfAReplacedFile(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may give files away")
	}
	for _, to := range [][2]int{{65534, 65534}, {0, 65534}, {65534, 0}, {1, 2}, {0, 0}} {
		path := filepath.Join(t.TempDir(), "out.csv")
		require.NoError(t, os.WriteFile(path, nil, 0o640))
		require.NoError(t, os.Chown(path, to[0], to[1]))
		require.NoError(t, written(t, path, "x").Commit())
		info, err := os.Stat(path)
		require.NoError(t, err)
		s := info.Sys().(*syscall.Stat_t)
		require.Equal(t, to, [2]int{int(s.Uid), int(s.Gid)})
	}
}
