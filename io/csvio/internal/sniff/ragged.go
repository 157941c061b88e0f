package sniff

import (
	"bytes"
	"strings"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

// inQuotes returns the least score of a single column in quotes: what stands in them divides
// nothing.
func (a *ScoredDialect) inQuotes() float64 {
	switch {
	case a.width > 1 || a.even < 1 || a.broken > 0 || a.rows < 2:
		return 0
	case a.quoted == a.rows:
		return 0.3
	case a.quotedDelimiter && a.Rules.Quote == '"' && a.quoted*4 >= a.rows:
		return 0.05 // less than a table under a title in quotes
	}
	return 0
}

// firmly is the least score of a dialect whose rows are ragged if the text cannot be one column. It
// is more than one column ever has, and less than that of a dialect that cuts evenly.
const firmly = 0.1

// insist keeps a usual delimiter that cuts rows unevenly if their first columns show a table. What
// comes after those is too much or too little: an error to report, and no reason to take the rows
// for one column.
func (a *ScoredDialect) insist(text []byte, rows []dialect.Row, undivided int) {
	if len(rows) < 3 || !strings.ContainsAny(a.Rules.Delimiter, dialect.Usual) || len(rows[0].Fields) < 2 {
		return
	}
	bare := undivided*2 <= len(rows) && leads(&a.Rules, text, rows) // 1,234,567 is one number
	if !bare && !(couldBeNames(&a.Rules, text, &rows[0]) && (typedUnder(&a.Rules, text, rows) || divides(&a.Rules, text, rows))) {
		return
	}
	least := firmly * (1 - float64(a.broken)/float64(a.rows))
	if a.Rules.Backslash || a.Rules.Trim {
		least *= 0.999 // no more than is needed
	}
	if a.Rules.Ends == dialect.MixedEnds {
		least *= 0.997
	}
	a.score = max(a.score, least)
}

// couldBeNames reports whether all fields of a row could be names: words that differ, without
// blanks around them.
func couldBeNames(r *dialect.Rules, text []byte, w *dialect.Row) bool {
	seen := map[string]bool{}
	for _, t := range w.Fields {
		name := text[t.Start:t.End]
		if len(name) == 0 || seen[string(name)] || !t.Quoted && cell(name, r.Delimiter) != wordCell || isValue(string(name)) {
			return false
		}
		if c := name[0]; c == ' ' || c == '\t' {
			return false // prose has a blank after a comma
		}
		seen[string(name)] = true
	}
	return true
}

// typedUnder reports whether a column under the names is of numbers, dates or the like in nearly
// all rows.
func typedUnder(r *dialect.Rules, text []byte, rows []dialect.Row) bool {
	for i := range rows[0].Fields {
		if n := typedAt(r, text, rows[1:], i); n > 1 && n*10 >= (len(rows)-1)*9 {
			return true
		}
	}
	return false
}

// leads reports whether all rows, the first too, begin with a number, date or the like and go on
// after the delimiter without a blank.
func leads(r *dialect.Rules, text []byte, rows []dialect.Row) bool {
	for _, w := range rows {
		if len(w.Fields) < 2 || bytes.HasPrefix(text[w.Fields[1].Start:w.Fields[1].End], []byte(" ")) {
			return false
		}
	}
	return typedAt(r, text, rows, 0) == len(rows)
}

// typedAt counts the rows whose field at a place is a number, date or the like.
func typedAt(r *dialect.Rules, text []byte, rows []dialect.Row, at int) int {
	n := 0
	for _, w := range rows {
		if at < len(w.Fields) && cell(csv.Trim(text[w.Fields[at].Start:w.Fields[at].End]), r.Delimiter) == strongCell {
			n++
		}
	}
	return n
}

// divides reports whether half of the rows under the names have the delimiter, and most often no
// blank after it as prose has. Only the columns that have names count.
func divides(r *dialect.Rules, text []byte, rows []dialect.Row) bool {
	if r.Trim {
		return false
	}
	divided, seps, blanks := 0, 0, 0
	for _, w := range rows[1:] {
		if len(w.Fields) > 1 {
			divided++
		}
		for _, t := range w.Fields[1:min(len(w.Fields), len(rows[0].Fields))] {
			seps++
			if t.End > t.Start && text[t.Start] == ' ' {
				blanks++
			}
		}
	}
	return divided*2 >= len(rows)-1 && blanks*2 < seps
}

// linesIn reports whether the first line stands in quotes of a kind, and others may.
func linesIn(sample []byte, quote byte) bool {
	line, _ := firstLine(sample, len(sample))
	return len(line) > 1 && line[0] == quote && line[len(line)-1] == quote
}

// quotedThroughout reports whether rows are one column of texts in quotes that all need them, since
// they have a delimiter in them. Nothing tells its name, and such a column most often has one.
func quotedThroughout(r *dialect.Rules, rows []sampleRow) bool {
	for _, s := range rows {
		if s.broken || len(s.fields) != 1 || !s.quoted[0] || isValue(s.fields[0]) || !needsQuotes(r, s.fields[0], true) {
			return false
		}
	}
	return len(rows) > 1 && strings.TrimSpace(rows[0].fields[0]) != ""
}
