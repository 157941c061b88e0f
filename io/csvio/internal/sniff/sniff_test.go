package sniff_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// table is what a text was found to be: its rules, its layout and the columns under the names.
type table struct {
	scored  sniff.ScoredDialect
	layout  sniff.Layout
	columns []sniff.Column
}

// sniffed finds out all of a text that is there as a whole, as csvio does.
func sniffed(o sniff.Options, text string) (t table) {
	start := 0
	if o.Skip == 0 {
		o.Separator, start = sniff.SeparatorLine([]byte(text))
	}
	t.scored = o.ChooseDialect([]byte(text[start:]), true)
	t.layout = o.FindLayout(&t.scored.Rules, []byte(text), start, true)
	names := t.layout.Names
	for len(names) < t.layout.Width {
		names = append(names, fmt.Sprint("column_", len(names)+1))
	}
	types := sniff.NewTypeInference(&o, &t.scored.Rules, len(names))
	types.Look([]byte(text[t.layout.End:]), 1000)
	t.columns = types.Settle(names, nil)
	return t
}

// String is the delimiter, the quote, the lines above, the names, and the types with their forms.
func (t table) String() string {
	var columns []string
	for _, c := range t.columns {
		text := c.Type.String()
		if !c.Form.Plain() {
			text += fmt.Sprintf("(%s%s %d %v)", string(c.Form.Number.Decimal), string(c.Form.Number.Thousands), c.Form.Order, c.Form.Yes)
		}
		if c.NullWords != nil {
			text += fmt.Sprint(c.NullWords)
		}
		columns = append(columns, text)
	}
	return fmt.Sprintf("%q %q skip %d names %q: %s", t.scored.Rules.Delimiter, string(t.scored.Rules.Quote), t.layout.Skipped(), t.layout.Names, strings.Join(columns, ", "))
}

func TestATextIsFoundToBeWhatItIs(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"id,name\n1,x\n2,y\n", `"," "\"" skip 0 names ["id" "name"]: int64, utf8`},
		{"sep=;\r\nn;d\r\n1,5;28/01/2018\r\n2,25;01/02/2018\r\n", `";" "\"" skip 1 names ["n" "d"]: float64(,` + "\x00" + ` 0 []), date32(` + "\x00\x00" + ` 2 [])`},
		{"Trips of May\n\nzone\tpaid\n1\tyes\n-\tno\n", `"\t" "\"" skip 2 names ["zone" "paid"]: int64[-], bool(` + "\x00\x00" + ` 0 [yes YES Yes])`},
		{"1|2.5\n3|4.5\n", `"|" "\"" skip 0 names []: int64, float64`},
		{"# a note\na,b\n1,'x, y'\n2,'z, u'\n", `"," "'" skip 1 names ["a" "b"]: int64, utf8`},
		{"id::n\n1::7\n2::8\n", `"::" "\"" skip 0 names ["id" "n"]: int64, int64`},
		{"name\nNew York\nParis, Texas\n", `"\t" "\"" skip 0 names ["name"]: utf8`},
	} {
		require.Equal(t, c.want, sniffed(sniff.Options{}, c.text).String(), c.text)
	}
}

// TestWhatIsSaidHolds against what would be found.
func TestWhatIsSaidHolds(t *testing.T) {
	text := "a;b\n1,5;01/02/2018\n2,5;03/04/2018\n"
	for _, c := range []struct {
		o    sniff.Options
		want string
	}{
		{sniff.Options{}, `";" "\"" skip 0 names ["a" "b"]: float64(,` + "\x00" + ` 0 []), utf8`},
		{sniff.Options{Dates: csv.MDY, Header: sniff.Absent}, `";" "\"" skip 0 names []: utf8, utf8`},
		{sniff.Options{Dates: csv.MDY, NoQuotes: true}, `";" "\x00" skip 0 names ["a" "b"]: float64(,` + "\x00" + ` 0 []), date32(` + "\x00\x00" + ` 3 [])`},
		{sniff.Options{Types: map[string]arrow.DataType{"b": arrow.BinaryTypes.Binary}}, `";" "\"" skip 0 names ["a" "b"]: float64(,` + "\x00" + ` 0 []), binary`},
	} {
		require.Equal(t, c.want, sniffed(c.o, text).String(), "%+v", c.o)
	}
}

// TestATableTooNarrowIsWidened for columns whose types were found, not for those that were given.
func TestATableTooNarrowIsWidened(t *testing.T) {
	o := sniff.Options{Types: map[string]arrow.DataType{"b": arrow.PrimitiveTypes.Int32}}
	rules := dialect.Rules{Delimiter: ",", Quote: '"', Ends: dialect.LF}
	types := sniff.NewTypeInference(&o, &rules, 2)
	types.Look([]byte("1,2\n3,4\n"), 10)
	columns := types.Settle([]string{"a", "b"}, map[string]arrow.DataType{"a": arrow.BinaryTypes.String, "b": arrow.BinaryTypes.String})
	require.Equal(t, arrow.BinaryTypes.String, columns[0].Type)
	require.Equal(t, arrow.PrimitiveTypes.Int32, columns[1].Type)
	require.True(t, columns[0].Found)
	require.Equal(t, "ReadOptions.Types", columns[1].Why())
}

// TestAPlaceIsToldToLieInsideQuotes at every byte of tables whose fields hold delimiters, line ends
// and doubled quotes.
func TestAPlaceIsToldToLieInsideQuotes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	rules := dialect.Rules{Delimiter: ",", Quote: '"', Ends: dialect.LF}
	const columns = 4
	for range 20 {
		var text []byte
		var inside []bool // by byte
		put := func(s string, in bool) {
			for i := range len(s) {
				text, inside = append(text, s[i]), append(inside, in)
			}
		}
		var begins []int
		for row := range 60 {
			begins = append(begins, len(text))
			for k := range columns {
				if k > 0 {
					put(",", false)
				}
				if r.IntN(3) > 0 {
					put(fmt.Sprint(row*k), false)
					continue
				}
				put(`"`, false)
				put([]string{"some words, and more", "two\nlines", "a\nb\nc, d", `say ""hi"" to`, "x"}[r.IntN(5)], true)
				put(`"`, true) // from here on it closes
			}
			put("\n", false)
		}
		wrong := 0
		for at := 1; at < len(text)/2; at++ {
			if text[at] == '"' || text[at-1] == '"' {
				continue // half of a pair, or none
			}
			got := sniff.StartsInQuotes(&rules, text[at:], columns)
			if got != inside[at] {
				wrong++
				continue
			}
			first := at + sniff.FirstRow(&rules, text[at:], got)
			require.Contains(t, begins, first, "from %d on: %q", at, text[at:min(at+60, len(text))])
		}
		require.Zero(t, wrong)
	}
}

// TestNamesAreReadAsNames only if who is told nothing would take them for such.
func TestNamesAreReadAsNames(t *testing.T) {
	for text, names := range map[string][]string{"id,n\n1,2\n": {"id", "n"}, "id\nx\n": {"id"}} {
		require.True(t, sniff.ReadsAsNames([]byte(text), ',', names), text)
	}
	for text, names := range map[string][]string{"2019,2020\n2021,2022\n": {"2019", "2020"}, "a title of words\nx,y\n1,2\n": {"a title of words"}, "id,n\n1,2\n": {"id", "m"}} {
		require.False(t, sniff.ReadsAsNames([]byte(text), ',', names), text)
	}
}
