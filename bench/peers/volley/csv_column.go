package main

import (
	"github.com/volley-go/volley/bench/protocol"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// csvColumn sums one column; the fields of the others are skipped.
func csvColumn(task protocol.Task) (protocol.Answer, error) {
	sums, err := scan(chunker.Select(csvio.Open(task.Input), task.Columns...))
	delete(sums, "rows")
	return sums.Answer(), err
}
