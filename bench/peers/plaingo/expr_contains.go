package main

import (
	"strings"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// exprContains searches string by string.
func exprContains(task protocol.Task) (func() (protocol.Answer, error), error) {
	text, err := inputs.Strings(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out := make([]bool, len(text))
		for i, t := range text {
			out[i] = strings.Contains(t, "amber")
		}
		return trues(out), nil
	}, nil
}
