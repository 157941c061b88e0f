package main

import (
	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// exprSelect fills a new slice by a loop with an if.
func exprSelect(task protocol.Task) (func() (protocol.Answer, error), error) {
	c, err := inputs.Floats(task)
	if err != nil {
		return nil, err
	}
	x, y, t, a, b := c["x"], c["y"], c["t"], c["a"], c["b"]
	return func() (protocol.Answer, error) {
		out := make([]float64, len(x))
		for i := range x {
			if x[i]*x[i]+y[i]*y[i]*2-0.5 > t[i] {
				out[i] = a[i]
			} else {
				out[i] = b[i]
			}
		}
		return total(out), nil
	}, nil
}

// total is the answer of the jobs that make a column of floats, worked out later.
func total(out []float64) protocol.Answer {
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
		sum := 0.0
		for _, v := range out {
			sum += v
		}
		return protocol.Answer{"rows": float64(len(out)), "sum": sum}, nil
	})}
}
