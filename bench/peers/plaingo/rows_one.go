package main

import (
	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsOne is the plain loop, on one core.
func rowsOne(task protocol.Task) (func() (protocol.Answer, error), error) {
	c, err := inputs.Floats(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out := make([]float64, len(c["x"]))
		for i, x := range c["x"] {
			out[i] = cheap(x)
		}
		return total(out), nil
	}, nil
}

func cheap(x float64) float64 {
	if x > 0.5 {
		return 3*x + 1
	}
	return -x
}
