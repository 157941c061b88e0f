// Package csv finds the rows and fields of CSV text and turns fields into values.
// It knows neither files nor Arrow, and allocates only what its indexes need.
//
// # Rules
//
// A field is quoted if its first byte is the quote. Inside, a doubled quote stands for
// one, and delimiters and line ends are text; behind the closing quote
// must come a delimiter or a line end. A quote anywhere else is text. Rows end with the
// line end, \n or \r\n (or \r, where that is the dialect's); blank lines are no rows.
// These are the rules of RFC 4180 and encoding/csv, except that stray quotes
// are text instead of errors.
package csv

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Dialect is the bytes that structure the text.
type Dialect struct {
	Delimiter byte
	Quote     byte // 0: none
	Newline   byte // '\n' (then \r\n too) or '\r'
	Comment   byte // rows that begin with it are left out; 0: none
}

// Field is where a field's text lies in the block, without its quotes.
type Field struct {
	Start uint32
	End   uint32 // the two highest bits are flags
}

const (
	quotedFlag  = 1 << 31 // was in quotes
	escapedFlag = 1 << 30 // holds doubled quotes
	endMask     = escapedFlag - 1

	// BlockMax is the most bytes a block may have.
	BlockMax = endMask
)

// Quoted tells whether the field was in quotes.
func (f Field) Quoted() bool { return f.End&quotedFlag != 0 }

// Escaped tells whether the field's text holds doubled quotes.
func (f Field) Escaped() bool { return f.End&escapedFlag != 0 }

// Raw is the field's text as it stands in the block.
func (f Field) Raw(block []byte) []byte { return block[f.Start : f.End&endMask] }

// Text is the field's text with doubled quotes made one; it is a part of the block, or
// of buf where there was something to undo.
func (f Field) Text(block []byte, quote byte, buf []byte) (text, rest []byte) {
	raw := f.Raw(block)
	if !f.Escaped() {
		return raw, buf
	}
	at := len(buf)
	for {
		i := bytes.IndexByte(raw, quote)
		if i < 0 {
			break
		}
		buf = append(buf, raw[:i+1]...)
		raw = raw[i+2:]
	}
	buf = append(buf, raw...)
	return buf[at:], buf
}

// Problem is what is wrong with a row.
type Problem int

// The problems of a row.
const (
	TooFew Problem = iota + 1
	TooMany
	TextAfterQuote
	Unclosed
)

// BadRow is a row that is not in the index.
type BadRow struct {
	Row        int // rows of the block before it, bad ones included
	Problem    Problem
	Fields     int // it has
	Start, End int // in the block, without the line end
	Line       int // lines of the block before it
}

// Index is the rows of a block: Columns fields a row. Its memory is kept from block to block.
type Index struct {
	Columns int
	Fields  []Field
	Bad     []BadRow
	// Breaks lists rows whose line is not the line of the row before plus one:
	// the row, and the number of lines of the block before it.
	Breaks []Break
	Rows   int // in Fields
	Lines  int // in the block
}

// Break is a row and the lines before it.
type Break struct{ Row, Line int }

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// match has the high bit of each byte of w set that equals the byte repeated in
// pattern. It is exact: no borrow crosses bytes.
func match(w, pattern uint64) uint64 {
	x := w ^ pattern
	return ^((x&^highs + (ones*0x80 - ones)) | x) & highs
}

// Build indexes a block, which begins at the beginning of a row and ends with the end
// of one or of the text. columns is how many fields a row must have; 0 takes those of
// the first row.
func (x *Index) Build(block []byte, d Dialect, columns int) {
	b := builder{Index: x, block: block, d: d}
	x.Columns, x.Fields, x.Bad, x.Breaks, x.Rows, x.Lines = columns, x.Fields[:0], x.Bad[:0], x.Breaks[:0], 0, 0
	b.run()
}

// builder is the state of a scan, between the bytes that matter.
type builder struct {
	*Index
	block []byte
	d     Dialect

	row       int // bytes: where the row begins
	first     int // its first field in Fields
	line      int // lines before the row
	start     int // of the field
	quoted    bool
	open      bool // in quotes
	escaped   bool
	close     int // where the closing quote is
	bad       Problem
	expect    int // the line the next row has if each takes one
	skipQuote int // the quote at this place is the second of a pair
}

