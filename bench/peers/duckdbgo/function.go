package main

import (
	"context"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/duckdb/duckdb-go/v2"

	"github.com/volley-go/volley/bench/protocol"
)

// function is a Go function for queries: columns of one type to a column of the same.
type function struct {
	kind    duckdb.Type
	columns int
	run     duckdb.RowExecutorFn
}

// Config tells DuckDB the types.
func (f function) Config() duckdb.ScalarFuncConfig {
	kind, err := duckdb.NewTypeInfo(f.kind)
	if err != nil {
		panic(err) // a type with parameters: none of the jobs has one
	}
	config := duckdb.ScalarFuncConfig{ResultTypeInfo: kind}
	for range f.columns {
		config.InputTypeInfos = append(config.InputTypeInfos, kind)
	}
	return config
}

// Executor tells DuckDB to call it row by row.
func (f function) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: f.run}
}

// register makes a function known to the database as function.
func (db *database) register(f function) error {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	return duckdb.RegisterScalarUDF(conn, "function", f)
}

// calling is a program that calls a function of all of the task's columns for each
// row of its table.
func calling(task protocol.Task, kind duckdb.Type, run duckdb.RowExecutorFn, answer func([]arrow.RecordBatch) protocol.Answer) (func() (protocol.Answer, error), error) {
	db, err := load(task)
	if err != nil {
		return nil, err
	}
	if err := db.register(function{kind, len(task.Columns), run}); err != nil {
		return nil, err
	}
	query := "SELECT function(" + strings.Join(task.Columns, ", ") + ") AS out FROM rows"
	return fetching(db, query, answer), nil
}
