package main

import (
	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsTwo is the plain loop, on one core.
func rowsTwo(task protocol.Task) (func() (protocol.Answer, error), error) {
	c, err := inputs.Floats(task)
	if err != nil {
		return nil, err
	}
	x, y := c["x"], c["y"]
	return func() (protocol.Answer, error) {
		out := make([]float64, len(x))
		for i := range x {
			out[i] = x[i] / max(y[i], 0.1)
		}
		return total(out), nil
	}, nil
}
