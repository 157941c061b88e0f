package main

import (
	"context"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/parquetio"
)

// parquetRead reads a Parquet file, or some of its columns, into a frame. Dictionaries are kept, as
// Polars does in its own way: its texts are views into them.
func parquetRead(task protocol.Task) (protocol.Answer, error) {
	src := chunker.Source(parquetio.ReadOptions{KeepDictionaries: true}.Open(task.Input))
	if len(task.Columns) > 0 {
		src = chunker.Select(src, task.Columns...)
	}
	f, err := chunker.ReadAll(context.Background(), src)
	if err != nil {
		return nil, err
	}
	return inputs.Later(f.Records()), nil
}
