package main

import (
	"github.com/go-gota/gota/series"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// exprEqual compares a series with a text.
func exprEqual(task protocol.Task) (func() (protocol.Answer, error), error) {
	zone, err := inputs.Strings(task)
	if err != nil {
		return nil, err
	}
	s := series.Strings(zone)
	return func() (protocol.Answer, error) {
		out := s.Compare(series.Eq, "Zone 7")
		return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
			equal := 0.0
			for i := range out.Len() {
				if is, err := out.Elem(i).Bool(); is && err == nil {
					equal++
				}
			}
			return protocol.Answer{"rows": float64(out.Len()), "true": equal}, nil
		})}, out.Err
	}, nil
}
