package main

import (
	"regexp"
	"strings"
)

// inFlags calls the options of the libraries by the flags that set them.
func inFlags(text string) string {
	text = sortKey.ReplaceAllString(text, "give it a name without a dash by --rename before --sort")
	if rest, ok := strings.CutPrefix(text, "order: "); ok {
		text = "sort: " + rest
	}
	return options.ReplaceAllStringFunc(limitFlags(asFlags.Replace(text)), func(option string) string {
		name := option[strings.LastIndexByte(option, '.')+1:]
		if flag := flagOf[name]; flag != "" {
			return flag
		}
		return option
	})
}

// sortKey is the remedy for a column whose name begins with a dash.
var sortKey = regexp.MustCompile(`say order\.Keys\(order\.Key\{Column: "(?:[^"\\]|\\.)*"\}\)`)

// options are options as the messages of the libraries call them.
var options = regexp.MustCompile(`\b(?:csvio\.|parquetio\.)?(?:Read|Write)Options\.\w+`)

// flagOf are the flags that set options, by their names there.
var flagOf = map[string]string{
	"Compression": "--compression", "Dates": "--dates", "Decimal": "--decimal", "DefuseFormulas": "--defuse-formulas", "Delimiter": "--delimiter", "Encoding": "--encoding",
	"Header": "--header or --no-header", "Int96Micros": "--int96-micros", "Names": "--names", "Null": "--null", "OnError": "--on-error",
	"Separator": "--delimiter", "Thousands": "--thousands", "Types": "--types",
}

// asFlags are the remedies that the command has in other words than an option's name.
var asFlags = strings.NewReplacer(
	"ReadOptions.Names has", "--names has",
	"give the column's type in ReadOptions.Types, ", "give its type by --types: ",
	"which ReadOptions.Types gives a type", "which --types gives a type",
	"(TMPDIR, or the job's own for temporary files), or give more Memory", "(--temp-dir, or TMPDIR), or give more --memory",
	`TempDir "`, `--temp-dir "`,
	"raise Memory", "raise --memory",
	"set ReadOptions.Int96Micros", "give --int96-micros",
	"ReadOptions.Encoding (EncodingOf finds it by name)", "--encoding with its name",
	"set ReadOptions.OnError so that such rows are left out", "set such rows aside by volley convert --on-error reject=FILE",
	", or read the column as binary", "",
	"over a limit of ReadOptions.Limits; raise it", "over a limit; raise it by --limit",
	"say which by order.Keys(order.Key{Column: …})", "give one of them another name by --rename before --sort",
	"by Select", "by --select",
	"failed on a condition", "failed on --where",
	"no condition is true", "no --where is true",
	"more than Policy.RowsMax ", "more than --max-errors ",
	"ask for smaller chunks", "give less --memory, so that chunks are smaller",
	"write smaller chunks", "give less --memory, so that chunks are smaller",
	": use Rechunk to cut the frame into smaller batches", ": give less --memory, so that chunks are smaller",
	"read it as a string and convert it with a function", "read it as string and convert it by --set",
	", or read with NoQuotes", "",
	"apply.Sum and apply.Fold reduce a column, frame.Describe has its count, mean, min and max", "volley stats shows a column's rows, mean, min and max",
	": loop over the column's values in Go (frame.Col)", "",
)
