package main

import (
	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsOne is a cheap function of one column.
func rowsOne(task protocol.Task) (func() (protocol.Answer, error), error) {
	return applying(task, apply.Map1("out", "x", func(x float64) float64 {
		if x > 0.5 {
			return 3*x + 1
		}
		return -x
	}), total)
}
