package main

import (
	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// exprSelect is a conditional expression over four columns.
func exprSelect(task protocol.Task) (func() (protocol.Answer, error), error) {
	return applying(task, apply.Expr("out = ifelse(x*x + y*y*2 - 0.5 > t, a, b)"), total)
}
