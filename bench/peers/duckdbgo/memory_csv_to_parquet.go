package main

import (
	"fmt"

	"github.com/volley-go/volley/bench/protocol"
)

// memoryCSVToParquet is the same under DuckDB's memory limit.
func memoryCSVToParquet(task protocol.Task) (func() (protocol.Answer, error), error) {
	return executing(fmt.Sprintf(`
		COPY (SELECT *, fare + tip AS total FROM read_csv('%s'))
		TO '%s' (FORMAT parquet)`, task.Input, task.Output),
		fmt.Sprintf("SET memory_limit = '%dMiB'", task.Memory>>20),
		"SET preserve_insertion_order = true")
}
