// Package charset tells how text is encoded and makes it UTF-8 while it is read, in bounded memory.
//
// UTF-8, UTF-16 and UTF-32 of both byte orders, ISO 8859-1 and Windows-1252 are known. [Detect]
// goes by the byte order mark, then by where NUL bytes lie, then by whether the
// bytes are UTF-8; what is none of these is Windows-1252 where its bytes are
// characters of that set.
//
// Nothing is replaced or dropped. A half of a surrogate pair that stands alone becomes three bytes that
// are no UTF-8 (ED A0 80 to ED BF BF), so that whoever checks the text finds it.
package charset

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Encoding is how characters are bytes.
type Encoding int

// The encodings. Unknown is what Detect says of bytes that no encoding explains.
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

var names = [...]string{"unknown", "UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "ISO-8859-1", "Windows-1252"}

func (e Encoding) String() string {
	if e < 0 || int(e) >= len(names) {
		return fmt.Sprintf("Encoding(%d)", int(e))
	}
	return names[e]
}

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

// Detect tells the encoding of a text by its beginning, and why. whole says that head
// is all of the text; else its last character may be cut.
func Detect(head []byte, whole bool) (e Encoding, why string) {
	for _, m := range marks {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			return m.e, "a byte order mark"
		}
	}
	if e := wide(head); e != Unknown {
		return e, "NUL bytes in every other place"
	}
	if Valid(head, whole) {
		return UTF8, "all bytes looked at are UTF-8"
	}
	if Plausible1252(head) {
		return Windows1252, "bytes that are no UTF-8, and all characters of Windows-1252"
	}
	return Unknown, "bytes that are neither UTF-8 nor Windows-1252"
}

// wide tells UTF-16 and UTF-32 without mark: Latin letters, digits and the characters
// that structure tables have NUL bytes in the same places of every unit.
func wide(head []byte) Encoding {
	head = head[:min(len(head), 16<<10)&^3]
	if len(head) < 4 {
		return Unknown
	}
	var zero [4]int
	for i, c := range head {
		if c == 0 {
			zero[i&3]++
		}
	}
	n := len(head) / 4
	few, many := n/50, max(n/10, 1) // of n
	switch {
	case zero[0] <= few && zero[2] >= n*3/4 && zero[3] == n:
		return UTF32LE
	case zero[3] <= few && zero[1] >= n*3/4 && zero[0] == n:
		return UTF32BE
	case zero[0]+zero[2] <= 2*few && zero[1]+zero[3] >= 2*many && zero[1] >= many/2 && zero[3] >= many/2:
		return UTF16LE
	case zero[1]+zero[3] <= 2*few && zero[0]+zero[2] >= 2*many && zero[0] >= many/2 && zero[2] >= many/2:
		return UTF16BE
	}
	return Unknown
}

// Valid tells whether bytes are UTF-8; unless whole, the last character may be cut.
func Valid(b []byte, whole bool) bool {
	if !whole {
		for back := 1; back <= utf8.UTFMax && back <= len(b); back++ {
			if c := b[len(b)-back]; utf8.RuneStart(c) {
				if !utf8.FullRune(b[len(b)-back:]) {
					b = b[:len(b)-back]
				}
				break
			}
		}
	}
	return ASCII(b) || utf8.Valid(b)
}

// ASCII tells whether no byte has its high bit set: 32 bytes at a time, some ten times
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

// Plausible1252 tells whether bytes could be Windows-1252: they have none of the five that it leaves
// undefined, which texts in multi-byte encodings are full of, and few of its rarer signs.
func Plausible1252(b []byte) bool {
	high, rare := 0, 0
	for _, c := range b {
		switch {
		case c == 0x81 || c == 0x8D || c == 0x8F || c == 0x90 || c == 0x9D:
			return false
		case c >= 0xC0:
			high++
		case c >= 0x80:
			high++
			rare++
		}
	}
	return rare <= 8 || rare*4 <= high*3
}
