package main

import (
	"database/sql/driver"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/volley-go/volley/bench/protocol"
)

// rowsSleep is a function that waits.
func rowsSleep(task protocol.Task) (func() (protocol.Answer, error), error) {
	return calling(task, duckdb.TYPE_DOUBLE, func(row []driver.Value) (any, error) {
		time.Sleep(time.Duration(task.CostNs))
		return row[0].(float64) + 1, nil
	}, total)
}
