package bufpool

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// adviseHuge asks for huge pages in the whole ones among a buffer's 2 MiB. Where the
// system has none, nothing changes.
func adviseHuge(b []byte) {
	const page = 2 << 20
	from := int(-uintptr(unsafe.Pointer(&b[0])) & (page - 1))
	if to := from + (len(b)-from)&^(page-1); from < to {
		_ = unix.Madvise(b[from:to], unix.MADV_HUGEPAGE)
	}
}
