//go:build unix

package atomicfile

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// syncDir makes a rename in dir last. Filesystems that cannot sync a folder say
// so with EINVAL or the like; the file itself is safe by then, so that is no error.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	d.Sync()
	return nil
}

// umask reads the process's file mode mask. The system can only tell it by
// setting it, so it is done once.
var umask = sync.OnceValue(func() os.FileMode {
	old := unix.Umask(0o022)
	unix.Umask(old)
	return os.FileMode(old)
})
