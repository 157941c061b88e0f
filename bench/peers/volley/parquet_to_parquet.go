package main

import (
	"context"

	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// parquetToParquet streams a Parquet file into another.
func parquetToParquet(task protocol.Task) (protocol.Answer, error) {
	_, err := ooc.Job{
		From:  parquetio.ReadOptions{KeepDictionaries: true}.Open(task.Input), // texts go from dictionary to dictionary
		Steps: derived,
		To:    parquetio.Create(task.Output),
	}.Run(context.Background())
	return nil, err
}
