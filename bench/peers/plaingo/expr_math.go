package main

import (
	"math"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// exprMath fills a new slice by a loop over math.Sqrt and math.Exp.
func exprMath(task protocol.Task) (func() (protocol.Answer, error), error) {
	c, err := inputs.Floats(task)
	if err != nil {
		return nil, err
	}
	x, y := c["x"], c["y"]
	return func() (protocol.Answer, error) {
		out := make([]float64, len(x))
		for i := range x {
			out[i] = math.Sqrt(x[i]*x[i]+y[i]*y[i]) * math.Exp(-x[i])
		}
		return total(out), nil
	}, nil
}
