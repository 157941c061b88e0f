package csvio

import (
	"bytes"
	"strings"

	"github.com/volley-go/volley/internal/csv"
)

// inQuotes is the least score of one column that is in quotes: what stands in them divides nothing.
func (a *attempt) inQuotes() float64 {
	switch {
	case a.width > 1 || a.even < 1 || a.broken > 0 || a.rows < 2:
		return 0
	case a.quoted == a.rows:
		return 0.3
	case a.held && a.rules.quote == '"' && a.quoted*4 >= a.rows:
		return 0.05 // less than a table under a title in quotes
	}
	return 0
}

// firmly is the least score of a dialect whose rows are ragged, if the text cannot be one column:
// more than one column ever has, and less than a dialect that cuts evenly.
const firmly = 0.1

// insist believes a usual delimiter that cuts rows unevenly if its first columns stand all the
// same: what comes behind them is too much or too little, which is an error to tell and no reason
// to take the rows for one column.
func (a *attempt) insist(text []byte, rows []row, undivided int) {
	if len(rows) < 3 || !strings.ContainsAny(a.rules.delimiter, usual) || len(rows[0].fields) < 2 {
		return
	}
	bare := undivided*2 <= len(rows) && leads(&a.rules, text, rows) // 1,234,567 is one number
	if !bare && !(couldBeNames(&a.rules, text, &rows[0]) && (typedUnder(&a.rules, text, rows) || divides(&a.rules, text, rows))) {
		return
	}
	least := firmly * (1 - float64(a.broken)/float64(a.rows))
	if a.rules.backslash || a.rules.trim {
		least *= 0.999 // no more than is needed
	}
	if a.rules.ends == MixedEnds {
		least *= 0.997
	}
	a.score = max(a.score, least)
}

// couldBeNames reports whether all fields of a row could be names: words that differ, without blanks
// around them.
func couldBeNames(r *rules, text []byte, w *row) bool {
	seen := map[string]bool{}
	for _, t := range w.fields {
		name := text[t.start:t.end]
		if len(name) == 0 || seen[string(name)] || !t.quoted && cell(name, r.delimiter) != wordCell || isValue(string(name)) {
			return false
		}
		if c := name[0]; c == ' ' || c == '\t' {
			return false // prose has a blank behind a comma
		}
		seen[string(name)] = true
	}
	return true
}

// typedUnder reports whether a column under the names is of numbers, dates or the like in nearly
// all rows.
func typedUnder(r *rules, text []byte, rows []row) bool {
	for i := range rows[0].fields {
		if n := typedAt(r, text, rows[1:], i); n > 1 && n*10 >= (len(rows)-1)*9 {
			return true
		}
	}
	return false
}

// leads reports whether all rows, the first among them, begin with a number, date or the like and
// go on behind the delimiter without a blank.
func leads(r *rules, text []byte, rows []row) bool {
	for _, w := range rows {
		if len(w.fields) < 2 || bytes.HasPrefix(text[w.fields[1].start:w.fields[1].end], []byte(" ")) {
			return false
		}
	}
	return typedAt(r, text, rows, 0) == len(rows)
}

// typedAt counts the rows whose field at a place is a number, date or the like.
func typedAt(r *rules, text []byte, rows []row, at int) int {
	n := 0
	for _, w := range rows {
		if at < len(w.fields) && cell(csv.Trim(text[w.fields[at].start:w.fields[at].end]), r.delimiter) == strongCell {
			n++
		}
	}
	return n
}

// divides reports whether half of the rows under the names have the delimiter, most often without
// the blank that prose has behind it, as far as there are names.
func divides(r *rules, text []byte, rows []row) bool {
	if r.trim {
		return false
	}
	divided, seps, blanks := 0, 0, 0
	for _, w := range rows[1:] {
		if len(w.fields) > 1 {
			divided++
		}
		for _, t := range w.fields[1:min(len(w.fields), len(rows[0].fields))] {
			seps++
			if t.end > t.start && text[t.start] == ' ' {
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

// quotedThroughout reports whether rows are one column of texts in quotes that all need them, as
// texts with a delimiter in them do: its name is told by nothing, and such a column has one more
// often than not.
func quotedThroughout(r *rules, rows []seen) bool {
	for _, s := range rows {
		if s.broken || len(s.fields) != 1 || !s.quoted[0] || isValue(s.fields[0]) || !needsQuotes(r, s.fields[0], true) {
			return false
		}
	}
	return len(rows) > 1 && strings.TrimSpace(rows[0].fields[0]) != ""
}
