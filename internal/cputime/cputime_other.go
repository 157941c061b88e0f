//go:build !linux

// Package cputime tells how much processor time the calling thread and the
// process have used. Only Linux tells here; elsewhere the engine does
// without (see each function's ok).
package cputime

import "time"

// Thread is not told on this system.
func Thread() (d time.Duration, ok bool) { return 0, false }

// Process is not told on this system.
func Process() (d time.Duration, ok bool) { return 0, false }

// PeakRSS is not told on this system.
func PeakRSS() (bytes int64, ok bool) { return 0, false }
