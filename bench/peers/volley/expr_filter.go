package main

import (
	"context"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/frame"
)

// exprFilter keeps the rows for which a condition is true.
func exprFilter(task protocol.Task) (func() (protocol.Answer, error), error) {
	f, err := load(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out, err := apply.Apply(context.Background(), f, apply.Where("x > 0.9"))
		return later(func() (protocol.Answer, error) {
			y, err := frame.Col[float64](out, "y")
			if err != nil {
				return nil, err
			}
			sum := 0.0
			for _, v := range y.All() {
				sum += v
			}
			return protocol.Answer{"rows": float64(out.NumRows()), "sum": sum}, nil
		}), err
	}, nil
}
