package main

import (
	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsBusy is the plain loop, on one core.
func rowsBusy(task protocol.Task) (func() (protocol.Answer, error), error) {
	c, err := inputs.Floats(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out := make([]float64, len(c["x"]))
		for i, x := range c["x"] {
			protocol.Spin(task.CostNs)
			out[i] = x + 1
		}
		return total(out), nil
	}, nil
}
