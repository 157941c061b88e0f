package kernel

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// column is texts as a vector: packed, or in any order with gaps between.
func column(texts []string, packed bool) (start, end []int32, data []byte) {
	start, end = make([]int32, len(texts)), make([]int32, len(texts))
	for k := range texts {
		i := k
		if !packed { // from the last to the first
			i = len(texts) - 1 - k
			data = append(data, "gap"...)
		}
		start[i] = int32(len(data))
		data = append(data, texts[i]...)
		end[i] = int32(len(data))
	}
	return start, end, bytes.Clone(data)[:len(data):len(data)]
}

// checkNeedle holds the four questions against package strings, with and without
// the twins.
func checkNeedle(t *testing.T, texts []string, needle string, packed bool) {
	t.Helper()
	start, end, data := column(texts, packed)
	k := NewNeedle([]byte(needle))
	for _, plain := range []bool{false, true} {
		if plain {
			defer Plain()()
		}
		for name, c := range map[string]struct {
			run  func(dst Bits)
			want func(s string) bool
		}{
			"equal":    {func(dst Bits) { k.Equal(dst, start, end, data) }, func(s string) bool { return s == needle }},
			"prefix":   {func(dst Bits) { k.Prefix(dst, start, end, data) }, func(s string) bool { return strings.HasPrefix(s, needle) }},
			"suffix":   {func(dst Bits) { k.Suffix(dst, start, end, data) }, func(s string) bool { return strings.HasSuffix(s, needle) }},
			"contains": {func(dst Bits) { k.In(dst, start, end, data, packed) }, func(s string) bool { return strings.Contains(s, needle) }},
		} {
			dst := make(Bits, WordsFor(len(texts)))
			for i := range dst {
				dst[i] = 0x5555555555555555
			}
			c.run(dst)
			for i, s := range texts {
				if got := dst[i>>6]>>(i&63)&1 != 0; got != c.want(s) {
					t.Fatalf("%s of %q, text %d of %d, %q: %t (packed %t, plain %t)", name, needle, i, len(texts), s, got, packed, plain)
				}
			}
		}
	}
}

var needles = []string{"", "a", "ab", "abc", "aaaaaaa", "abababab", "ababababa", "abababababababa", "abababababababab", "ababababababababa", "aaaaaaaaaaaaaaaaaaaaaaaa", "\x00", "b\x00"}

func TestNeedle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range lengths {
		if n > Rows {
			continue
		}
		for _, longest := range []int{1, 9, 20, 60, 200} {
			texts := make([]string, n)
			for i := range texts {
				b := make([]byte, r.IntN(longest+1))
				for j := range b {
					b[j] = "ab\x00"[r.IntN(20)*3/28%3]
				}
				if texts[i] = string(b); r.IntN(3) == 0 {
					texts[i] = needles[r.IntN(len(needles))] + texts[i]
				}
			}
			for _, needle := range needles {
				checkNeedle(t, texts, needle, true)
				checkNeedle(t, texts, needle, false)
			}
		}
	}
}

func FuzzNeedle(f *testing.F) {
	f.Add("abc ab abab ababab", "ab", true)
	f.Add(strings.Repeat("xab ", 200), "ab", false)
	f.Fuzz(func(t *testing.T, texts, needle string, packed bool) {
		list := strings.Split(texts, " ")
		if len(list) < 64 { // whole words of bits
			for len(list) < 130 {
				list = append(list, list...)
			}
		}
		checkNeedle(t, list[:min(len(list), Rows)], needle, packed)
	})
}

func TestNeedleInLongTexts(t *testing.T) {
	long := strings.Repeat("amb ", searchMax/8)
	texts := []string{long, "amber", long + "amber", "", long}
	checkNeedle(t, texts, "amber", true)
	require.Greater(t, len(long)*3, searchMax)
}

// BenchmarkNeedle asks a vector of texts of three words, in cache, whether they hold a word
// that some of them have.
func BenchmarkNeedle(b *testing.B) {
	words := strings.Fields("amber birch cedar delta ember fjord grove heath inlet jetty knoll lagoon meadow nettle orchid prairie quarry ridge slope thicket")
	r := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, Rows)
	for i := range texts {
		texts[i] = words[r.IntN(20)] + " " + words[r.IntN(20)] + " " + words[r.IntN(20)]
	}
	start, end, data := column(texts, true)
	dst := make(Bits, Words)
	k := NewNeedle([]byte("amber"))
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"loop", func() { MatchText(dst, start, end, data, func(s []byte) bool { return bytes.Contains(s, k.text) }) }},
		{"contains", func() { k.In(dst, start, end, data, true) }},
		{"equal", func() { k.Equal(dst, start, end, data) }},
		{"startswith", func() { k.Prefix(dst, start, end, data) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/Rows, "ns/row")
		})
	}
}
