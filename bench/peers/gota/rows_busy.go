package main

import "github.com/volley-go/volley/bench/protocol"

// rowsBusy maps a series by a function that keeps its core busy.
func rowsBusy(task protocol.Task) (func() (protocol.Answer, error), error) {
	return mapping(task, func(x float64) float64 {
		protocol.Spin(task.CostNs)
		return x + 1
	})
}
