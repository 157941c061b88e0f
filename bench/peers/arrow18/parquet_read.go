package main

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/volley-go/volley/bench/inputs18"
	"github.com/volley-go/volley/bench/protocol"
)

// parquetRead reads the file, or some of its columns, into a table, columns in
// parallel.
func parquetRead(task protocol.Task) (protocol.Answer, error) {
	f, err := file.OpenParquetFile(task.Input, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{Parallel: true}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	table, err := read(r, f, task.Columns)
	if err != nil {
		return nil, err
	}
	return inputs18.Later(batches(table)), nil
}

func read(r *pqarrow.FileReader, f *file.Reader, columns []string) (arrow.Table, error) {
	if len(columns) == 0 {
		return r.ReadTable(context.Background())
	}
	leaves := make([]int, len(columns))
	for i, name := range columns {
		leaves[i] = f.MetaData().Schema.ColumnIndexByName(name)
	}
	groups := make([]int, f.NumRowGroups())
	for i := range groups {
		groups[i] = i
	}
	return r.ReadRowGroups(context.Background(), leaves, groups)
}

func batches(table arrow.Table) (records []arrow.Record) {
	r := array.NewTableReader(table, 0)
	for r.Next() {
		record := r.Record()
		record.Retain()
		records = append(records, record)
	}
	return records
}
