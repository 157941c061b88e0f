package main

import (
	"context"

	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// csvToParquet streams a CSV file into a Parquet file.
func csvToParquet(task protocol.Task) (protocol.Answer, error) {
	_, err := ooc.Job{
		From:  csvio.Open(task.Input),
		Steps: derived,
		To:    parquetio.Create(task.Output),
	}.Run(context.Background())
	return nil, err
}
