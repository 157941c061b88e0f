package main

import (
	"github.com/apache/arrow/go/v17/arrow/csv"

	"github.com/volley-go/volley/bench/protocol"
)

// csvColumn sums one column.
func csvColumn(task protocol.Task) (protocol.Answer, error) {
	f, r, err := openCSV(task, csv.WithIncludeColumns(task.Columns))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := sums{}
	for r.Next() {
		s.add(r.Record())
	}
	delete(s, "rows")
	return s.answer(), ended(r)
}
