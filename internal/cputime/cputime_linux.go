// Package cputime tells how much processor time the calling thread and the
// process have used: against the clock on the wall it shows whether code computes or
// waits.
package cputime

import (
	"time"

	"golang.org/x/sys/unix"
)

// Thread returns the processor time of the calling thread; ok is false where the
// system cannot tell. The caller must be locked to its thread for two readings to
// be of the same one. It costs about 0.3 µs.
func Thread() (d time.Duration, ok bool) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		return 0, false
	}
	return time.Duration(ts.Nano()), true
}

// Process returns the processor time of the whole process, user and system.
func Process() (d time.Duration, ok bool) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		return 0, false
	}
	return time.Duration(ts.Nano()), true
}

// PeakRSS returns the most memory the process has held resident so far, in bytes.
func PeakRSS() (bytes int64, ok bool) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return int64(u.Maxrss) << 10, true // kilobytes on Linux
}
