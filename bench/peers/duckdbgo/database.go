package main

import (
	"context"
	"database/sql"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	"github.com/volley-go/volley/bench/inputs18"
	"github.com/volley-go/volley/bench/protocol"
)

// database is one database in memory, seen in both ways the driver has: through
// database/sql, and through Arrow, on a connection of its own.
type database struct {
	*sql.DB
	arrow *duckdb.Arrow
}

// open opens an empty database and runs the statements that set it up.
func open(statements ...string) (*database, error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, err
	}
	conn, err := connector.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	view, err := duckdb.NewArrowFromConn(conn)
	if err != nil {
		return nil, err
	}
	db := &database{sql.OpenDB(connector), view}
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			return nil, err
		}
	}
	return db, nil
}

// executing is a program that runs a statement which answers nothing, after the
// settings.
func executing(statement string, settings ...string) (func() (protocol.Answer, error), error) {
	db, err := open(settings...)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		_, err := db.Exec(statement)
		return nil, err
	}, nil
}

// fetching is a program that fetches a query's whole result into Go, as Arrow
// batches; answer looks at them after the clock has stopped.
func fetching(db *database, query string, answer func([]arrow.RecordBatch) protocol.Answer) func() (protocol.Answer, error) {
	return func() (protocol.Answer, error) {
		batches, err := db.fetch(query)
		return protocol.Answer{
			"answer":  protocol.Later(func() (protocol.Answer, error) { return answer(batches), nil }),
			"batches": protocol.Free(func() { release(batches) }),
		}, err
	}
}

func (db *database) fetch(query string) (batches []arrow.RecordBatch, err error) {
	r, err := db.arrow.QueryContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	defer r.Release()
	for r.Next() {
		batch := r.RecordBatch()
		batch.Retain()
		batches = append(batches, batch)
	}
	return batches, r.Err()
}

func release(batches []arrow.RecordBatch) {
	for _, batch := range batches {
		batch.Release()
	}
}

// load makes the table rows of the task's Arrow file.
func load(task protocol.Task) (*database, error) {
	records, err := inputs18.Records(task)
	if err != nil {
		return nil, err
	}
	r, err := array.NewRecordReader(records[0].Schema(), records)
	if err != nil {
		return nil, err
	}
	db, err := open()
	if err != nil {
		return nil, err
	}
	forget, err := db.arrow.RegisterView(r, "loaded")
	if err != nil {
		return nil, err
	}
	defer forget()
	_, err = db.fetch("CREATE TABLE rows AS FROM loaded")
	return db, err
}

// loading is a program that fetches a query over that table.
func loading(task protocol.Task, query string, answer func([]arrow.RecordBatch) protocol.Answer) (func() (protocol.Answer, error), error) {
	db, err := load(task)
	if err != nil {
		return nil, err
	}
	return fetching(db, query, answer), nil
}
