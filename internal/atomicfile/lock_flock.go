//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockTemp opens and locks a temporary file; it is errHeld where another has the lock. Where the
// filesystem has no locks it returns nil, and such files are neither locked nor removed.
func lockTemp(name string) (*os.File, error) {
	// For writing, as NFS wants it of who locks for himself alone.
	f, err := os.OpenFile(name, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err != unix.EINTR {
			break
		}
	}
	switch err {
	case nil:
		return f, nil
	case unix.EWOULDBLOCK:
		_ = f.Close()
		return nil, errHeld
	}
	_ = f.Close()
	return nil, nil
}
