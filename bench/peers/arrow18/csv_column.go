package main

import (
	"github.com/apache/arrow-go/v18/arrow/csv"

	"github.com/volley-go/volley/bench/inputs18"
	"github.com/volley-go/volley/bench/protocol"
)

// csvColumn sums one column.
func csvColumn(task protocol.Task) (protocol.Answer, error) {
	f, r, err := openCSV(task, csv.WithIncludeColumns(task.Columns))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := inputs18.Sums{}
	for r.Next() {
		s.Add(r.Record())
	}
	delete(s, "rows")
	return s.Answer(), ended(r)
}
