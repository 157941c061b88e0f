package terminal

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"zone, 1 km²":                 "zone, 1 km²",
		`C:\new\table.csv`:            `C:\new\table.csv`,
		"\x1b[31mred\x1b[0m":          `\x1b[31mred\x1b[0m`,
		"\x1b]0;title\a":              `\x1b]0;title\a`,
		"\u009b31m":                   `\u009b31m`, // the same in one character
		"\x9b31m":                     `\x9b31m`,   // and as a byte, where a terminal knows no UTF-8
		"a\rb\bc\x7fd\x00e\ve":        `a\rb\bc\x7fd\x00e\ve`,
		"a\nb\tc":                     `a\nb\tc`,
		"\u202egpj.exe":               `\u202egpj.exe`,
		"\u2066a\u2069\u200f\u061c":   `\u2066a\u2069\u200f\u061c`,
		"a\u2028b\u2029c\u0085d":      `a\u2028b\u2029c\u0085d`,
		"\ufeffid":                    `\ufeffid`,
		"👩\u200d🚀 \ufffd नि\u200c ok": "👩\u200d🚀 \ufffd नि\u200c ok",
		"cut \xe2\x82":                `cut \xe2\x82`,
	} {
		require.Equal(t, want, Escape(text), "%q", text)
		for _, r := range Escape(text) {
			require.False(t, Obeyed(r), "%q", text)
		}
	}
	require.Equal(t, "a\n\tb\\r\\x1b", EscapeLines("a\n\tb\r\x1b"))
	for r := rune(0); r < 0x3000; r++ { // whatever Go prints is not escaped
		if strconv.IsPrint(r) {
			require.Equal(t, string(r), Escape(string(r)))
		}
	}
}
