package main

import (
	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsBusy is a function that keeps its core busy.
func rowsBusy(task protocol.Task) (func() (protocol.Answer, error), error) {
	return applying(task, apply.Map1("out", "x", func(x float64) float64 {
		protocol.Spin(task.CostNs)
		return x + 1
	}), total)
}
