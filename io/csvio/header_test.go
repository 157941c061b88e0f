package csvio_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// header are the names that a text is found to have and the number of its rows; no names where
// there is no header.
func header(t *testing.T, o csvio.ReadOptions, text string) (names string, rows int) {
	t.Helper()
	d := sniff(t, o, text)
	f, err := read(t, o, text)
	require.NoError(t, err, "%q\n%s", text, d)
	if d.HeaderRows == 0 {
		return "", f.NumRows()
	}
	return strings.Join(f.Names(), "|"), f.NumRows()
}

func TestNamesAreWeighedByAllColumns(t *testing.T) {
	for _, c := range []struct {
		text, names string
		rows        int
	}{
		// One name contradicts its column; another is a number, year, date or bool.
		{"id,2020\n1,5\n2,6\n3,7\n", "id|2020", 3},
		{"name,7,total\nx,1,2\ny,3,4\n", "name|7|total", 2},
		{"product,2020-01-01,2020-02-01\na,1,2\nb,3,4\n", "product|2020-01-01|2020-02-01", 2},
		{"day,true\n2020-01-01,5\n2020-01-02,6\n", "day|true", 2},
		{"country,2019,2020,2021,total\nA,1,2,3,6\nB,4,5,6,15\n", "country|2019|2020|2021|total", 2},
		{"country,2019,2020\nA,x,y\nB,z,w\n", "country|2019|2020", 2},
		{"when,paid,NA\n2020-01-01,yes,1\n2020-01-02,no,2\n", "when|paid|NA", 2},
		{"1.5,rate\n0.5,1\n0.7,2\n", "1.5|rate", 2},
		// Names that end in digits.
		{"col0,col1\na1,b1\na2,b2\na3,b3\n", "col0|col1", 3},
		{"x1,x2,x3\nab,cd,ef\ngh,ij,kl\n", "x1|x2|x3", 2},
		{"code,q1\nK12,x\nK7,y\nK105,z\n", "code|q1", 3},
		{"addr1\n10.0.0.1\n10.0.0.2\n10.0.0.3\n", "addr1", 3},
		{"city,iso2\nRome,IT\nBonn,DE\nOslo,NO\n", "city|iso2", 3},
		// Data without names.
		{"yes,no\nno,yes\nyes,yes\nno,no\n", "", 4},
		{"Y\nN\nY\n", "", 3},
		{"true,false\nfalse,true\ntrue,true\n", "", 3},
		{"GET,ok\nGET,ok\nPUT,ok\nGET,ok\n", "", 4},
		{"red\nblue\nred\nred\n", "", 4},
		{"ok\nok\nok\n", "", 3},
		{"Ann,5\nBob,6\nCy,7\n", "", 3},
		{"a1,b7\na2,b2\na3,b3\na9,b9\n", "", 4},
		{"x@a.org,y@a.org\nz@b.org,w@c.org\nu@d.org,v@e.org\nr@d.org,q@e.org\n", "", 4},
		{"/usr/bin/a\n/usr/bin/b\n/usr/bin/cc\n/usr/bin/d\n", "", 4},
		{"2019,3\n2020,4\n2021,5\n", "", 3},
		{"2019,2020\n2021,2025\n", "", 2},
		{"2019,2020\n1,2\n3,4\n", "2019|2020", 2},
		{"a1,a2\na5,a9\na7,a4\n", "", 3},
		{"2020-01-01,a\n2020-01-02,b\n", "", 2},
		{"x,1\n2,3\n", "", 2},
		// Words with nothing that speaks against them.
		{"name,city\nAnna,Rome\nLena,Bonn\nMara,Oslo\n", "name|city", 3},
		{"Name,City\nAnna,Rome\nLena,Bonn\nMara,Oslo\n", "Name|City", 3},
		{"a,b\n", "a|b", 0},
		{"1,2\n", "", 1},
		// Quotes that only the names have.
		{`"2019","2020"` + "\n5,6\n7,8\n", "2019|2020", 2},
		{`"GET","ok"` + "\nGET,ok\nPUT,ok\n", "GET|ok", 2},
		{`"1"` + "\n", "1", 0},
		{`"GET","ok"` + "\n" + `"GET","ok"` + "\n" + `"PUT","ok"` + "\n", "", 3},
	} {
		names, rows := header(t, csvio.ReadOptions{}, c.text)
		require.Equal(t, c.names, names, "%q\n%s", c.text, sniff(t, csvio.ReadOptions{}, c.text))
		require.Equal(t, c.rows, rows, "%q", c.text)
		// What is told holds.
		_, present := header(t, csvio.ReadOptions{Header: csvio.Present}, c.text)
		_, absent := header(t, csvio.ReadOptions{Header: csvio.Absent}, c.text)
		require.Equal(t, present, absent-1, "%q", c.text)
	}
}

