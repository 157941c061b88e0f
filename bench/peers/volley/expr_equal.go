package main

import (
	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// exprEqual compares texts with a constant.
func exprEqual(task protocol.Task) (func() (protocol.Answer, error), error) {
	return applying(task, apply.Expr(`out = zone == "Zone 7"`), trues)
}
