package main

import (
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/csv"

	"github.com/volley-go/volley/bench/inputs18"
	"github.com/volley-go/volley/bench/protocol"
)

// csvScan reads batches and sums their columns. Types are inferred from the first
// row; a column that begins with a null has to be named.
func csvScan(task protocol.Task) (protocol.Answer, error) {
	f, r, err := openCSV(task)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := inputs18.Sums{}
	for r.Next() {
		s.Add(r.Record())
	}
	return s.Answer(), ended(r)
}

func openCSV(task protocol.Task, options ...csv.Option) (io.Closer, *csv.Reader, error) {
	f, err := os.Open(task.Input)
	if err != nil {
		return nil, nil, err
	}
	options = append([]csv.Option{
		csv.WithHeader(true), csv.WithChunk(64 << 10), csv.WithNullReader(true, task.Null),
		csv.WithColumnTypes(map[string]arrow.DataType{"tip": arrow.PrimitiveTypes.Float64}),
	}, options...)
	return f, csv.NewInferringReader(f, options...), nil
}

// ended is the reader's error, of which the end of the file is none.
func ended(r *csv.Reader) error {
	if err := r.Err(); err != nil && err != io.EOF {
		return err
	}
	return nil
}
