// Package inputs loads the arrays of the in-memory jobs for Go workers, before the
// clock starts.
package inputs

import (
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"github.com/volley-go/volley/bench/protocol"
)

// Records returns the record batches of an Arrow file: the columns asked for, cut
// to the task's rows.
func Records(task protocol.Task) ([]arrow.Record, error) {
	f, err := os.Open(task.Input)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := ipc.NewFileReader(f)
	if err != nil {
		return nil, err
	}
	var out []arrow.Record
	left := int64(task.Rows)
	for i := 0; i < r.NumRecords() && left > 0; i++ {
		record, err := r.RecordAt(i)
		if err != nil {
			return nil, err
		}
		record = record.NewSlice(0, min(left, record.NumRows()))
		left -= record.NumRows()
		out = append(out, pick(record, task.Columns))
	}
	return out, nil
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

// Floats returns the columns as slices.
func Floats(task protocol.Task) (map[string][]float64, error) {
	records, err := Records(task)
	if err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for _, r := range records {
		for i, name := range task.Columns {
			out[name] = append(out[name], r.Column(i).(*array.Float64).Float64Values()...)
		}
	}
	return out, nil
}

// Strings returns the one column as a slice.
func Strings(task protocol.Task) ([]string, error) {
	records, err := Records(task)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range records {
		column := r.Column(0).(*array.String)
		for i := range column.Len() {
			out = append(out, column.Value(i))
		}
	}
	return out, nil
}