func TestNamesAreNoTitles(t *testing.T) {
	for _, c := range []struct {
		text, names string
		rows, skip  int
	}{
		{"name\nAnn,\nBob,\nCy,\n", "name|column_2", 3, 0},
		{"c1,c2\n1,2,\n3,4,\n5,6,\n", "c1|c2|column_3", 3, 0},
		{"id;n\n1;2;;\n3;4;;\n", "id|n|column_3|column_4", 2, 0},
		{"x\n1,5\n3,5\n", "x", 2, 0},
		{"price\n1,5\n3,25\n10,75\n", "price", 3, 0},
		{"when\nJan 2, 2018\nFeb 3, 2018\n", "when", 2, 0},
		{"name\nSmith; John\nDoe; Jane\nMono\n", "name", 3, 0},
		{"name\nSmith, John\nDoe, Jane\nRoe, Jim\n", "name", 3, 0},
		{"path\na|b\nc\nd|e|f\n", "path", 3, 0},
		{"key\na:1\nb:2\nc:3\nd:4\ne:5\nf:6\ng:7\nh:8\ni:9\nj:1\n", "key", 10, 0},
		{"pipes\na|b\nc|d\n", "pipes", 2, 0},
		{"full name\nSmith;John\nDoe;Jane\n", "full name", 2, 0},
		{"Report\nname;city\nAnn;Rome\nBob;Oslo\n", "Report", 3, 0}, // so could be
		{"x\n1;2\n3;4\n5;6\n", "x", 3, 0},
		{"Report\n1,2,3\n4,5,6\n", "Report", 2, 0},
		// Titles still go.
		{"Report\na,b,c\n1,2,3\n4,5,6\n", "a|b|c", 2, 1},
		{"Bericht;;;\n;;;\nStand: heute;;;\nName;Ort;Land;n\nA;B;C;1\nD;E;F;2\n", "Name|Ort|Land|n", 2, 3},
		{",,,\nTitle,,,\nName,City,Team,Role\nAnn,Oslo,Red,x\nBob,Rome,Blue,y\n", "Name|City|Team|Role", 2, 2},
		{"Report of 2024\na,b,c\n1,2,3\n4,5,6\n", "a|b|c", 2, 1},
		{"Report of May\nname;city\nAnn;Rome\nBob;Oslo\n", "name|city", 2, 1},
		{"Report\n\nname;city\nAnn;Rome\nBob;Oslo\n", "name|city", 2, 2},
		{"Report\nby someone\nname;city\nAnn;Rome\nBob;Oslo\n", "name|city", 2, 2},
		{"Report\n\n1,2,3\n4,5,6\n", "", 2, 2},
		{"Department of Work,,,\nTravel abroad,,,\nPeriod: March,,,\nName,Date,Place,Cost\nAnn,14-Jan,Berlin,584\nBob,15-Jan,Rome,120\n", "Name|Date|Place|Cost", 2, 3},
		{"Staff list,,\nName,Place,Team\nAnn,Oslo,Red\nBob,Rome,Blue\n", "Name|Place|Team", 2, 1},
		{";;Sums;\nName;Place;Team;n\nAnn;Oslo;Red;7\nBob;Rome;Blue;8\n", "Name|Place|Team|n", 2, 1},
		{"id size kg\n1,2,3\n4,5,6\n", "id|size|kg", 2, 0}, // names with another delimiter
		{"id size,kg\n1,2,3\n4,5,6\n5,6,7\n", "", 0, -1},
		// One name only, and data: nothing is left out.
		{"id,,\nx,5,6\ny,7,8\n", "", 3, 0},
		{"a,,\n,,\n1,2,3\n4,5,6\n", "a|column_2|column_3", 3, 0},
		{"x,y,,\n,,,\n1,2,3,4\n4,5,6,7\n", "x|y|column_3|column_4", 3, 0},
	} {
		d := sniff(t, csvio.ReadOptions{}, c.text)
		if c.skip < 0 { // a name too few is an error, not a guess
			_, err := read(t, csvio.ReadOptions{}, c.text)
			require.ErrorContains(t, err, "the row has 3 fields, there are 2 columns")
			continue
		}
		names, rows := header(t, csvio.ReadOptions{}, c.text)
		require.Equal(t, c.names, names, "%q\n%s", c.text, d)
		require.Equal(t, c.rows, rows, "%q\n%s", c.text, d)
		require.Equal(t, c.skip, d.Skip, "%q\n%s", c.text, d)
	}
}

