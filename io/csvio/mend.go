package csvio

import (
	"bytes"
	"math"
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
// never does a quote of theirs reach into rows behind the record. lost are the rows that are
// otherwise than they stand.
func (r *rules) mendRecord(text []byte, problem csv.Problem, width int, d csv.Dialect, out []byte, moved *shifts, base int) (_ []byte, lost []loss) {
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
				return append(out, text[at:]...), lost
			}
			if !ok {
				return appendBroken(out, text[at:], d), lost
			}
			lost = append(lost, loss{at: len(out)})
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
	return out, lost
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
		return columns[column].evidence.like(trim(line[fields[i].start:fields[i].end]))
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
			var mended []loss
			out, mended = r.mendRecord(record, bad.Problem, columns, d, out, &moved, bad.Start)
			lost = append(lost, mended...)
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
