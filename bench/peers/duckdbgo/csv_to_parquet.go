package main

import (
	"fmt"

	"github.com/volley-go/volley/bench/protocol"
)

// csvToParquet copies a CSV into a Parquet file with two derived columns, streamed.
func csvToParquet(task protocol.Task) (func() (protocol.Answer, error), error) {
	return executing(fmt.Sprintf(`
		COPY (SELECT *, fare + tip AS total, fare / greatest(distance, 0.1) AS per_mile FROM read_csv('%s'))
		TO '%s' (FORMAT parquet)`, task.Input, task.Output))
}
