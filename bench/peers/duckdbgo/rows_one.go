package main

import (
	"database/sql/driver"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/volley-go/volley/bench/protocol"
)

// rowsOne is a cheap Go function of one column, called by the query row by row.
func rowsOne(task protocol.Task) (func() (protocol.Answer, error), error) {
	return calling(task, duckdb.TYPE_DOUBLE, func(row []driver.Value) (any, error) {
		x := row[0].(float64)
		if x > 0.5 {
			return 3*x + 1, nil
		}
		return -x, nil
	}, total)
}
