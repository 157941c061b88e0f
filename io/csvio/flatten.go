package csvio

import (
	"bytes"
	"sort"

	"github.com/volley-go/volley/internal/csv"
)

// shift says that text from a place on stood at another place before it was written anew.
type shift struct{ at, before uint32 }

// shifts leads places in text that was written anew back to where they were: to the
// beginning of the row at least, to the byte where the row is as it was.
type shifts []shift

func (s *shifts) add(at, before int) {
	if n := len(*s); n > 0 && at-int((*s)[n-1].at) == before-int((*s)[n-1].before) {
		return
	}
	*s = append(*s, shift{uint32(at), uint32(before)})
}

func (s shifts) before(at int) int {
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

// flatten writes text of any rules as text of a plain dialect, behind out. Blank lines stay, so
// that line numbers do; comments become blank lines.
func (r *rules) flatten(text []byte, d csv.Dialect, out []byte, moved *shifts) []byte {
	var w row
	var buf []byte
	for at := 0; at < len(text); at = w.next {
		r.next(text, at, &w)
		moved.add(len(out), at)
		switch {
		case r.comment != 0 && text[at] == r.comment:
		case w.problem != 0:
			out = r.flattenBad(text, at, &w, d, out, moved)
		case r.blanks && w.empty():
			out = append(out, d.Quote, d.Quote)
		default:
			out = r.flattenFields(text, w.fields, d, out, &buf)
		}
		if w.whole {
			out = append(out, '\n')
		}
	}
	return out
}

func (r *rules) flattenFields(text []byte, fields []token, d csv.Dialect, out []byte, buf *[]byte) []byte {
	for i, t := range fields {
		if i > 0 {
			out = append(out, d.Delimiter)
		}
		*buf = r.text(text, t, (*buf)[:0])
		out = appendPlain(out, *buf, t.quoted, d)
	}
	return out
}

// flattenBad keeps a row with broken quotes broken, its line ends and an open quote where they are.
func (r *rules) flattenBad(text []byte, at int, w *row, d csv.Dialect, out []byte, moved *shifts) []byte {
	if w.problem == csv.Unclosed {
		last := len(w.fields) - 1
		if out = r.flattenFields(text, w.fields[:last], d, out, new([]byte)); last > 0 {
			out = append(out, d.Delimiter)
		}
		moved.add(len(out), w.quoteAt)
		return appendDoubled(append(out, d.Quote), text[w.quoteAt+1:], d)
	}
	return appendBroken(out, text[at:w.end], d)
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
