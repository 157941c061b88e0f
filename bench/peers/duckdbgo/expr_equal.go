package main

import "github.com/volley-go/volley/bench/protocol"

// exprEqual compares texts with a constant.
func exprEqual(task protocol.Task) (func() (protocol.Answer, error), error) {
	return loading(task, "SELECT zone = 'Zone 7' AS out FROM rows", trues)
}
