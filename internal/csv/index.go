package csv

import (
	"bytes"
	"sort"
)

// Index is the rows of a block: Columns fields a row. Its memory is kept from block to block.
type Index struct {
	Columns int
	Bad     []BadRow
	// Breaks lists rows whose line is not the line of the row before plus one:
	// the row, and the number of lines of the block before it.
	Breaks []Break
	Rows   int // good ones
	Lines  int // of the rows, good and bad

	block  []byte
	padded []byte // the same with Pad bytes more
	own    []byte // copy of a block without
	d      Dialect
	state  scanState
	ends   []uint32 // places of separators; the first is that in front of the block
	runs   []rowRun
	taken  int  // of ends: those of rows that are done with
	row    int  // where the next row begins
	broken bool // line ends in quotes were seen: lines are counted by rows
	expect int  // the line the next row has if each takes one
	fields []Field
	lo, hi []uint32 // of the column that is parsed
	pairs  []uint32
	odd    []uint8
}

// rowRun is a run of rows whose fields follow one another in ends.
type rowRun struct {
	first, rows int
	at          int // in ends: the separator before the first row
}

// Build indexes a block, which begins at the beginning of a row and ends with the end
// of one or of the text. columns is how many fields a row must have; 0 takes those of
// the first row. The block must not change while the index is in use.
func (x *Index) Build(block []byte, d Dialect, columns int) { x.Some(block, len(block), d, columns) }

// Some indexes the rows that end in the first size bytes of a block, or its first row where
// that is longer, and returns how many bytes they have. It reads three to six bytes a
// nanosecond, a tenth of that where quotes stand in the middle of fields.
func (x *Index) Some(block []byte, size int, d Dialect, columns int) (used int) {
	x.reset(block, d, columns)
	for limit := size; ; limit *= 2 {
		limit = min(limit, len(block))
		if d.Comment != 0 && d.Quote != 0 && bytes.IndexByte(block[:limit], d.Quote) >= 0 {
			for x.row < limit { // a quote in a comment is none, which masks cannot tell
				x.exactRow()
			}
		} else {
			x.upTo(limit)
		}
		if limit == len(block) || x.row > 0 {
			return x.row
		}
	}
}

func (x *Index) reset(block []byte, d Dialect, columns int) {
	x.Columns, x.Rows, x.Lines, x.Bad, x.Breaks = columns, 0, 0, x.Bad[:0], x.Breaks[:0]
	x.d, x.runs, x.taken, x.row, x.expect, x.broken = d, x.runs[:0], 1, 0, 0, false
	if cap(block)-len(block) < Pad {
		x.own = append(append(x.own[:0], block...), make([]byte, Pad)...)
		block = x.own[:len(block)]
	}
	x.block, x.padded = block, block[:len(block)+Pad]
	if len(x.ends) == 0 {
		x.ends = make([]uint32, 1024)
	}
	x.ends[0] = ^uint32(0)
	x.state.set(d)
	x.state.n = 1
}

// upTo takes the whole rows of the first limit bytes.
func (x *Index) upTo(limit int) {
	s := &x.state
	for {
		scanWords(x.block, limit, x.ends, s)
		switch {
		case int(s.n)+64 > len(x.ends):
			x.ends = append(x.ends, make([]uint32, len(x.ends))...)
		case int(s.at)+64 <= limit:
			x.oddRow()
		case limit < len(x.block) || x.tail():
			x.accept()
			return
		default:
			x.oddRow()
		}
	}
}

// tail takes the bytes after the last whole word, with a line end after them: the last row may
// lack its own. ok is false where quotes are not where they should be, or not closed.
func (x *Index) tail() (ok bool) {
	s := &x.state
	var w [64]byte
	n := len(x.block)
	end := copy(w[:], x.block[min(int(s.at), n):])
	w[end] = x.d.Newline
	seps, ok := s.word(&w)
	if !ok || s.inside != 0 {
		return false
	}
	if n > 0 && x.block[n-1] == x.d.Newline { // it does not
		seps &^= 1 << end
		s.rows--
		s.lines--
	}
	s.put(x.ends, seps)
	return true
}

// oddRow takes the whole rows so far, and the next one byte by byte.
func (x *Index) oddRow() {
	x.accept()
	x.exactRow()
	x.state.restart(x.row)
}

// endsRow reports whether a row ends at a separator.
func (x *Index) endsRow(sep uint32) bool {
	return int(sep) >= len(x.block) || x.block[sep] == x.d.Newline
}

// accept takes the whole rows among the separators that are written down.
func (x *Index) accept() {
	s := &x.state
	n := int(s.n)
	for n > x.taken && !x.endsRow(x.ends[n-1]) {
		n--
	}
	x.broken = x.broken || s.lines != s.rows
	if x.Columns == 0 && n > x.taken {
		x.walk(x.taken + 1)
	}
	if c := x.Columns; c > 1 && x.d.Comment == 0 && !x.broken {
		// There are as many separators as the rows have if they are whole, and each c-th ends one:
		// so no other does.
		if rows := (n - x.taken) / c; rows > 0 && rows*c == n-x.taken && x.rowsEnd(rows, int(s.rows)) {
			x.addRows(x.taken-1, rows)
			x.Lines += rows
			x.taken = n
		}
	}
	x.walk(n)
	s.rows, s.lines = 0, 0
}

// rowsEnd reports whether each c-th separator ends a row, and as many line ends there are.
func (x *Index) rowsEnd(rows, lines int) bool {
	if rows != lines || int(x.ends[x.taken+rows*x.Columns-1]) >= len(x.block) {
		return false
	}
	other := byte(0)
	for i := x.taken + x.Columns - 1; rows > 0; rows-- {
		other |= x.block[x.ends[i]] ^ x.d.Newline
		i += x.Columns
	}
	return other == 0
}

