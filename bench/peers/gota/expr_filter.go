package main

import (
	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
)

// exprFilter keeps rows of a frame.
func exprFilter(task protocol.Task) (func() (protocol.Answer, error), error) {
	df, err := frame(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out := df.Filter(dataframe.F{Colname: "x", Comparator: series.Greater, Comparando: 0.9})
		return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
			return protocol.Answer{"rows": float64(out.Nrow()), "sum": out.Col("y").Sum()}, nil
		})}, out.Error()
	}, nil
}

func frame(task protocol.Task) (dataframe.DataFrame, error) {
	columns, err := inputs.Floats(task)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	all := make([]series.Series, len(task.Columns))
	for i, name := range task.Columns {
		all[i] = series.New(columns[name], series.Float, name)
	}
	df := dataframe.New(all...)
	return df, df.Error()
}
