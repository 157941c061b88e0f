// Package csv finds the rows and fields of CSV text and turns fields into values.
// It knows neither files nor Arrow, and allocates only what its indexes need.
//
// # Rules
//
// A field is quoted if its first byte is the quote. Inside, a doubled quote stands for
// one, and delimiters and line ends are text; after the closing quote
// must come a delimiter or a line end. A quote anywhere else is text. Rows end with the
// line end, \n or \r\n (or \r, where that is the dialect's); blank lines are no rows.
// These are the rules of RFC 4180 and encoding/csv, except that stray quotes
// are text instead of errors.
//
// # How it is found
//
// An [Index] is the places of the separators alone, four bytes a field: a field begins after the
// separator before it. Masks over 64 bytes find them (see scan.go); rows whose quotes are not where
// they should be are gone through byte by byte. A column is then parsed by a loop of its type (see
// columns.go).
package csv

import "bytes"

// Dialect is the bytes that structure the text.
type Dialect struct {
	Delimiter byte
	Quote     byte // 0: none
	Newline   byte // '\n' (then \r\n too) or '\r'
	Comment   byte // rows that begin with it are left out; 0: none
}

// Field is where a field's text lies in the block, without its quotes.
type Field struct {
	Start, End int
	quoted     bool
}

// Pad is how many bytes after a block should have memory: fields are read by whole words.
// A block without is copied.
const Pad = 64

// Quoted reports whether the field was in quotes.
func (f Field) Quoted() bool { return f.quoted }

// Raw is the field's text as it stands in the block.
func (f Field) Raw(block []byte) []byte { return block[f.Start:f.End] }

// Text is the field's text with doubled quotes made one; it is a part of the block, or
// of buf where there was something to undo.
func (f Field) Text(block []byte, quote byte, buf []byte) (text, rest []byte) {
	raw := f.Raw(block)
	if !f.quoted || bytes.IndexByte(raw, quote) < 0 {
		return raw, buf
	}
	at := len(buf)
	buf = appendUndoubled(buf, raw, quote)
	return buf[at:], buf
}

// appendUndoubled appends text with doubled quotes made one.
func appendUndoubled(buf, raw []byte, quote byte) []byte {
	for {
		i := bytes.IndexByte(raw, quote)
		if i < 0 {
			return append(buf, raw...)
		}
		buf = append(buf, raw[:i+1]...)
		raw = raw[min(i+2, len(raw)):]
	}
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

// OfQuotes tells problems of quotes from those of the number of fields.
func (p Problem) OfQuotes() bool { return p == TextAfterQuote || p == Unclosed }

// BadRow is a row that is not in the index.
type BadRow struct {
	Row        int // rows of the block before it, bad ones included
	Problem    Problem
	Fields     int // it has
	Start, End int // in the block, without the line end
	Line       int // lines of the block before it
}

// Break is a row and the lines before it.
type Break struct{ Row, Line int }
