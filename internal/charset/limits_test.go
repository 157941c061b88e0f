package charset

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// TestOneHighByteAnywhere puts one byte, and one character, at every place of texts of every length
// around 32 bytes.
func TestOneHighByteAnywhere(t *testing.T) {
	for n := range 100 {
		plain := bytes.Repeat([]byte("a"), n)
		require.True(t, ASCII(plain), n)
		require.True(t, Valid(plain, true), n)
		for at := range n {
			for _, s := range []string{"\x7f", "\x80", "\xff", "\xe9", "é", "€", "🎈"} {
				b := append(append(bytes.Clone(plain[:at]), s...), plain[at:]...)
				require.Equal(t, s == "\x7f", ASCII(b), "%q at %d of %d", s, at, n)
				require.Equal(t, utf8.Valid(b), Valid(b, true), "%q at %d of %d", s, at, n)
			}
		}
	}
}

// TestDenseTextsOfOtherEncodingsAreNoUTF8: every byte with its high bit set, in runs that are whole
// words.
func TestDenseTextsOfOtherEncodingsAreNoUTF8(t *testing.T) {
	for _, s := range []string{"\xe9", "\xc0\xc1", "\xff", "\xe4\xf6\xfc\xdf", "\xe9a\xe9a\xe9a\xe9a", "a\x80"} {
		for _, n := range []int{1, 31, 32, 33, 64, 1000} {
			b := bytes.Repeat([]byte(s), n)
			require.False(t, ASCII(b), "%q %d times", s, n)
			require.False(t, Valid(b, true), "%q %d times", s, n)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		b := make([]byte, r.IntN(80))
		for i := range b {
			b[i] = "aaaa\x7f\x80\xc3\xa9\xe2\x82\xac\xf0"[r.IntN(12)]
		}
		require.Equal(t, utf8.Valid(b), Valid(b, true), "%q", b)
	}
}

// TestACharacterMayBeCut: at the end, and only there, and only if there may be more.
func TestACharacterMayBeCut(t *testing.T) {
	for _, c := range []string{"é", "€", "🎈"} {
		for n := 1; n < len(c); n++ {
			for _, before := range []string{"", "a", strings.Repeat("x", 40)} {
				cut := []byte(before + c[:n])
				require.True(t, Valid(cut, false), "%q", cut)
				require.False(t, Valid(cut, true), "%q", cut)
				require.False(t, Valid(append(cut, 'a'), false), "%q", cut)
			}
		}
	}
	for _, s := range []string{"\x80", "a\x80\x80\x80\x80", "\xff", "a\xc0", "\xf8\x80"} {
		require.False(t, Valid([]byte(s), false), "%q", s)
	}
}

// TestWideTextsOfAnyAlphabet: both byte orders of texts with few Latin letters are told from each
// other and from UTF-8.
func TestWideTextsOfAnyAlphabet(t *testing.T) {
	for name, text := range map[string]string{
		"Latin":    "id,name\n1,Smith\n2,Jones\n",
		"Cyrillic": "город,улица\nМосква,Тверская\nКазань,Баумана\nПермь,Ленина\n",
		"Greek":    "πόλη;οδός\nΑθήνα;Ερμού\nΠάτρα;Κορίνθου\n",
		"Hebrew":   "עיר,רחוב\nתל אביב,דיזנגוף\nחיפה,הרצל\n",
		"digits":   "1;2;3\n4;5;6\n",
		"Polish":   "miasto,ulica\nŁódź,Piotrkowska\nKraków,Długa\n",
	} {
		for e := UTF16LE; e <= UTF32BE; e++ {
			for _, times := range []int{1, 3, 200} {
				got, _ := detect(encode(e, strings.Repeat(text, times)), true)
				require.Equal(t, e, got, "%s, %d times", name, times)
			}
		}
		got, _ := detect([]byte(text), true)
		require.Equal(t, UTF8, got, name)
	}
}

// TestPairsOfUTF16AtTheirLimits: the first and last character of each length, whole and by byte.
func TestPairsOfUTF16AtTheirLimits(t *testing.T) {
	const text = "\x00\x7f\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff\U0001f388abcd\U00010000"
	for e := UTF16LE; e <= UTF32BE; e++ {
		for skip := range 8 {
			raw := encode(e, strings.Repeat("x", skip)+text)
			for _, size := range []int{1, 2, 3, 4, 5, 7, 100} {
				var got []byte
				r := NewReader(iotest.HalfReader(bytes.NewReader(raw)), e, 0)
				var err error
				for p := make([]byte, size); err == nil; {
					var n int
					n, err = r.Read(p)
					got = append(got, p[:n]...)
				}
				require.Equal(t, io.EOF, err)
				require.Equal(t, strings.Repeat("x", skip)+text, string(got), "%s by %d", e, size)
			}
		}
	}
	n, err := NewReader(strings.NewReader("a"), UTF8, 0).Read(nil)
	require.NoError(t, err)
	require.Zero(t, n)
}

// TestErrorsOfAReader is what a text that is cut, or an input that fails, gives at each place.
func TestErrorsOfAReader(t *testing.T) {
	down := errors.New("the wire is cut")
	for e := UTF16LE; e <= UTF32BE; e++ {
		raw := encode(e, "aé🎈b")
		for n := range len(raw) {
			text, err := io.ReadAll(NewReader(bytes.NewReader(raw[:n]), e, 0))
			if n%e.unit() == 0 {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "the text ends inside a "+e.String()+" character")
			}
			if utf8.Valid(text) {
				require.True(t, strings.HasPrefix("aé🎈b", string(text)), "%q", text)
			}
			_, err = io.ReadAll(NewReader(io.MultiReader(bytes.NewReader(raw[:n]), iotest.ErrReader(down)), e, 0))
			require.Equal(t, down, err, "%s, after %d bytes", e, n)
		}
	}
}

// TestWindows1252AtItsLimits: the first and last characters that are not those of ISO 8859-1, and
// their neighbours.
func TestWindows1252AtItsLimits(t *testing.T) {
	for c, want := range map[byte]string{0x80: "€", 0x9F: "Ÿ", 0xA0: "\u00a0", 0xFF: "ÿ", 0x7F: "\x7f", 0x85: "…"} {
		text, err := io.ReadAll(NewReader(bytes.NewReader([]byte{c}), Windows1252, 0))
		require.NoError(t, err)
		require.Equal(t, want, string(text))
	}
	require.Equal(t, "Encoding(-1)", Encoding(-1).String())
	require.Contains(t, Encoding(1000).String(), "Encoding(1000)")
	require.Equal(t, "unknown", Unknown.String())
}