// addRows appends good rows whose lines are one each; at is the separator before them.
func (x *Index) addRows(at, rows int) {
	if x.Lines != x.expect {
		x.Breaks = append(x.Breaks, Break{x.Rows, x.Lines})
	}
	x.expect = x.Lines + rows
	if k := len(x.runs) - 1; k >= 0 && x.runs[k].at+x.runs[k].rows*x.Columns == at {
		x.runs[k].rows += rows
	} else {
		x.runs = append(x.runs, rowRun{first: x.Rows, rows: rows, at: at})
	}
	x.Rows += rows
}

// walk takes the rows up to separator n one by one.
func (x *Index) walk(n int) {
	for x.taken < n {
		last := x.taken
		for !x.endsRow(x.ends[last]) {
			last++
		}
		x.takeRow(last, 0, x.broken)
	}
	x.row = min(int(x.ends[x.taken-1]+1), len(x.block))
}

// takeRow takes the row whose last separator is that. broken says that there may be line ends in
// it.
func (x *Index) takeRow(last int, problem Problem, broken bool) {
	at := x.taken - 1
	x.taken = last + 1
	start, end := int(x.ends[at]+1), int(x.ends[last])
	if start >= len(x.block) {
		return // after the end
	}
	text := x.block[start:end]
	lines := 0
	if end < len(x.block) {
		lines = 1
	}
	if broken {
		lines += bytes.Count(text, []byte{x.d.Newline})
	}
	if k := len(text) - 1; x.d.Newline == '\n' && k >= 0 && text[k] == '\r' {
		text = text[:k]
	}
	switch fields := last - at; {
	case len(text) == 0 || x.d.Comment != 0 && text[0] == x.d.Comment:
	case x.bad(fields, &problem):
		x.Bad = append(x.Bad, BadRow{Row: x.Rows + len(x.Bad), Problem: problem, Fields: fields, Start: start, End: start + len(text), Line: x.Lines})
	default:
		x.addRows(at, 1)
	}
	x.Lines += lines
}

// bad reports whether a row has a problem, and which.
func (x *Index) bad(fields int, problem *Problem) bool {
	if x.Columns == 0 {
		x.Columns = fields
	}
	if *problem == 0 && fields < x.Columns {
		*problem = TooFew
	} else if *problem == 0 && fields > x.Columns {
		*problem = TooMany
	}
	return *problem != 0
}

// exactRow takes the next row byte by byte, as the rules say.
func (x *Index) exactRow() {
	s := &x.state
	s.n = uint64(x.taken)
	at, n := x.row, len(x.block)
	comment := x.d.Comment != 0 && at < n && x.block[at] == x.d.Comment
	problem := Problem(0)
	for end := false; !end; {
		if at < n && x.block[at] == x.d.Quote && x.d.Quote != 0 && !comment {
			closing := x.closing(at)
			if closing < 0 {
				at, problem = n, Unclosed
			} else {
				sep := x.separator(closing + 1)
				if problem == 0 && !x.clean(closing+1, sep) {
					problem = TextAfterQuote
				}
				at = sep
			}
		} else {
			at = x.separator(at)
		}
		if int(s.n) == len(x.ends) {
			x.ends = append(x.ends, make([]uint32, len(x.ends))...)
		}
		x.ends[s.n] = uint32(at)
		s.n++
		end = x.endsRow(uint32(at))
		at++
	}
	x.takeRow(int(s.n)-1, problem, true)
	x.row = min(at, n)
}

// closing finds the closing quote of a field; -1 if there is none.
func (x *Index) closing(opening int) int {
	x.state.quotes = 1
	for at := opening + 1; ; {
		k := bytes.IndexByte(x.block[at:], x.d.Quote)
		if k < 0 {
			return -1
		}
		at += k
		if at+1 == len(x.block) || x.block[at+1] != x.d.Quote {
			return at
		}
		x.state.doubled = 1
		at += 2
	}
}

// separator finds the next separator, or the end of the block.
func (x *Index) separator(at int) int {
	for ; at < len(x.block); at++ {
		if c := x.block[at]; c == x.d.Delimiter || c == x.d.Newline {
			break
		}
	}
	return at
}

// clean reports whether nothing stands between a closing quote and the separator; the \r of a line
// end may.
func (x *Index) clean(at, sep int) bool {
	return at == sep || at+1 == sep && x.block[at] == '\r' && x.d.Newline == '\n' && x.endsRow(uint32(sep))
}

// Field is a field of a good row.
func (x *Index) Field(row, column int) Field {
	r := x.runs[sort.Search(len(x.runs), func(i int) bool { return x.runs[i].first > row })-1]
	at := r.at + (row-r.first)*x.Columns + column
	lo, hi := []uint32{x.ends[at] + 1}, []uint32{x.ends[at+1]}
	if x.d.Newline == '\n' && column == x.Columns-1 {
		trimCR(x.padded, lo, hi)
	}
	if x.state.quotes != 0 {
		unquote(x.padded, x.d.Quote, lo, hi)
	}
	quoted := x.state.quotes != 0 && lo[0] > 0 && x.block[lo[0]-1] == x.d.Quote
	return Field{int(lo[0]), int(hi[0]), quoted}
}

// Row is the fields of a good row, until the next call.
func (x *Index) Row(row int) []Field {
	x.fields = x.fields[:0]
	for c := range x.Columns {
		x.fields = append(x.fields, x.Field(row, c))
	}
	return x.fields
}
