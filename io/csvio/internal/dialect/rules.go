package dialect

import (
	"bytes"

	"github.com/volley-go/volley/internal/csv"
)

// Rules are a dialect. Reading cuts odd dialects by them, sniffing the dialects that it tries.
type Rules struct {
	Delimiter string  // one byte at least
	Quote     byte    // 0: none
	Backslash bool    // a backslash makes a quote, delimiter, line end or backslash after it text; doubled quotes do too
	Comment   byte    // the first byte of rows that are left out; 0: none
	Ends      LineEnd // of rows
	Trim      bool    // blanks after a delimiter, and around quotes, are no text
	BlankRows bool    // lines with nothing in them are rows
	FieldsMax int     // fields of a row that are kept, and one more; 0: all
	lenient   bool    // a quote closes a field only before a delimiter or line end
}

// Field is a field's place in the text.
type Field struct {
	Start, End int  // of its text, without quotes
	Quoted     bool // it is in quotes
	escaped    bool // its text has doubled quotes or escapes
}

// Row is a row's place in the text. Its memory is used again for the next row.
type Row struct {
	Fields  []Field
	End     int         // of its text, before the line end
	Next    int         // the place of the next row
	Lines   int         // line ends in it, its own included
	Whole   bool        // it has a line end
	QuoteAt int         // the place of a quote that is open at the end of the text; -1
	Problem csv.Problem // of its quotes
}

// empty reports whether a line has nothing in it.
func (r *Row) empty() bool {
	return len(r.Fields) == 1 && r.End == r.Fields[0].Start && !r.Fields[0].Quoted
}

// Blank reports whether a row is a line with nothing in it, and so no row by these rules.
func (r *Rules) Blank(w *Row) bool { return !r.BlankRows && w.empty() }

// Plain reports whether the scanner can read text of these rules as it stands.
func (r *Rules) Plain() bool {
	return len(r.Delimiter) == 1 && !r.Backslash && !r.Trim && !r.BlankRows && (r.Ends == LF || r.Ends == CR)
}

