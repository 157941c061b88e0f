package width

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOf(t *testing.T) {
	for text, want := range map[string]int{
		"":                   0,
		"plain":              5,
		"Zürich":             6,
		"Zu\u0308rich":       6, // u and a combining diaeresis
		"日本語":                6,
		"ﾊﾝｶｸ":               4, // half-width kana
		"Ｆｕｌｌ":               8,
		"한국":                 4,
		"\u1112\u1161\u11ab": 2, // one syllable of three letters
		"क्ष":                2, // two letters and a virama
		"🙂":                  2,
		"❤":                  1,
		"❤️":                 2, // drawn as an emoji
		"👨‍👩‍👧":              2, // a family is one picture
		"👍🏽":                 2,
		"🇨🇭":                 2,
		"🇨🇭🇦🇹":               4,
		"a\u200bb":           2,
		"𠀀":                  2,
		"…":                  1,
	} {
		require.Equal(t, want, Of(text), "%q", text)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"", 3, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"}, // the ellipsis takes the place of half a letter
		{"ab\u0308cd", 3, "ab\u0308…"},
		{"abcd", 1, "…"},
	} {
		got := Cut(c.text, c.n)
		require.Equal(t, c.want, got)
		require.LessOrEqual(t, Of(got), c.n)
	}
}

func TestCutIsBounded(t *testing.T) {
	marks := "a" + strings.Repeat("\u0308", 1<<20)
	require.Less(t, len(Cut(marks, 10)), 1000, "marks without end are cut")
	long := strings.Repeat("x", 1<<24)
	require.Zero(t, testing.AllocsPerRun(10, func() { Of(Cut(long[:5], 10)) }))
	require.Equal(t, "xxx…", Cut(long, 4))
}

func TestPad(t *testing.T) {
	require.Equal(t, "ab  ", Pad("ab", 4, false))
	require.Equal(t, "  ab", Pad("ab", 4, true))
	require.Equal(t, "日本 ", Pad("日本", 5, false))
	require.Equal(t, "abc", Pad("abc", 2, true))
}

func TestTableIsSorted(t *testing.T) {
	for i, r := range wide {
		require.LessOrEqual(t, r[0], r[1])
		if i > 0 {
			require.Greater(t, r[0], wide[i-1][1])
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("日本語 text", 4)
	f.Add("❤️👨‍👩‍👧", 3)
	f.Add("\xff\xfe", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if n < 1 || n > 1000 {
			return
		}
		got := Cut(s, n)
		if got != s {
			require.LessOrEqual(t, Of(got), n, "%q", s)
			require.True(t, strings.HasPrefix(s, strings.TrimSuffix(got, "…")))
		}
	})
}
