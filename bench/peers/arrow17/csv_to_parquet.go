package main

import (
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"github.com/volley-go/volley/bench/protocol"
)

// csvToParquet reads, derives and writes batch by batch.
func csvToParquet(task protocol.Task) (protocol.Answer, error) {
	return nil, convert(task, derive)
}

func convert(task protocol.Task, derive func(arrow.Record) arrow.Record) error {
	f, r, err := openCSV(task)
	if err != nil {
		return err
	}
	defer f.Close()
	var w *pqarrow.FileWriter
	for r.Next() {
		record := derive(r.Record())
		if w == nil {
			if w, err = createParquet(task.Output, record.Schema()); err != nil {
				return err
			}
		}
		if err := w.Write(record); err != nil {
			return err
		}
		record.Release()
	}
	if err := ended(r); err != nil {
		return err
	}
	return w.Close() // and the file under it
}

func createParquet(path string, schema *arrow.Schema) (*pqarrow.FileWriter, error) {
	out, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy))
	return pqarrow.NewFileWriter(schema, out, props, pqarrow.DefaultWriterProps())
}
