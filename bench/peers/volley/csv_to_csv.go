package main

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/ooc"
)

// csvToCSV streams a CSV file into another. The timestamps are only passed on, and
// may stay the text they are.
func csvToCSV(task protocol.Task) (protocol.Answer, error) {
	rows := csvio.ReadOptions{Types: map[string]arrow.DataType{"pickup": arrow.BinaryTypes.String}}
	_, err := ooc.Job{
		From:  rows.Open(task.Input),
		Steps: derived[:1],
		To:    csvio.Create(task.Output),
	}.Run(context.Background())
	return nil, err
}
