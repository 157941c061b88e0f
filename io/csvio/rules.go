package csvio

import (
	"bytes"

	"github.com/volley-go/volley/internal/csv"
)

// rules are a dialect with everything that can be read. The scanner of internal/csv knows the
// plain ones: a delimiter of one byte, doubled quotes, one kind of line end. Text of
// other dialects is written anew by these rules, a block at a time and on all cores, as
// plain text (see [piece.flatten]); they are also what sniffing and mending cut text with. They do
// some 200 MB/s.
type rules struct {
	delimiter string
	quote     byte // 0: none
	backslash bool // it makes a quote, delimiter, line end or backslash behind it text; doubled quotes go too
	comment   byte // 0: none
	ends      LineEnd
	trim      bool // blanks behind a delimiter, and around quotes, are no text
	blanks    bool // lines with nothing in them are rows
	most      int  // fields of a row that are kept, and one more; 0: all
	lenient   bool // a quote closes only before a delimiter or line end
}

// token is a field as the rules find it.
type token struct {
	start, end int  // of its text, without quotes
	quoted     bool // was in quotes
	escaped    bool // its text holds doubled quotes or escapes
}

// row is a row as the rules find it.
type row struct {
	fields  []token
	end     int // of its text
	next    int // where the next begins
	lines   int // line ends in it, its own one included
	whole   bool
	quoteAt int // the quote that is open at the end of the text; -1
	problem csv.Problem
}

// empty tells a line without anything in it.
func (r *row) empty() bool {
	return len(r.fields) == 1 && r.end == r.fields[0].start && !r.fields[0].quoted
}

// blank tells such a line where it is no row.
func (r *rules) blank(w *row) bool { return !r.blanks && w.empty() }

// plain tells whether the scanner can read text of these rules as it stands.
func (r *rules) plain() bool {
	return len(r.delimiter) == 1 && !r.backslash && !r.trim && !r.blanks && (r.ends == LF || r.ends == CR)
}

// dialect is what the scanner reads: the text itself, or what was made of it.
func (r *rules) dialect() csv.Dialect {
	d := csv.Dialect{Delimiter: r.delimiter[0], Quote: r.quote, Newline: '\n', Comment: r.comment}
	if r.plain() {
		if r.ends == CR {
			d.Newline = '\r'
		}
		return d
	}
	d.Comment = 0 // left out while the text is made plain
	if d.Quote == 0 || d.Quote == d.Delimiter {
		d.Quote = '"'
		if d.Delimiter == '"' {
			d.Quote = '\''
		}
	}
	return d
}

// eol is the bytes of the line end at the place, 0 for none. A \r at the end of the text may be
// half of one.
func (r *rules) eol(text []byte, at int) int {
	switch text[at] {
	case '\n':
		if r.ends != CR {
			return 1
		}
	case '\r':
		if r.ends == CR {
			return 1
		}
		if at+1 < len(text) && text[at+1] == '\n' {
			return 2
		}
		if r.ends == MixedEnds {
			return 1
		}
	}
	return 0
}

func (r *rules) delimits(text []byte, at int) bool {
	if text[at] != r.delimiter[0] {
		return false
	}
	return len(r.delimiter) == 1 || bytes.HasPrefix(text[at:], []byte(r.delimiter))
}

// next finds the row that begins at a place, keeping the memory of out's fields.
func (r *rules) next(text []byte, at int, out *row) {
	*out = row{fields: out.fields[:0], quoteAt: -1}
	if r.comment != 0 && at < len(text) && text[at] == r.comment {
		r.skipLine(text, at, out)
		return
	}
	for {
		var t token
		t, at = r.field(text, at, out)
		if r.most == 0 || len(out.fields) <= r.most {
			out.fields = append(out.fields, t)
		}
		if at >= len(text) {
			out.end, out.next = len(text), len(text)
			return
		}
		if n := r.eol(text, at); n > 0 {
			out.end, out.next, out.whole = at, at+n, true
			out.lines++
			return
		}
		at += len(r.delimiter)
	}
}

// skipLine takes a comment.
func (r *rules) skipLine(text []byte, at int, out *row) {
	for ; at < len(text); at++ {
		if n := r.eol(text, at); n > 0 {
			out.end, out.next, out.whole, out.lines = at, at+n, true, 1
			return
		}
	}
	out.end, out.next = len(text), len(text)
}

// field finds the field that begins at a place, and where the delimiter or line end behind it
// stands.
func (r *rules) field(text []byte, at int, out *row) (token, int) {
	if r.trim {
		for at < len(text) && text[at] == ' ' && !r.delimits(text, at) {
			at++
		}
	}
	if r.quote != 0 && at < len(text) && text[at] == r.quote {
		return r.inQuotes(text, at, out)
	}
	t := token{start: at}
	t.end, t.escaped = r.bare(text, at, out)
	return t, t.end
}

