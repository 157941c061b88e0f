package sniff

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

const (
	scoreBytes = 64 << 10 // of the beginning that dialects are tried on, unless these are few rows
	scoreRows  = 200
)

// undividing are the delimiters that a text of one column is read with, if it has commas.
const undividing = "\t|;\x1f"

// ScoredDialect is a dialect tried on a sample.
type ScoredDialect struct {
	Rules         dialect.Rules
	score         float64
	width         int // fields of most rows
	rows          int
	even          float64 // share of rows with that many
	typed         float64 // share of cells that are numbers, dates or the like, or plain words
	broken        int     // rows with broken quotes
	quoted        int     // fields in quotes
	swallowedRows int     // rows whose broken quotes reach into the lines after them
	strict        int     // columns of numbers and dates
	empty         int     // columns at the end without a value
	QuoteOpen     bool    // a quote is open at the end of the text, after few rows: more text may close it

	quotedDelimiter bool // a field in quotes holds the delimiter
	strayQuotes     bool // a quote stands in a field without quotes
	doubled         bool // every other field is empty, in all rows
	steady          bool // a column is quoted nearly throughout, or a field that has to be
}

// ChooseDialect tries dialects on the beginning of a text and takes the best, by consistency: how
// evenly a dialect cuts the rows, times how many of the cells it makes are of a known type (G. van
// den Burg, A. Nazábal, C. Sutton: Wrangling messy CSV files by detecting row and type patterns,
// 2019). Unlike theirs a pattern is the number of fields, as in DuckDB's sniffer, and one uneven
// row costs little. What the options say is not tried. last says that the text ends here. If the
// only sign of a delimiter is taken for quotes or comments, the rules have none.
func (o *Options) ChooseDialect(text []byte, last bool) ScoredDialect {
	sample := text[:min(len(text), scoreBytes)]
	if o.Comment == 0 && !o.NoComment {
		if behind := afterHashes(sample); behind < len(sample) {
			text, sample = text[behind:], sample[behind:] // they would be cut as evenly by any dialect
		}
	}
	var best ScoredDialect
	open := false
	for _, r := range o.candidates(sample) {
		if best.sure() && !strings.ContainsAny(r.Delimiter, dialect.Usual) {
			continue
		}
		a := o.score(r, text, last)
		open = open || a.QuoteOpen
		if n := len(o.Names); n > 1 && a.width == n && a.even > 0.5 {
			a.score++ // as told
		}
		if a.score > best.score+1e-9 || best.Rules.Delimiter == "" {
			best = a
		}
	}
	if best.doubled && o.Delimiter == 0 && o.Separator == "" {
		r := best.Rules
		r.Delimiter += r.Delimiter
		if a := o.score(r, text, last); a.even >= best.even && a.width == best.width/2+1 {
			best = a
		}
	}
	stray := best.swallowedRows > 0 && fitsAsText(&best.Rules, text) || best.broken > 0 && manyOpen(&best.Rules, text)
	if o.Quote == 0 && stray && best.quoted == best.broken && !closesQuotes(&best.Rules, text) {
		r := best.Rules
		r.Quote = 0
		best = o.score(r, text, last)
	}
	best.QuoteOpen = open
	return best
}

// closesQuotes reports whether some field of a text is in quotes that close.
func closesQuotes(r *dialect.Rules, text []byte) bool {
	var w dialect.Row
	for at := 0; at < len(text); at = w.Next {
		if ok, _ := soundRow(r, text, at, &w); ok && slices.ContainsFunc(w.Fields, func(t dialect.Field) bool { return t.Quoted }) {
			return true
		}
	}
	return false
}

// strayQuotes is how many values of a column, and half of them at least, begin with a quote where
// quotes that never close are text: fewer are quotes that somebody forgot to close, or whose ends a
// cut file lacks.
const strayQuotes = 3

