package main

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/volley-go/volley/bench/inputs18"
	"github.com/volley-go/volley/bench/protocol"
)

// sums is what every column of a result comes to.
func sums(batches []arrow.RecordBatch) inputs18.Sums {
	s := inputs18.Sums{"nulls": 0}
	for _, batch := range batches {
		s.Add(batch)
		s.Nulls(batch)
	}
	return s
}

// table answers with all of them.
func table(batches []arrow.RecordBatch) protocol.Answer { return sums(batches).Answer() }

// total sums the column out.
func total(batches []arrow.RecordBatch) protocol.Answer {
	s := sums(batches)
	return protocol.Answer{"rows": s["rows"], "sum": s["out"]}
}

// trues counts the rows where the one column is true.
func trues(batches []arrow.RecordBatch) protocol.Answer {
	rows, n := 0, 0
	for _, batch := range batches {
		out := batch.Column(0).(*array.Boolean)
		rows += out.Len()
		for i := range out.Len() {
			if out.Value(i) {
				n++
			}
		}
	}
	return protocol.Answer{"rows": float64(rows), "true": float64(n)}
}

// lengths looks at the texts of the one column.
func lengths(batches []arrow.RecordBatch) protocol.Answer {
	rows, bytes, b := 0, 0, 0
	for _, batch := range batches {
		out := batch.Column(0).(*array.String)
		rows += out.Len()
		for i := range out.Len() {
			bytes += len(out.Value(i))
			b += strings.Count(out.Value(i), "B")
		}
	}
	return protocol.Answer{"rows": float64(rows), "bytes": float64(bytes), "b": float64(b)}
}

// at returns the value of an integer column at a row of the whole result.
func at(batches []arrow.RecordBatch, column string, row int) float64 {
	for _, batch := range batches {
		if n := int(batch.NumRows()); row >= n {
			row -= n
			continue
		}
		i := batch.Schema().FieldIndices(column)[0]
		return float64(batch.Column(i).(*array.Int64).Value(row))
	}
	return 0
}
