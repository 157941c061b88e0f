package main

import (
	"context"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/compute"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/volley-go/volley/bench/protocol"
)

// exprEqual calls the kernel "equal" on each batch.
func exprEqual(task protocol.Task) (func() (protocol.Answer, error), error) {
	records, err := load(task)
	if err != nil {
		return nil, err
	}
	word := compute.NewDatum("Zone 7")
	return func() (protocol.Answer, error) {
		var out []*array.Boolean
		for _, record := range records {
			equal, err := compute.CallFunction(context.Background(), "equal", nil, compute.NewDatum(record.Column(0)), word)
			if err != nil {
				return nil, err
			}
			out = append(out, equal.(*compute.ArrayDatum).MakeArray().(*array.Boolean))
		}
		return trues(out), nil
	}, nil
}

func trues(columns []*array.Boolean) protocol.Answer {
	return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
		rows, trues := 0, 0
		for _, c := range columns {
			rows += c.Len()
			for i := range c.Len() {
				if c.Value(i) {
					trues++
				}
			}
		}
		return protocol.Answer{"rows": float64(rows), "true": float64(trues)}, nil
	})}
}

// load reads the task's columns and rows of an Arrow file.
func load(task protocol.Task) (records []arrow.Record, err error) {
	f, err := os.Open(task.Input)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := ipc.NewFileReader(f)
	if err != nil {
		return nil, err
	}
	left := int64(task.Rows)
	for i := 0; i < r.NumRecords() && left > 0; i++ {
		record, err := r.RecordAt(i)
		if err != nil {
			return nil, err
		}
		record = record.NewSlice(0, min(left, record.NumRows()))
		left -= record.NumRows()
		records = append(records, pick(record, task.Columns))
	}
	return records, nil
}

func pick(record arrow.Record, names []string) arrow.Record {
	fields := make([]arrow.Field, len(names))
	columns := make([]arrow.Array, len(names))
	for i, name := range names {
		at := record.Schema().FieldIndices(name)[0]
		fields[i], columns[i] = record.Schema().Field(at), record.Column(at)
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, record.NumRows())
}
