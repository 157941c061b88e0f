// Package jobs lists what the systems are asked to do.
//
// A job is a program (one file a system, under peers/) together with its input:
// csv_scan is one program, run on five files it is five jobs.
package jobs

import (
	"fmt"
	"path"
	"strings"

	"github.com/volley-go/volley/bench/protocol"
)

// Job is one row of the benchmark: a program and what it is run on.
type Job struct {
	Name    string // as -jobs takes it
	Family  string // csv, parquet, expr, rows, wait, memory, group
	Title   string // one sentence for the report
	Program string // the file's name under peers/SYSTEM/

	Input, Other string // names of generated inputs; Input empty where the job needs none
	Output       string // extension of what is written; none where nothing is

	Null          string
	Times         []string
	Columns, Keys []string
	CostNs        int
	Limit         int // calls at the same time
	Memory        int
	Server        bool // a server is beside the workers, whose answers take CostNs

	// Rows says how many rows the job is about, given those of the main file.
	Rows func(main int) int
	// Told marks the job whose answer is shown, not compared.
	Told bool
}

// Task is what a worker of this job is told, inputs and outputs apart.
func (j Job) Task(main int) protocol.Task {
	return protocol.Task{
		Program: j.Program, Null: j.Null, Times: nonNil(j.Times), Columns: nonNil(j.Columns),
		Keys: nonNil(j.Keys), Rows: j.Rows(main), CostNs: j.CostNs, Limit: j.Limit, Memory: j.Memory,
	}
}

// nonNil spares the Python programs a null where they expect a list.
func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// Checked says that the job writes a file that is read back for the answer.
func (j Job) Checked() bool { return j.Output == ".csv" || j.Output == ".parquet" }

