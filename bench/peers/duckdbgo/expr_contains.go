package main

import "github.com/volley-go/volley/bench/protocol"

// exprContains searches texts for a word.
func exprContains(task protocol.Task) (func() (protocol.Answer, error), error) {
	return loading(task, "SELECT contains(text, 'amber') AS out FROM rows", trues)
}
