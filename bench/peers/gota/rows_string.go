package main

import (
	"strings"

	"github.com/go-gota/gota/series"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsString maps a series of texts, element by element.
func rowsString(task protocol.Task) (func() (protocol.Answer, error), error) {
	text, err := inputs.Strings(task)
	if err != nil {
		return nil, err
	}
	s := series.Strings(text)
	return func() (protocol.Answer, error) {
		out := s.Copy().Map(func(e series.Element) series.Element {
			first, rest, _ := strings.Cut(e.String(), " ")
			e.Set(strings.ToUpper(rest) + "-" + first)
			return e
		})
		return lengths(out), out.Err
	}, nil
}

func lengths(out series.Series) protocol.Answer {
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
		bytes, b := 0, 0
		for _, s := range out.Records() {
			bytes += len(s)
			b += strings.Count(s, "B")
		}
		return protocol.Answer{"rows": float64(out.Len()), "bytes": float64(bytes), "b": float64(b)}, nil
	})}
}
