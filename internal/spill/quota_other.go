//go:build !unix

package spill

import "errors"

var errQuota = errors.New("there are no quotas here")