// fitsAsText reports whether a quote that never closes may be text: columns that hold numbers and
// dates alone before the first one do so after it. Else the lines after it are no rows, but the
// rest of a text that was cut.
func fitsAsText(r *dialect.Rules, text []byte) bool {
	bare := *r
	bare.Quote = 0
	var w dialect.Row
	typed := map[int]bool{} // columns of numbers and dates, by the rows before the first quote
	open := false
	for at, n := 0, 0; at < len(text) && n < scoreRows; at, n = w.Next, n+1 {
		bare.Next(text, at, &w)
		for i, t := range w.Fields {
			field := csv.Trim(text[t.Start:t.End])
			quoted := len(field) > 0 && field[0] == r.Quote
			open = open || quoted
			strong := quoted || len(field) == 0 || cell(field, r.Delimiter) == strongCell
			switch was, seen := typed[i]; {
			case open && was && !strong:
				return false
			case !open && n > 0: // the first row may be names
				typed[i] = strong && (was || !seen)
			}
		}
	}
	return true
}

// manyOpen reports whether as many values of a column as [strayQuotes] says begin with a quote.
func manyOpen(r *dialect.Rules, text []byte) bool {
	bare := *r
	bare.Quote = 0
	var w dialect.Row
	open := map[int]int{} // by column
	rows, most := 0, 0
	for at := 0; at < len(text) && rows < scoreRows; at = w.Next {
		bare.Next(text, at, &w)
		rows++
		for i, t := range w.Fields {
			if t.Start < t.End && text[t.Start] == r.Quote {
				open[i]++
				most = max(most, open[i])
			}
		}
	}
	return most >= strayQuotes && 2*most >= rows-1 // one may be names
}

// soundRow finds the row that begins at a place. ok reports whether its quotes are as they should
// be. If not, the row may have swallowed lines: if those are rows of their own, it ends with its
// line, and quotes in it are text.
func soundRow(r *dialect.Rules, text []byte, at int, w *dialect.Row) (ok, swallowed bool) {
	r.Next(text, at, w)
	if w.Problem == 0 {
		return true, false
	}
	if _, next := r.Line(text, at); w.Next <= next || !evenLines(r, text, at) {
		return false, false
	}
	bare := *r
	bare.Quote = 0
	bare.Next(text, at, w)
	return false, true
}

// evenLines reports whether the lines from a place on, three at least, have as many fields as the
// first, without regard to quotes.
func evenLines(r *dialect.Rules, text []byte, at int) bool {
	bare := *r
	bare.Quote = 0
	var w dialect.Row
	fields, lines, even := 0, 0, 0
	for ; at < len(text) && lines < quoteRows; lines++ {
		if bare.Next(text, at, &w); lines == 0 {
			fields = len(w.Fields)
		}
		if len(w.Fields) == fields {
			even++
		}
		at = w.Next
	}
	return fields > 1 && lines > 2 && even*10 >= lines*9
}

// afterHashes returns where the lines at the top that begin with # end.
func afterHashes(text []byte) int {
	at := 0
	for at < len(text) && text[at] == '#' {
		i := bytes.IndexAny(text[at:], "\r\n")
		if i < 0 {
			return len(text)
		}
		at += i
		for at < len(text) && (text[at] == '\r' || text[at] == '\n') {
			at++
		}
	}
	return at
}

// sure reports whether a dialect leaves nothing to wish for: no rare delimiter is tried then.
func (a *ScoredDialect) sure() bool {
	return a.rows > 2 && a.width > 2 && a.even > 0.98 && a.typed > 0.8 && a.broken == 0
}

// candidates lists the dialects that the options leave open and the sample has a sign of.
func (o *Options) candidates(sample []byte) []dialect.Rules {
	var out []dialect.Rules
	for _, ends := range o.lineEnds(sample) {
		for _, d := range o.delimiters(sample) {
			for _, q := range o.quotes(sample, d) {
				for _, esc := range o.escapes(sample, q, d) {
					for _, trim := range o.trims(sample, d) {
						out = append(out, dialect.Rules{Delimiter: d, Quote: q, Backslash: esc, Comment: o.Comment, Ends: ends, Trim: trim, BlankRows: o.BlankRows, FieldsMax: o.ColumnsMax})
					}
				}
			}
		}
	}
	return out
}

