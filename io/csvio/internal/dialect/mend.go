package dialect

import (
	"bytes"
	"slices"

	"github.com/volley-go/volley/internal/csv"
)

// MendedField is a field of a row whose quotes were broken.
type MendedField struct {
	Text   []byte
	Quoted bool
}

const mendQuotes = 16 // of a line that are tried as text

// Mend reads a line with broken quotes, if exactly one reading gives width fields: either quotes
// that close no field are text, or one quote that opens a field is.
func (r *Rules) Mend(line []byte, width int) ([]MendedField, bool) {
	if r.Quote == 0 {
		return nil, false
	}
	lenient := *r
	lenient.lenient = true
	if out, ok := lenient.reading(line, -1, width); ok {
		return out, true
	}
	var found []MendedField
	tried := 0
	for at, c := range line {
		if c != r.Quote || at > 0 && !bytes.HasSuffix(line[:at], []byte(r.Delimiter)) {
			continue
		}
		if tried++; tried > mendQuotes {
			break
		}
		out, ok := r.reading(line, at, width)
		if !ok {
			continue
		}
		if found != nil && !slices.EqualFunc(found, out, func(a, b MendedField) bool { return bytes.Equal(a.Text, b.Text) }) {
			return nil, false // more than one
		}
		found = out
	}
	return found, found != nil
}

// reading cuts a line into fields and takes the quote at a place for text.
func (r *Rules) reading(line []byte, literal, width int) ([]MendedField, bool) {
	var out []MendedField
	var w Row
	for at := 0; ; at += len(r.Delimiter) {
		var t Field
		if at == literal {
			t.Start = at
			t.End, t.escaped = r.bare(line, at, &w)
			at = t.End
		} else {
			t, at = r.field(line, at, &w)
		}
		if w.Problem != 0 || len(out) == width {
			return nil, false
		}
		out = append(out, MendedField{r.plainText(line, t), t.Quoted})
		if at >= len(line) {
			return out, len(out) == width
		}
		if r.eol(line, at) > 0 {
			return nil, false
		}
	}
}

// plainText is a field's text; of a lenient reading single quotes are text as they are.
func (r *Rules) plainText(line []byte, t Field) []byte {
	if !r.lenient || !t.Quoted {
		return r.Text(line, t, nil)
	}
	return bytes.ReplaceAll(line[t.Start:t.End], []byte{r.Quote, r.Quote}, []byte{r.Quote})
}

// MendRecord appends a row with broken quotes, which may have swallowed rows, to out as the rows
// that it could be. A line that no reading fits stays broken, and so do those after it, but no
// quote of theirs reaches into what is written after the record. base is the record's place in the
// text. mended are the places in out of rows whose broken quotes were read as text.
func (r *Rules) MendRecord(text []byte, problem csv.Problem, width int, d csv.Dialect, out []byte, moved *Shifts, base int) (_ []byte, mended []int) {
	var w Row
	budget := 8*len(text) + 1<<20 // of bytes looked at to see whether a quote is closed on a later line
	for at := 0; at < len(text); {
		end, next := r.Line(text, at)
		if r.Next(text[:next], at, &w); w.Problem == csv.Unclosed && next < len(text) && budget > 0 {
			r.Next(text, at, &w)
			budget -= w.Next - at
		}
		moved.Add(len(out), base+at)
		if w.Problem == 0 {
			end, next = w.End, w.Next
			out = append(out, text[at:end]...)
		} else {
			fields, ok := r.Mend(text[at:end], width)
			if !ok && (at == 0 || problem == csv.Unclosed) { // nothing is after what is not closed
				return append(out, text[at:]...), mended
			}
			if !ok {
				return appendBroken(out, text[at:], d), mended
			}
			mended = append(mended, len(out))
			for i, f := range fields {
				if i > 0 {
					out = append(out, d.Delimiter)
				}
				out = appendPlain(out, f.Text, f.Quoted, d)
			}
		}
		out = append(out, text[end:next]...)
		at = next
	}
	return out, mended
}

// Line returns where the line that begins at a place ends, and where the next one begins.
func (r *Rules) Line(text []byte, at int) (end, next int) {
	for ; at < len(text); at++ {
		if n := r.eol(text, at); n > 0 {
			return at, at + n
		}
	}
	return at, at
}
