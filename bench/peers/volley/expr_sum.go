package main

import (
	"context"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// exprSum sums an expression without making a column of it.
func exprSum(task protocol.Task) (func() (protocol.Answer, error), error) {
	f, err := load(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		sum, err := apply.Sum(context.Background(), f, "ifelse(x*x + y*y*2 - 0.5 > t, a, b)")
		return protocol.Answer{"sum": sum}, err
	}, nil
}