func (o *Options) delimiters(sample []byte) []string {
	if o.Separator != "" {
		return []string{o.Separator}
	}
	if o.Delimiter != 0 {
		return []string{string(o.Delimiter)}
	}
	var out []string
	for _, c := range []byte(dialect.Usual + dialect.Rare) {
		if c == o.Quote || c == o.Comment && c != 0 {
			continue
		}
		if c != ',' && bytes.IndexByte(sample, c) < 0 {
			continue
		}
		out = append(out, string(c))
	}
	if len(out) > 0 && bytes.IndexByte(sample, ',') >= 0 { // else a comma leaves rows undivided
		if i := strings.IndexFunc(undividing, func(c rune) bool { return bytes.IndexByte(sample, byte(c)) < 0 }); i >= 0 {
			out = append(out, undividing[i:i+1])
		}
	}
	return out
}

func (o *Options) quotes(sample []byte, delimiter string) []byte {
	if o.NoQuotes {
		return []byte{0}
	}
	if o.Quote != 0 {
		return []byte{o.Quote}
	}
	out := []byte{'"'}
	if bytes.Contains(sample, []byte(delimiter+"'")) || bytes.Contains(sample, []byte("'"+delimiter)) || linesIn(sample, '\'') {
		out = append(out, '\'')
	}
	return slices.DeleteFunc(out, func(q byte) bool { return q == o.Comment && q != 0 || q != 0 && strings.IndexByte(delimiter, q) >= 0 })
}

func (o *Options) escapes(sample []byte, quote byte, delimiter string) []bool {
	switch {
	case o.Escape == '\\':
		return []bool{true}
	case o.Escape != 0:
		return []bool{false}
	case quote != 0 && bytes.Contains(sample, []byte{'\\', quote}), bytes.Contains(sample, []byte("\\"+delimiter)):
		return []bool{false, true}
	}
	return []bool{false}
}

func (o *Options) trims(sample []byte, delimiter string) []bool {
	switch {
	case o.Trim == TrimBlanks:
		return []bool{true}
	case o.Trim == KeepBlanks, delimiter == " ", !bytes.Contains(sample, []byte(delimiter+" ")):
		return []bool{false}
	}
	return []bool{false, true}
}

// lineEnds returns the line ends that a sample may have. A lone \r is one if there is no other
// kind; if there is, both readings are tried.
func (o *Options) lineEnds(sample []byte) []dialect.LineEnd {
	if o.LineEnd != 0 {
		return []dialect.LineEnd{o.LineEnd}
	}
	cr := bytes.Count(sample, []byte{'\r'})
	lf := bytes.Count(sample, []byte{'\n'})
	crlf := bytes.Count(sample, []byte("\r\n"))
	if n := len(sample); n > 0 && sample[n-1] == '\r' && lf > 0 {
		cr-- // the sample may end inside a \r\n
	}
	switch {
	case cr == crlf:
		return []dialect.LineEnd{dialect.LF}
	case lf == 0:
		return []dialect.LineEnd{dialect.CR}
	case bytes.Count(sample, []byte("\r\r\n"))*20 >= (cr-crlf)*19:
		return []dialect.LineEnd{dialect.MixedEnds} // \r\r\n: written as text twice
	}
	return []dialect.LineEnd{dialect.LF, dialect.MixedEnds}
}

