package sniff

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

const (
	shapeRows    = 200 // that are looked at to find where the table begins
	preambleRows = 50  // that may stand before it
	headerRows   = 5   // of names, one under the other
)

// Layout is where the table begins in a text, and its columns' names.
type Layout struct {
	Separator     bool        // the first line is sep= and the delimiter
	linesLeftOut  int         // lines before the text, which the options leave out
	Start, Lines  int         // bytes and lines of the text before the names, or the first row
	Headers       int         // rows of names
	Missing       int         // rows of names that are asked for, and that the text lacks
	End, EndLines int         // bytes and lines before the first row after the names
	Names         []string    // of the columns, as they stand; nil if there are none
	Broken        csv.Problem // of the quotes of a row of names
	Mended        error       // why the names are not as they stand
	Width         int         // fields of most rows
	First         []string    // fields of the first row, names or not
	WhySkip       string      // reasons for lines left out, and for Headers
	WhyHeader     string
}

// sampleRow is a row that was looked at.
type sampleRow struct {
	fields    []string
	quoted    []bool      // by field, whether it is in quotes
	at, next  int         // places of the row and of the next one
	lines     int         // before the row
	through   int         // before the next one
	gap       bool        // a blank line stands before the row
	problem   csv.Problem // of its quotes
	broken    bool        // there is a problem: the fields are those of the first line, without quotes
	commented bool        // it begins with #
}

// filled counts the fields that are not empty.
func (s *sampleRow) filled() int {
	n := 0
	for _, f := range s.fields {
		if strings.TrimSpace(f) != "" {
			n++
		}
	}
	return n
}

// SeparatorLine returns the delimiter that a first line such as sep=; names, which spreadsheets
// write and read, and the line's size; nothing if it is none. In quotes it may be a column's name:
// it is one unless the line below has that delimiter, outside of quotes.
func SeparatorLine(text []byte) (delimiter string, size int) {
	line, size := firstLine(text, 64)
	if size == 0 {
		return "", 0
	}
	bare := bytes.Trim(line, `"`)
	if len(bare) < 5 || len(bare) > 8 || !bytes.EqualFold(bare[:4], []byte("sep=")) || strings.ContainsAny(exactShape(string(bare[4:])), "0Aa") {
		return "", 0
	}
	delimiter = string(bare[4:])
	if len(bare) < len(line) {
		below, _ := firstLine(text[size:], HeadBytes)
		if !outsideQuotes(below, delimiter) {
			return "", 0
		}
	}
	return delimiter, size
}

// firstLine returns the first line without its end, and its size with it; a size of 0 if no line
// ends within most bytes.
func firstLine(text []byte, most int) (line []byte, size int) {
	text = text[:min(len(text), most)]
	end := bytes.IndexByte(text, '\n')
	if end < 0 {
		end = bytes.IndexByte(text, '\r')
	}
	if end < 0 {
		return text, 0
	}
	return bytes.TrimSuffix(text[:end], []byte("\r")), end + 1
}

// outsideQuotes reports whether a line has a separator that is not in quotes.
func outsideQuotes(line []byte, separator string) bool {
	for i, part := range bytes.Split(line, []byte{'"'}) {
		if i%2 == 0 && bytes.Contains(part, []byte(separator)) {
			return true
		}
	}
	return false
}

// FindLayout finds where the table begins. start is where it may begin, after a separator line, and
// last says that the text ends here. If it finds a sign for comments, it sets it in the rules.
func (o *Options) FindLayout(r *dialect.Rules, text []byte, start int, last bool) Layout {
	sh := Layout{Start: start, Separator: start > 0}
	if start > 0 {
		sh.Lines = 1
	}
	rows := firstRows(r, text[sh.Start:], last)
	sh.Width = mostFields(rows)
	if n := len(o.Names); n > 0 && slices.ContainsFunc(rows, func(s sampleRow) bool { return len(s.fields) == n }) {
		sh.Width = n
	}
	if o.Skip == 0 {
		rows = sh.comments(o, r, rows)
		rows = sh.preamble(o, r, rows)
	}
	mended := (o.Mends || o.Names != nil) && mendHeader(r, text[sh.Start:], rows, sh.Width)
	if len(rows) > 0 {
		sh.First = rows[0].fields
		sh.begin(rows[0])
		sh.header(o, r, rows)
	}
	if sh.linesLeftOut = max(o.Skip, 0); o.Skip > 0 {
		sh.WhySkip = "ReadOptions.Skip"
	}
	if mended && sh.Headers > 0 {
		sh.Mended = errNamesMended
	}
	return sh
}

