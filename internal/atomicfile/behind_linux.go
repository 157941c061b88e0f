package atomicfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// beginWriting has the system begin to write a range to disk. It is a hint: an error is none.
func beginWriting(f *os.File, at, n int64) {
	unix.SyncFileRange(int(f.Fd()), at, n, unix.SYNC_FILE_RANGE_WRITE)
}