func (b *builder) run() {
	var (
		delim   = uint64(b.d.Delimiter) * ones
		quote   = uint64(b.d.Quote) * ones
		newline = uint64(b.d.Newline) * ones
		n       = len(b.block)
		at      = 0
	)
	b.skipQuote = -1
	for ; at+8 <= n; at += 8 {
		w := binary.LittleEndian.Uint64(b.block[at:])
		m := match(w, delim) | match(w, newline)
		if b.d.Quote != 0 {
			m |= match(w, quote)
		}
		for ; m != 0; m &= m - 1 {
			b.special(at + bits.TrailingZeros64(m)>>3)
		}
	}
	for ; at < n; at++ {
		if c := b.block[at]; c == b.d.Delimiter || c == b.d.Newline || c == b.d.Quote && c != 0 {
			b.special(at)
		}
	}
	if b.open {
		b.bad = Unclosed
		b.open = false
	}
	if b.row < n {
		b.endField(n)
		b.endRow(n, n)
	}
}

// special takes a delimiter, quote or line end.
func (b *builder) special(at int) {
	c := b.block[at]
	if b.open {
		switch c {
		case b.d.Quote:
			if at == b.skipQuote {
				return
			}
			if at+1 < len(b.block) && b.block[at+1] == c {
				b.escaped, b.skipQuote = true, at+1
				return
			}
			b.open, b.close = false, at
		case b.d.Newline:
			b.Lines++
		}
		return
	}
	switch c {
	case b.d.Delimiter:
		b.endField(at)
		b.start = at + 1
	case b.d.Newline:
		b.Lines++
		b.endField(at)
		b.endRow(at, at+1)
	default:
		if at == b.start && (b.d.Comment == 0 || b.block[b.row] != b.d.Comment) {
			b.quoted, b.open = true, true
		}
	}
}

// endField ends the field before at, which is a delimiter, a line end or the end of the text.
func (b *builder) endField(at int) {
	f := Field{uint32(b.start), uint32(at)}
	if b.quoted {
		f = Field{uint32(b.start + 1), uint32(b.close) | quotedFlag}
		if b.escaped {
			f.End |= escapedFlag
		}
		behind := b.block[b.close+1 : at]
		if len(behind) > 0 && !(len(behind) == 1 && behind[0] == '\r' && b.d.Newline == '\n') && b.bad == 0 {
			b.bad = TextAfterQuote
		}
		if b.bad == Unclosed {
			f.End = uint32(at) | quotedFlag
		}
		b.quoted, b.escaped = false, false
	}
	b.Fields = append(b.Fields, f)
}

// endRow ends the row whose text ends at end; the next one begins at next.
func (b *builder) endRow(end, next int) {
	if b.d.Newline == '\n' && end > b.row && b.block[end-1] == '\r' {
		end--
		if f := &b.Fields[len(b.Fields)-1]; !f.Quoted() && int(f.End) > end {
			f.End = uint32(end)
		}
	}
	fields := len(b.Fields) - b.first
	switch {
	case end == b.row || b.d.Comment != 0 && b.block[b.row] == b.d.Comment:
		b.Fields = b.Fields[:b.first] // a blank line or a comment
	default:
		if b.Columns == 0 {
			b.Columns = fields
		}
		if b.bad == 0 && fields < b.Columns {
			b.bad = TooFew
		} else if b.bad == 0 && fields > b.Columns {
			b.bad = TooMany
		}
		if b.bad != 0 {
			b.Bad = append(b.Bad, BadRow{Row: b.Rows + len(b.Bad), Problem: b.bad, Fields: fields, Start: b.row, End: end, Line: b.line})
			b.Fields = b.Fields[:b.first]
		} else {
			if b.line != b.expect {
				b.Breaks = append(b.Breaks, Break{b.Rows, b.line})
				b.expect = b.line
			}
			b.expect++
			b.Rows++
		}
	}
	b.first, b.bad = len(b.Fields), 0
	b.row, b.start, b.line = next, next, b.Lines
}

// Cut finds where the last whole row of a block ends: everything behind it belongs
// to the next block. The block begins at the beginning of a row. quoteAt is where
// the quote stands that is open at the end of the block, -1 for none.
func Cut(block []byte, d Dialect) (end, quoteAt int) {
	if d.Quote == 0 || bytes.IndexByte(block, d.Quote) < 0 {
		return bytes.LastIndexByte(block, d.Newline) + 1, -1
	}
	return cutQuoted(block, d)
}

// cutQuoted goes from quote to quote: between two, a row begins behind the last line end.
func cutQuoted(block []byte, d Dialect) (end, quoteAt int) {
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
