package main

import (
	"os"

	"github.com/go-gota/gota/series"

	"github.com/volley-go/volley/bench/protocol"
)

// csvToCSV reads a frame, adds a column and writes the frame.
func csvToCSV(task protocol.Task) (protocol.Answer, error) {
	df, err := readCSV(task)
	if err != nil {
		return nil, err
	}
	total := df.Col("fare").Float()
	for i, tip := range df.Col("tip").Float() {
		total[i] += tip
	}
	df = df.Mutate(series.New(total, series.Float, "total"))
	if err := df.Error(); err != nil {
		return nil, err
	}
	out, err := os.Create(task.Output)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	return nil, df.WriteCSV(out)
}
