// Command duckdbgo does the jobs with DuckDB through its driver for Go. It is built
// with the tag duckdb_arrow, under which the driver has its Arrow interface.
package main

import "github.com/volley-go/volley/bench/protocol"

func main() {
	protocol.Main("github.com/duckdb/duckdb-go/v2", protocol.Programs{
		"csv_scan":              csvScan,
		"csv_column":            csvColumn,
		"csv_frame":             csvFrame,
		"csv_to_csv":            csvToCSV,
		"csv_to_parquet":        csvToParquet,
		"memory_csv_to_parquet": memoryCSVToParquet,
		"parquet_read":          parquetRead,
		"parquet_to_parquet":    parquetToParquet,
		"expr_select":           exprSelect,
		"expr_sum":              exprSum,
		"expr_math":             exprMath,
		"expr_equal":            exprEqual,
		"expr_contains":         exprContains,
		"expr_filter":           exprFilter,
		"rows_one":              rowsOne,
		"rows_two":              rowsTwo,
		"rows_string":           rowsString,
		"rows_busy":             rowsBusy,
		"rows_sleep":            rowsSleep,
		"rows_failing":          protocol.Run(rowsFailing),
		"group_keys":            groupKeys,
		"rolling":               rolling,
		"sort":                  sortRows,
		"join":                  join,
	})
}
