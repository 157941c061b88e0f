//go:build !unix && !windows

package frame

import "errors"

// There are no named pipes here: what GONB_PIPE names is opened as a plain file.
const nonBlocking = 0

var noReader = errors.New("no reader")
