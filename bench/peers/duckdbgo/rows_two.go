package main

import (
	"database/sql/driver"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/volley-go/volley/bench/protocol"
)

// rowsTwo is a cheap Go function of two columns, called by the query row by row.
func rowsTwo(task protocol.Task) (func() (protocol.Answer, error), error) {
	return calling(task, duckdb.TYPE_DOUBLE, func(row []driver.Value) (any, error) {
		return row[0].(float64) / max(row[1].(float64), 0.1), nil
	}, total)
}
