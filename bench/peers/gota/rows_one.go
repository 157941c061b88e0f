package main

import (
	"github.com/go-gota/gota/series"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// rowsOne maps a series, element by element. Map changes the series it is called on
// and is given a copy, as a caller who needs the column must.
func rowsOne(task protocol.Task) (func() (protocol.Answer, error), error) {
	return mapping(task, func(x float64) float64 {
		if x > 0.5 {
			return 3*x + 1
		}
		return -x
	})
}

func mapping(task protocol.Task, f func(float64) float64) (func() (protocol.Answer, error), error) {
	columns, err := inputs.Floats(task)
	if err != nil {
		return nil, err
	}
	s := series.Floats(columns["x"])
	return func() (protocol.Answer, error) {
		out := s.Copy().Map(func(e series.Element) series.Element {
			e.Set(f(e.Float()))
			return e
		})
		return answer(out), out.Err
	}, nil
}

func answer(out series.Series) protocol.Answer {
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
		return protocol.Answer{"rows": float64(out.Len()), "sum": out.Sum()}, nil
	})}
}
