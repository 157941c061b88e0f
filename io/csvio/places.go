package csvio

import (
	"bytes"
	"context"
	"io"
	"os"

	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/decompress"
)

const (
	quoteBytes = 8 << 10 // behind a quote that tell whether it opens or closes
	quoteRows  = 50      // rows of them
	quoteReach = 1 << 20 // of a text whose first rows have no line end in quotes, that are searched for a quote
)

// further looks at places all over the first file, and at the beginning of others.
func (g *guess) further(ctx context.Context) error {
	s := g.s
	for i := range min(len(s.files), sampleFiles) {
		name := s.files[i*len(s.files)/min(len(s.files), sampleFiles)]
		if i == 0 && s.input.file != nil && s.input.waits == nil { // it is open
			if err := g.places(ctx, s.input, false); err != nil {
				return s.source.fail(name, err)
			}
			continue
		}
		if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
			continue // a pipe comes once
		}
		f, err := os.Open(name)
		if err != nil {
			return s.source.fail(name, err)
		}
		err = g.places(ctx, &input{file: f, begin: s.input.begin}, i > 0)
		f.Close()
		if err != nil {
			return s.source.fail(name, err)
		}
	}
	return nil
}

func (g *guess) places(ctx context.Context, in *input, begin bool) error {
	g.quiet = 0
	return in.eachPlace(begin, func(raw []byte, at int64) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if at == 0 && decompress.Format(raw) != "" {
			return errStop
		}
		text := sample(g.s.input.encoding, raw, at, in.begin)
		row := 0
		if at == 0 {
			left, _ := skipLines(text, g.s.source.options.Skip, false)
			text = text[left:]
			row = g.s.shapeAgain(text, false).end
		} else {
			inside, err := g.inQuotes(in, text, at)
			if err != nil {
				return err
			}
			row = g.s.rules.trueRow(text, inside)
		}
		g.look(g.s.wholeRows(text[row:], false), sampleRows)
		return nil
	})
}

// inQuotes tells whether a place of a file lies inside quotes. If its sample has no quote, those
// behind it tell: they are searched as far as a row can reach, where the first rows say that line
// ends stand in quotes. In a text without a quote for so long, the place is taken for one outside.
func (g *guess) inQuotes(in *input, text []byte, at int64) (bool, error) {
	s := g.s
	r := &s.rules
	if r.quote == 0 || bytes.IndexByte(text, r.quote) >= 0 || s.input.encoding != charset.UTF8 {
		return r.startsInside(text, len(g.evidence)), nil
	}
	reach := int64(quoteReach)
	if g.breaks {
		reach = int64(s.source.options.rowMax())
	}
	buf := bufpool.Get(headBytes)[:headBytes]
	defer bufpool.Put(buf)
	for from := max(at+int64(len(text)), g.quiet); from < at+reach; from += headBytes - quoteBytes {
		n, err := in.file.ReadAt(buf, from)
		if err != nil && err != io.EOF {
			return false, err
		}
		if q := bytes.IndexByte(buf[:n], r.quote); q >= 0 && (q < headBytes-quoteBytes || err == io.EOF) {
			return r.startsInside(buf[:n], len(g.evidence)), nil
		}
		if err == io.EOF {
			break
		}
		g.quiet = from + headBytes - quoteBytes
	}
	return false, nil
}

// startsInside tells whether the beginning of a piece from the middle of a text lies inside quotes.
// That depends on all quotes before it, but those behind it tell most often: read from the wrong
// side, quotes open where text is before them, or close where text is behind, and rows have not as
// many fields as there are columns.
func (r *rules) startsInside(text []byte, columns int) bool {
	q := bytes.IndexByte(text, r.quote)
	if r.quote == 0 || q < 0 {
		return false
	}
	begin := bytes.LastIndexAny(text[:q], "\r\n") + 1
	text = text[begin:min(q+quoteBytes, len(text))]
	return r.damage(append([]byte{r.quote}, text...), columns) < r.damage(text, columns)
}

// damage is what share of the rows of a piece have quotes where none should be, or another number
// of fields than there are columns. The first row is a part of one, and only its quotes count; the
// last is not whole.
func (r *rules) damage(text []byte, columns int) float64 {
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
		if w.problem == csv.TextAfterQuote || r.strays(text, &w) || rows > 0 && len(w.fields) != columns && !r.blank(&w) {
			damaged++
		}
		rows++
	}
	return damaged / float64(max(rows, 1))
}

// strays tells whether a quote stands in a field that is in none.
func (r *rules) strays(text []byte, w *row) bool {
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
func (r *rules) trueRow(text []byte, inside bool) int {
	var w row
	if !inside {
		r.next(text, 0, &w)
		return w.next
	}
	r.next(append([]byte{r.quote}, text...), 0, &w)
	return w.next - 1
}
