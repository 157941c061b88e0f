package main

import (
	"context"

	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// csvToCSV streams a CSV file into another.
func csvToCSV(task protocol.Task) (protocol.Answer, error) {
	_, err := ooc.Job{
		From:  csvio.Open(task.Input),
		Apply: derived[:1],
		To:    csvio.Create(task.Output),
	}.Run(context.Background())
	return nil, err
}
