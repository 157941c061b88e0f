// Command plaingo does the jobs with the standard library and a plain loop, as a Go
// programmer without a dataframe library would.
package main

import "github.com/volley-go/volley/bench/protocol"

func main() {
	protocol.Main("", protocol.Programs{
		"csv_scan":      protocol.Run(csvScan),
		"csv_column":    protocol.Run(csvColumn),
		"csv_frame":     protocol.Run(csvFrame),
		"csv_to_csv":    protocol.Run(csvToCSV),
		"expr_select":   exprSelect,
		"expr_sum":      exprSum,
		"expr_math":     exprMath,
		"expr_equal":    exprEqual,
		"expr_contains": exprContains,
		"expr_filter":   exprFilter,
		"rows_one":      rowsOne,
		"rows_two":      rowsTwo,
		"rows_string":   rowsString,
		"rows_busy":     rowsBusy,
		"rows_sleep":    rowsSleep,
		"rows_failing":  protocol.Run(rowsFailing),
		"wait_sleep":    protocol.Run(waitSleep),
		"wait_http":     protocol.Run(waitHTTP),
	})
}
