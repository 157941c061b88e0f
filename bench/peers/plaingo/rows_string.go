package main

import (
	"strings"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsString is the plain loop, on one core.
func rowsString(task protocol.Task) (func() (protocol.Answer, error), error) {
	text, err := inputs.Strings(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out := make([]string, len(text))
		for i, t := range text {
			out[i] = swap(t)
		}
		return lengths(out), nil
	}, nil
}

func swap(text string) string {
	first, rest, _ := strings.Cut(text, " ")
	return strings.ToUpper(rest) + "-" + first
}

func lengths(out []string) protocol.Answer {
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
		bytes, b := 0, 0
		for _, s := range out {
			bytes += len(s)
			b += strings.Count(s, "B")
		}
		return protocol.Answer{"rows": float64(len(out)), "bytes": float64(bytes), "b": float64(b)}, nil
	})}
}
