package csvio_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/io/csvio"
)

// TestLongFieldsDoNotSpoilTheDialect: a field among the first rows is longer than what is scored,
// with other delimiters in it on every line.
func TestLongFieldsDoNotSpoilTheDialect(t *testing.T) {
	rows := func(from, to int) string {
		var b strings.Builder
		for i := from; i < to; i++ {
			fmt.Fprintf(&b, "%d,%d,fine\n", i, i%5)
		}
		return b.String()
	}
	for name, body := range map[string]string{
		"json":    "{\n" + strings.Repeat(`  ""k"": 1,`+"\n", 6000) + "}",
		"prose":   strings.Repeat("and, then, it rained a while\nwell, I think so\n", 2500),
		"table":   strings.Repeat("a;b;c\n", 20_000),
		"tabs":    strings.Repeat("1\t2\t3\n", 20_000),
		"numbers": strings.Repeat("1 2\n", 100_000),
		"300 KiB": strings.Repeat("1:2:3\n", 50_000),
	} {
		for behind, text := range map[int]string{
			1997: "id,score,body\n1,5,plain\n2,4,\"" + body + "\"\n" + rows(3, 1998),
			0:    "id,score,body\n1,5,plain\n2,4,\"" + body + "\"\n",
			9:    "id,score,body\n1,5,\"" + body + "\"\n2,6,plain\n" + rows(3, 10),
			-1:   "id,score,body\n1,5,\"" + body + "\"\n",
		} {
			d := sniff(t, csvio.ReadOptions{}, text)
			require.Equal(t, ",", d.Delimiter, "%s %d\n%s", name, behind, d)
			f, err := read(t, csvio.ReadOptions{}, text)
			require.NoError(t, err)
			require.Equal(t, []string{"id", "score", "body"}, f.Names(), "%s %d\n%s", name, behind, d)
			require.Equal(t, 1+strings.Count(text, "fine\n")+strings.Count(text, "plain\n"), f.NumRows(), "%s %d", name, behind)
		}
	}
}

func TestStrayQuotesKeepTheDelimiter(t *testing.T) {
	for text, delimiter := range map[string]string{
		"1\t\"unclosed\t3\n2\tb\t3\n3\tc\t4\n4\td\t5\n":       "\t",
		"a;b;c\n1;\"x;3\n2;b;3\n3;c;4\n4;d;5\n":               ";",
		"a,b,c\n1,b,3\n2,b,3\n3,c,\"4\n4,d,5\n5,d,5\n6,d,5\n": ",",
		"\"a|b|c\n1|b|3\n2|b|3\n3|c|4\n4|d|5\n":               "|",
	} {
		f, err := read(t, csvio.ReadOptions{}, text)
		require.NoError(t, err, "%q", text)
		d := sniff(t, csvio.ReadOptions{}, text)
		require.Equal(t, delimiter, d.Delimiter, "%q\n%s", text, d)
		require.Equal(t, strings.Count(text, "\n")-d.HeaderRows, f.NumRows(), "%q", text)
		require.Contains(t, strings.Join(f.Names(), "")+written(t, f), `"`)
	}
	// Fields that are in quotes make the stray one an error, not text.
	_, err := read(t, csvio.ReadOptions{}, "a;b\n1;\"x\n2;\"y; z\"\n3;\"v; w\"\n")
	require.ErrorContains(t, err, "in.csv:2: row 0: there is text behind a closing quote")
}

func TestApostrophesAreQuotesThroughoutAColumnOnly(t *testing.T) {
	for text, quote := range map[string]byte{
		"1,'a b','x'\n2,'c','y'\n3,'d','z'\n4,'e','z'\n":   '\'',
		"n;s\n1;'a'\n2;'b'\n3;'c'\n":                       '\'',
		"id,name\n1,'O''Brien'\n2,'Smith'\n":               '\'',
		"n,s\n1,'a, b'\n2,c\n3,d\n4,e\n":                   '\'',
		"n,s\n1,'a'\n2,\n3,'b'\n4,''\n":                    '\'',
		"n,s\n1,'tis\n2,it's\n3,rock 'n' roll\n":           '"',
		"n,s\n1,'Bob'\n2,Ann\n3,Cid\n4,Dan\n5,'Eve'\n":     '"',
		"n,s,u\n1,'a',\"x, y\"\n2,b,\"z\"\n3,c,\"w, v\"\n": '"',
	} {
		d := sniff(t, csvio.ReadOptions{}, text)
		require.Equal(t, string(quote), string(d.Quote), "%q\n%s", text, d)
	}
}
