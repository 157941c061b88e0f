package main

import (
	"fmt"

	"github.com/volley-go/volley/bench/protocol"
)

// parquetToParquet copies a Parquet file into another with two derived columns, streamed.
func parquetToParquet(task protocol.Task) (func() (protocol.Answer, error), error) {
	return executing(fmt.Sprintf(`
		COPY (SELECT *, fare + tip AS total, fare / greatest(distance, 0.1) AS per_mile FROM '%s')
		TO '%s' (FORMAT parquet)`, task.Input, task.Output))
}
