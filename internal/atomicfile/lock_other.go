//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package atomicfile

import "os"

// lockTemp locks nothing: there is no flock here.
func lockTemp(string) (*os.File, error) { return nil, nil }
