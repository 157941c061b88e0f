//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// syncDir makes a rename in dir last. Filesystems that cannot sync a folder say so with EINVAL or
// the like, which is no error; a disk that fails is one.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	if err := d.Sync(); errors.Is(err, unix.EIO) || errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		return err
	}
	return nil
}

// keepOwner gives a file the owner and group of the one it replaces, or the group alone, where
// that is allowed.
func keepOwner(f *os.File, replaced fs.FileInfo) {
	was, ok := replaced.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	if f.Chown(int(was.Uid), int(was.Gid)) != nil {
		_ = f.Chown(-1, int(was.Gid))
	}
}

// umask reads the process's file mode mask. The system can only tell it by
// setting it, so it is done once.
var umask = sync.OnceValue(func() os.FileMode {
	old := unix.Umask(0o022)
	unix.Umask(old)
	return os.FileMode(old)
})
