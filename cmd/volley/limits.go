package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/internal/near"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
)

// limitFlag is --limit: what a file may ask for before it is refused, by name.
type limitFlag struct {
	csv     csvio.ReadOptions
	parquet parquetio.Limits
	given   []string // of which format
}

// limit is a limit by its name in the command, and as csvio and parquetio call it.
type limit struct {
	name, format, field string
	set                 func(l *limitFlag, n int64)
}

var allLimits = []limit{
	{"row", csv, "RowMax", func(l *limitFlag, n int64) { l.csv.RowMax = int(n) }},
	{"field", csv, "FieldMax", func(l *limitFlag, n int64) { l.csv.FieldMax = int(n) }},
	{"csv-columns", csv, "ColumnsMax", func(l *limitFlag, n int64) { l.csv.ColumnsMax = int(n) }},
	{"ratio", csv, "RatioMax", func(l *limitFlag, n int64) { l.csv.RatioMax = int(n) }},
	{"footer", parquet, "FooterBytes", func(l *limitFlag, n int64) { l.parquet.FooterBytes = n }},
	{"columns", parquet, "Columns", func(l *limitFlag, n int64) { l.parquet.Columns = int(n) }},
	{"page", parquet, "PageBytes", func(l *limitFlag, n int64) { l.parquet.PageBytes = n }},
	{"page-values", parquet, "PageValues", func(l *limitFlag, n int64) { l.parquet.PageValues = int(n) }},
	{"part", parquet, "ChunkBytes", func(l *limitFlag, n int64) { l.parquet.ChunkBytes = n }},
	{"expansion", parquet, "Expansion", func(l *limitFlag, n int64) { l.parquet.Expansion = n }},
}

func (l *limitFlag) flag(cmd *cobra.Command) {
	cmd.Flags().Var(l, "limit", "what a file may ask for, as name=number or name=size, such as row=64MiB or page=1GiB: of CSV row, field, csv-columns, ratio; of Parquet footer, columns, page, page-values, part, expansion; may be repeated")
}

// Set reads row=64MiB,field=1MiB.
func (l *limitFlag) Set(text string) error {
	for _, one := range strings.Split(text, ",") {
		if err := l.setOne(strings.TrimSpace(one)); err != nil {
			return err
		}
	}
	return nil
}

func (l *limitFlag) setOne(text string) error {
	name, value, _ := strings.Cut(text, "=")
	var names []string
	for _, known := range allLimits {
		names = append(names, known.name)
		if known.name != name {
			continue
		}
		var n byteSize
		if err := n.Set(value); err != nil {
			return err
		}
		if n > math.MaxInt32 && known.field != "PageBytes" && known.field != "ChunkBytes" && known.field != "FooterBytes" && known.field != "Expansion" {
			return fmt.Errorf("%s: %s is more than 2GiB", text, name)
		}
		known.set(l, int64(n))
		l.given = append(l.given, known.format)
		return nil
	}
	return fmt.Errorf("no limit %q%s: it is one of %s", name, near.Hint(name, names), strings.Join(names, ", "))
}

func (l *limitFlag) String() string { return "" }

// Type is what help calls the value.
func (l *limitFlag) Type() string { return "name=limit" }

// limitFlags calls the options of limits by what sets them in the command.
func limitFlags(text string) string {
	for _, l := range allLimits {
		text = strings.ReplaceAll(text, "ReadOptions."+l.field+" sets the limit", "--limit "+l.name+"=… sets the limit")
		text = strings.ReplaceAll(text, "("+l.field+")", "(--limit "+l.name+"=…)")
		text = strings.ReplaceAll(text, "("+l.field+" ", "(--limit "+l.name+"=")
	}
	return text
}