// TestNumbersOverWords: names that are numbers contradict columns of words, and data with numbers
// and words does not.
func TestNumbersOverWords(t *testing.T) {
	many := func(row string, n int) (out string) { // rows whose letters differ, in no order
		for i := range n {
			out += strings.ReplaceAll(row, "~", string(rune('a'+i*7%26))+string(rune('a'+i*3%26)))
		}
		return out
	}
	for _, c := range []struct {
		text, names string
		rows        int
	}{
		{"key,1,2,3\nx,aa,bb,cc\ny,dd,ee,ff\nz,gg,hh,ii\n", "key|1|2|3", 3},
		{"1,2\nab,cd\nef,gh\nij,kl\n", "1|2", 3},
		{"10,20.5,30\nlow,mid,high\nmid,low,low\nhigh,high,mid\n", "10|20.5|30", 3},
		{"word,2020-01-01,2020-02-01\nx,on leave,at work\ny,at work,ill\nz,ill,at work\n", "word|2020-01-01|2020-02-01", 3},
		{"n,1,2,3\n1,aa,bb,cc\n2,dd,ee,ff\n3,gg,hh,ii\n", "n|1|2|3", 3},
		{"name,5\n" + many("~ x,~ y\n", 12), "name|5", 12},
		{"1;team\n" + many("~;~\n", 20), "1|team", 20},
		{"k,1,2\nx,Ähre,Öl\ny,Übel,Ast\nz,Öse,Eis\n", "k|1|2", 3},
		// Numbers over numbers, and values that other rows may have too.
		{"id,2019,2020\n1,5,6\n2,7,8\n", "id|2019|2020", 2},
		{"1,2,3\n4,5,6\n7,8,9\n", "", 3},
		{"x,5\ny,aa\nz,bb\nw,cc\n", "", 4},                           // one number over a few words
		{"ann,5,6\nbob,aa,bb\n", "", 2},                              // over one row
		{"x,5,7\ny,none,none\nz,none,none\nw,none,none\n", "", 4},    // over a word for nothing
		{"a,5,7\nb,6 kg,10-20\nc,7 kg,20-30\nd,8 kg,30-40\n", "", 4}, // over what is nearly a number
		{"a,5,7\nb,xx,8\nc,9,yy\nd,zz,uu\n", "", 4},                  // over numbers and words
		{"+4915112345678,4915112345679\n+4915112345670,+4915112345671\n+4915112345672,+4915112345673\n+4915112345674,+4915112345675\n", "", 4},
		{"42,x\nab,y\nbc,z\ncd,x\nde,y\nef,z\nfg,x\ngh,y\nhi,z\nij,x\njk,y\nkl,z\n", "", 12}, // the first of sorted ones
		{"42\n" + many("~\n", 20), "", 21},
		{"12345,Ann\n" + strings.Repeat("K1A 0B1,Bob\n90210,Cy\n", 8), "", 17},
	} {
		names, rows := header(t, csvio.ReadOptions{}, c.text)
		require.Equal(t, c.names, names, "%q", c.text)
		require.Equal(t, c.rows, rows, "%q", c.text)
	}
}