// SkipLines returns where the line begins that has n lines before it, or the end of the text and
// how many it has. last says that the text ends here: if not, a \r at its end may be half of a line
// end.
func SkipLines(text []byte, n int, last bool) (start, lines int) {
	for ; lines < n && start < len(text); lines++ {
		i := bytes.IndexAny(text[start:], "\r\n")
		switch {
		case i < 0:
			return len(text), lines
		case text[start+i] == '\r' && start+i+1 == len(text) && !last:
			return start + i, lines
		}
		start += i + 1
		if text[start-1] == '\r' && start < len(text) && text[start] == '\n' {
			start++
		}
	}
	return start, lines
}

// firstRows cuts the first rows.
func firstRows(r *dialect.Rules, text []byte, last bool) []sampleRow {
	var out []sampleRow
	var w dialect.Row
	lines, gap := 0, false
	for at := 0; at < len(text) && len(out) < shapeRows; at = w.Next {
		r.Next(text, at, &w)
		if !w.Whole && !last && len(out) > 0 {
			break
		}
		if r.Blank(&w) || r.Comment != 0 && text[at] == r.Comment {
			gap = true
		} else {
			problem := w.Problem
			if problem != 0 {
				soundRow(r, text, at, &w)
			}
			out = append(out, sampleRow{fields: r.Strings(text, &w), quoted: w.Quoted(), at: at, next: w.Next, lines: lines, through: lines + w.Lines, gap: gap, problem: problem, broken: problem != 0, commented: text[at] == '#'})
			gap = false
		}
		lines += w.Lines
	}
	return out
}

// mostFields returns the number of fields that most rows have, or that of the first if no number is
// that of most.
func mostFields(rows []sampleRow) int {
	table := slices.DeleteFunc(slices.Clone(rows), func(s sampleRow) bool { return s.commented })
	if len(table) == 0 {
		table = rows
	}
	count := map[int]int{}
	best := 0
	for _, s := range table {
		n := len(s.fields)
		count[n]++
		if count[n] > count[best] || count[n] == count[best] && n > best {
			best = n
		}
	}
	if len(table) > 0 && (count[best] < 2 || count[best]*2 <= len(table)) {
		return len(table[0].fields)
	}
	return best
}

// drop leaves out rows at the top.
func (sh *Layout) drop(rows []sampleRow, n int, why string) []sampleRow {
	if sh.WhySkip == "" {
		sh.WhySkip = why
	}
	if n == len(rows) {
		sh.Start, sh.Lines = sh.Start+rows[n-1].next, sh.Lines+rows[n-1].through
	}
	return rows[n:]
}

// begin sets the place of the first row that is left.
func (sh *Layout) begin(s sampleRow) {
	sh.Start, sh.Lines = sh.Start+s.at, sh.Lines+s.lines
	sh.End, sh.EndLines = sh.Start, sh.Lines
}

// comments leaves out lines at the top that begin with #, unless the last of them is the names. If
// more follow further down, # is the sign of comments there too.
func (sh *Layout) comments(o *Options, r *dialect.Rules, rows []sampleRow) []sampleRow {
	n := 0
	for n < len(rows) && rows[n].commented {
		n++
	}
	if n == 0 || o.NoComment || o.Comment != 0 || n == len(rows) {
		return rows
	}
	if len(rows[n-1].fields) == sh.Width && sh.Width > 1 && !overTyped(rows[n].fields, rows[n+1:]) {
		n-- // #id,name: names
	}
	if n == 0 {
		return rows
	}
	more := slices.ContainsFunc(rows[n+1:], func(s sampleRow) bool { return s.commented && len(s.fields) != sh.Width })
	rows = sh.drop(rows, n, "lines that begin with # before the table")
	if more {
		r.Comment = '#'
		rows = slices.DeleteFunc(rows, func(s sampleRow) bool { return s.commented })
	}
	return rows
}

