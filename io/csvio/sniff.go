package csvio

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/internal/width"
)

// Dialect is what a CSV file was found to be like, and why. [Dialect.String] shows it to people.
type Dialect struct {
	File        string
	Compression string   // gzip, zstd, bzip2, xz, zip, or empty
	Encoding    Encoding // of the text
	Mark        bool     // the text begins with a byte order mark

	Delimiter  string // one byte, most often
	Quote      byte   // 0: none
	Escape     byte   // the backslash, or the quote where quotes are doubled
	Comment    byte   // 0: none
	LineEnd    LineEnd
	TrimBlanks bool // blanks after delimiters are no text
	Separator  bool // the first line is sep= and the delimiter

	Skip       int // lines before the header, or the first row
	HeaderRows int // rows of names; 0: none
	Columns    []ColumnDialect

	// Why holds the reasons for what was found, by the names of the fields of this type.
	Why map[string]string
}

// described returns what a column was found to be like.
type ColumnDialect struct {
	Name string
	Type arrow.DataType
	// Decimal and Thousands are how its numbers are written, 0 for a point and none.
	Decimal, Thousands byte
	// Dates is the order of its dates; 0 is ISO 8601.
	Dates DateOrder
	// True and False are its words for bools; nil is true and false.
	True, False []string
	// Null are words that mean null in it, beside those of [NullWords].
	Null []string
	// Why holds the reasons.
	Why string
}

// Sniff finds out what a CSV file is like, with default options. Of a pattern it looks at the first
// file's dialect, and at samples of up to eight files for the columns' types. It reads some 500 KB,
// and takes some milliseconds.
func Sniff(ctx context.Context, path string) (*Dialect, error) {
	return ReadOptions{}.Sniff(ctx, path)
}

// Sniff finds out what a CSV file is like; what the options say is not looked for.
func (o ReadOptions) Sniff(ctx context.Context, path string) (*Dialect, error) {
	t, err := (&source{options: o, paths: []string{path}}).describe(ctx)
	if err != nil {
		return nil, err
	}
	return t.dialectFound(), t.Close()
}

// dialectFound returns what was found out, for people.
func (t *table) dialectFound() *Dialect {
	r, o, in := &t.rules, &t.source.options, &t.first
	d := &Dialect{
		File: t.files[0], Compression: in.format, Encoding: in.encoding, Mark: in.marked,
		Delimiter: r.Delimiter, Quote: r.Quote, Escape: r.Quote, Comment: r.Comment, LineEnd: r.Ends, TrimBlanks: r.Trim,
		Separator: t.layout.Separator, Skip: t.layout.Skipped(), HeaderRows: t.layout.Headers, Why: map[string]string{},
	}
	if r.Backslash {
		d.Escape = '\\'
	}
	for i := range t.columns {
		d.Columns = append(d.Columns, t.columns[i].described())
	}
	d.Why["Encoding"] = in.why
	d.Why["Delimiter"] = t.scored.Why()
	if o.Delimiter != 0 || o.Separator != "" {
		d.Why["Delimiter"] = "ReadOptions; " + d.Why["Delimiter"]
	} else if d.Separator {
		d.Why["Delimiter"] = "the line sep="
	}
	d.Why["Quote"] = t.scored.WhyQuote(o.sniffing())
	d.Why["HeaderRows"] = t.layout.WhyHeader
	d.Why["Skip"] = t.layout.WhySkip
	if r.Comment != 0 {
		d.Why["Comment"] = "lines further down begin with it, and are no rows of the table"
	}
	return d
}

// described is what a column was found to be like.
func (c *column) described() ColumnDialect {
	return ColumnDialect{
		Name: c.name, Type: c.Type, Decimal: c.Form.Number.Decimal, Thousands: c.Form.Number.Thousands, Dates: DateOrder(c.Form.Order), True: c.Form.Yes, False: c.Form.No,
		Null: slices.Clone(c.NullWords), Why: c.Why(),
	}
}

