package main

import (
	"database/sql/driver"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/volley-go/volley/bench/protocol"
)

// rowsBusy is a function that keeps its core busy.
func rowsBusy(task protocol.Task) (func() (protocol.Answer, error), error) {
	return calling(task, duckdb.TYPE_DOUBLE, func(row []driver.Value) (any, error) {
		protocol.Spin(task.CostNs)
		return row[0].(float64) + 1, nil
	}, total)
}