// score cuts the beginning of a text by rules and scores what comes out.
func (o *Options) score(r dialect.Rules, text []byte, last bool) ScoredDialect {
	a := ScoredDialect{Rules: r}
	var w dialect.Row
	var rows []dialect.Row
	undivided, blanks := 0, 0
	for at := 0; at < len(text) && len(rows) < scoreRows && (at < scoreBytes || len(rows) < SomeRows); at = w.Next {
		r.Next(text, at, &w)
		if !w.Whole && !last && (at > 0 || w.Problem == csv.Unclosed) {
			a.QuoteOpen = w.Problem == csv.Unclosed && len(rows) < SomeRows
			if !a.QuoteOpen || len(text) < LongHead {
				break
			}
		}
		if r.Blank(&w) || r.Comment != 0 && text[at] == r.Comment {
			continue
		}
		if w.Problem != 0 {
			a.broken++
			if _, swallowed := soundRow(&r, text, at, &w); swallowed {
				a.swallowedRows++
				a.quoted++
			}
		}
		a.strayQuotes = a.strayQuotes || strays(&r, text, &w)
		if cell(text[at:w.End], r.Delimiter) == strongCell {
			undivided++
		}
		if r.Trim {
			blanks += bytes.Count(text[at:w.End], []byte(r.Delimiter+" "))
		}
		kept := w
		kept.Fields = slices.Clone(w.Fields)
		rows = append(rows, kept)
	}
	if a.rows = len(rows); a.rows == 0 {
		return a
	}
	a.measure(text, rows)
	a.weigh(undivided, blanks, rows)
	if a.width > 1 && len(rows[0].Fields) < a.width {
		a.score *= a.titled(text, rows, undivided)
	}
	a.insist(text, rows, undivided)
	return a
}

// measure counts fields and types.
func (a *ScoredDialect) measure(sample []byte, rows []dialect.Row) {
	alike := a.mostlyWide(rows)
	a.even = float64(alike) / float64(a.rows)
	cells, strong := 0, make([]int, a.width)
	quoted, filled := make([]int, a.width), make([]int, a.width)
	a.doubled = a.width > 2 && a.width%2 == 1 && a.Rules.Delimiter != "," && a.Rules.Delimiter != " "
	var buf []byte
	for _, w := range rows {
		a.countQuoted(sample, &w)
		if len(w.Fields) != a.width {
			continue
		}
		for i, t := range w.Fields {
			if t.Quoted {
				quoted[i]++
			}
			if t.End > t.Start {
				filled[i]++
			}
			cells++
			buf = a.Rules.Text(sample, t, buf[:0])
			k := cell(csv.Trim(buf), a.Rules.Delimiter)
			if i%2 == 1 && k != emptyCell {
				a.doubled = false
			}
			if k == strongCell {
				strong[i]++
			}
			a.typed += a.worth(k, t, buf)
		}
	}
	a.typed /= float64(max(cells, 1))
	for a.empty < a.width && filled[a.width-1-a.empty] == 0 {
		a.empty++
	}
	a.steady = a.steady || a.quotedDelimiter
	for i, n := range quoted {
		a.steady = a.steady || n > 1 && n*4 >= (filled[i]-1)*3 // but for the name
	}
	for _, n := range strong {
		if n > 0 && n*4 >= alike*3-4 {
			a.strict++
		}
	}
}

// mostlyWide sets the width to that of most rows, and returns how many have it.
func (a *ScoredDialect) mostlyWide(rows []dialect.Row) int {
	widths := map[int]int{}
	for _, w := range rows {
		widths[len(w.Fields)]++
	}
	for width, n := range widths {
		if n > widths[a.width] || n == widths[a.width] && width > a.width {
			a.width = width
		}
	}
	return widths[a.width]
}

// countQuoted counts a row's fields in quotes.
func (a *ScoredDialect) countQuoted(sample []byte, w *dialect.Row) {
	for _, t := range w.Fields {
		if t.Quoted {
			a.quoted++
			a.quotedDelimiter = a.quotedDelimiter || bytes.Contains(sample[t.Start:t.End], []byte(a.Rules.Delimiter))
		}
	}
}

