package main

import "github.com/volley-go/volley/bench/protocol"

// exprMath is square roots and exponentials.
func exprMath(task protocol.Task) (func() (protocol.Answer, error), error) {
	return loading(task, "SELECT sqrt(x * x + y * y) * exp(-x) AS out FROM rows", total)
}
