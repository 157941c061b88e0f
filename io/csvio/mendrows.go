package csvio

import (
	"bytes"
	"math"
	"slices"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

// loss is a row that comes out with less than it had, or otherwise than it stands.
type loss struct {
	at      int    // where it begins in the text
	fields  int    // it had; 0: as many as there are columns, by reading broken quotes as text
	empty   int    // fields that were left out since nothing is in them
	dropped string // what was cut off after the last column
}

// padRow writes a row with the right number of fields. Short rows get nulls. From long rows it
// first drops empty fields, those without which the rest fits the columns' profiles best, and then
// the surplus at the end.
func (p *piece) padRow(r *dialect.Rules, line []byte, w *dialect.Row, out []byte) (even []byte, lost loss) {
	columns := p.stream.columns
	lost = loss{at: len(out), fields: len(w.Fields)}
	if len(w.Fields) <= len(columns) {
		out = append(out, line...)
		for range len(columns) - len(w.Fields) {
			out = append(out, r.Delimiter...)
		}
		return out, lost
	}
	keep := slices.Clone(w.Fields)
	for len(keep) > len(columns) {
		at := surplus(line, keep, columns)
		if at < 0 {
			break
		}
		keep = slices.Delete(keep, at, at+1)
	}
	for i, t := range keep[:len(columns)] {
		if i > 0 {
			out = append(out, r.Delimiter...)
		}
		if t.Quoted {
			t.Start, t.End = t.Start-1, t.End+1
		}
		out = append(out, line[t.Start:t.End]...)
	}
	lost.empty = len(w.Fields) - len(keep)
	if len(keep) == len(columns) {
		return out, lost
	}
	from := keep[len(columns)].Start
	if keep[len(columns)].Quoted {
		from--
	}
	lost.dropped = string(clipTo(line[from:w.End], 100))
	return out, lost
}

const surplusFields = 64 // a row may have too many, to be looked at

// surplus returns the empty field without which the others look most like the columns that they
// then stand in: the last of several, and -1 if none is empty.
func surplus(line []byte, fields []dialect.Field, columns []column) int {
	best, at := math.Inf(-1), -1
	behind := 0.0 // how the fields look if nothing before them is left out
	if len(fields) > len(columns)+surplusFields || len(columns) > 1000 {
		return lastEmpty(fields)
	}
	like := func(i, column int) float64 {
		if column >= len(columns) {
			return 0
		}
		return columns[column].Profile.Like(csv.Trim(line[fields[i].Start:fields[i].End]))
	}
	for i := 1; i < len(fields); i++ {
		behind += like(i, i-1)
	}
	// Leaving out field i moves those after it: from 0 on, one more stays where it is.
	for i := range fields {
		if fields[i].Start == fields[i].End && !fields[i].Quoted && behind >= best-1e-9 {
			best, at = behind, i
		}
		if i+1 < len(fields) {
			behind += like(i, i) - like(i+1, i)
		}
	}
	return at
}

func lastEmpty(fields []dialect.Field) int {
	for i := len(fields) - 1; i >= 0; i-- {
		if fields[i].Start == fields[i].End && !fields[i].Quoted {
			return i
		}
	}
	return -1
}

// mend indexes a block. If rows are bad it writes it anew, with what can be kept of them: see
// [chunker.Null].
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
	var moved dialect.Shifts
	var w dialect.Row
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
		moved.Add(len(out), bad.Start)
		if bad.Problem.OfQuotes() {
			var mended []int
			out, mended = r.MendRecord(record, bad.Problem, columns, d, out, &moved, bad.Start)
			for _, at := range mended {
				lost = append(lost, loss{at: at})
			}
		} else {
			begin := len(out)
			r.Next(record, 0, &w)
			var l loss
			out, l = p.padRow(r, record, &w, out)
			lost = append(lost, l)
			newline := []byte{d.Newline}
			for range bytes.Count(record, newline) - bytes.Count(out[begin:], newline) {
				out = append(out, d.Newline) // blank lines for those of fields that were cut
			}
		}
		moved.Add(len(out), at)
	}
	p.moved = append(p.moved, moved)
	p.raw = p.source()
	keepLost(len(p.text))
	p.text, p.losses = append(out, p.text[at:]...), lost
	x.Build(p.text, d, columns)
}

// plainRules are those of the text that the scanner reads.
func (p *piece) plainRules() *dialect.Rules {
	d := p.stream.dialect
	r := &dialect.Rules{Delimiter: string(d.Delimiter), Quote: d.Quote, Comment: d.Comment, Ends: LF}
	if d.Newline == '\r' {
		r.Ends = CR
	}
	return r
}
