package dialect

import (
	"bytes"
	"sort"

	"github.com/volley-go/volley/internal/csv"
)

// shift says where text that was written anew at a place, and what follows it, stood before.
type shift struct{ at, before uint32 }

// Shifts lead places in text that was written anew back to where the text stood: to the byte in
// rows that are as they were, and in others to the beginning of the row at least.
type Shifts []shift

// Add notes that the text written at a place stood at another before.
func (s *Shifts) Add(at, before int) {
	if n := len(*s); n > 0 && at-int((*s)[n-1].at) == before-int((*s)[n-1].before) {
		return
	}
	*s = append(*s, shift{uint32(at), uint32(before)})
}

// Before returns where the text at a place stood before it was written anew.
func (s Shifts) Before(at int) int {
	i := sort.Search(len(s), func(i int) bool { return int(s[i].at) > at })
	if i == 0 {
		return at
	}
	was := int(s[i-1].before) + at - int(s[i-1].at)
	if i < len(s) {
		was = min(was, int(s[i].before)) // the row became longer
	}
	return was
}

// Flatten appends text to out as text of a plain dialect, and notes in moved where each row stood.
// Blank lines stay, so that line numbers do. Comments become blank lines.
func (r *Rules) Flatten(text []byte, d csv.Dialect, out []byte, moved *Shifts) []byte {
	var w Row
	var buf []byte
	for at := 0; at < len(text); at = w.Next {
		r.Next(text, at, &w)
		moved.Add(len(out), at)
		switch {
		case r.Comment != 0 && text[at] == r.Comment:
		case w.Problem != 0:
			out = r.flattenBad(text, at, &w, d, out, moved)
		case r.BlankRows && w.empty():
			out = append(out, d.Quote, d.Quote)
		default:
			out = r.flattenFields(text, w.Fields, d, out, &buf)
		}
		if w.Whole {
			out = append(out, '\n')
		}
	}
	return out
}

func (r *Rules) flattenFields(text []byte, fields []Field, d csv.Dialect, out []byte, buf *[]byte) []byte {
	for i, t := range fields {
		if i > 0 {
			out = append(out, d.Delimiter)
		}
		*buf = r.Text(text, t, (*buf)[:0])
		out = appendPlain(out, *buf, t.Quoted, d)
	}
	return out
}

// flattenBad keeps a row with broken quotes broken, its line ends and an open quote where they are.
func (r *Rules) flattenBad(text []byte, at int, w *Row, d csv.Dialect, out []byte, moved *Shifts) []byte {
	if w.Problem == csv.Unclosed {
		last := len(w.Fields) - 1
		if out = r.flattenFields(text, w.Fields[:last], d, out, new([]byte)); last > 0 {
			out = append(out, d.Delimiter)
		}
		moved.Add(len(out), w.QuoteAt)
		return appendDoubled(append(out, d.Quote), text[w.QuoteAt+1:], d)
	}
	return appendBroken(out, text[at:w.End], d)
}

// appendBroken writes text, line ends too, as one row with broken quotes.
func appendBroken(out, text []byte, d csv.Dialect) []byte {
	out = appendDoubled(append(out, d.Quote), text, d)
	return append(out, d.Quote, 'x')
}

// appendDoubled writes text with quotes doubled.
func appendDoubled(out, text []byte, d csv.Dialect) []byte {
	for _, c := range text {
		if c == d.Quote {
			out = append(out, c)
		}
		out = append(out, c)
	}
	return out
}

// appendPlain writes a field in a plain dialect.
func appendPlain(out, text []byte, quoted bool, d csv.Dialect) []byte {
	if !quoted && !bytes.ContainsRune(text, '\n') && !bytes.ContainsRune(text, '\r') && bytes.IndexByte(text, d.Delimiter) < 0 && !(len(text) > 0 && text[0] == d.Quote) {
		return append(out, text...)
	}
	return append(appendDoubled(append(out, d.Quote), text, d), d.Quote)
}
