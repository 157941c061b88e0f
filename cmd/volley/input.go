package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/spf13/cobra"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/fifo"
	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/internal/typename"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
)

// input is how inputs are read.
type input struct {
	from      string
	delimiter string
	encoding  string
	header    bool
	noHeader  bool
	names     []string
	null      []string
	types     []string
	dates     string
	decimal   string
	thousands string
	limits    limitFlag

	int96Micros bool

	read    csvio.Report // set when a stream is closed
	planned bool         // nothing is read: it is said what would be
}

const (
	stdio      = "-"
	stdinName  = "standard input"
	stdoutName = "standard output"
)

func (in *input) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&in.from, "from", "", "format of the inputs: csv, tsv or parquet (default: by name, else by content)")
	f.StringVar(&in.delimiter, "delimiter", "", "what separates CSV fields, such as ';' or tab (default: found out)")
	f.StringVar(&in.encoding, "encoding", "", "encoding of CSV by its name, such as windows-1252, gbk or shift-jis (default: found out)")
	f.BoolVar(&in.header, "header", false, "the first CSV row holds the columns' names (default: found out)")
	f.BoolVar(&in.noHeader, "no-header", false, "the first CSV row is data; columns are called column_1 and so on")
	f.StringSliceVar(&in.names, "names", nil, "names of the CSV columns, in place of the header's; a first row that may be data is kept (--header: it is none)")
	f.StringArrayVar(&in.null, "null", nil, "word that means null in CSV, in place of NA, null and the like; may be repeated")
	f.StringArrayVar(&in.types, "types", nil, "types of CSV columns as column=type,…, such as zip=string (default: found out)")
	f.StringVar(&in.dates, "dates", "", "order of CSV dates such as 03/04/2020: day-first, month-first or year-first (default: found out)")
	f.StringVar(&in.decimal, "decimal", "", "what stands before the decimals of CSV numbers: . or , (default: found out)")
	f.StringVar(&in.thousands, "thousands", "", "what stands between the thousands of CSV numbers: one of . , ' _ or a blank; a point needs --decimal , (default: found out)")
	f.BoolVar(&in.int96Micros, "int96-micros", false, "read Parquet's INT96 times in microseconds: for years before 1678 or after 2261")
	in.limits.flag(cmd)
	cmd.MarkFlagsMutuallyExclusive("header", "no-header")
	_ = cmd.RegisterFlagCompletionFunc("dates", cobra.FixedCompletions(dateOrders[1:], cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp))
}

// opened is a source of inputs, read as one table.
type opened struct {
	chunker.Source
	format string
	close  func() error // takes away what reading needed
}

// open makes a source of inputs; rows that cannot be read go by the policy of the job.
func (in *input) open(cmd *cobra.Command, args []string) (*opened, error) {
	options, err := in.options()
	if err == nil && in.from != "" {
		err = checkFormat("--from", in.from)
	}
	if err == nil && len(args) > 1 && slices.Contains(args, stdio) {
		err = errors.New("standard input cannot be read together with other inputs")
	}
	if err != nil {
		return nil, usage(cmd, "%w", err)
	}
	options.Report = &in.read
	if in.planned && (args[0] == stdio || len(args) == 1 && isPipe(args[0])) {
		return in.unopened(cmd, options, args)
	}
	if args[0] == stdio {
		return in.stream(cmd, options, stdinName, os.Stdin)
	}
	if len(args) == 1 && isPipe(args[0]) {
		f, err := fifo.Open(cmd.Context(), args[0], os.O_RDONLY)
		if err != nil {
			return nil, err
		}
		return in.stream(cmd, options, args[0], f)
	}
	format, err := in.formatOf(args)
	if err != nil {
		return nil, usage(cmd, "%w", err)
	}
	o := &opened{format: format, close: func() error { return nil }}
	if format == parquet {
		o.Source = in.parquet().Open(args...)
		return o, in.ofCSV(cmd)
	}
	o.Source = forFormat(options, format).Open(args...)
	return o, in.ofParquet(cmd)
}

