package main

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/volley-go/volley/bench/protocol"
)

// groupKeys is sum, mean and count of groups, read from Parquet.
func groupKeys(task protocol.Task) (func() (protocol.Answer, error), error) {
	db, err := open()
	if err != nil {
		return nil, err
	}
	query := fmt.Sprintf("SELECT %s, sum(fare) AS fare, avg(tip) AS tip, count(*) AS n FROM '%s' GROUP BY ALL",
		strings.Join(task.Keys, ", "), task.Input)
	return fetching(db, query, func(batches []arrow.RecordBatch) protocol.Answer {
		s := sums(batches)
		return protocol.Answer{"groups": s["rows"], "fare": s["fare"], "tip": s["tip"], "n": s["n"]}
	}), nil
}
