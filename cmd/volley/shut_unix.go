//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// isShut reports whether a program was started with a closed standard stream. The Go runtime opens the null device, for
// reading and writing, in the place of one; shells that send output there open it for writing alone.
func isShut(f *os.File) bool {
	null, err := os.Stat(os.DevNull)
	if err != nil {
		return false
	}
	info, err := f.Stat()
	if err != nil || !os.SameFile(info, null) {
		return err != nil
	}
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
}
