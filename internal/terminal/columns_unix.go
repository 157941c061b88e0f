//go:build unix

package terminal

import (
	"os"

	"golang.org/x/sys/unix"
)

// Columns is the width of a terminal; ok is false for a file that is none.
// /dev/null is a character device too: only a terminal has a window.
func Columns(f *os.File) (columns int, ok bool) {
	conn, err := f.SyscallConn() // Fd would make the file a blocking one
	if err != nil {
		return 0, false
	}
	err = conn.Control(func(fd uintptr) {
		if size, err := unix.IoctlGetWinsize(int(fd), unix.TIOCGWINSZ); err == nil {
			columns, ok = int(size.Col), true
		}
	})
	return columns, ok && err == nil
}