func TestBrokenQuotesInTheRowOfNames(t *testing.T) {
	for text, rows := range map[string]int{
		"id,\"name\n1,a\n2,b\n3,c\n":              3, // text
		"\"id\tname\n1\ta\n2\tb\n3\tc\n":          3,
		"id,\"name\n1,\"a\n2,\"b\n3,\"c\n":        3,
		"\"id\tname\n\"1\ta\n\"2\tb\n\"3\tc\n":    3,
		"id,\"name\n1,a\n":                        -1,
		"id,\"na\"me\n1,a\n2,b\n":                 -1,
		"id,\"na\"me\n1,\"x, y\"\n2,b\n":          -1,
		"id,\"name\n1,\"x, y\"\n2,\"b\"\n3,\"c\n": -1,
	} {
		f, err := read(t, csvio.ReadOptions{}, text)
		if rows < 0 {
			require.ErrorContains(t, err, "in.csv:1: ", text)
			require.ErrorContains(t, err, "in the row of names", text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, rows, f.NumRows(), text)
	}
	// Who asks for what can be kept, or names the columns, loses the line at most.
	swallowing := "id,\"na\nme\"s,x\n1,\"a, b\",3\n2,c,4\n3,d,5\n"
	f, err := read(t, csvio.ReadOptions{Names: []string{"p", "q", "r"}, Header: csvio.Present, OnError: chunker.Skip()}, swallowing)
	require.NoError(t, err)
	require.Equal(t, 3, f.NumRows(), "%s", f)
	for text, rows := range map[string]int{"id,\"name\n1,\"a, b\"\n2,c\n": 2, "id,\"na\"me\n1,\"x, y\"\n2,b\n": 2} {
		f, err := read(t, csvio.ReadOptions{OnError: chunker.Null()}, text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, rows, f.NumRows(), "%q\n%s", text, f)
		require.Equal(t, "id", f.Names()[0])
	}
	_, err = read(t, csvio.ReadOptions{OnError: chunker.Skip()}, swallowing)
	require.ErrorContains(t, err, "in.csv:1: there is text behind a closing quote in the row of names")
}

func TestSkipIsHonoured(t *testing.T) {
	long := strings.Repeat("a title, and more\n", 50_000)
	for _, c := range []struct {
		text string
		skip int
		rows int
	}{
		{"a,b\n1,2\n", 2, 0}, {"a,b\n1,2\n", 5, 0}, {"a,b\n1,2", 2, 0}, {"a,b\r1,2\r", 2, 0}, {"a,b\r\n1,2\r\n", 1, 1},
		{"x|y|z\n1|2|3\n1|2|3\n1|2|3\na,b\n1,2\n", 5, 1},
		{long + "a,b\n1,2\n", 50_001, 1}, {long + "a,b\n1,2\n", 50_002, 0}, {long, 60_000, 0},
	} {
		o := csvio.ReadOptions{Skip: c.skip, Header: csvio.Absent, Names: []string{"p", "q"}}
		f, err := read(t, o, c.text)
		require.NoError(t, err, "%.60q", c.text)
		require.Equal(t, c.rows, f.NumRows(), "%.60q", c.text)
		require.Equal(t, []string{"p", "q"}, f.Names())
	}
	d := sniff(t, csvio.ReadOptions{Skip: 50_000}, long+"a,b\n1,2\n")
	require.Equal(t, 50_000, d.Skip)
	_, err := read(t, csvio.ReadOptions{Skip: 50_000, Types: map[string]arrowType{"b": intType}}, long+"a,b\n1,2\n3,x\n")
	require.ErrorContains(t, err, fmt.Sprintf("in.csv:%d: row 1", 50_003))
	require.ErrorContains(t, err, `value "x"`)
}