// Scanner returns the plain dialect in which internal/csv reads the text: its own, or, if the rules
// are not plain, that of the text that [Rules.Flatten] makes of it.
func (r *Rules) Scanner() csv.Dialect {
	d := csv.Dialect{Delimiter: r.Delimiter[0], Quote: r.Quote, Newline: '\n', Comment: r.Comment}
	if r.Plain() {
		if r.Ends == CR {
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

// eol returns the bytes of the line end at a place, 0 if there is none. A \r at the end of the text
// may be half of one.
func (r *Rules) eol(text []byte, at int) int {
	switch text[at] {
	case '\n':
		if r.Ends != CR {
			return 1
		}
	case '\r':
		if r.Ends == CR {
			return 1
		}
		if at+1 < len(text) && text[at+1] == '\n' {
			return 2
		}
		if r.Ends == MixedEnds {
			return 1
		}
	}
	return 0
}

func (r *Rules) delimits(text []byte, at int) bool {
	if text[at] != r.Delimiter[0] {
		return false
	}
	return len(r.Delimiter) == 1 || bytes.HasPrefix(text[at:], []byte(r.Delimiter))
}

// Next finds the row that begins at a place. It keeps the memory of out's fields.
func (r *Rules) Next(text []byte, at int, out *Row) {
	*out = Row{Fields: out.Fields[:0], QuoteAt: -1}
	if r.Comment != 0 && at < len(text) && text[at] == r.Comment {
		r.skipLine(text, at, out)
		return
	}
	for {
		var t Field
		t, at = r.field(text, at, out)
		if r.FieldsMax == 0 || len(out.Fields) <= r.FieldsMax {
			out.Fields = append(out.Fields, t)
		}
		if at >= len(text) {
			out.End, out.Next = len(text), len(text)
			return
		}
		if n := r.eol(text, at); n > 0 {
			out.End, out.Next, out.Whole = at, at+n, true
			out.Lines++
			return
		}
		at += len(r.Delimiter)
	}
}

// skipLine finds the end of a comment.
func (r *Rules) skipLine(text []byte, at int, out *Row) {
	for ; at < len(text); at++ {
		if n := r.eol(text, at); n > 0 {
			out.End, out.Next, out.Whole, out.Lines = at, at+n, true, 1
			return
		}
	}
	out.End, out.Next = len(text), len(text)
}

// field finds the field that begins at a place, and the place of the delimiter or line end after
// it.
func (r *Rules) field(text []byte, at int, out *Row) (Field, int) {
	if r.Trim {
		for at < len(text) && text[at] == ' ' && !r.delimits(text, at) {
			at++
		}
	}
	if r.Quote != 0 && at < len(text) && text[at] == r.Quote {
		return r.inQuotes(text, at, out)
	}
	t := Field{Start: at}
	t.End, t.escaped = r.bare(text, at, out)
	return t, t.End
}

// bare finds the end of a field without quotes.
func (r *Rules) bare(text []byte, at int, out *Row) (end int, escaped bool) {
	for ; at < len(text); at++ {
		c := text[at]
		if c > ',' && c != r.Delimiter[0] && c != '\\' {
			continue
		}
		if c == '\\' && r.Backslash && r.escapes(text, at) > 0 {
			if n := r.escapes(text, at); text[at+n-1] == '\n' {
				out.Lines++
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

// escapes returns the bytes of an escape at a place, the backslash and what it makes text; 0 if
// there is none.
func (r *Rules) escapes(text []byte, at int) int {
	if text[at] != '\\' || at+1 >= len(text) {
		return 0
	}
	switch c := text[at+1]; {
	case c == '\\' || c == r.Quote && c != 0:
		return 2
	case r.delimits(text, at+1):
		return 1 + len(r.Delimiter)
	}
	if n := r.eol(text, at+1); n > 0 {
		return 1 + n
	}
	return 0
}

// inQuotes finds the end of a field in quotes.
func (r *Rules) inQuotes(text []byte, at int, out *Row) (Field, int) {
	t := Field{Start: at + 1, Quoted: true}
	for i := at + 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n' && r.Ends != CR || c == '\r' && r.Ends == CR:
			out.Lines++
		case c == '\\' && r.Backslash && i+1 < len(text) && (text[i+1] == r.Quote || text[i+1] == '\\'):
			t.escaped = true
			i++
		case c != r.Quote:
		case i+1 < len(text) && text[i+1] == r.Quote && !(r.lenient && r.closes(text, i+1)):
			t.escaped = true
			i++
		case r.lenient && !r.closes(text, i):
			t.escaped = true
		default:
			t.End = i
			return t, r.afterQuote(text, i+1, out)
		}
	}
	t.End, out.QuoteAt, out.Problem = len(text), at, csv.Unclosed
	return t, len(text)
}

// closes reports whether a field may end with the quote at the place.
func (r *Rules) closes(text []byte, at int) bool {
	return at+1 >= len(text) || r.delimits(text, at+1) || r.eol(text, at+1) > 0
}

// afterQuote goes on from a closing quote to the delimiter or line end, which should follow.
func (r *Rules) afterQuote(text []byte, at int, out *Row) int {
	if r.Trim {
		for at < len(text) && text[at] == ' ' && !r.delimits(text, at) {
			at++
		}
	}
	end, _ := r.bare(text, at, out)
	if end > at && !(end == len(text) && r.Ends == LF && string(text[at:end]) == "\r") && out.Problem == 0 {
		out.Problem = csv.TextAfterQuote
	}
	return end
}

// Text appends a field's text to buf, its escapes undone.
func (r *Rules) Text(text []byte, t Field, buf []byte) []byte {
	raw := text[t.Start:t.End]
	if !t.escaped {
		return append(buf, raw...)
	}
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '\\' && r.Backslash && t.Quoted && i+1 < len(raw) && (raw[i+1] == r.Quote || raw[i+1] == '\\'):
			i++
		case c == '\\' && r.Backslash && !t.Quoted && r.escapes(raw, i) > 0:
			n := r.escapes(raw, i)
			buf = append(buf, raw[i+1:i+n]...)
			i += n - 1
			continue
		case c == r.Quote && t.Quoted && i+1 < len(raw) && raw[i+1] == r.Quote:
			i++
		}
		buf = append(buf, raw[i])
	}
	return buf
}

// Quoted reports of each field whether it is in quotes.
func (r *Row) Quoted() []bool {
	out := make([]bool, len(r.Fields))
	for i, t := range r.Fields {
		out[i] = t.Quoted
	}
	return out
}

// Strings returns the texts of a row's fields.
func (r *Rules) Strings(text []byte, w *Row) []string {
	out := make([]string, len(w.Fields))
	for i, t := range w.Fields {
		out[i] = string(r.Text(text, t, nil))
	}
	return out
}

// Cut returns the end of the last whole row of a block, the number of lines before it, and the
// place of a quote that is open at the end of the block, -1 if there is none. [csv.Cut] does so for
// plain text.
func (r *Rules) Cut(text []byte, last bool) (end, lines, quoteAt int) {
	var w Row
	for end < len(text) {
		r.Next(text, end, &w)
		half := w.Next == len(text) && w.Whole && text[len(text)-1] == '\r' && r.Ends == MixedEnds
		if !last && (!w.Whole || half) {
			return end, lines, w.QuoteAt
		}
		end, lines = w.Next, lines+w.Lines
	}
	return end, lines, -1
}
