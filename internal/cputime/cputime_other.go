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

// ThreadID is not told on this system.
func ThreadID() int { return 0 }

// Of is not told on this system.
func Of(thread int) (d time.Duration, ok bool) { return 0, false }

// Waits is not told on this system.
func Waits() (n int64, ok bool) { return 0, false }

// Blocked is not told on this system.
func Blocked(thread int) bool { return false }
