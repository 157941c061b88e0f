package main

import (
	"context"

	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// memoryCSVToParquet is the same under a budget of memory.
func memoryCSVToParquet(task protocol.Task) (protocol.Answer, error) {
	_, err := ooc.Job{
		From:   csvio.Open(task.Input),
		Steps:  derived[:1],
		To:     parquetio.Create(task.Output),
		Memory: int64(task.Memory),
	}.Run(context.Background())
	return nil, err
}
