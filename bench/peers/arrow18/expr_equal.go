package main

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/compute"

	"github.com/volley-go/volley/bench/inputs18"
	"github.com/volley-go/volley/bench/protocol"
)

// exprEqual calls the kernel "equal" on each batch.
func exprEqual(task protocol.Task) (func() (protocol.Answer, error), error) {
	records, err := inputs18.Records(task)
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
