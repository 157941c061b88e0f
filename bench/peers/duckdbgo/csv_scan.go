package main

import (
	"fmt"
	"strings"

	"github.com/volley-go/volley/bench/protocol"
)

// csvScan types every column of a CSV and aggregates each, streamed. The query names
// the columns' types, which are looked up once, before the clock starts; the query
// itself finds them again.
func csvScan(task protocol.Task) (func() (protocol.Answer, error), error) {
	db, err := open()
	if err != nil {
		return nil, err
	}
	names, query, err := totals(db, fmt.Sprintf("read_csv('%s', header = true, nullstr = '%s')", task.Input, task.Null))
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		values, places := make([]float64, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		if err := db.QueryRow(query).Scan(places...); err != nil {
			return nil, err
		}
		answer := protocol.Answer{}
		for i, name := range names {
			answer[name] = values[i]
		}
		return answer, nil
	}, nil
}

// totals is the query that sums the columns by their types, which DuckDB finds.
func totals(db *database, table string) (names []string, query string, err error) {
	rows, err := db.Query("FROM " + table + " LIMIT 0")
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return nil, "", err
	}
	names, terms := []string{"rows"}, []string{"count(*)::DOUBLE"}
	for _, c := range columns {
		term := c.Name()
		switch c.DatabaseTypeName() {
		case "VARCHAR":
			term = "strlen(" + term + ")"
		case "TIMESTAMP", "TIMESTAMPTZ":
			term = "epoch(" + term + ")"
		}
		names, terms = append(names, c.Name()), append(terms, "sum("+term+")::DOUBLE")
	}
	return names, "SELECT " + strings.Join(terms, ", ") + " FROM " + table, rows.Err()
}
