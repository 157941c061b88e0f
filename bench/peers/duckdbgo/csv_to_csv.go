package main

import (
	"fmt"

	"github.com/volley-go/volley/bench/protocol"
)

// csvToCSV copies a CSV into another with one derived column, streamed.
func csvToCSV(task protocol.Task) (func() (protocol.Answer, error), error) {
	return executing(fmt.Sprintf(`
		COPY (SELECT *, fare + tip AS total FROM read_csv('%s'))
		TO '%s' (FORMAT csv, HEADER)`, task.Input, task.Output))
}
