package main

import (
	"context"

	"github.com/volley-go/volley/bench/inputs"
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/io/csvio"
)

// csvFrame reads a CSV file into a frame.
func csvFrame(task protocol.Task) (protocol.Answer, error) {
	f, err := csvio.ReadFile(context.Background(), task.Input)
	if err != nil {
		return nil, err
	}
	return inputs.Later(f.Records()), nil
}