// unopened is a source of what comes once, for a job that another run does. Of what format that is
// nobody knows before: it is what the flags are of, or CSV.
func (in *input) unopened(cmd *cobra.Command, options csvio.ReadOptions, args []string) (*opened, error) {
	o := &opened{format: in.from, close: func() error { return nil }}
	if o.format == "" {
		o.format = csv
		if cmd.Flags().Changed("int96-micros") || slices.Contains(in.limits.given, parquet) {
			o.format = parquet
		}
	}
	if o.format == parquet {
		o.Source = in.parquet().Open(args...)
		return o, in.ofCSV(cmd)
	}
	o.Source = forFormat(options, o.format).Open(args...)
	return o, in.ofParquet(cmd)
}

// tellUndecided notes which columns are text because their dates or numbers could be read in two
// ways: they compare as texts.
func (in *input) tellUndecided(w io.Writer) {
	for _, u := range in.read.Undecided {
		show(w, fmt.Sprintf("volley: column %s is read as text, since its dates, such as %s, may have the day or the month first: --dates day-first or --dates month-first reads them as dates\n", printable(u.Column), u.Example))
	}
	for _, u := range in.read.UndecidedNumbers {
		show(w, fmt.Sprintf("volley: column %s is read as text, since its numbers, such as %s, may have a mark of thousands or of decimals: --decimal and --thousands say which\n", printable(u.Column), u.Example))
	}
}

// schema is the columns of inputs: of their first file, unless all are to be looked at.
func (in *input) schema(cmd *cobra.Command, args []string, all bool) (*arrow.Schema, error) {
	from, err := in.open(cmd, args)
	if err != nil {
		return nil, err
	}
	defer from.close()
	described, err := from.Describe(cmd.Context())
	if err != nil {
		return nil, err
	}
	if c, ok := described.(chunker.Checker); ok && all {
		err = c.Check(cmd.Context())
	}
	return described.Schema(), errors.Join(err, described.Close())
}

// parquet is the flags in parquetio's words.
func (in *input) parquet() parquetio.ReadOptions {
	return parquetio.ReadOptions{Int96Micros: in.int96Micros, Limits: in.limits.parquet}
}

// ofParquet refuses flags that mean nothing for text.
func (in *input) ofParquet(cmd *cobra.Command) error {
	if cmd.Flags().Changed("int96-micros") {
		return usage(cmd, "--int96-micros is of Parquet, the input is text")
	}
	if slices.Contains(in.limits.given, parquet) {
		return usage(cmd, "--limit: footer, columns, page, page-values, part and expansion are of Parquet, the input is CSV, whose limits are row, field, csv-columns and ratio")
	}
	return nil
}

// ofCSV refuses flags that mean nothing for Parquet.
func (in *input) ofCSV(cmd *cobra.Command) error {
	if slices.Contains(in.limits.given, csv) {
		return usage(cmd, "--limit: row, field, csv-columns and ratio are of CSV, the input is Parquet")
	}
	for _, name := range []string{"delimiter", "encoding", "header", "no-header", "names", "null", "types", "dates", "decimal", "thousands"} {
		if cmd.Flags().Changed(name) {
			return usage(cmd, "--%s is of CSV, the input is Parquet", name)
		}
	}
	return nil
}

// forFormat is options for one of the text formats.
func forFormat(o csvio.ReadOptions, format string) csvio.ReadOptions {
	if format == tsv && o.Delimiter == 0 {
		o.Delimiter = '\t'
	}
	return o
}

// options are the flags in csvio's words.
func (in *input) options() (o csvio.ReadOptions, err error) {
	if o.Delimiter, err = delimiterOf(in.delimiter); err != nil {
		return o, err
	}
	if o.Encoding, err = encodingOf(in.encoding); err != nil {
		return o, err
	}
	if o.Dates, err = datesOf(in.dates); err != nil {
		return o, err
	}
	if o.Decimal, err = markOf("--decimal", in.decimal, ".,"); err != nil {
		return o, err
	}
	if o.Thousands, err = markOf("--thousands", in.thousands, "., '_"); err != nil {
		return o, err
	}
	switch {
	case in.header:
		o.Header = csvio.Present
	case in.noHeader:
		o.Header = csvio.Absent
	}
	o.Names, o.Null = in.names, in.null
	l := &in.limits.csv
	o.RowMax, o.FieldMax, o.ColumnsMax, o.RatioMax = l.RowMax, l.FieldMax, l.ColumnsMax, l.RatioMax
	for _, t := range splitTypes(in.types) {
		at := strings.LastIndexByte(t, '=')
		if at <= 0 {
			return o, fmt.Errorf("--types %s: write column=type, such as zip=string", t)
		}
		if o.Types == nil {
			o.Types = map[string]arrow.DataType{}
		}
		if o.Types[t[:at]], err = typename.Parse(t[at+1:]); err != nil {
			return o, fmt.Errorf("--types %s: %w", t, err)
		}
	}
	return o, nil
}

