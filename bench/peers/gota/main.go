// Command gota does the jobs with gota, which holds whole tables in memory.
package main

import "github.com/volley-go/volley/bench/protocol"

func main() {
	protocol.Main("github.com/go-gota/gota", protocol.Programs{
		"csv_scan":    protocol.Run(csvScan),
		"csv_column":  protocol.Run(csvColumn),
		"csv_frame":   protocol.Run(csvFrame),
		"csv_to_csv":  protocol.Run(csvToCSV),
		"expr_equal":  exprEqual,
		"expr_filter": exprFilter,
		"rows_one":    rowsOne,
		"rows_two":    rowsTwo,
		"rows_string": rowsString,
		"rows_busy":   rowsBusy,
		"rows_sleep":  rowsSleep,
	})
}
