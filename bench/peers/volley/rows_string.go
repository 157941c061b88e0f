package main

import (
	"strings"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsString is a function from text to text.
func rowsString(task protocol.Task) (func() (protocol.Answer, error), error) {
	return applying(task, apply.Map1("out", "text", func(text string) string {
		first, rest, _ := strings.Cut(text, " ")
		return strings.ToUpper(rest) + "-" + first
	}), lengths)
}
