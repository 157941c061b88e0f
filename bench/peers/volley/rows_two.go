package main

import (
	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsTwo is a cheap function of two columns.
func rowsTwo(task protocol.Task) (func() (protocol.Answer, error), error) {
	return applying(task, apply.Map2("out", "x", "y", func(x, y float64) float64 { return x / max(y, 0.1) }), total)
}
