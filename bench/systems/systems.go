// Package systems lists who is measured, and what each cannot do.
package systems

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// System is a library whose programs lie under peers/NAME.
type System struct {
	Name    string
	Title   string // as the report names it
	Package string // whose version is reported; empty for Go itself
	Env     string // virtual environment of Python scripts; empty for the common one
	Go      bool   // programs in Go, built as one binary; else Python scripts
	Tags    string // build tags of the Go programs
	Needs   string // what building them takes beside Go

	// Cannot says why a program is not there, by program, or by the part of its
	// name before the first "_".
	Cannot map[string]string
}

// Program returns the path of the program's file, or why there is none.
func (s System) Program(bench, program string) (file, why string) {
	ext := ".py"
	if s.Go {
		ext = ".go"
	}
	file = filepath.Join(bench, "peers", s.Name, program+ext)
	if _, err := os.Stat(file); err == nil {
		return file, ""
	}
	if why, ok := s.Cannot[program]; ok {
		return "", why
	}
	family, _, _ := strings.Cut(program, "_")
	return "", s.Cannot[family]
}

// Select returns the systems named, separated by commas, in the order of the list;
// "all" are all. A name that nobody has is an error.
func Select(names string) ([]System, error) {
	if names == "all" {
		return All, nil
	}
	wanted := strings.Split(names, ",")
	for _, name := range wanted {
		if !slices.ContainsFunc(All, func(s System) bool { return s.Name == name }) {
			return nil, fmt.Errorf("no system is named %q: -list shows them", name)
		}
	}
	return slices.DeleteFunc(slices.Clone(All), func(s System) bool { return !slices.Contains(wanted, s.Name) }), nil
}

const (
	viaPandas  = "reads and computes through pandas, which is listed"
	noTables   = "arrays only, no tables"
	noFiles    = "no reader or writer"
	noPython   = "calls no Python function for each row"
	noWaits    = "no calls at the same time but by threads: see rows-sleep"
	soonVolley = "not in Volley yet"
)

