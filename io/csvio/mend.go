package csvio

import (
	"bytes"
	"slices"

	"github.com/volley-go/volley/internal/csv"
)

// mended is a field of a row whose quotes were broken.
type mended struct {
	text   []byte
	quoted bool
}

const mendQuotes = 16 // of a line that are tried as text

// mend makes sense of a line with broken quotes, where there is one reading that gives the right
// number of fields: quotes that close no field are text, or one that opens a field is.
func (r *rules) mend(line []byte, width int) ([]mended, bool) {
	if r.quote == 0 {
		return nil, false
	}
	lenient := *r
	lenient.lenient = true
	if out, ok := lenient.reading(line, -1, width); ok {
		return out, true
	}
	var found []mended
	tried := 0
	for at, c := range line {
		if c != r.quote || at > 0 && !bytes.HasSuffix(line[:at], []byte(r.delimiter)) {
			continue
		}
		if tried++; tried > mendQuotes {
			break
		}
		out, ok := r.reading(line, at, width)
		if !ok {
			continue
		}
		if found != nil && !slices.EqualFunc(found, out, func(a, b mended) bool { return bytes.Equal(a.text, b.text) }) {
			return nil, false // more than one
		}
		found = out
	}
	return found, found != nil
}

// reading cuts a line into fields, the quote at a place taken for text.
func (r *rules) reading(line []byte, literal, width int) ([]mended, bool) {
	var out []mended
	var w row
	for at := 0; ; at += len(r.delimiter) {
		var t token
		if at == literal {
			t.start = at
			t.end, t.escaped = r.bare(line, at, &w)
			at = t.end
		} else {
			t, at = r.field(line, at, &w)
		}
		if w.problem != 0 || len(out) == width {
			return nil, false
		}
		out = append(out, mended{r.plainText(line, t), t.quoted})
		if at >= len(line) {
			return out, len(out) == width
		}
		if r.eol(line, at) > 0 {
			return nil, false
		}
	}
}

// plainText is a field's text; of a lenient reading single quotes are text as they are.
func (r *rules) plainText(line []byte, t token) []byte {
	if !r.lenient || !t.quoted {
		return r.text(line, t, nil)
	}
	return bytes.ReplaceAll(line[t.start:t.end], []byte{r.quote, r.quote}, []byte{r.quote})
}

// mendRecord writes a row with broken quotes, which may have swallowed rows behind it, as the rows
// it could be, behind out. A line that no reading fits stays broken, and so does what is behind it;
// never does a quote of theirs reach into rows behind the record. mended are the places in out of the
// rows that are otherwise than they stand.
func (r *rules) mendRecord(text []byte, problem csv.Problem, width int, d csv.Dialect, out []byte, moved *shifts, base int) (_ []byte, mended []int) {
	var w row
	budget := 8*len(text) + 1<<20 // of bytes looked at to see whether a quote is closed on a later line
	for at := 0; at < len(text); {
		end, next := r.line(text, at)
		if r.next(text[:next], at, &w); w.problem == csv.Unclosed && next < len(text) && budget > 0 {
			r.next(text, at, &w)
			budget -= w.next - at
		}
		moved.add(len(out), base+at)
		if w.problem == 0 {
			end, next = w.end, w.next
			out = append(out, text[at:end]...)
		} else {
			fields, ok := r.mend(text[at:end], width)
			if !ok && (at == 0 || problem == csv.Unclosed) { // nothing is behind what is not closed
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
				out = appendPlain(out, f.text, f.quoted, d)
			}
		}
		out = append(out, text[end:next]...)
		at = next
	}
	return out, mended
}

// line is where the line that begins at a place ends, and where the next one begins.
func (r *rules) line(text []byte, at int) (end, next int) {
	for ; at < len(text); at++ {
		if n := r.eol(text, at); n > 0 {
			return at, at + n
		}
	}
	return at, at
}
