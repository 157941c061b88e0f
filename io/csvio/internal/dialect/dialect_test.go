package dialect

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/csv"
)

// cutAll cuts a text into rows, of which each is its fields with a bar between them and, if its
// quotes are broken, a ! at the end.
func cutAll(r *Rules, text string) (rows []string) {
	var w Row
	for at := 0; at < len(text); at = w.Next {
		r.Next([]byte(text), at, &w)
		row := strings.Join(r.Strings([]byte(text), &w), "|")
		if w.Problem != 0 {
			row += "!"
		}
		rows = append(rows, row)
	}
	return rows
}

func TestRowsAreCutByTheRules(t *testing.T) {
	for _, c := range []struct {
		rules Rules
		text  string
		want  []string
	}{
		{Rules{Delimiter: ",", Quote: '"', Ends: LF}, "a,b\r\n\"x, \"\"y\"\"\n\",z\n", []string{"a|b", "x, \"y\"\n|z"}},
		{Rules{Delimiter: ",", Quote: '"', Ends: LF}, "a,\"b\"c\nd,\"e\n", []string{"a|b!", "d|e\n!"}},
		{Rules{Delimiter: "::", Quote: '\'', Ends: CR}, "a:b::'c::d'\re::\r", []string{"a:b|c::d", "e|"}},
		{Rules{Delimiter: ";", Ends: MixedEnds}, "a;\"b\rc;d\r\n\ne", []string{"a|\"b", "c|d", "", "e"}},
		{Rules{Delimiter: ",", Quote: '"', Backslash: true, Ends: LF}, `a\,b,"c\"d",e\` + "\nf\n" + `C:\x,y` + "\n", []string{`a,b|c"d|e` + "\nf", `C:\x|y`}},
		{Rules{Delimiter: ",", Quote: '"', Trim: true, Ends: LF}, "a, b,  \"c, d\" ,e \n", []string{"a|b|c, d|e "}},
		{Rules{Delimiter: ",", Quote: '"', Comment: '#', Ends: LF}, "a,b\n# c,\"d\ne,f\n", []string{"a|b", "", "e|f"}},
		{Rules{Delimiter: ",", Quote: '"', FieldsMax: 2, Ends: LF}, "a,b,c,d,e\nf\n", []string{"a|b|c", "f"}},
	} {
		require.Equal(t, c.want, cutAll(&c.rules, c.text), "%+v %q", c.rules, c.text)
	}
}

// anyRules are rules of all kinds, plain and not.
func anyRules(r *rand.Rand) Rules {
	rules := Rules{Delimiter: []string{",", ";", "::", "\t\t", " "}[r.IntN(5)], Quote: []byte{'"', '\'', 0}[r.IntN(3)], Ends: []LineEnd{LF, CR, MixedEnds}[r.IntN(3)]}
	rules.Backslash, rules.Trim, rules.BlankRows = r.IntN(3) == 0, r.IntN(3) == 0, r.IntN(3) == 0
	if r.IntN(4) == 0 {
		rules.Comment = '#'
	}
	return rules
}

// TestFlattenedTextReadsTheSame: what the scanner reads in text that was written anew is what the
// rules read in the text itself, row by row, and each row is led back to where it began.
func TestFlattenedTextReadsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	pieces := []string{",", ";", ":", "::", "\t\t", " ", `"`, `""`, "'", `\`, "\n", "\r\n", "\r", "#", "a", "bc", "1.5", "é", "x y"}
	broken := 0
	for range 20_000 {
		rules := anyRules(r)
		var b strings.Builder
		for range r.IntN(25) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		text := []byte(b.String())
		var w Row
		var want []string
		var begins []int
		for at := 0; at < len(text); at = w.Next {
			begin := at
			rules.Next(text, at, &w)
			if rules.Comment != 0 && text[at] == rules.Comment || rules.Blank(&w) {
				continue
			}
			row := fmt.Sprint(len(w.Fields), "!")
			if w.Problem == 0 {
				row = strings.Join(rules.Strings(text, &w), "|")
			} else {
				broken++
			}
			want, begins = append(want, row), append(begins, begin)
		}
		var moved Shifts
		d := rules.Scanner()
		flat := text
		if !rules.Plain() {
			flat = rules.Flatten(text, d, nil, &moved)
		}
		back := Rules{Delimiter: string(d.Delimiter), Quote: d.Quote, Comment: d.Comment, Ends: LF}
		if d.Newline == '\r' {
			back.Ends = CR
		}
		k := 0
		for at := 0; at < len(flat); at = w.Next {
			begin := at
			back.Next(flat, at, &w)
			if back.Comment != 0 && flat[at] == back.Comment || back.Blank(&w) {
				continue
			}
			require.Less(t, k, len(want), "%+v %q became %q", rules, text, flat)
			if !strings.HasSuffix(want[k], "!") {
				require.Zero(t, w.Problem, "%+v %q became %q", rules, text, flat)
				require.Equal(t, want[k], strings.Join(back.Strings(flat, &w), "|"), "%+v %q became %q", rules, text, flat)
			} else {
				require.NotZero(t, w.Problem, "%+v %q became %q: broken quotes stay broken", rules, text, flat)
			}
			if was := moved.Before(begin); w.Problem == 0 {
				require.Equal(t, begins[k], was, "%+v %q became %q", rules, text, flat)
			} else { // to the row, or the quote that is open in it
				require.GreaterOrEqual(t, was, begins[k], "%+v %q became %q", rules, text, flat)
			}
			k++
		}
		require.Len(t, want, k, "%+v %q became %q", rules, text, flat)
	}
	require.Greater(t, broken, 1000)
}

func TestBrokenQuotesAreMendedIfOneReadingFits(t *testing.T) {
	r := Rules{Delimiter: ",", Quote: '"', Ends: LF}
	for _, c := range []struct {
		line  string
		width int
		want  string
	}{
		{`a,"b"c",d`, 3, `a|b"c|d`},
		{`a,"b,c`, 3, `a|"b|c`},
		{`a,5" pipe,c`, 3, `a|5" pipe|c`},
		{`"say "hi", you",b`, 2, ""},
		{`a,"b,c`, 4, ""},
		{`"a,"b,c`, 3, ""},
		{`a,b`, 3, ""},
	} {
		fields, ok := r.Mend([]byte(c.line), c.width)
		var got []string
		for _, f := range fields {
			got = append(got, string(f.Text))
		}
		require.Equal(t, c.want, strings.Join(got, "|"), c.line)
		require.Equal(t, c.want != "", ok, c.line)
	}
}

// TestARecordIsMendedIntoItsLines: lines that a quote swallowed are rows again.
func TestARecordIsMendedIntoItsLines(t *testing.T) {
	r := Rules{Delimiter: ",", Quote: '"', Ends: LF}
	d := r.Scanner()
	var moved Shifts
	out, mended := r.MendRecord([]byte("a,\"b\nc,d\ne,\"f\"\n"), csv.TextAfterQuote, 2, d, []byte("before\n"), &moved, 0)
	back, bare := Rules{Delimiter: ",", Quote: '"', Ends: LF}, string(out)[len("before\n"):]
	require.Equal(t, []string{`a|"b`, "c|d", "e|f"}, cutAll(&back, bare), bare)
	require.Equal(t, []int{len("before\n")}, mended)
}