// All are the systems, Volley first.
var All = []System{
	{Name: "volley", Title: "Volley", Package: "github.com/volley-go/volley", Go: true, Cannot: map[string]string{
		"group": soonVolley, "rolling": soonVolley, "join": soonVolley,
	}},
	{Name: "polars", Title: "Polars", Package: "polars", Cannot: map[string]string{"wait": noWaits}},
	{Name: "duckdb", Title: "DuckDB", Package: "duckdb", Cannot: map[string]string{
		"group_apply": "no aggregates in Python", "wait": noWaits,
	}},
	{
		Name: "duckdbgo", Title: "DuckDB in Go", Package: "github.com/duckdb/duckdb-go/v2", Go: true,
		Tags: "duckdb_arrow", Needs: "cgo and a C compiler",
		Cannot: map[string]string{"group_apply": "no aggregates in Go", "wait": noWaits},
	},
	{Name: "pyarrow", Title: "PyArrow", Package: "pyarrow", Cannot: map[string]string{
		"rows": noPython, "wait": noPython, "group_apply": noPython, "rolling": "no windows",
	}},
	{Name: "pandas", Title: "pandas", Package: "pandas", Cannot: map[string]string{"wait": noWaits}},
	{Name: "dask", Title: "Dask", Package: "dask", Cannot: map[string]string{
		"expr": viaPandas, "wait": noWaits, "sort": "sorts between partitions, by one column only",
	}},
	{Name: "swifter", Title: "swifter", Package: "swifter", Env: "pandas2", Cannot: only("rows", viaPandas)},
	{Name: "pandarallel", Title: "pandarallel", Package: "pandarallel", Env: "pandas2", Cannot: only("rows", viaPandas)},
	{Name: "joblib", Title: "joblib", Package: "joblib", Cannot: only("rows", noTables)},
	{Name: "numpy", Title: "NumPy", Package: "numpy", Cannot: map[string]string{
		"csv": noTables, "parquet": noFiles, "memory": noTables, "group": noTables, "rolling": noTables,
		"sort": noTables, "join": noTables, "rows": "calls no function for each row faster than Python does", "wait": noWaits,
	}},
	{Name: "numexpr", Title: "NumExpr", Package: "numexpr", Cannot: map[string]string{
		"csv": noFiles, "parquet": noFiles, "memory": noFiles, "group": noTables, "rolling": noTables,
		"sort": noTables, "join": noTables, "rows": "expressions only, no functions", "wait": "expressions only, no functions",
		"expr_equal": "no variable-width texts", "expr_contains": "no variable-width texts", "expr_filter": "no filter",
	}},
	{Name: "numba", Title: "Numba", Package: "numba", Cannot: map[string]string{
		"csv": noFiles, "parquet": noFiles, "memory": noFiles, "group": noTables, "rolling": noTables,
		"sort": noTables, "join": noTables, "expr_equal": "no columns of text", "expr_contains": "no columns of text",
		"expr_filter": "a filter's places are not known in a parallel loop", "rows_string": "no columns of text",
		"rows_busy": "compiled code cannot read the clock", "rows_sleep": "compiled code cannot wait", "wait": "compiled code cannot wait",
		"rows_failing": "a parallel loop raises nothing",
	}},
	{Name: "gota", Title: "gota", Package: "github.com/go-gota/gota", Go: true, Cannot: map[string]string{
		"parquet": "no Parquet", "csv_to_parquet": "no Parquet", "memory": "whole tables in memory only",
		"expr": "no expressions", "wait": noWaits, "rows_failing": "a function cannot fail", "group": "no Parquet to read from", "sort": "no Parquet to read from", "join": "no Parquet to read from", "rolling": "means of whole windows only",
	}},
	{Name: "arrow17", Title: "arrow-go v17", Package: "github.com/apache/arrow/go/v17", Go: true, Cannot: arrowGo()},
	{Name: "arrow18", Title: "arrow-go v18", Package: "github.com/apache/arrow-go/v18", Go: true, Cannot: arrowGo()},
	{Name: "parquetgo", Title: "parquet-go", Package: "github.com/parquet-go/parquet-go", Go: true, Cannot: only("parquet", "Parquet only")},
	{Name: "plaingo", Title: "plain Go", Go: true, Cannot: map[string]string{
		"parquet": "no Parquet", "csv_to_parquet": "no Parquet", "memory": "no Parquet", "group": "left to the libraries",
		"rolling": "left to the libraries", "sort": "left to the libraries", "join": "left to the libraries",
	}},
	{Name: "aiohttp", Title: "aiohttp", Package: "aiohttp", Cannot: waiting("wait_sleep", "requests only: see asyncio")},
	{Name: "httpx", Title: "httpx", Package: "httpx", Cannot: waiting("wait_sleep", "requests only: see asyncio")},
	{Name: "asyncio", Title: "asyncio", Cannot: waiting("wait_http", "no HTTP: see aiohttp")},
}

// only gives the reason for every program outside the one family.
func only(family, why string) map[string]string {
	out := map[string]string{}
	for _, f := range []string{"csv", "parquet", "expr", "rows", "memory", "wait", "group", "rolling", "sort", "join"} {
		if f != family {
			out[f] = why
		}
	}
	return out
}

// waiting gives the reasons of a system that only waits, but for the one program of that which it
// cannot do either.
func waiting(but, why string) map[string]string {
	out := only("wait", noTables)
	out[but] = why
	return out
}

func arrowGo() map[string]string {
	return map[string]string{
		"rows": "calls no function for each row", "wait": "calls no function for each row", "group": "no group-by", "rolling": "no windows",
		"sort": "no sort of tables", "join": "no joins",
		"expr_select": "no conditional kernel", "expr_sum": "no conditional kernel", "expr_math": "no exp kernel",
		"expr_contains": "no text kernels",
	}
}
