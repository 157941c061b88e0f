//go:build unix || windows

package frame

import "syscall"

// nonBlocking opens a named pipe without waiting for its reader, and noReader says
// that there is none.
const (
	nonBlocking = syscall.O_NONBLOCK
	noReader    = syscall.ENXIO
)
