// Package inputs18 is package inputs for workers that stand on arrow-go v18.
package inputs18

import (
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/volley-go/volley/bench/protocol"
)

// Records returns the record batches of an Arrow file: the columns asked for, cut
// to the task's rows.
func Records(task protocol.Task) (records []arrow.Record, err error) {
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
