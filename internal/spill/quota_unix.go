//go:build unix

package spill

import "syscall"

// errQuota is the error of a disk that is full for this user.
var errQuota error = syscall.EDQUOT
