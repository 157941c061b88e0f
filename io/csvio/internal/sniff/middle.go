package sniff

import (
	"bytes"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

const (
	QuoteBytes = 8 << 10 // after a quote, by which it is told to open or to close
	quoteRows  = 50      // rows of them
)

// StartsInQuotes reports whether a piece from the middle of a text begins inside quotes. That
// depends on all quotes before it, but those in it tell most often: read from the wrong side,
// quotes open with text before them, or close with text after them, and rows have another number of
// fields than there are columns.
func StartsInQuotes(r *dialect.Rules, text []byte, columns int) bool {
	q := bytes.IndexByte(text, r.Quote)
	if r.Quote == 0 || q < 0 {
		return false
	}
	begin := bytes.LastIndexAny(text[:q], "\r\n") + 1
	text = text[begin:min(q+QuoteBytes, len(text))]
	return damage(r, append([]byte{r.Quote}, text...), columns) < damage(r, text, columns)
}

// damage returns the share of a piece's rows that have quotes where none should be, or another
// number of fields than there are columns. The first row is a part of one: only its quotes count.
// The last is not whole.
func damage(r *dialect.Rules, text []byte, columns int) float64 {
	const unclosed = 0.001 // less than anything else: what is not whole
	var w dialect.Row
	rows, damaged := 0, 0.0
	for at := 0; at < len(text) && rows < quoteRows; at = w.Next {
		r.Next(text, at, &w)
		if w.Problem == csv.Unclosed {
			damaged += unclosed
		}
		if !w.Whole && rows > 0 {
			break
		}
		if w.Problem == csv.TextAfterQuote || strays(r, text, &w) || rows > 0 && len(w.Fields) != columns && !r.Blank(&w) {
			damaged++
		}
		rows++
	}
	return damaged / float64(max(rows, 1))
}

// strays reports whether a quote stands in a field that is not in quotes.
func strays(r *dialect.Rules, text []byte, w *dialect.Row) bool {
	if r.Quote == 0 {
		return false
	}
	for _, t := range w.Fields {
		if !t.Quoted && bytes.IndexByte(text[t.Start:t.End], r.Quote) >= 0 {
			return true
		}
	}
	return false
}

// FirstRow returns where the first row begins in a piece from the middle of a text. inside says
// that the piece begins inside quotes.
func FirstRow(r *dialect.Rules, text []byte, inside bool) int {
	var w dialect.Row
	if !inside {
		r.Next(text, 0, &w)
		return w.Next
	}
	r.Next(append([]byte{r.Quote}, text...), 0, &w)
	return w.Next - 1
}
