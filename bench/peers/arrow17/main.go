// Command arrow17 does the jobs with the CSV and Parquet packages and the compute
// functions of arrow-go.
package main

import "github.com/volley-go/volley/bench/protocol"

func main() {
	protocol.Main("github.com/apache/arrow/go/v17", protocol.Programs{
		"csv_scan":              protocol.Run(csvScan),
		"csv_column":            protocol.Run(csvColumn),
		"csv_frame":             protocol.Run(csvFrame),
		"csv_to_parquet":        protocol.Run(csvToParquet),
		"csv_to_csv":            protocol.Run(csvToCSV),
		"parquet_read":          protocol.Run(parquetRead),
		"parquet_to_parquet":    protocol.Run(parquetToParquet),
		"expr_equal":            exprEqual,
		"expr_filter":           exprFilter,
		"memory_csv_to_parquet": protocol.Run(memoryCSVToParquet),
	})
}
