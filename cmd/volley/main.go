// Command volley looks at CSV and Parquet files and turns them into each other, computing
// columns and choosing rows on the way, on all cores and in bounded memory.
//
//	volley schema  trips.csv                      # columns and types
//	volley sniff   export.txt                     # what CSV was found to be like, and why
//	volley head    trips.parquet -n 5             # the first rows
//	volley stats   'trips/*.csv.zst'              # a summary of every column
//	volley convert trips.csv trips.parquet        # any format to any other
//	volley explain trips.csv --set 'total = fare + tip'
//	volley plan    trips.csv trips.parquet >job.json  # what convert would do, as JSON
//	volley run     job.json                       # does it
//
// # Inputs
//
// An input is a file, a pattern such as 'trips/*.csv' or 'trips/**/*.csv' (files in folders below,
// too), or - for standard input; several are read one after another as one table. The format goes
// by the name (.csv, .tsv, .parquet, behind them .gz, .zst, .bz2 or .xz) or else by the first
// bytes; --from says it. Of CSV, delimiter, header, null words and types are found out, and may be
// said: --delimiter, --encoding, --header, --no-header, --names, --null, --types, --dates,
// --decimal, --thousands. A column of dates whose day and month cannot be told apart is read as
// text, which is noted: --dates says the order. So is one of numbers such as 1.200 beside one of
// 3,50: --decimal and --thousands say what their marks are. What a file may ask for before it is
// refused is set by --limit, such as row=64MiB.
//
// # Steps
//
// Steps are done in the order of their flags, each as often as it is given: --where keeps the rows
// for which a condition is true, --set computes a column, --cast makes one another type, --select
// chooses the columns and their order, --drop leaves columns out, --rename names one anew, --number
// adds the rows' numbers, --sort sorts by columns (a - before one is for greatest first), --first
// ends after so many rows. What a sort has no room for in --memory goes to a file in --temp-dir.
// Expressions are in Go's syntax:
//
//	volley convert trips.csv long.parquet --where 'distance > 10 && zone != "Zone 7"' \
//		--set 'total = fare + tip' --set 'rate = total / distance' --select zone,total,rate
//
// Columns that no step and no output needs are not read.
//
// # Output
//
// The output appears whole, or not at all, and replaces a file only with --force. Standard output,
// -, is CSV unless --to says otherwise. Of two commands that make one new name at once the second
// fails. A file that is replaced keeps its permissions, and its owner where the system lets it. An
// input that changes while it is read is an error. What a killed command left in an output's folder
// is removed by the next one there. Only data and what --json asks for go to standard output;
// progress (where standard error is a terminal), notes and errors go to standard error.
//
// # Jobs
//
// What convert does is a job, which plan prints as JSON and run does, with the same bytes as the
// outcome. volley run --help has the form of the document. Paths in it are of the folder in which
// run is called. Whether a file may be replaced, --force, is said to run, and is not in the job.
//
// # Rows that fail
//
// A row that cannot be read, or that a step fails on, ends the command with an error that names
// file, line and values. With --on-error null a value that cannot be read is null, and so are the
// results of a step that fails; a row that makes no sense, or on which --where fails, is left out.
// With --on-error reject=FILE the row goes to FILE, with the reason, and not to the output; with
// --on-error skip it is left out and goes nowhere. How many rows there are of each kind is told.
// Then the exit code is 3: done, but not with every row.
//
// # Exit codes
//
//	0    done
//	1    failed: nothing was written but the rejects, which say why, and what standard output has
//	2    wrong usage: nothing was begun
//	3    done; some rows failed, and were rejected, left out or have nulls, as --on-error asked
//	130  interrupted (SIGINT, SIGTERM, SIGHUP): nothing was written but what standard output has
package main

import "os"

func main() { os.Exit(run(os.Args[1:])) }