// Select returns the jobs whose name or family matches one of the patterns
// (separated by commas; * as in path.Match), in the order of the list. A pattern that
// nothing matches is an error: a misspelt job is not left out in silence.
func Select(patterns string) ([]Job, error) {
	chosen := make([]bool, len(All))
	for p := range strings.SplitSeq(patterns, ",") {
		found := false
		for i, j := range All {
			byName, _ := path.Match(p, j.Name)
			if byName || p == j.Family {
				chosen[i], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("no job is named or in a family %q: -list shows them", p)
		}
	}
	var out []Job
	for i, j := range All {
		if chosen[i] {
			out = append(out, j)
		}
	}
	return out, nil
}

func times(n int) func(int) int { return func(main int) int { return main * n } }
func part(n int) func(int) int  { return func(main int) int { return max(main/n, 1) } }
func always(n int) func(int) int {
	return func(int) int { return n }
}

var (
	pickup   = []string{"pickup"}
	timeHour = []string{"time_hour"}
	xytab    = []string{"x", "y", "t", "a", "b"}
)

// All are the jobs, in the order of the report.
var All = []Job{
	{Name: "csv-scan", Family: "csv", Program: "csv_scan", Input: "main.csv", Times: pickup, Rows: times(1),
		Title: "Scan a CSV of 10 columns: every one typed, the timestamps too, and aggregated"},
	{Name: "csv-column", Family: "csv", Program: "csv_column", Input: "main.csv", Columns: []string{"fare"}, Rows: times(1),
		Title: "Sum one column of the ten"},
	{Name: "csv-wide", Family: "csv", Program: "csv_scan", Input: "wide.csv", Rows: part(20),
		Title: "Scan a CSV of 100 columns"},
	{Name: "csv-strings", Family: "csv", Program: "csv_scan", Input: "strings.csv", Rows: part(3),
		Title: "Scan a CSV of long texts"},
	{Name: "csv-quoted", Family: "csv", Program: "csv_scan", Input: "quoted.csv", Rows: part(2),
		Title: "Scan a CSV with every field in quotes"},
	{Name: "csv-flights", Family: "csv", Program: "csv_scan", Input: "flights.csv", Null: "NA", Times: timeHour,
		Rows:  func(main int) int { return max(main/2/27_004, 1) * 27_004 },
		Title: "Scan real flights: 19 columns, NA for null, the month repeated"},
	{Name: "csv-frame", Family: "csv", Program: "csv_frame", Input: "main.csv", Times: pickup, Rows: times(1),
		Title: "Read the main CSV into a frame in memory"},
	{Name: "csv-to-parquet", Family: "csv", Program: "csv_to_parquet", Input: "main.csv", Times: pickup, Output: ".parquet", Rows: times(1),
		Title: "CSV to Parquet with two derived columns"},
	{Name: "csv-to-csv", Family: "csv", Program: "csv_to_csv", Input: "main.csv", Output: ".csv", Rows: times(1),
		Title: "CSV to CSV with one derived column"},

	{Name: "parquet-read", Family: "parquet", Program: "parquet_read", Input: "main.parquet", Rows: times(1),
		Title: "Read a Parquet file of 12 columns into a frame"},
	{Name: "parquet-read-2", Family: "parquet", Program: "parquet_read", Input: "main.parquet", Columns: []string{"fare", "zone"}, Rows: times(1),
		Title: "Read two columns of the twelve"},
	{Name: "parquet-to-parquet", Family: "parquet", Program: "parquet_to_parquet", Input: "main.parquet", Output: ".parquet", Rows: times(1),
		Title: "Parquet to Parquet with two derived columns"},

	{Name: "expr-select", Family: "expr", Program: "expr_select", Input: "numbers.arrow", Columns: xytab, Rows: times(2),
		Title: "`x*x + y*y*2 - 0.5 > t ? a : b` into a new column"},
	{Name: "expr-sum", Family: "expr", Program: "expr_sum", Input: "numbers.arrow", Columns: xytab, Rows: times(2),
		Title: "The same expression, summed"},
	{Name: "expr-math", Family: "expr", Program: "expr_math", Input: "numbers.arrow", Columns: xytab[:2], Rows: times(2),
		Title: "`sqrt(x*x + y*y) * exp(-x)` into a new column"},
	{Name: "expr-equal", Family: "expr", Program: "expr_equal", Input: "words.arrow", Columns: []string{"zone"}, Rows: times(2),
		Title: "`zone == \"Zone 7\"` into a column of booleans"},
	{Name: "expr-contains", Family: "expr", Program: "expr_contains", Input: "words.arrow", Columns: []string{"text"}, Rows: times(2),
		Title: "`contains(text, \"amber\")` into a column of booleans"},
	{Name: "expr-filter", Family: "expr", Program: "expr_filter", Input: "numbers.arrow", Columns: xytab[:3], Rows: times(2),
		Title: "Keep the tenth of the rows with `x > 0.9`, three columns"},

	{Name: "rows-one", Family: "rows", Program: "rows_one", Input: "numbers.arrow", Columns: xytab[:1], Rows: times(1),
		Title: "A cheap function of one column, called for each row"},
	{Name: "rows-two", Family: "rows", Program: "rows_two", Input: "numbers.arrow", Columns: xytab[:2], Rows: part(5),
		Title: "A cheap function of two columns, called for each row"},
	{Name: "rows-string", Family: "rows", Program: "rows_string", Input: "words.arrow", Columns: []string{"text"}, Rows: part(5),
		Title: "A function from text to text, called for each row"},
	{Name: "rows-1us", Family: "rows", Program: "rows_busy", Input: "numbers.arrow", Columns: xytab[:1], CostNs: 1_000, Rows: part(10),
		Title: "A function that keeps its core busy for 1 µs by the clock"},
	{Name: "rows-100us", Family: "rows", Program: "rows_busy", Input: "numbers.arrow", Columns: xytab[:1], CostNs: 100_000, Rows: part(500),
		Title: "A function that keeps its core busy for 100 µs by the clock"},
	{Name: "rows-sleep", Family: "rows", Program: "rows_sleep", Input: "numbers.arrow", Columns: xytab[:1], CostNs: 1_000_000, Rows: always(1_000),
		Title: "A function that waits 1 ms, as one that asks a server does"},
	{Name: "rows-failing", Family: "rows", Program: "rows_failing", Output: ".calls", Rows: always(30_000), Told: true,
		Title: "A function that fails on the last row: the calls made, and what the user is told"},
	{Name: "rows-10", Family: "rows", Program: "rows_one", Input: "numbers.arrow", Columns: xytab[:1], Rows: always(10),
		Title: "A cheap function and 10 rows: what starting costs"},

	{Name: "wait-sleep", Family: "wait", Program: "wait_sleep", CostNs: 50_000_000, Limit: 1_000, Rows: always(10_000),
		Title: "A function that waits 50 ms, 1,000 calls of it at the same time"},
	{Name: "wait-http", Family: "wait", Program: "wait_http", CostNs: 50_000_000, Limit: 1_000, Server: true, Rows: always(10_000),
		Title: "A request for each row to a server that takes 50 ms, over 1,000 sockets"},

	{Name: "memory-csv-to-parquet", Family: "memory", Program: "memory_csv_to_parquet", Input: "big.csv", Times: pickup, Output: ".parquet", Memory: 256 << 20, Rows: times(4),
		Title: "A CSV of four times the main rows to Parquet with a derived column in 256 MiB of memory"},

	{Name: "group-low", Family: "group", Program: "group_keys", Input: "main.parquet", Keys: []string{"payment", "passengers"}, Rows: times(1),
		Title: "Sum, mean and count by two keys, 24 groups, from Parquet"},
	{Name: "group-high", Family: "group", Program: "group_keys", Input: "main.parquet", Keys: []string{"driver"}, Rows: times(1),
		Title: "The same by a key with one value for 50 rows"},
	{Name: "group-apply", Family: "group", Program: "group_apply", Input: "main.parquet", Keys: []string{"zone"}, Rows: times(1),
		Title: "A function called for each of 263 groups"},
	{Name: "rolling", Family: "group", Program: "rolling", Input: "main.parquet", Rows: times(1),
		Title: "The mean of the last 100 values at each row"},
	{Name: "sort", Family: "group", Program: "sort", Input: "main.parquet", Keys: []string{"zone", "fare", "id"}, Rows: times(1),
		Title: "Sort 12 columns by three of them, in memory"},
	{Name: "join", Family: "group", Program: "join", Input: "main.parquet", Other: "drivers.csv", Rows: times(1),
		Title: "Join 12 columns with a table of one row for each driver, in memory"},
}

// Names lists the jobs in the order of the report.
func Names() []string {
	names := make([]string, len(All))
	for i, j := range All {
		names[i] = j.Name
	}
	return names
}
