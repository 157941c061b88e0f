package main

import (
	"github.com/go-gota/gota/series"

	"github.com/volley-go/volley/bench/protocol"
)

// rowsTwo calls a function with each row as a series.
func rowsTwo(task protocol.Task) (func() (protocol.Answer, error), error) {
	df, err := frame(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out := df.Rapply(func(row series.Series) series.Series {
			return series.Floats(row.Elem(0).Float() / max(row.Elem(1).Float(), 0.1))
		})
		return answer(out.Col("X0")), out.Error()
	}, nil
}