// worth is how much a cell speaks for the dialect.
func (a *ScoredDialect) worth(k cellKind, t dialect.Field, text []byte) float64 {
	n := len(text)
	switch {
	case !t.Quoted && n > 1 && (text[0] == '"' || text[0] == '\'') && text[0] == text[n-1]:
		return 0.1 // quotes that were not taken for such
	case k == strongCell || k == emptyCell || k == wordCell:
		return 1
	case t.Quoted:
		return 0.9
	}
	return 0.4
}

// weigh makes the score.
func (a *ScoredDialect) weigh(undivided, blanks int, rows []dialect.Row) {
	w := float64(a.width)
	a.score = a.typed * a.even * a.even * (w - 1) / w
	if a.width == 1 {
		a.score = a.typed * a.even * a.even * 0.02
	}
	a.score = max(a.score, a.inQuotes())
	sound := 1 - (float64(a.broken)-float64(a.swallowedRows)/2)/float64(a.rows)
	a.score *= max(sound*sound, 0.06) // more than no delimiter at all
	if a.Rules.Backslash || a.Rules.Trim {
		a.score *= 0.999 // no more than is needed
	}
	if a.Rules.Trim && a.quoted == 0 && blanks < separators(rows) {
		a.score *= 0.5 // blanks after some delimiters belong to the text
	}
	if a.strayQuotes {
		a.score *= 0.95 // quotes that another delimiter may explain
	}
	if a.Rules.Ends == dialect.MixedEnds {
		a.score *= 0.997
	}
	if a.Rules.Quote != 0 && a.Rules.Quote != '"' && !a.steady {
		a.score *= 0.5 // apostrophes around some words
	}
	if a.width > 1 && !strings.ContainsAny(a.Rules.Delimiter, dialect.Usual) {
		a.score *= a.rareness(undivided)
	}
}

// titled returns a factor for the score of a delimiter that the first rows have less often than the
// rest. They are titles, or the name of a single column whose values have the delimiter here and
// there, such as 1,5 and Smith; John.
func (a *ScoredDialect) titled(text []byte, rows []dialect.Row, undivided int) float64 {
	const doubtful = 0.01
	k := 0
	for k < len(rows) && len(rows[k].Fields) < a.width {
		k++
	}
	table, even, blanks := rows[k:], 0, 0
	for _, w := range table {
		if len(w.Fields) == a.width {
			even++
		}
		blanks += bytes.Count(text[w.Fields[0].Start:w.End], []byte(a.Rules.Delimiter+" "))
	}
	begin := table[0].Fields[0].Start
	if table[0].Fields[0].Quoted {
		begin--
	}
	gap := begin > rows[k-1].Next
	title := gap || k > 1 || len(bytes.Fields(text[rows[0].Fields[0].Start:rows[0].End])) > 2
	tail := a.empty == a.width-len(rows[0].Fields) // delimiters end the rows
	rest := len(table)
	switch {
	case !strings.ContainsAny(a.Rules.Delimiter, dialect.Usual), undivided >= rest && len(rows[0].Fields) == 1 && !gap:
		return doubtful
	case a.strict == 0 && !tail && (even*10 < rest*9 || blanks >= separators(table)):
		return doubtful
	case len(rows[0].Fields) == 1 && !title && !tail && (a.strict == 0 || hasValue(&a.Rules, text, &table[0])): // not above names
		return doubtful
	case even*10 < rest*6:
		return doubtful
	}
	return 0.75 // a dialect that needs no titles is better
}

// hasValue reports whether a field of a row is a number, date or the like.
func hasValue(r *dialect.Rules, text []byte, w *dialect.Row) bool {
	return slices.ContainsFunc(w.Fields, func(t dialect.Field) bool { return cell(csv.Trim(text[t.Start:t.End]), r.Delimiter) == strongCell })
}

// rareness returns a factor for the score of a rare delimiter: it must cut rows alike, into columns
// of which one at least is of numbers or dates, and must not cut what is one value.
func (a *ScoredDialect) rareness(undivided int) float64 {
	const sure = 0.9
	if a.even < sure || a.strict == 0 && a.quoted*2 < a.rows || undivided*2 > a.rows {
		return 0.01
	}
	if strings.ContainsAny(a.Rules.Delimiter, " :#") {
		return 0.6
	}
	return 0.9
}

