package main

import (
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/csv"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/bench/protocol"
)

// csvToCSV reads, derives and writes batch by batch.
func csvToCSV(task protocol.Task) (protocol.Answer, error) {
	f, r, err := openCSV(task)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out, err := os.Create(task.Output)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	var w *csv.Writer
	for r.Next() {
		record := withTotal(r.Record())
		if w == nil {
			w = csv.NewWriter(out, record.Schema(), csv.WithHeader(true), csv.WithNullWriter(""))
		}
		if err := w.Write(record); err != nil {
			return nil, err
		}
		record.Release()
	}
	if err := ended(r); err != nil {
		return nil, err
	}
	return nil, w.Flush()
}

func withTotal(record arrow.Record) arrow.Record {
	fare, tip := floats(record, "fare"), floats(record, "tip")
	total := array.NewFloat64Builder(memory.DefaultAllocator)
	for i := range fare.Len() {
		if tip.IsNull(i) {
			total.AppendNull()
		} else {
			total.Append(fare.Value(i) + tip.Value(i))
		}
	}
	return with(record, map[string]arrow.Array{"total": total.NewArray()}, "total")
}
