package main

import (
	"context"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// csvScan ranges over the chunks of a CSV file and sums their columns.
func csvScan(task protocol.Task) (protocol.Answer, error) {
	sums, err := scan(csvio.Open(task.Input))
	return sums.Answer(), err
}

func scan(src chunker.Source) (inputs.Sums, error) {
	sums := inputs.Sums{}
	for chunk, err := range chunker.All(context.Background(), src) {
		if err != nil {
			return nil, err
		}
		sums.Add(chunk.Record)
		chunk.Release()
	}
	return sums, nil
}
