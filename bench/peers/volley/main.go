// Command volley does the jobs with Volley.
package main

import "github.com/volley-go/volley/bench/protocol"

func main() {
	protocol.Main("github.com/volley-go/volley", protocol.Programs{
		"rows_one":     rowsOne,
		"rows_two":     rowsTwo,
		"rows_string":  rowsString,
		"rows_busy":    rowsBusy,
		"rows_sleep":   rowsSleep,
		"rows_failing": protocol.Run(rowsFailing),
	})
}
