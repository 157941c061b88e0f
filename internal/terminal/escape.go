// Package terminal knows what terminals do: how wide they are, and which characters they obey.
package terminal

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Obeyed reports whether a terminal takes a character for an order, or lays out the text around it
// by it: control characters (those of Unicode's second block too), line ends of other alphabets,
// marks that turn the direction of text, a byte order mark. Joiners are none: scripts and emoji
// need them.
func Obeyed(r rune) bool {
	return r < ' ' || r >= 0x7f && (r == '\uFEFF' || unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control))
}

// Escape is a text for one place on one line, such as a name: what a terminal would obey, and bytes
// that are no UTF-8, are written as in Go, \x1b.
func Escape(text string) string { return escape(text, "") }

// EscapeLines is Escape for a text that has lines and tabs of its own.
func EscapeLines(text string) string { return escape(text, "\n\t") }

func escape(text, keep string) string {
	obeyed := func(r rune) bool { return Obeyed(r) && !strings.ContainsRune(keep, r) }
	if !strings.ContainsFunc(text, obeyed) && utf8.ValidString(text) {
		return text
	}
	b := make([]byte, 0, len(text)+16)
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = fmt.Appendf(b, `\x%02x`, text[at])
		case obeyed(r):
			q := strconv.QuoteRuneToASCII(r)
			b = append(b, q[1:len(q)-1]...)
		default:
			b = append(b, text[at:at+size]...)
		}
		at += size
	}
	return string(b)
}