// bare finds the end of text without quotes.
func (r *rules) bare(text []byte, at int, out *row) (end int, escaped bool) {
	for ; at < len(text); at++ {
		c := text[at]
		if c > ',' && c != r.delimiter[0] && c != '\\' {
			continue
		}
		if c == '\\' && r.backslash && r.escapes(text, at) > 0 {
			if n := r.escapes(text, at); text[at+n-1] == '\n' {
				out.lines++
			}
			at += r.escapes(text, at) - 1
			escaped = true
			continue
		}
		if r.delimits(text, at) || r.eol(text, at) > 0 {
			return at, escaped
		}
	}
	return at, escaped
}

// escapes is the bytes of an escape at the place: the backslash and what it makes text; 0 for none.
func (r *rules) escapes(text []byte, at int) int {
	if text[at] != '\\' || at+1 >= len(text) {
		return 0
	}
	switch c := text[at+1]; {
	case c == '\\' || c == r.quote && c != 0:
		return 2
	case r.delimits(text, at+1):
		return 1 + len(r.delimiter)
	}
	if n := r.eol(text, at+1); n > 0 {
		return 1 + n
	}
	return 0
}

// inQuotes finds the end of a field in quotes.
func (r *rules) inQuotes(text []byte, at int, out *row) (token, int) {
	t := token{start: at + 1, quoted: true}
	for i := at + 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n' && r.ends != CR || c == '\r' && r.ends == CR:
			out.lines++
		case c == '\\' && r.backslash && i+1 < len(text) && (text[i+1] == r.quote || text[i+1] == '\\'):
			t.escaped = true
			i++
		case c != r.quote:
		case i+1 < len(text) && text[i+1] == r.quote && !(r.lenient && r.closes(text, i+1)):
			t.escaped = true
			i++
		case r.lenient && !r.closes(text, i):
			t.escaped = true
		default:
			t.end = i
			return t, r.behind(text, i+1, out)
		}
	}
	t.end, out.quoteAt, out.problem = len(text), at, csv.Unclosed
	return t, len(text)
}

// closes tells whether a field may end with the quote at the place.
func (r *rules) closes(text []byte, at int) bool {
	return at+1 >= len(text) || r.delimits(text, at+1) || r.eol(text, at+1) > 0
}

// behind goes on from a closing quote to the delimiter or line end, which should follow.
func (r *rules) behind(text []byte, at int, out *row) int {
	if r.trim {
		for at < len(text) && text[at] == ' ' && !r.delimits(text, at) {
			at++
		}
	}
	end, _ := r.bare(text, at, out)
	if end > at && !(end == len(text) && r.ends == LF && string(text[at:end]) == "\r") && out.problem == 0 {
		out.problem = csv.TextAfterQuote
	}
	return end
}

// text is a field's text with escapes undone, behind buf.
func (r *rules) text(text []byte, t token, buf []byte) []byte {
	raw := text[t.start:t.end]
	if !t.escaped {
		return append(buf, raw...)
	}
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '\\' && r.backslash && t.quoted && i+1 < len(raw) && (raw[i+1] == r.quote || raw[i+1] == '\\'):
			i++
		case c == '\\' && r.backslash && !t.quoted && r.escapes(raw, i) > 0:
			n := r.escapes(raw, i)
			buf = append(buf, raw[i+1:i+n]...)
			i += n - 1
			continue
		case c == r.quote && t.quoted && i+1 < len(raw) && raw[i+1] == r.quote:
			i++
		}
		buf = append(buf, raw[i])
	}
	return buf
}

// quoted are a row's fields that are in quotes.
func (r *row) quoted() []bool {
	out := make([]bool, len(r.fields))
	for i, t := range r.fields {
		out[i] = t.quoted
	}
	return out
}

// strings are a row's fields as text.
func (r *rules) strings(text []byte, w *row) []string {
	out := make([]string, len(w.fields))
	for i, t := range w.fields {
		out[i] = string(r.text(text, t, nil))
	}
	return out
}

// cut finds where the last whole row of a block ends, how many lines lie before, and the quote that
// is open at the end of the block (-1: none), as [csv.Cut] does for plain text.
func (r *rules) cut(text []byte, last bool) (end, lines, quoteAt int) {
	var w row
	for end < len(text) {
		r.next(text, end, &w)
		half := w.next == len(text) && w.whole && text[len(text)-1] == '\r' && r.ends == MixedEnds
		if !last && (!w.whole || half) {
			return end, lines, w.quoteAt
		}
		end, lines = w.next, lines+w.lines
	}
	return end, lines, -1
}
