package main

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/volley-go/volley/bench/protocol"
)

// sortRows sorts a table of 12 columns by three of them.
func sortRows(task protocol.Task) (func() (protocol.Answer, error), error) {
	db, err := open(fmt.Sprintf("CREATE TABLE rows AS FROM '%s'", task.Input))
	if err != nil {
		return nil, err
	}
	query := "FROM rows ORDER BY " + strings.Join(task.Keys, ", ")
	return fetching(db, query, func(batches []arrow.RecordBatch) protocol.Answer {
		return protocol.Answer{
			"first": at(batches, "id", 0), "middle": at(batches, "id", task.Rows/2), "last": at(batches, "id", task.Rows-1),
		}
	}), nil
}
