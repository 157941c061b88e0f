package csvio_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// TestRaggedRowsAreNoColumn: rows with too many or too few fields are bad rows, however many they
// are, if names or columns of numbers tell the delimiter.
func TestRaggedRowsAreNoColumn(t *testing.T) {
	alternating := func(n int) string { return "a,b\n" + strings.Repeat("0,0,long extra text\n1,1\n", n) }
	for text, delimiter := range map[string]string{
		"id,price,comment\n0,9.50,nice, good\n1,3.25,very good, ok, fine\n2,4.10,bad\n3,8.00,ok, yes, no, well\n4,1.25,so, so\n5,2.20,a, b, c\n": ",",
		"id;price;comment\n0;9,50;nice; good\n1;3,25;very good; ok; fine\n2;4,10;bad\n3;8,00;ok; yes; no; well\n4;1,25;so; so\n":                 ";",
		"when|what\n2024-01-02|a|b\n2024-01-03|a\n2024-01-04|a|b|c\n2024-01-05|x|y|z|u\n":                                                        "|",
		"0,9.50,nice, good\n1,3.25,very good, ok, fine\n2,4.10,bad\n3,8.00,ok, yes, no, well\n4,1.25,so, so\n":                                   ",",
		"name,comment\nAnn,nice, good\nBob,very good, ok, fine\nCy,bad\nDora,ok, yes, no, well\nEve,so, so\n":                                    ",",
		"ts,msg\n2024-01-01 10:00:00,a,b\n2024-01-01 10:00:01,a\n2024-01-01 10:00:02,a,b,c\n2024-01-01 10:00:03,x,y\n":                           ",",
		"a,b,c,d\nx,y\nz\nw,u,v\nq\n":                          ",",
		"name;town;team\nAnn;Oslo\nBob\nCy\nDora;Rome;Red;x\n": ";",
		alternating(25): ",", alternating(100): ",", alternating(101): ",", alternating(9000): ",",
	} {
		d := sniff(t, csvio.ReadOptions{}, text)
		require.Equal(t, delimiter, d.Delimiter, "%.200q\n%s", text, d)
		_, err := read(t, csvio.ReadOptions{}, text)
		require.ErrorContains(t, err, "the row has ", "%.200q", text)
	}
	for _, text := range []string{
		"tags\nred,blue\ngreen\nblue,red\n", "n\n1,234,567\n2,345\n17,000\n8,111,222,333\n", "tags\nred|blue\ngreen|x|y\nblue\n", "name\nSmith; John\nDoe\nRoe; Jane\n",
		"note\nnice, good\nvery good, ok, fine\nbad\nok, yes, no, well\n", "say\nwell, I think so\nno\n2 or 3, maybe\n",
	} {
		f, err := read(t, csvio.ReadOptions{}, text)
		require.NoError(t, err, text)
		name, _, _ := strings.Cut(text, "\n")
		require.Equal(t, []string{name}, f.Names(), text)
		require.Equal(t, strings.Count(text, "\n")-1, f.NumRows(), text)
	}
}

func TestOneColumnInQuotes(t *testing.T) {
	for text, want := range map[string]string{
		"'name'\n'Doe, bob'\n'Roe, ann'\n'Poe, joe'\n": "name\n\"Doe, bob\"\n\"Roe, ann\"\n\"Poe, joe\"\n",
		"'name'\r\n'Doe; bob'\r\n'Roe'\r\n":            "name\n\"Doe; bob\"\nRoe\n",
		"'when'\n'502'\n'909'\n":                       "when\n502\n909\n",
		"'n'\n'1,5,7'\n'it''s, so'":                    "n\n\"1,5,7\"\n\"it's, so\"\n",
		"\"name\"\n\"Doe, bob\"\n\"Roe, ann\"\n":       "name\n\"Doe, bob\"\n\"Roe, ann\"\n",
		"say\n'tis, so\n'twas, no\n":                   "say\n\"'tis, so\"\n\"'twas, no\"\n",
	} {
		f, err := read(t, csvio.ReadOptions{}, text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, want, written(t, f), "%q", text)
	}
}

// TestOneColumnComesBack: names and values of an only column that look like other delimiters,
// quotes or archives.
func TestOneColumnComesBack(t *testing.T) {
	for _, c := range [][]string{
		{"x;y", "a;b", "c;d", "e;f"}, {"x,y", "a,b", "c,d"}, {"a|b", "c|d", "e|f"}, {"~", "~"}, {"a b", "c d", "e f"}, {"'a','b'", "'c','d'", "'c','d'"},
		{"'a';'b'", "'c';'d'", "e"}, {"a\tb", "c\td", "c\td"}, {"#a", "#b", "#c"}, {"'a'", "'b'", "'c'"}, {"a:b", "c:d", "e:f"}, {"say \"x\"", "\"y\"", "\"z\""},
		{"BZh9", "x"}, {"BZh", "a;b"}, {"PK\x03\x04", "x"}, {"PAR1", "x"}, {"GIF8\x01", "y"}, {"%PDF-1.4", "x"}, {"x", "BZh9"}, {"a,'b'", "#sign", "e,f", "e,f", "k=v"}, {"'c','d'", "BZh9", "sep=,", "sep=,", "w"}, {"x", "a;'b'", "Foo", "a;'b'", "Foo"},
	} {
		comesBack(t, c[0], c[1:])
	}
}

func comesBack(t *testing.T, name string, values []string) {
	t.Helper()
	f, err := frame.New(frame.Of(name, values))
	require.NoError(t, err)
	for _, delimiter := range []byte(",;\t|") {
		text := text(t, csvio.WriteOptions{Delimiter: delimiter}, f)
		got, err := read(t, csvio.ReadOptions{}, text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, f.Names(), got.Names(), "%q", text)
		require.True(t, f.Equal(got), "%q\n%s", text, got)
	}
	bare := text(t, csvio.WriteOptions{NoHeader: true}, f)
	got, err := read(t, csvio.ReadOptions{Header: csvio.Absent}, bare)
	require.NoError(t, err, "%q", bare)
	want, err := frame.New(frame.Of("column_1", values))
	require.NoError(t, err)
	require.True(t, want.Equal(got), "%q\n%s", bare, got)
}
