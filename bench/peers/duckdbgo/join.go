package main

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/volley-go/volley/bench/protocol"
)

// join joins the main table with one row for each driver.
func join(task protocol.Task) (func() (protocol.Answer, error), error) {
	db, err := open(
		fmt.Sprintf("CREATE TABLE trips AS FROM '%s'", task.Input),
		fmt.Sprintf("CREATE TABLE drivers AS FROM read_csv('%s')", task.Other))
	if err != nil {
		return nil, err
	}
	return fetching(db, "FROM trips JOIN drivers USING (driver)", func(batches []arrow.RecordBatch) protocol.Answer {
		s := sums(batches)
		return protocol.Answer{"rows": s["rows"], "rating": s["rating"], "fare": s["fare"]}
	}), nil
}
