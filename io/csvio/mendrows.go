package csvio

import (
	"bytes"
	"math"
	"slices"

	"github.com/volley-go/volley/internal/csv"
)

// loss is a row that comes out with less than it had, or otherwise than it stands.
type loss struct {
	at      int    // where it begins in the text
	fields  int    // it had; 0: as many as there are columns, by reading broken quotes as text
	empty   int    // fields that were left out since nothing is in them
	dropped string // what was cut off behind the last column
}

// even writes a row with too few or too many fields with the right number: nulls are put behind a
// short one, and empty fields left out of a long one, those without which the rest looks most like
// its columns; what is still too much is cut.
func (p *piece) even(r *rules, line []byte, w *row, out []byte) (even []byte, lost loss) {
	columns := p.stream.columns
	lost = loss{at: len(out), fields: len(w.fields)}
	if len(w.fields) <= len(columns) {
		out = append(out, line...)
		for range len(columns) - len(w.fields) {
			out = append(out, r.delimiter...)
		}
		return out, lost
	}
	keep := slices.Clone(w.fields)
	for len(keep) > len(columns) {
		at := surplus(line, keep, columns)
		if at < 0 {
			break
		}
		keep = slices.Delete(keep, at, at+1)
	}
	for i, t := range keep[:len(columns)] {
		if i > 0 {
			out = append(out, r.delimiter...)
		}
		if t.quoted {
			t.start, t.end = t.start-1, t.end+1
		}
		out = append(out, line[t.start:t.end]...)
	}
	lost.empty = len(w.fields) - len(keep)
	if len(keep) == len(columns) {
		return out, lost
	}
	from := keep[len(columns)].start
	if keep[len(columns)].quoted {
		from--
	}
	lost.dropped = string(clipTo(line[from:w.end], 100))
	return out, lost
}

const surplusFields = 64 // a row may have too many, to be looked at

// surplus is the empty field without which the others look most like the columns they come to stand
// in; the last of several, and -1 where none is empty.
func surplus(line []byte, fields []token, columns []column) int {
	best, at := math.Inf(-1), -1
	behind := 0.0 // how the fields look if nothing before them is left out
	if len(fields) > len(columns)+surplusFields || len(columns) > 1000 {
		return lastEmpty(fields)
	}
	like := func(i, column int) float64 {
		if column >= len(columns) {
			return 0
		}
		return columns[column].evidence.like(csv.Trim(line[fields[i].start:fields[i].end]))
	}
	for i := 1; i < len(fields); i++ {
		behind += like(i, i-1)
	}
	// Leaving out field i moves those behind it: from 0 on, one more stays where it is.
	for i := range fields {
		if fields[i].start == fields[i].end && !fields[i].quoted && behind >= best-1e-9 {
			best, at = behind, i
		}
		if i+1 < len(fields) {
			behind += like(i, i) - like(i+1, i)
		}
	}
	return at
}

func lastEmpty(fields []token) int {
	for i := len(fields) - 1; i >= 0; i-- {
		if fields[i].start == fields[i].end && !fields[i].quoted {
			return i
		}
	}
	return -1
}

// mend indexes a block, and writes it anew where rows are bad, for those who want what can be kept:
// see [Null].
func (p *piece) mend(x *csv.Index, columns int) {
	x.Build(p.text, p.stream.dialect, columns)
	if len(x.Bad) == 0 {
		return
	}
	p.mendRows(x, x.Bad, columns)
	// Rows that were swallowed by others may be ragged; what is broken still stays so.
	if ragged := slices.DeleteFunc(slices.Clone(x.Bad), func(b csv.BadRow) bool { return b.Problem.OfQuotes() }); len(ragged) > 0 {
		p.mendRows(x, ragged, columns)
	}
}

// mendRows writes the text with some bad rows mended, and indexes it.
func (p *piece) mendRows(x *csv.Index, bad []csv.BadRow, columns int) {
	r, d := p.plainRules(), p.stream.dialect
	var moved shifts
	var w row
	out := make([]byte, 0, len(p.text)+64)
	at := 0
	var lost []loss
	keepLost := func(end int) { // what an earlier pass found
		for len(p.losses) > 0 && p.losses[0].at < end {
			l := p.losses[0]
			l.at += len(out) - at
			lost = append(lost, l)
			p.losses = p.losses[1:]
		}
	}
	for _, bad := range bad {
		keepLost(bad.Start)
		out = append(out, p.text[at:bad.Start]...)
		at = bad.End
		record := p.text[bad.Start:bad.End]
		moved.add(len(out), bad.Start)
		if bad.Problem.OfQuotes() {
			var mended []int
			out, mended = r.mendRecord(record, bad.Problem, columns, d, out, &moved, bad.Start)
			for _, at := range mended {
				lost = append(lost, loss{at: at})
			}
		} else {
			begin := len(out)
			r.next(record, 0, &w)
			var l loss
			out, l = p.even(r, record, &w, out)
			lost = append(lost, l)
			newline := []byte{d.Newline}
			for range bytes.Count(record, newline) - bytes.Count(out[begin:], newline) {
				out = append(out, d.Newline) // blank lines for those of fields that were cut
			}
		}
		moved.add(len(out), at)
	}
	p.moved = append(p.moved, moved)
	p.raw = p.source()
	keepLost(len(p.text))
	p.text, p.losses = append(out, p.text[at:]...), lost
	x.Build(p.text, d, columns)
}

// plainRules are those of the text that the scanner reads.
func (p *piece) plainRules() *rules {
	d := p.stream.dialect
	r := &rules{delimiter: string(d.Delimiter), quote: d.Quote, comment: d.Comment, ends: LF}
	if d.Newline == '\r' {
		r.ends = CR
	}
	return r
}
