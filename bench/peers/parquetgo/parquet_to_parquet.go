package main

import (
	"io"
	"os"

	"github.com/parquet-go/parquet-go"

	"github.com/volley-go/volley/bench/protocol"
)

// priced is a trip with the two derived columns.
type priced struct {
	trip
	Total   *float64 `parquet:"total,optional"`
	PerMile float64  `parquet:"per_mile"`
}

// parquetToParquet reads and writes structs, a thousand at a time.
func parquetToParquet(task protocol.Task) (protocol.Answer, error) {
	in, err := os.Open(task.Input)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	out, err := os.Create(task.Output)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	r := parquet.NewGenericReader[trip](in)
	defer r.Close()
	w := parquet.NewGenericWriter[priced](out, parquet.Compression(&parquet.Snappy))
	rows, derived := make([]trip, 1024), make([]priced, 1024)
	for {
		n, err := r.Read(rows)
		if err != nil && err != io.EOF {
			return nil, err
		}
		for i, t := range rows[:n] {
			derived[i] = price(t)
		}
		if _, err := w.Write(derived[:n]); err != nil {
			return nil, err
		}
		if err == io.EOF {
			return nil, w.Close()
		}
	}
}

func price(t trip) priced {
	p := priced{trip: t, PerMile: t.Fare / max(t.Distance, 0.1)}
	if t.Tip != nil {
		total := t.Fare + *t.Tip
		p.Total = &total
	}
	return p
}