// preamble leaves out titles and notes before the table: lines with fewer fields than the table, or
// with nearly all of them empty. It keeps what may be names.
func (sh *Layout) preamble(o *Options, r *dialect.Rules, rows []sampleRow) []sampleRow {
	if len(rows) > 0 && len(rows[0].fields) == sh.Width {
		if sure, _ := namesQuoted(r, rows); sure {
			return rows
		}
	}
	n := 0
	for n < len(rows) && n < preambleRows && len(rows[n].fields) < sh.Width && !rows[n].broken {
		n++
	}
	if n > 0 && n < len(rows) && len(rows[n].fields) == sh.Width {
		narrow := !slices.ContainsFunc(rows[:n], func(s sampleRow) bool { return len(s.fields) > max(1, sh.Width/2) })
		if n == 1 && !rows[n].gap && sh.Width > 2 && apart(&rows[0], sh.Width) && !o.headed(r, rows[1:]) {
			return rows
		}
		if rows[n].gap || narrow && !emptyBelow(rows[n-1:]) && (titles(rows[:n]) || o.headed(r, rows[n:])) {
			rows = sh.drop(rows, n, fmt.Sprintf("lines of fewer fields than the %d of the table", sh.Width))
		}
	}
	few := max(1, sh.Width/2)
	for i := 1; i < min(len(rows), 12) && sh.Width > 1; i++ {
		if rows[i].filled() > 0 {
			continue
		}
		behind := rows[i+1:]
		if !slices.ContainsFunc(rows[:i], func(s sampleRow) bool { return s.filled() > few }) && (titles(rows[:i]) || len(behind) > 0 && o.headed(r, behind)) {
			rows = sh.drop(rows, i+1, "nearly empty rows, closed by an empty one")
		}
		break
	}
	if n := sh.padded(o, r, rows); n > 0 {
		return sh.drop(rows, n, "titles in one cell, above the names")
	}
	return rows
}

// apart cuts a row of one field at its blanks if that makes as many names as there are columns: it
// was written by another hand than the other rows.
func apart(s *sampleRow, width int) bool {
	names := strings.Fields(s.fields[0])
	if len(s.fields) != 1 || len(names) != width || s.quoted[0] || slices.ContainsFunc(names, isValue) {
		return false
	}
	s.fields, s.quoted = names, make([]bool, width)
	return true
}

// emptyBelow reports whether the fields that the first row lacks are empty in the rows after it: it
// is names, and the other rows end with delimiters.
func emptyBelow(rows []sampleRow) bool {
	return !slices.ContainsFunc(rows[1:], func(s sampleRow) bool {
		return slices.ContainsFunc(s.fields[min(len(rows[0].fields), len(s.fields)):], func(f string) bool { return strings.TrimSpace(f) != "" })
	})
}

// titles reports whether there are several lines, or one of several words.
func titles(rows []sampleRow) bool {
	return len(rows) > 1 || strings.ContainsAny(strings.TrimSpace(rows[0].fields[0]), " :")
}

// headed reports whether the first row is names.
func (o *Options) headed(r *dialect.Rules, rows []sampleRow) bool {
	n, _ := o.isHeader(r, rows)
	return n > 0
}

// padded counts rows at the top that have one cell, or none, that is not empty, as spreadsheets
// save titles. They must stand above a row of names for more columns.
func (sh *Layout) padded(o *Options, r *dialect.Rules, rows []sampleRow) int {
	n := 0
	for n < min(len(rows), preambleRows) && rows[n].filled() < 2 && !rows[n].broken {
		n++
	}
	if n == 0 || n+1 >= len(rows) || len(rows[n].fields) != sh.Width || rows[n].filled() < 2 || rows[n].filled()*4 < sh.Width*3 {
		return 0
	}
	sparse := 0
	for _, s := range rows[n+1:] {
		if s.filled() < 2 {
			sparse++
		}
	}
	if sparse*5 > len(rows)-n-1 {
		return 0
	}
	if overTyped(rows[n].fields, rows[n+1:]) || sh.Width > 2 && titles(rows[:n]) && o.headed(r, rows[n:]) {
		return n
	}
	return 0
}

// overTyped reports whether a row of words stands over columns of numbers and dates: it is names.
func overTyped(names []string, below []sampleRow) bool {
	typed, words := 0, 0
	for i, n := range names {
		if n = strings.TrimSpace(n); n == "" {
			continue
		}
		if isValue(n) {
			return false
		}
		hits, all := 0, 0
		for _, s := range below[:min(len(below), 40)] {
			if i < len(s.fields) && strings.TrimSpace(s.fields[i]) != "" {
				all++
				if cell([]byte(strings.TrimSpace(s.fields[i])), "") == strongCell {
					hits++
				}
			}
		}
		if words++; hits > 0 && hits*2 > all {
			typed++
		}
	}
	return typed > 0 && words > 0
}

// isValue reports whether a text is a number, date or bool, and so no name.
func isValue(s string) bool {
	b := []byte(s)
	return typesOf(b) != isText || IsDate(b) || isNumber(b) && b[0]-'0' <= 9
}

