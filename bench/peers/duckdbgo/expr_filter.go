package main

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/volley-go/volley/bench/protocol"
)

// exprFilter keeps the tenth of the rows whose x is largest.
func exprFilter(task protocol.Task) (func() (protocol.Answer, error), error) {
	return loading(task, "FROM rows WHERE x > 0.9", func(batches []arrow.RecordBatch) protocol.Answer {
		s := sums(batches)
		return protocol.Answer{"rows": s["rows"], "sum": s["y"]}
	})
}
