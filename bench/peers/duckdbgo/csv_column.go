package main

import (
	"fmt"

	"github.com/volley-go/volley/bench/protocol"
)

// csvColumn sums one column of a CSV, streamed.
func csvColumn(task protocol.Task) (func() (protocol.Answer, error), error) {
	db, err := open()
	if err != nil {
		return nil, err
	}
	name := task.Columns[0]
	query := fmt.Sprintf("SELECT sum(%s) FROM read_csv('%s')", name, task.Input)
	return func() (protocol.Answer, error) {
		var sum float64
		err := db.QueryRow(query).Scan(&sum)
		return protocol.Answer{name: sum}, err
	}, nil
}
