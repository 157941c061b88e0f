//go:build unix

package offheap

import "golang.org/x/sys/unix"

// take maps n bytes, or has them of the heap if the system gives no more: then the runtime ends the
// process, which it can explain.
func take(n int) []byte {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return make([]byte, n)
	}
	advise(b)
	return b
}

// give unmaps what take has mapped; it does nothing to what is the heap's.
func give(b []byte) { _ = unix.Munmap(b) }
