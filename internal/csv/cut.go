package csv

import "bytes"

// Survey is what is to be known about a piece of a text before rows can be found in it: whether
// its end is in quotes, if its beginning is or is not.
type Survey struct {
	Lines int  // line ends, those in quotes too
	odd   bool // the number of quotes
	bad   [2]bool
}

// Look surveys a piece of text. before is the byte in front of it; at the beginning of the
// text a line end. It reads some ten bytes a nanosecond.
func Look(text []byte, before byte, d Dialect) Survey {
	s := surveyState{quoting: quoting(d), bytes: wanted(d)}
	if before == d.Delimiter || before == d.Newline || before == d.Quote && d.Quote != 0 {
		s.before = 1
	}
	surveyWords(text, &s)
	if rest := text[s.at:]; len(rest) > 0 {
		var w [64]byte
		copy(w[:], rest)
		s.word(&w)
	}
	return Survey{Lines: int(s.lines), odd: s.inside != 0, bad: [2]bool{s.bad0 != 0, s.bad1 != 0}}
}

// Ends reports whether the end is in quotes, if the beginning is inside or not. ok is false
// where that cannot be told without the rows: quotes are not where they should be.
func (s Survey) Ends(inside bool) (in, ok bool) {
	if inside {
		return !s.odd, !s.bad[1]
	}
	return s.odd, !s.bad[0]
}

// Began reports whether the end of a whole piece is in quotes, if s is the survey of a head of it
// that ends with a row.
func (s Survey) Began(whole Survey) (in, ok bool) { return whole.Ends(s.odd) }

// Then is the survey of two pieces, the second after the first.
func (s Survey) Then(t Survey) Survey {
	out := Survey{Lines: s.Lines + t.Lines, odd: s.odd != t.odd, bad: s.bad}
	for i, in := range []bool{s.odd, !s.odd} {
		if in {
			out.bad[i] = out.bad[i] || t.bad[1]
		} else {
			out.bad[i] = out.bad[i] || t.bad[0]
		}
	}
	return out
}

// Cut finds where the last whole row of a block ends: everything after it belongs
// to the next block. The block begins at the beginning of a row. Where it holds no whole row,
// quoteAt is where the quote stands that is open at the end of the block, -1 for none.
func Cut(block []byte, d Dialect) (end, quoteAt int) {
	if d.Comment == 0 {
		if in, ok := Look(block, d.Newline, d).Ends(false); ok {
			if end := lastRow(block, in, d); end > 0 {
				return end, -1
			}
		}
	}
	return cutQuoted(block, d)
}

// lastRow is where the last line end outside quotes is, and one more. inside reports whether the
// end of the block is in quotes. A quote that ends the block may be the first of two.
func lastRow(block []byte, inside bool, d Dialect) int {
	for n := len(block); ; {
		if inside { // so is all text from the quote before on
			if n = bytes.LastIndexByte(block[:n], d.Quote); n < 0 {
				return 0
			}
		}
		nl := bytes.LastIndexByte(block[:n], d.Newline)
		if nl < 0 {
			return 0
		}
		if inside = d.Quote != 0 && bytes.Count(block[nl:n], []byte{d.Quote})%2 == 1; !inside {
			return nl + 1
		}
		n = nl
	}
}

// cutQuoted goes from quote to quote: between two, a row begins after the last line end.
func cutQuoted(block []byte, d Dialect) (end, quoteAt int) {
	if d.Quote == 0 {
		return bytes.LastIndexByte(block, d.Newline) + 1, -1
	}
	at := 0
	for {
		i := bytes.IndexByte(block[at:], d.Quote)
		if i < 0 {
			if nl := bytes.LastIndexByte(block[at:], d.Newline); nl >= 0 {
				end = at + nl + 1
			}
			return end, -1
		}
		q := at + i
		if nl := bytes.LastIndexByte(block[at:q], d.Newline); nl >= 0 {
			end = at + nl + 1
		}
		stray := q > 0 && block[q-1] != d.Delimiter && block[q-1] != d.Newline
		if stray || d.Comment != 0 && block[end] == d.Comment {
			at = q + 1 // text
			continue
		}
		c := q + 1
		for {
			k := bytes.IndexByte(block[c:], d.Quote)
			if k < 0 {
				return end, q
			}
			c += k
			if c+1 < len(block) && block[c+1] == d.Quote {
				c += 2
				continue
			}
			break
		}
		at = c + 1
		if at == len(block) {
			return end, -1 // a second quote may follow: the row is not whole
		}
	}
}

// LastRow is where the last row that begins in a block begins, or where one would after it. The
// block begins at the beginning of a row; inside reports whether its end is in quotes, regular
// whether that is known.
func LastRow(block []byte, inside, regular bool, d Dialect) int {
	if !regular || d.Comment != 0 {
		end, _ := cutQuoted(block, d)
		return end
	}
	return lastRow(block, inside, d)
}

// FirstRow is where the first row of a block ends; ok is false if its end is not there.
func FirstRow(block []byte, d Dialect) (end int, ok bool) {
	var x Index
	x.reset(block, d, 0)
	x.exactRow()
	return x.row, int(x.ends[x.state.n-1]) < len(block)
}