// markOf is a mark in numbers, one of some; 0 for none.
func markOf(flag, text, of string) (byte, error) {
	switch {
	case text == "":
		return 0, nil
	case len(text) > 1 || !strings.Contains(of, text):
		return 0, fmt.Errorf("%s %q: write one of %q", flag, text, of)
	}
	return text[0], nil
}

// splitTypes cuts at commas, but not at those of decimal(18,2) and timestamp[us, UTC].
func splitTypes(texts []string) []string {
	var out []string
	for _, text := range texts {
		depth, begin := 0, 0
		for i, c := range text {
			switch c {
			case '(', '[':
				depth++
			case ')', ']':
				depth--
			case ',':
				if depth == 0 {
					out = append(out, text[begin:i])
					begin = i + 1
				}
			}
		}
		out = append(out, text[begin:])
	}
	return out
}

// delimiterOf is a delimiter as people write it on a command line.
func delimiterOf(text string) (byte, error) {
	switch text {
	case "":
		return 0, nil
	case "tab", `\t`:
		return '\t', nil
	}
	if len(text) != 1 {
		return 0, fmt.Errorf("the delimiter %q is not a single ASCII character; a tab is written tab", text)
	}
	return text[0], nil
}

// encodingOf is an encoding by its name, however it is written.
func encodingOf(text string) (csvio.Encoding, error) {
	if text == "" {
		return 0, nil
	}
	e, err := csvio.EncodingOf(text)
	if err != nil {
		return 0, fmt.Errorf("--encoding: %w", err)
	}
	return e, nil
}

// dateOrders are the words for the orders of dates, by their numbers.
var dateOrders = []string{"", csvio.YearFirst: "year-first", csvio.DayFirst: "day-first", csvio.MonthFirst: "month-first"}

func datesOf(text string) (csvio.DateOrder, error) {
	if i := slices.Index(dateOrders, text); i >= 0 {
		return csvio.DateOrder(i), nil
	}
	return 0, fmt.Errorf("--dates %s: it is one of %s", text, strings.Join(dateOrders[1:], ", "))
}

// formatOf is the one format of all inputs.
func (in *input) formatOf(args []string) (string, error) {
	if in.from != "" {
		return in.from, nil
	}
	first := ""
	for i, a := range args {
		format, packed, err := formatByName(a)
		if err != nil || format != parquet && packed == "" && wholeParquet(a) {
			format = formatByContent(a)
		}
		if i > 0 && format != first {
			return "", fmt.Errorf("%s is %s and %s is %s: inputs of one call have one format; --from says which", args[0], first, a, format)
		}
		first = format
	}
	return first, nil
}

// formatByContent looks at the first bytes of the first file that a path or pattern names.
func formatByContent(name string) string {
	head, _ := ends(name)
	return formatOfBytes(head)
}

// wholeParquet tells that a file is Parquet whatever its name says: it begins and ends as such.
func wholeParquet(name string) bool {
	head, tail := ends(name)
	return formatOfBytes(head) == parquet && formatOfBytes(tail) == parquet
}

// ends are the first and the last bytes of the first file that a path or pattern names; none where
// it cannot be read: whoever opens it tells why.
func ends(name string) (head, tail []byte) {
	files, err := paths.Expand(name)
	if err != nil || len(files) == 0 || isPipe(files[0]) {
		return nil, nil
	}
	f, err := os.Open(files[0])
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	n := markBytes()
	head, tail = make([]byte, n), make([]byte, n)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, nil
	}
	if _, err := f.Seek(-int64(n), io.SeekEnd); err == nil {
		_, err = io.ReadFull(f, tail)
	}
	return head, tail
}

func isPipe(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}
