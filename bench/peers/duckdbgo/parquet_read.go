package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/volley-go/volley/bench/protocol"
)

// parquetRead reads a Parquet file, or some of its columns, into Go as Arrow batches.
func parquetRead(task protocol.Task) (func() (protocol.Answer, error), error) {
	db, err := open()
	if err != nil {
		return nil, err
	}
	columns := cmp.Or(strings.Join(task.Columns, ", "), "*")
	return fetching(db, fmt.Sprintf("SELECT %s FROM '%s'", columns, task.Input), table), nil
}
