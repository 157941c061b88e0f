// Package width tells how many columns of a terminal a text takes, and cuts and
// pads texts to columns.
//
// A letter takes one column, an East Asian wide letter or an emoji two, a mark
// that combines with the letter before it none. Emoji of several code points
// (families, flags, skin tones) take two, as recent terminals draw them; older
// ones draw some of them wider. The text is taken to hold no control characters.
package width

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Of returns the columns that s takes.
func Of(s string) int {
	var m meter
	for _, r := range s {
		m.add(r)
	}
	return m.columns
}

// Cut returns s if it takes at most n columns, or else as much of it as leaves
// room for an ellipsis, and the ellipsis. It looks no further than it must: the
// cost is that of n columns, however long s is.
func Cut(s string, n int) string {
	var m meter
	keep := 0 // bytes of s that leave room for the ellipsis
	for at := 0; at < len(s); {
		r, size := utf8.DecodeRuneInString(s[at:])
		at += size
		m.add(r)
		if m.columns > n || at > bytesMax*n {
			return s[:keep] + "…"
		}
		if m.columns < n {
			keep = at
		}
	}
	return s
}

// bytesMax bounds the bytes a column may take before Cut cuts all the same:
// marks can be heaped on a letter without end.
const bytesMax = 32

// Pad returns s with blanks before it (right) or behind it, to n columns.
func Pad(s string, n int, right bool) string {
	blanks := strings.Repeat(" ", max(n-Of(s), 0))
	if right {
		return blanks + s
	}
	return s + blanks
}

// meter adds up columns, letter by letter.
type meter struct {
	columns int
	last    int  // columns of the letter that marks now combine with
	joined  bool // the last rune was a zero-width joiner
	flag    bool // the last rune was the first half of a flag
}

const (
	joiner         = '\u200D'
	emojiSelector  = '\uFE0F'
	firstSkin      = '\U0001F3FB'
	lastSkin       = '\U0001F3FF'
	firstIndicator = '\U0001F1E6'
	lastIndicator  = '\U0001F1FF'
)

func (m *meter) add(r rune) {
	joined, flag := m.joined, m.flag
	m.joined, m.flag = r == joiner, false
	switch {
	case r >= ' ' && r < 0x300: // no marks and nothing wide below
		if r != 0x7F && !(r >= 0x80 && r < 0xA0) {
			m.grow(1)
		}
	case r == emojiSelector:
		if m.last == 1 { // a sign that is now drawn as an emoji
			m.columns, m.last = m.columns+1, 2
		}
	case r >= firstIndicator && r <= lastIndicator:
		// Two of them are one flag of two columns.
		m.flag = !flag
		m.grow(1)
	case joined, m.last == 2 && r >= firstSkin && r <= lastSkin, none(r):
	case isWide(r):
		m.grow(2)
	default:
		m.grow(1)
	}
}

func (m *meter) grow(n int) { m.columns, m.last = m.columns+n, n }

// none tells the runes that are drawn on the one before, or not at all: marks,
// format characters, and the vowels and finals that complete a Hangul syllable.
func none(r rune) bool {
	return r < ' ' || r >= 0x1160 && r <= 0x11FF || r >= 0xD7B0 && r <= 0xD7FF || unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf)
}

func isWide(r rune) bool {
	if r < wide[0][0] {
		return false
	}
	at := sort.Search(len(wide), func(i int) bool { return wide[i][1] >= r })
	return at < len(wide) && wide[at][0] <= r
}
