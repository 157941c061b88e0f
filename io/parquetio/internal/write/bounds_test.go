package write

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/dice"
)

// TestBoundsOfPagesJoin has a column chunk of which some pages have no upper bound, or none at all.
func TestBoundsOfPagesJoin(t *testing.T) {
	e := &leaf{physical: format.ByteArray, typ: arrow.BinaryTypes.Binary}
	page := func(least, most string) bound { return e.shorten(bound{least: []byte(least), most: []byte(most)}) }
	top := strings.Repeat("\xff", 100)
	for _, c := range []struct {
		pages       []bound
		least, most string // "none" where there is none
		exact       [2]bool
	}{
		{[]bound{page("b", "c"), page("a", "d")}, "a", "d", [2]bool{true, true}},
		{[]bound{page("b", top), page("a", "d")}, "a", "none", [2]bool{true, false}},
		{[]bound{page("b", "c"), page("a", top)}, "a", "none", [2]bool{true, false}},
		{[]bound{page("", "c"), page("a", "x")}, "", "x", [2]bool{true, true}},
		{[]bound{page("a", "c"), page(strings.Repeat("a", 99), strings.Repeat("z", 99))}, "a", strings.Repeat("z", 63) + "{", [2]bool{true, false}},
		{[]bound{page(strings.Repeat("a", 99), "c"), page("b", "x")}, strings.Repeat("a", 64), "x", [2]bool{false, true}},
		{[]bound{page("a", "c"), {}}, "none", "none", [2]bool{}},
		{[]bound{{}, page("a", "c")}, "none", "none", [2]bool{}},
	} {
		k := &chunk{leaf: e}
		for _, b := range c.pages {
			k.pages = append(k.pages, pageInfo{entries: 1, bounds: b})
		}
		k.sumPages()
		text := func(b []byte) string {
			if b == nil {
				return "none"
			}
			return string(b)
		}
		require.Equal(t, c.least, text(k.bounds.least))
		require.Equal(t, c.most, text(k.bounds.most))
		if k.bounds.known() {
			require.Equal(t, c.exact, [2]bool{!k.bounds.leastCut, k.bounds.most != nil && !k.bounds.mostCut})
		}
	}
}

// firstOf is the characters of which the first bytes of a value consist, or the bytes.
func firstOf(v []byte, text bool) (out []rune) {
	if text {
		return slices.Compact([]rune(string(v))[:boundMost/utf8.UTFMax])
	}
	for _, b := range v[:boundMost] {
		out = append(out, rune(b))
	}
	return slices.Compact(out)
}

func TestBoundsOfLongTextsHold(t *testing.T) {
	d := dice.New(3)
	for _, e := range []*leaf{{utf8: true, physical: 6}, {physical: 6}} {
		for range 2000 {
			v := make([]byte, 60+d.IntN(20))
			for i := range v {
				v[i] = []byte{0xff, 'a', 0x7f, 0}[d.IntN(4)]
			}
			if e.utf8 {
				r := []rune{'a', 'ü', '\ud7ff', utf8.MaxRune, '\U00012345'}
				v = nil
				for len(v) < 60+d.IntN(20) {
					v = utf8.AppendRune(v, r[d.IntN(len(r))])
				}
			}
			b := e.shorten(bound{least: v, most: v})
			require.LessOrEqual(t, len(b.least), boundMost)
			require.LessOrEqual(t, len(b.most), boundMost)
			require.LessOrEqual(t, bytes.Compare(b.least, v), 0)
			require.Equal(t, bytes.Equal(b.least, v), !b.leastCut)
			require.Equal(t, bytes.Equal(b.most, v), !b.mostCut)
			if b.most == nil {
				require.Subset(t, []rune{0xff, utf8.RuneError, utf8.MaxRune}, firstOf(v, e.utf8), "%x has a successor", v)
				continue
			}
			require.GreaterOrEqual(t, bytes.Compare(b.most, v), 0, "%x is to be above %x", b.most, v)
			if e.utf8 {
				require.True(t, utf8.Valid(b.least) && utf8.Valid(b.most), "%x %x", b.least, b.most)
			}
		}
	}
}
