package main

import (
	"math"
	"os"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/volley-go/volley/bench/protocol"
)

// csvScan reads the file into a frame and sums its columns. gota has no type for
// timestamps: they stay text, which the answer shows.
func csvScan(task protocol.Task) (protocol.Answer, error) {
	df, err := readCSV(task)
	if err != nil {
		return nil, err
	}
	return sums(df), nil
}

func readCSV(task protocol.Task) (dataframe.DataFrame, error) {
	f, err := os.Open(task.Input)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	defer f.Close()
	df := dataframe.ReadCSV(f, dataframe.NaNValues([]string{task.Null}))
	return df, df.Error()
}

func sums(df dataframe.DataFrame) protocol.Answer {
	out := protocol.Answer{"rows": float64(df.Nrow())}
	for _, name := range df.Names() {
		out[name] = sum(df.Col(name))
	}
	return out
}

// sum leaves out what is null; Series.Sum makes NaN of it.
func sum(s series.Series) (total float64) {
	if s.Type() == series.String {
		for i := range s.Len() {
			if e := s.Elem(i); !e.IsNA() {
				total += float64(len(e.String()))
			}
		}
		return total
	}
	for _, v := range s.Float() {
		if !math.IsNaN(v) {
			total += v
		}
	}
	return total
}