func separators(rows []dialect.Row) int {
	n := 0
	for _, w := range rows {
		n += len(w.Fields) - 1
	}
	return n
}

// cellKind is what a cell looks like while the dialect is not known.
type cellKind int

const (
	textCell   cellKind = iota
	emptyCell           // or a null word
	wordCell            // words without what may be a delimiter
	strongCell          // a number, date, time, address or the like
)

// cell returns what a cell looks like.
func cell(b []byte, delimiter string) cellKind {
	if len(b) == 0 {
		return emptyCell
	}
	if len(b) > 200 {
		return textCell
	}
	if isNumber(b) || isClock(b) || IsDate(b) || bytes.HasPrefix(b, []byte("http://")) || bytes.HasPrefix(b, []byte("https://")) {
		return strongCell
	}
	if _, ok := csv.Bool(b); ok {
		return strongCell
	}
	for _, c := range b {
		if c < 0x20 || c == '"' || strings.IndexByte(",;|^~", c) >= 0 {
			return textCell
		}
	}
	return wordCell
}

// isNumber reports whether a text is a number in any form, with a sign of currency or per cent too.
func isNumber(b []byte) bool {
	b = bytes.TrimSuffix(bytes.TrimLeft(b, "$€£¥+-"), []byte("%"))
	if len(b) == 0 || b[0]-'0' > 9 && b[0] != '.' {
		return false
	}
	if _, ok := csv.Float(b); ok {
		return true
	}
	var buf [64]byte
	for _, f := range numberForms {
		if _, _, ok := f.Plain(b, buf[:0]); ok && !bytes.ContainsFunc(b, func(r rune) bool { return r > '9' && r != 'e' && r != 'E' && r < 0x80 }) {
			return true
		}
	}
	return false
}

func isClock(b []byte) bool {
	if len(b) < 4 || len(b) > 15 || b[0]-'0' > 9 || bytes.IndexByte(b, ':') < 1 || bytes.IndexByte(b, ':') > 2 || bytes.Contains(b, []byte("::")) {
		return false
	}
	for _, c := range b {
		if c-'0' > 9 && c != ':' && c != '.' && c != ' ' && c|0x20 != 'a' && c|0x20 != 'p' && c|0x20 != 'm' {
			return false
		}
	}
	return true
}

func IsDate(b []byte) bool {
	if len(b) < 8 || len(b) > 40 {
		return false
	}
	if _, _, _, ok := csv.Timestamp(b); ok {
		return true
	}
	var buf [64]byte
	for order := csv.YMD; order <= csv.MDY; order++ {
		if _, _, ok := order.Plain(b, buf[:0]); ok {
			return true
		}
	}
	return false
}

// Why says in words what spoke for the dialect.
func (a *ScoredDialect) Why() string {
	if a.width == 1 && a.rows > 1 {
		return fmt.Sprintf("%s cut into one column: no delimiter divides them alike", count.Of(a.rows, "row"))
	}
	return fmt.Sprintf("%s cut, %.0f %% of them into %s, %.0f %% of the cells of a known kind", count.Of(a.rows, "row"), math.Floor(100*a.even), count.Of(a.width, "field"), math.Floor(100*a.typed))
}

// WhyQuote says in words what spoke for the quote.
func (a *ScoredDialect) WhyQuote(o *Options) string {
	switch {
	case o.NoQuotes || o.Quote != 0:
		return "ReadOptions"
	case a.Rules.Quote == 0:
		return "no fields are in quotes that close"
	case a.quoted == 0:
		return "no field looked at is in quotes"
	}
	why := fmt.Sprintf("%s in quotes", count.Of(a.quoted, "field"))
	if a.broken > 0 {
		why += fmt.Sprintf(", %s with broken ones", count.Of(a.broken, "row"))
	}
	return why
}
