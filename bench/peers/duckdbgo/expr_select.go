package main

import "github.com/volley-go/volley/bench/protocol"

// exprSelect is a conditional expression over four columns into a new one.
func exprSelect(task protocol.Task) (func() (protocol.Answer, error), error) {
	return loading(task, "SELECT CASE WHEN x * x + y * y * 2 - 0.5 > t THEN a ELSE b END AS out FROM rows", total)
}
