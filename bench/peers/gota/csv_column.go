package main

import "github.com/volley-go/volley/bench/protocol"

// csvColumn sums one column; gota reads all of them.
func csvColumn(task protocol.Task) (protocol.Answer, error) {
	df, err := readCSV(task)
	if err != nil {
		return nil, err
	}
	name := task.Columns[0]
	return protocol.Answer{name: df.Col(name).Sum()}, nil
}
