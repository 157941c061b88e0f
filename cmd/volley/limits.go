package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/volley-go/volley/internal/bytesize"
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
	most                int64
	set                 func(l *limitFlag, n int64)
}

// The most that limits may be: what csvio takes, and what nobody reaches.
const (
	textMost  = 1 << 30
	bytesMost = 1 << 62
)

var allLimits = []limit{
	{"row", csv, "RowMax", textMost, func(l *limitFlag, n int64) { l.csv.RowMax = int(n) }},
	{"field", csv, "FieldMax", textMost, func(l *limitFlag, n int64) { l.csv.FieldMax = int(n) }},
	{"csv-columns", csv, "ColumnsMax", textMost, func(l *limitFlag, n int64) { l.csv.ColumnsMax = int(n) }},
	{"ratio", csv, "RatioMax", math.MaxInt32, func(l *limitFlag, n int64) { l.csv.RatioMax = int(n) }},
	{"footer", parquet, "FooterBytes", bytesMost, func(l *limitFlag, n int64) { l.parquet.FooterBytes = n }},
	{"columns", parquet, "Columns", math.MaxInt32, func(l *limitFlag, n int64) { l.parquet.Columns = int(n) }},
	{"page", parquet, "PageBytes", bytesMost, func(l *limitFlag, n int64) { l.parquet.PageBytes = n }},
	{"page-values", parquet, "PageValues", math.MaxInt32, func(l *limitFlag, n int64) { l.parquet.PageValues = int(n) }},
	{"part", parquet, "ChunkBytes", bytesMost, func(l *limitFlag, n int64) { l.parquet.ChunkBytes = n }},
	{"expansion", parquet, "Expansion", bytesMost, func(l *limitFlag, n int64) { l.parquet.Expansion = n }},
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
		n, unit, err := bytesize.Split(value)
		switch {
		case errors.Is(err, bytesize.ErrSyntax):
			return fmt.Errorf("%s: %q is no number and no size: write %s=1000 or %s=64MiB", name, value, name, name)
		case err != nil || n < 1 || n > known.most:
			return fmt.Errorf("%s is out of range: %s is 1 at least, and %s at most", text, name, inUnit(known.most, unit))
		}
		known.set(l, n)
		l.given = append(l.given, known.format)
		return nil
	}
	return fmt.Errorf("no limit %q%s", name, near.Hint(name, names))
}

// inUnit writes a number in a unit that somebody else used.
func inUnit(n int64, unit string) string {
	for _, u := range bytesize.Units {
		if strings.EqualFold(u.Name, unit) {
			return strconv.FormatFloat(float64(n)/float64(u.Size), 'f', -1, 64) + unit
		}
	}
	return strconv.FormatInt(n, 10)
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