// Options are the options that read a file as it was found, and look for nothing but the
// columns' types.
func (d *Dialect) Options() ReadOptions {
	o := ReadOptions{Quote: d.Quote, NoQuotes: d.Quote == 0, Escape: d.Escape, Comment: d.Comment, NoComment: d.Comment == 0, LineEnd: d.LineEnd, Trim: KeepBlanks, Skip: d.Skip, Header: Absent, HeaderRows: d.HeaderRows, Encoding: d.Encoding}
	if len(d.Delimiter) == 1 {
		o.Delimiter = d.Delimiter[0]
	} else {
		o.Separator = d.Delimiter
	}
	if d.TrimBlanks {
		o.Trim = TrimBlanks
	}
	if d.Skip == 0 {
		o.Skip = -1
	}
	if d.HeaderRows > 0 {
		o.Header = Present
	}
	return o
}

// String shows the dialect, a line for each thing found with the reason after it, then a table of
// the columns.
func (d *Dialect) String() string {
	var b strings.Builder
	line := func(name, value, why string) {
		fmt.Fprintf(&b, "%-12s %-28s %s\n", name, value, why)
	}
	fmt.Fprintf(&b, "%s\n", terminal.Escape(d.File))
	if d.Compression != "" {
		line("compression", d.Compression, "the first bytes")
	}
	encoding := d.Encoding.String()
	if d.Mark {
		encoding += " with byte order mark"
	}
	line("encoding", encoding, d.Why["Encoding"])
	line("line ends", d.LineEnd.String(), "")
	line("delimiter", nameOf(d.Delimiter), d.Why["Delimiter"])
	line("quote", nameOf(string(d.Quote)), d.Why["Quote"])
	if d.Quote != 0 {
		line("escape", map[bool]string{true: "backslash", false: "doubled quotes"}[d.Escape == '\\'], "")
	}
	if d.TrimBlanks {
		line("blanks", "behind delimiters: no text", "")
	}
	if d.Comment != 0 {
		line("comments", nameOf(string(d.Comment)), d.Why["Comment"])
	}
	if d.Skip > 0 {
		line("left out", fmt.Sprintf("%s at the top", count.Of(d.Skip, "line")), d.Why["Skip"])
	}
	line("header", [...]string{"none", "1 row", strconv.Itoa(d.HeaderRows) + " rows, joined"}[min(d.HeaderRows, 2)], d.Why["HeaderRows"])
	d.columns(&b)
	return b.String()
}

// columns writes the table of columns.
func (d *Dialect) columns(b *strings.Builder) {
	room := len("column")
	for _, c := range d.Columns {
		room = max(room, min(width.Of(terminal.Escape(c.Name)), 30))
	}
	fmt.Fprintf(b, "\n%-*s  %-18s %s\n", room, "column", "type", "how it is written")
	for _, c := range d.Columns {
		how := c.how()
		if how != "" {
			how += "; "
		}
		fmt.Fprintf(b, "%s  %-18s %s\n", width.Pad(terminal.Escape(c.Name), room, false), bind.Name(c.Type), how+c.Why)
	}
}

// how says in what form a column's values are written.
func (c *ColumnDialect) how() string {
	var parts []string
	if c.Decimal == ',' {
		parts = append(parts, "decimal comma")
	}
	if c.Thousands != 0 {
		parts = append(parts, "thousands apart by "+nameOf(string(c.Thousands)))
	}
	if c.Dates != 0 {
		parts = append(parts, c.Dates.String())
	}
	if c.True != nil {
		parts = append(parts, fmt.Sprintf("%s for true, %s for false", c.True[0], c.False[0]))
	}
	if c.Null != nil {
		parts = append(parts, fmt.Sprintf("%q for null", c.Null))
	}
	return strings.Join(parts, ", ")
}

// nameOf writes a delimiter or quote so that it can be seen.
func nameOf(s string) string {
	switch s {
	case "\x00":
		return "none"
	case ",":
		return "comma (,)"
	case ";":
		return "semicolon (;)"
	case "\t":
		return `tab (\t)`
	case " ":
		return "blank"
	case "|":
		return "bar (|)"
	}
	return strconv.Quote(s)
}
