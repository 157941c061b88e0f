package main

import (
	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// exprSum sums by a loop with an if.
func exprSum(task protocol.Task) (func() (protocol.Answer, error), error) {
	c, err := inputs.Floats(task)
	if err != nil {
		return nil, err
	}
	x, y, t, a, b := c["x"], c["y"], c["t"], c["a"], c["b"]
	return func() (protocol.Answer, error) {
		sum := 0.0
		for i := range x {
			if x[i]*x[i]+y[i]*y[i]*2-0.5 > t[i] {
				sum += a[i]
			} else {
				sum += b[i]
			}
		}
		return protocol.Answer{"sum": sum}, nil
	}, nil
}
