package main

import (
	"fmt"

	"github.com/volley-go/volley/bench/protocol"
)

// csvFrame reads a CSV into Go, as Arrow batches.
func csvFrame(task protocol.Task) (func() (protocol.Answer, error), error) {
	db, err := open()
	if err != nil {
		return nil, err
	}
	return fetching(db, fmt.Sprintf("FROM read_csv('%s')", task.Input), table), nil
}
