package main

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/compute"

	"github.com/volley-go/volley/bench/inputs18"
	"github.com/volley-go/volley/bench/protocol"
)

// exprFilter calls the kernels "greater" and "filter" on each batch.
func exprFilter(task protocol.Task) (func() (protocol.Answer, error), error) {
	records, err := inputs18.Records(task)
	if err != nil {
		return nil, err
	}
	return func() (protocol.Answer, error) {
		out := make([]arrow.Record, len(records))
		for i, record := range records {
			if out[i], err = keep(record); err != nil {
				return nil, err
			}
		}
		return protocol.Answer{"": protocol.Later(func() (protocol.Answer, error) {
			s := inputs18.Sums{}
			for _, record := range out {
				s.Add(record)
			}
			return protocol.Answer{"rows": s["rows"], "sum": s["y"]}, nil
		})}, nil
	}, nil
}

func keep(record arrow.Record) (arrow.Record, error) {
	ctx := context.Background()
	x := record.Column(record.Schema().FieldIndices("x")[0])
	mask, err := compute.CallFunction(ctx, "greater", nil, compute.NewDatum(x), compute.NewDatum(0.9))
	if err != nil {
		return nil, err
	}
	chosen := mask.(*compute.ArrayDatum).MakeArray().(*array.Boolean)
	return compute.FilterRecordBatch(ctx, record, chosen, compute.DefaultFilterOptions())
}
