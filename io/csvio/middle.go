package csvio

import (
	"bytes"

	"github.com/volley-go/volley/internal/csv"
)

const (
	quoteBytes = 8 << 10 // behind a quote that tell whether it opens or closes
	quoteRows  = 50      // rows of them
)

// startsInside tells whether the beginning of a piece from the middle of a text lies inside quotes.
// That depends on all quotes before it, but those behind it tell most often: read from the wrong
// side, quotes open where text is before them, or close where text is behind, and rows have not as
// many fields as there are columns.
func startsInside(r *rules, text []byte, columns int) bool {
	q := bytes.IndexByte(text, r.quote)
	if r.quote == 0 || q < 0 {
		return false
	}
	begin := bytes.LastIndexAny(text[:q], "\r\n") + 1
	text = text[begin:min(q+quoteBytes, len(text))]
	return damage(r, append([]byte{r.quote}, text...), columns) < damage(r, text, columns)
}

// damage is what share of the rows of a piece have quotes where none should be, or another number
// of fields than there are columns. The first row is a part of one, and only its quotes count; the
// last is not whole.
func damage(r *rules, text []byte, columns int) float64 {
	const unclosed = 0.001 // less than anything else: what is not whole
	var w row
	rows, damaged := 0, 0.0
	for at := 0; at < len(text) && rows < quoteRows; at = w.next {
		r.next(text, at, &w)
		if w.problem == csv.Unclosed {
			damaged += unclosed
		}
		if !w.whole && rows > 0 {
			break
		}
		if w.problem == csv.TextAfterQuote || strays(r, text, &w) || rows > 0 && len(w.fields) != columns && !r.blank(&w) {
			damaged++
		}
		rows++
	}
	return damaged / float64(max(rows, 1))
}

// strays tells whether a quote stands in a field that is in none.
func strays(r *rules, text []byte, w *row) bool {
	if r.quote == 0 {
		return false
	}
	for _, t := range w.fields {
		if !t.quoted && bytes.IndexByte(text[t.start:t.end], r.quote) >= 0 {
			return true
		}
	}
	return false
}

// trueRow is where the first row begins in a piece from the middle of a text, which may begin
// inside quotes.
func trueRow(r *rules, text []byte, inside bool) int {
	var w row
	if !inside {
		r.next(text, 0, &w)
		return w.next
	}
	r.next(append([]byte{r.quote}, text...), 0, &w)
	return w.next - 1
}
