//go:build !linux

package openfiles

import "math"

// Left is not told on this system.
func Left() (left, limit int, ok bool) { return math.MaxInt, 0, false }
