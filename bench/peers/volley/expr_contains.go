package main

import (
	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// exprContains searches texts for a word.
func exprContains(task protocol.Task) (func() (protocol.Answer, error), error) {
	return applying(task, apply.Expr(`out = contains(text, "amber")`), trues)
}