// header finds the rows of names.
func (sh *Layout) header(o *Options, r *dialect.Rules, rows []sampleRow) {
	switch o.Header {
	case Absent:
		sh.WhyHeader = "ReadOptions.Header"
		return
	case Present:
		sh.Headers, sh.WhyHeader = 1, "ReadOptions.Header"
	default:
		sh.Headers, sh.WhyHeader = o.namesRow(r, rows)
		if sh.Headers == 0 && o.Names == nil && quotedThroughout(r, rows) {
			sh.Headers, sh.WhyHeader = 1, "one column in quotes that all texts of it need: the first is its name"
		}
	}
	if sh.Headers == 0 {
		return
	}
	sure, _ := namesQuoted(r, rows)
	if sh.Headers = max(o.HeaderRows, 1); o.HeaderRows == 0 && !sure {
		sh.Headers = stacked(rows)
	}
	if sh.Headers > len(rows) {
		sh.Missing = sh.Headers - len(rows)
		sh.Headers = len(rows)
	}
	for _, s := range rows[:sh.Headers] {
		sh.Broken = max(sh.Broken, s.problem)
	}
	sh.Names = join(rows[:sh.Headers])
	last := rows[sh.Headers-1]
	if n := sh.Width - len(sh.Names); n > 0 && len(rows) > sh.Headers && emptyBelow(rows[sh.Headers-1:]) {
		sh.Names = append(slices.Clip(sh.Names), make([]string, n)...) // the other rows end with delimiters
	}
	sh.End += last.next - rows[0].at
	sh.EndLines += last.through - rows[0].lines
}

// stacked counts rows of names one under the other. A second one is such only if it repeats the
// first, or completes one with gaps, over columns of numbers and dates.
func stacked(rows []sampleRow) int {
	n := 1
	for n < min(len(rows)-1, headerRows) {
		above, s := rows[n-1], rows[n]
		if len(s.fields) != len(above.fields) || !overTyped(s.fields, rows[n+1:]) {
			break
		}
		if !slices.Equal(s.fields, above.fields) && (above.filled() == len(above.fields) || s.filled() <= above.filled()) {
			break
		}
		n++
	}
	return n
}

// join makes one row of names of several. Blanks around a name belong to it if it is in quotes.
func join(rows []sampleRow) []string {
	out := slices.Clone(rows[0].fields)
	for i, quoted := range rows[0].quoted {
		if !quoted {
			out[i] = strings.TrimSpace(out[i])
		}
	}
	for _, s := range rows[1:] {
		for i := range min(len(out), len(s.fields)) {
			out[i] = strings.TrimSpace(strings.TrimSpace(out[i]) + " " + strings.TrimSpace(s.fields[i]))
		}
	}
	return out
}

// mendHeader mends a first row with broken quotes, and reports whether it had to. If no reading
// fits, the row is its line, with quotes as text.
func mendHeader(r *dialect.Rules, text []byte, rows []sampleRow, width int) bool {
	if len(rows) == 0 || !rows[0].broken {
		return false
	}
	first := &rows[0]
	end, next := r.Line(text, first.at)
	if m, ok := r.Mend(text[first.at:end], width); ok {
		first.fields, first.quoted = nil, nil
		for _, t := range m {
			first.fields, first.quoted = append(first.fields, string(t.Text)), append(first.quoted, t.Quoted)
		}
	} else {
		bare := *r
		bare.Quote = 0
		var w dialect.Row
		bare.Next(text, first.at, &w)
		first.fields, first.quoted = bare.Strings(text, &w), w.Quoted()
	}
	first.next, first.through = next, first.lines+1
	first.broken, first.problem = false, 0
	return true
}

// FitNames leaves out empty names if that makes as many as the rows have fields.
func FitNames(names []string, width int) []string {
	empty := 0
	for _, n := range names {
		if strings.TrimSpace(n) == "" {
			empty++
		}
	}
	if surplus := len(names) - width; width > 0 && surplus > 0 && empty == surplus {
		return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.TrimSpace(n) == "" })
	}
	return names
}

// Skipped is the lines before the table.
func (sh *Layout) Skipped() int { return sh.linesLeftOut + sh.Lines }

// ReadsAsNames reports whether whoever is told nothing but the delimiter would take the first line
// of a text for these names, and what is after it for rows.
func ReadsAsNames(text []byte, delimiter byte, names []string) bool {
	o := Options{Delimiter: delimiter}
	r := dialect.Rules{Delimiter: string(delimiter), Quote: '"', Ends: dialect.LF}
	sh := o.FindLayout(&r, text, 0, false)
	return sh.Lines == 0 && sh.Headers == 1 && slices.Equal(names, sh.Names)
}
