package main

import (
	"database/sql/driver"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/volley-go/volley/bench/protocol"
)

// rowsString is a Go function from text to text, called by the query row by row.
func rowsString(task protocol.Task) (func() (protocol.Answer, error), error) {
	return calling(task, duckdb.TYPE_VARCHAR, func(row []driver.Value) (any, error) {
		first, rest, _ := strings.Cut(row[0].(string), " ")
		return strings.ToUpper(rest) + "-" + first, nil
	}, lengths)
}
