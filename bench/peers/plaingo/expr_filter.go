package main

import (
	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// exprFilter appends the rows it keeps.
func exprFilter(task protocol.Task) (func() (protocol.Answer, error), error) {
	c, err := inputs.Floats(task)
	if err != nil {
		return nil, err
	}
	x, y, t := c["x"], c["y"], c["t"]
	return func() (protocol.Answer, error) {
		var keptX, keptY, keptT []float64
		for i := range x {
			if x[i] > 0.9 {
				keptX, keptY, keptT = append(keptX, x[i]), append(keptY, y[i]), append(keptT, t[i])
			}
		}
		answer := total(keptY)
		answer["rows"] = float64(min(len(keptX), len(keptT)))
		return answer, nil
	}, nil
}
