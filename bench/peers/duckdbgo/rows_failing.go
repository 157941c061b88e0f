package main

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/volley-go/volley/bench/protocol"
)

// rowsFailing counts the calls of a function that fails on the last row.
func rowsFailing(task protocol.Task) (protocol.Answer, error) {
	db, err := open(fmt.Sprintf("CREATE TABLE rows AS SELECT range AS x FROM range(%d)", task.Rows))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var calls atomic.Int64
	err = db.register(function{duckdb.TYPE_BIGINT, 1, func(row []driver.Value) (any, error) {
		calls.Add(1)
		x := row[0].(int64)
		if x == int64(task.Rows-1) {
			return nil, fmt.Errorf("bad value %d", x)
		}
		return x + 1, nil
	}})
	if err != nil {
		return nil, err
	}
	if _, err = db.fetch("SELECT function(x) FROM rows"); err == nil {
		return nil, errors.New("the failing row was not told")
	}
	return protocol.Answer{"calls": float64(calls.Load()), "message": err.Error()}, nil
}
