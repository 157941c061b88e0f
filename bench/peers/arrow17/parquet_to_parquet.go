package main

import (
	"context"
	"io"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"github.com/volley-go/volley/bench/protocol"
)

// parquetToParquet reads, derives and writes batch by batch.
func parquetToParquet(task protocol.Task) (protocol.Answer, error) {
	f, err := file.OpenParquetFile(task.Input, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	properties := pqarrow.ArrowReadProperties{Parallel: true, BatchSize: 128 << 10}
	r, err := pqarrow.NewFileReader(f, properties, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	records, err := r.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		return nil, err
	}
	var w *pqarrow.FileWriter
	for {
		record, err := records.Read()
		if err == io.EOF {
			return nil, w.Close()
		}
		if err != nil {
			return nil, err
		}
		record = derive(record)
		if w == nil {
			if w, err = createParquet(task.Output, record.Schema()); err != nil {
				return nil, err
			}
		}
		if err := w.Write(record); err != nil {
			return nil, err
		}
		record.Release()
	}
}
