package charset

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Evidence is what the parts of a text say of its encoding. The zero value has seen nothing.
type Evidence struct {
	head []byte // the first part
	mark Encoding

	valid int    // weight of characters of several bytes that are UTF-8
	bad   int    // bytes that are none
	cut   int    // bytes of a character that the end of the text cuts
	odd   []byte // text with bytes that are no UTF-8
	seven sevenBits
}

const oddMax = 256 << 10 // of text with bytes that are no UTF-8 that are looked at

// Add takes a part of the text in. Its first part is its beginning; of others a character may be
// cut at the beginning. ends says that the text ends here; else the last character may be cut.
func (v *Evidence) Add(b []byte, ends bool) {
	if v.head == nil {
		v.head, v.mark = bytes.Clone(b[:min(len(b), wideBytes)]), Marked(b)
	} else {
		for i := 0; i < utf8.UTFMax-1 && len(b) > 0 && !utf8.RuneStart(b[0]); i++ {
			b = b[1:]
		}
	}
	if n := cutTail(b); n > 0 {
		if ends {
			v.cut = n
		} else {
			b = b[:len(b)-n]
		}
	}
	if v.seven.add(b); ASCII(b) {
		return
	}
	before := v.bad
	v.weigh(b[:len(b)-v.cut])
	if (v.bad > before || v.cut > 0) && len(v.odd) < oddMax {
		v.odd = append(v.odd, b[:min(len(b), oddMax-len(v.odd))]...)
	}
}

// weigh counts characters of several bytes, and bytes that are none.
func (v *Evidence) weigh(b []byte) {
	if utf8.Valid(b) {
		for _, c := range b {
			if c&0xC0 == 0x80 {
				v.valid++
			}
		}
		return
	}
	for i := nextHigh(b, 0); i < len(b); i = nextHigh(b, i) {
		c, size := utf8.DecodeRune(b[i:])
		switch {
		case size == 1:
			v.bad++
		case c >= 0x700 && c < 0x8C0: // scripts that hardly a text is in, and what pairs of IBM866 look like
		case unicode.IsPrint(c) || unicode.IsSpace(c) || c == '\uFEFF' || unicode.Is(unicode.Cf, c):
			v.valid += size - 1 // the longer, the rarer by chance
		}
		i += size
	}
}

// Multi reports whether characters of several bytes were seen that are UTF-8.
func (v *Evidence) Multi() bool { return v.valid > 0 }

// Found is the encoding that the evidence speaks for, and why. Of what can be read in several ways,
// or in none, it is Unknown, and why says what the text looks like.
func (v *Evidence) Found() (e Encoding, why string) {
	if v.mark != Unknown {
		return v.mark, "a byte order mark"
	}
	if e := wide(v.head); e != Unknown {
		return e, "NUL bytes in every other place"
	}
	bad := v.bad
	if v.valid == 0 && v.cut == 1 { // which may be a letter by itself
		bad++
	}
	if e, why := v.seven.found(); bad+v.valid+v.cut == 0 && why != "" {
		return e, why
	}
	switch {
	case bad == 0 && v.cut > 0:
		return UTF8, "all bytes looked at are UTF-8, but for the last character, which is cut"
	case bad == 0:
		return UTF8, "all bytes looked at are UTF-8"
	case v.valid >= 2*bad:
		return UTF8, fmt.Sprintf("characters of several bytes; %s no UTF-8 and make their values bad", count(bad))
	}
	if strange(v.odd) && !isEBCDIC(v.odd) {
		return Unknown, "it has control characters: it may be no text"
	}
	if isEBCDIC(v.odd) {
		return Unknown, "it looks like EBCDIC, of which IBM037, IBM01047 and IBM01140 are read if they are named"
	}
	if e, what := pairsOf(v.odd); e != Unknown {
		return Unknown, looksLike(e, what)
	}
	return v.oneByte()
}

func count(bytes int) string {
	if bytes == 1 {
		return "1 byte looked at is"
	}
	return fmt.Sprintf("%d bytes looked at are", bytes)
}

var undefined1252 = []byte{0x81, 0x8D, 0x8F, 0x90, 0x9D}

const mixture = "some of the text looks like UTF-8, and some does not"

// mixed reports whether too much of a text that is not UTF-8 is.
func (v *Evidence) mixed() bool { return v.valid*20 > v.bad && v.valid > 1 }

const wideBytes = 16 << 10 // that tell UTF-16 and UTF-32

// wide finds UTF-16 and UTF-32 without mark. Latin letters, digits and the signs that structure
// tables have NUL bytes in the same places of every unit, and no other byte of the text is NUL.
func wide(head []byte) Encoding {
	head = head[:len(head)&^3]
	if len(head) < 8 || bytes.IndexByte(head, 0) < 0 {
		return Unknown
	}
	var zero [4]int
	for i, c := range head {
		if c == 0 {
			zero[i&3]++
		}
	}
	n := len(head) / 4
	few := n / 50
	switch {
	case zero[0] <= few && zero[2] >= n*3/4 && zero[3] == n:
		return UTF32LE
	case zero[3] <= few && zero[1] >= n*3/4 && zero[0] == n:
		return UTF32BE
	case zero[0]+zero[2] <= 2*few && UTF16LE.fits(head):
		return UTF16LE
	case zero[1]+zero[3] <= 2*few && UTF16BE.fits(head):
		return UTF16BE
	}
	return Unknown
}

// fits reports whether bytes are UTF-16 of a byte order, of which one half of the units is never
// NUL: a tenth of the units or more are ASCII, line ends and delimiters among them, and what is not
// is characters. A text of bytes in which cells are NUL reads as line ends with hardly a character
// between them, or with characters that have a sign of the table in the wrong half.
func (e Encoding) fits(b []byte) bool {
	ascii, signs, strange, wrong := 0, 0, 0, 0
	for i := 0; i < len(b); i += 2 {
		switch u := e.two(b[i:]); {
		case u < 0x80:
			ascii++
			if isSign(byte(u)) {
				signs++
			} else if u < ' ' {
				strange++
			}
		case isSign(byte(u)) || isSign(byte(u>>8)):
			wrong++
		case surrogate(u) == 0 && !unicode.IsPrint(rune(u)) && !unicode.IsSpace(rune(u)) && !unicode.Is(unicode.Cf, rune(u)):
			strange++
		}
	}
	units := len(b) / 2
	if strange > units/100 || 2*(units-signs) <= signs || 4*wrong > signs {
		return false
	}
	return signs > 0 && ascii*10 >= units || ascii*4 >= units*3
}

func isSign(c byte) bool { return c == '\n' || c == '\r' || c == ',' || c == '\t' }
