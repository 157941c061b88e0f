package main

import (
	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// exprMath is square roots and exponentials.
func exprMath(task protocol.Task) (func() (protocol.Answer, error), error) {
	return applying(task, apply.Expr("out = sqrt(x*x + y*y) * exp(-x)"), total)
}
