// Package charset tells how text is encoded and makes it UTF-8 while it is read, in bounded memory.
//
// [Named] knows the encodings by their names, [Evidence] finds the encoding of a text, and [Reader]
// converts. UTF-8, UTF-16 and UTF-32 are converted by loops of this package, everything else by
// tables that are made from golang.org/x/text when an encoding is read first.
//
// Nothing is replaced or dropped. What is no character becomes bytes that are no UTF-8, so that
// whoever checks the text finds them: half of a surrogate pair three bytes ED A0 80 to ED BF BF,
// and a byte that the encoding gives no meaning an overlong form of it, E0 80 80 to E0 83 BF, which
// [Encoding.Raw] makes that byte again.
package charset

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Encoding is how characters are bytes.
type Encoding int

// The encodings that have names in Go. Others are found by [Named]. Unknown is the encoding of
// bytes that no encoding explains.
const (
	Unknown Encoding = iota
	UTF8
	UTF16LE
	UTF16BE
	UTF32LE
	UTF32BE
	Latin1
	Windows1252
)

// Valid reports whether e is one of the encodings.
func (e Encoding) Valid() bool { return e > Unknown && int(e) < len(known) }

// unicode reports whether e is one of the forms of Unicode.
func (e Encoding) unicode() bool { return e >= UTF8 && e <= UTF32BE }

// unit is the bytes of the smallest character.
func (e Encoding) unit() int {
	switch e {
	case UTF16LE, UTF16BE:
		return 2
	case UTF32LE, UTF32BE:
		return 4
	}
	return 1
}

// Middle is a part of text that can be converted by itself, out of bytes from the middle of a text
// that begin at a distance from its beginning.
func (e Encoding) Middle(b []byte, at int64) []byte {
	if unit := int64(e.unit()); unit > 1 {
		b = b[min(int((unit-at%unit)%unit), len(b)):]
		return b[:len(b)-len(b)%int(unit)]
	}
	// A byte of a pair may look like the beginning of one; a line end is never part of a pair.
	c := newConverter(e)
	first, last := bytes.IndexAny(b, "\r\n"), bytes.LastIndexAny(b, "\r\n")
	if first < 0 || !c.ascii() {
		return b
	}
	return b[first : last+1]
}

var marks = []struct {
	e    Encoding
	mark string
}{
	{UTF8, "\xEF\xBB\xBF"},
	{UTF32LE, "\xFF\xFE\x00\x00"}, // before UTF-16LE, whose mark it begins with
	{UTF32BE, "\x00\x00\xFE\xFF"},
	{UTF16LE, "\xFF\xFE"},
	{UTF16BE, "\xFE\xFF"},
}

// Mark is the number of bytes that a byte order mark of the encoding takes at the
// beginning of head; 0 where there is none.
func (e Encoding) Mark(head []byte) int {
	for _, m := range marks {
		if m.e == e && bytes.HasPrefix(head, []byte(m.mark)) {
			return len(m.mark)
		}
	}
	return 0
}

// Marked is the encoding whose byte order mark a text begins with; Unknown if there is none.
func Marked(head []byte) Encoding {
	for _, m := range marks {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			return m.e
		}
	}
	return Unknown
}

// Valid reports whether bytes are UTF-8; unless whole, the last character may be cut.
func Valid(b []byte, whole bool) bool {
	if !whole {
		b = b[:len(b)-cutTail(b)]
	}
	return ASCII(b) || utf8.Valid(b)
}

// EndsInside reports whether the last bytes begin a character of UTF-8 and are not all of it: two
// or three, as one may be a letter of another encoding.
func EndsInside(b []byte) bool { return cutTail(b) > 1 }

// cutTail is the length of a character at the end of b of which bytes are missing.
func cutTail(b []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
		if tail := b[len(b)-back:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return back
			}
			break
		}
	}
	return 0
}

// ASCII reports whether no byte has its high bit set: 32 bytes at a time, some ten times
// as fast as [utf8.Valid].
func ASCII(b []byte) bool {
	for len(b) >= 32 {
		if (load(b)|load(b[8:])|load(b[16:])|load(b[24:]))&0x8080808080808080 != 0 {
			return false
		}
		b = b[32:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// nextHigh is the place of the first byte beyond ASCII from i on; len(b) if there is none.
func nextHigh(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		if w := load(b[i:]) & 0x8080808080808080; w != 0 {
			return i + bits.TrailingZeros64(w)/8
		}
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

func load(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
