package main

import (
	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// exprEqual compares string by string.
func exprEqual(task protocol.Task) (func() (protocol.Answer, error), error) {
	zone, err := inputs.Strings(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out := make([]bool, len(zone))
		for i, z := range zone {
			out[i] = z == "Zone 7"
		}
		return trues(out), nil
	}, nil
}

// trues is the answer of the jobs that make a column of booleans, worked out later.
func trues(out []bool) protocol.Answer {
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
		n := 0.0
		for _, v := range out {
			if v {
				n++
			}
		}
		return protocol.Answer{"rows": float64(len(out)), "true": n}, nil
	})}
}
