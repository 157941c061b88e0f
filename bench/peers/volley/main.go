// Command volley does the jobs with Volley.
package main

import "github.com/volley-go/volley/bench/protocol"

func main() {
	protocol.Main("github.com/volley-go/volley", protocol.Programs{
		"expr_select":           exprSelect,
		"expr_sum":              exprSum,
		"expr_math":             exprMath,
		"expr_equal":            exprEqual,
		"expr_contains":         exprContains,
		"expr_filter":           exprFilter,
		"csv_scan":              protocol.Run(csvScan),
		"csv_column":            protocol.Run(csvColumn),
		"csv_frame":             protocol.Run(csvFrame),
		"csv_to_csv":            protocol.Run(csvToCSV),
		"csv_to_parquet":        protocol.Run(csvToParquet),
		"memory_csv_to_parquet": protocol.Run(memoryCSVToParquet),
		"parquet_read":          protocol.Run(parquetRead),
		"parquet_to_parquet":    protocol.Run(parquetToParquet),
		"sort":                  sortRows,
		"rows_one":              rowsOne,
		"rows_two":              rowsTwo,
		"rows_string":           rowsString,
		"rows_busy":             rowsBusy,
		"rows_sleep":            rowsSleep,
		"rows_failing":          protocol.Run(rowsFailing),
		"wait_sleep":            waitSleep,
		"wait_http":             waitHTTP,
	})
}
