package csvio_test

import (
	"encoding/binary"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

var update = flag.Bool("update", false, "write what the tests get as what they want")

// sniff finds out what a text is like.
func sniff(t testing.TB, o csvio.ReadOptions, text string) *csvio.Dialect {
	t.Helper()
	d, err := o.Sniff(t.Context(), file(t, text))
	require.NoError(t, err, "%q", text)
	return d
}

func TestSniffDialects(t *testing.T) {
	for _, c := range []struct {
		text, delimiter string
		quote, escape   byte
		ends            csvio.LineEnd
		skip, headers   int
		columns         string
	}{
		{"a,b\n1,x\n2,y\n", ",", '"', '"', csvio.LF, 0, 1, "a b"},
		{"a;b;c\r\n1,5;x;2\r\n2,5;y;3\r\n", ";", '"', '"', csvio.LF, 0, 1, "a b c"},
		{"a\tb\n1\tx, y\n2\tz, w\n", "\t", '"', '"', csvio.LF, 0, 1, "a b"},
		{"a|b\r1|x\r2|y\r", "|", '"', '"', csvio.CR, 0, 1, "a b"},
		{"id name\n1 x\n2 y\n3 z\n", " ", '"', '"', csvio.LF, 0, 1, "id name"},
		{"id:n\n1:7\n2:8\n3:9\n", ":", '"', '"', csvio.LF, 0, 1, "id n"},
		{"id^n\n1^7\n2^8\n3^9\n", "^", '"', '"', csvio.LF, 0, 1, "id n"},
		{"id~n\n1~7\n2~8\n3~9\n", "~", '"', '"', csvio.LF, 0, 1, "id n"},
		{"id\x1fn\n1\x1f7\n2\x1f8\n3\x1f9\n", "\x1f", '"', '"', csvio.LF, 0, 1, "id n"},
		{"id||n\n1||7\n2||8\n3||9\n", "||", '"', '"', csvio.LF, 0, 1, "id n"},
		{"id::n\n1::7\n2::8\n3::9\n", "::", '"', '"', csvio.LF, 0, 1, "id n"},
		{"id\t\tn\n1\t\t7\n2\t\t8\n", "\t\t", '"', '"', csvio.LF, 0, 1, "id n"},
		{"a, b\n1, \"x, y\"\n2, \"z, w\"\n", ",", '"', '"', csvio.LF, 0, 1, "a b"},
		{"a,b\n1,'x, y'\n2,'it''s, z'\n", ",", '\'', '\'', csvio.LF, 0, 1, "a b"},
		{"a,b\n1,it's\n2,'tis\n", ",", '"', '"', csvio.LF, 0, 1, "a b"},
		{"a,b\n1,\"say \\\"hi, you\\\"\"\n2,\"x\"\n3,\"y\"\n", ",", '"', '\\', csvio.LF, 0, 1, "a b"},
		{"a,b\n1,\"C:\\dir\\\"\n2,\"D:\\\"\n", ",", '"', '"', csvio.LF, 0, 1, "a b"},
		{"a,b\n1,x\r2,y\r\n3,z\n4,w\r5,v\n", ",", '"', '"', csvio.MixedEnds, 0, 1, "a b"},
		{"a,b\r\r\n1,x\r\r\n2,y\r\r\n", ",", '"', '"', csvio.MixedEnds, 0, 1, "a b"},
		{"sep=;\na;b\n1;2\n", ";", '"', '"', csvio.LF, 1, 1, "a b"},
		{"\"sep=|\"\r\na|b\r\n1|2\r\n", "|", '"', '"', csvio.LF, 1, 1, "a b"},
		{"Report of 2024\nby someone\n\na,b,c\n1,2,3\n4,5,6\n", ",", '"', '"', csvio.LF, 3, 1, "a b c"},
		{"Report,,\n,,\na,b,c\n1,2,3\n4,5,6\n", ",", '"', '"', csvio.LF, 2, 1, "a b c"},
		{"Report,,\na,b,c\n1,2,3\n4,5,6\n", ",", '"', '"', csvio.LF, 1, 1, "a b c"},
		{"# made by a program\n# on a day\na,b\n1,2\n3,4\n", ",", '"', '"', csvio.LF, 2, 1, "a b"},
		{"#\n# Apache License, Version 2.0, of 2004,\n# and so on, and so on, as it is\n# and more, and more\n#\n0;0;str-0\n1;1;str-1\n2;2;str-2\n", ";", '"', '"', csvio.LF, 5, 0, "column_1 column_2 column_3"},
		{"a/b,v1.0,h1:x9\nc/d,v1.1,h1:y8\ne/f,v1.2,h1:z7\ng/h,v2.0,h1:q2\n", ",", '"', '"', csvio.LF, 0, 0, "column_1 column_2 column_3"},
		{"#id,n\n1,2\n3,4\n", ",", '"', '"', csvio.LF, 0, 1, "#id n"},
		{"1,2\n3,4\n", ",", '"', '"', csvio.LF, 0, 0, "column_1 column_2"},
		{"a,b,a,\n1,2,3,4\n", ",", '"', '"', csvio.LF, 0, 1, "a b a_2 column_4"},
		{"a,b,\n1,2\n3,4\n5,6\n", ",", '"', '"', csvio.LF, 0, 1, "a b"},
		{"id,size,\n,kg,cm\n1,2,3\n4,5,6\n", ",", '"', '"', csvio.LF, 0, 1, "id size column_3"},
		{"id,,size\n,kg,cm\n1,2,3\n4,5,6\n", ",", '"', '"', csvio.LF, 0, 1, "id column_2 size"},
		{"id,size,\nno.,kg,cm\n1,2,3\n4,5,6\n", ",", '"', '"', csvio.LF, 0, 2, "id no.|size kg|cm"},
		{"id,size\nid,size\n1,2\n4,5\n", ",", '"', '"', csvio.LF, 0, 2, "id id|size size"},
		{"country,2019,2020\nDE,1.5,2.5\nFR,2.5,3.5\n", ",", '"', '"', csvio.LF, 0, 1, "country 2019 2020"},
		{"name\nNew York\nParis\nLos Angeles\n", ",", '"', '"', csvio.LF, 0, 1, "name"},
		{"time\n12:30\n13:45\n14:00\n", ",", '"', '"', csvio.LF, 0, 1, "time"},
		{"when\n2024-01-01 12:30\n2024-01-01 13:30\n", ",", '"', '"', csvio.LF, 0, 1, "when"},
		{"John Smith\nJane Doe\nJim Beam\n", ",", '"', '"', csvio.LF, 0, 1, "John Smith"},
		{"x\n", ",", '"', '"', csvio.LF, 0, 1, "x"},
		{"a,b", ",", '"', '"', csvio.LF, 0, 1, "a b"},
	} {
		d := sniff(t, csvio.ReadOptions{}, c.text)
		require.Equal(t, c.delimiter, d.Delimiter, "%q\n%s", c.text, d)
		require.Equal(t, string(c.quote), string(d.Quote), "%q\n%s", c.text, d)
		require.Equal(t, string(c.escape), string(d.Escape), "%q\n%s", c.text, d)
		require.Equal(t, c.ends, d.LineEnd, "%q\n%s", c.text, d)
		require.Equal(t, c.skip, d.Skip, "%q\n%s", c.text, d)
		require.Equal(t, c.headers, d.HeaderRows, "%q\n%s", c.text, d)
		want := strings.Fields(c.columns)
		if strings.Contains(c.columns, "|") || c.headers == 1 && len(d.Columns) == 1 {
			want = strings.Split(c.columns, "|")
		}
		var names []string
		for _, col := range d.Columns {
			names = append(names, col.Name)
		}
		require.Equal(t, want, names, "%q\n%s", c.text, d)

		// What was found, given as options, reads the same.
		found, err := read(t, csvio.ReadOptions{}, c.text)
		require.NoError(t, err, "%q", c.text)
		given, err := read(t, d.Options(), c.text)
		require.NoError(t, err, "%q", c.text)
		require.True(t, found.Equal(given), "%q\n%s\n%s", c.text, found, given)
	}
}

func TestSniffTypesAndForms(t *testing.T) {
	for _, c := range []struct{ values, kind, how string }{
		{"1 2 3", "int64", ""},
		{"1,5 2,25 -3", "float64", "decimal comma"},
		{"1,500 2,250", "utf8", ""}, // thousands or broken parts?
		{"1,500 2,250.5", "float64", `thousands apart by comma (,)`},
		{"1,500,000 2,250", "int64", `thousands apart by comma (,)`},
		{"1.500,25 17", "float64", `decimal comma, thousands apart by "."`},
		{"1.500.000 17", "int64", `decimal comma, thousands apart by "."`},
		{"1'500.25 17", "float64", `thousands apart by "'"`},
		{"007 008", "utf8", ""},
		{"9223372036854775807 9223372036854775808", "utf8", ""},
		{"28/01/2018 01/02/2018", "date32", "day first"},
		{"01/28/2018 01/02/2018", "date32", "month first"},
		{"01/02/2018 03/04/2018", "utf8", ""},
		{"01.02.2018 03.04.2018", "date32", "day first"},
		{"2018/01/28 2018/2/1", "date32", "year first"},
		{"28-Jan-2018 01-Feb-2018", "date32", "day first"},
		{"28/01/2018_10:30 01/02/2018_23:59:59", "timestamp[us]", "day first"},
		{"1/28/2018_1:30_PM 1/2/2018_12:00_AM", "timestamp[us]", "month first"},
		{"2018-01-28 2018-02-01", "date32", ""},
		{"2018-01-28T10:00:00Z 2018-02-01T11:00:00+02:00", "timestamp[us, tz=UTC]", ""},
		{"yes no YES", "bool", "yes for true, no for false"},
		{"Y N", "bool", "y for true, n for false"},
		{"yes yes", "utf8", ""},
		{"true False TRUE", "bool", ""},
		{"1 - 3", "int64", `["-"] for null`},
		{"1.5 #N/A ? 3", "float64", `["#N/A" "?"] for null`},
		{"a - b", "utf8", ""},
		{"10:30 11:45", "utf8", ""},
		{"$5 $6", "utf8", ""},
	} {
		text := "x;y\n"
		for _, v := range strings.Fields(c.values) {
			text += strings.ReplaceAll(v, "_", " ") + ";z\n"
		}
		d := sniff(t, csvio.ReadOptions{}, text)
		require.Equal(t, c.kind, d.Columns[0].Type.String(), c.values)
		line := ""
		for l := range strings.SplitSeq(d.String(), "\n") {
			if strings.HasPrefix(l, "x ") {
				line = l
			}
		}
		require.Contains(t, line, c.how, c.values)
	}
}

func TestFormsAreRead(t *testing.T) {
	f, err := read(t, csvio.ReadOptions{}, "n;d;t;b;i\n1.234,5;28/01/2018;1/31/2018 1:30 PM;yes;-\n-0,25;;NA;no;7\n\"2,5\";\"01/12/2018\";2/1/2018 12:05:06 AM;Yes;8\n")
	require.NoError(t, err)
	require.Equal(t, "n,d,t,b,i\n1234.5,2018-01-28,2018-01-31T13:30:00,true,\n-0.25,,,false,7\n2.5,2018-12-01,2018-02-01T00:05:06,true,8\n", written(t, f))
	// The same said instead of found, where nothing could be found.
	f, err = read(t, csvio.ReadOptions{Decimal: ',', Dates: csvio.DayFirst, True: []string{"ja"}, False: []string{"nein"}, Types: map[string]arrowType{"b": boolType}}, "n;d;b\n1,234;01/02/2018;ja\n5,678;03/04/2018;nein\n")
	require.NoError(t, err)
	require.Equal(t, "n,d,b\n1.234,2018-02-01,true\n5.678,2018-04-03,false\n", written(t, f))
	f, err = read(t, csvio.ReadOptions{Thousands: ',', Dates: csvio.MonthFirst}, "n;d\n1,234;01/02/2018\n5,678;03/04/2018\n")
	require.NoError(t, err)
	require.Equal(t, "n,d\n1234,2018-01-02\n5678,2018-03-04\n", written(t, f))
	_, err = read(t, csvio.ReadOptions{Dates: csvio.DayFirst, Types: map[string]arrowType{"d": dateType}}, "d;n\n01/02/2018;1\n01/31/2018;2\n")
	require.ErrorContains(t, err, `in.csv:3: row 1, column "d", value "01/31/2018": is no date32`)
}

func TestALaterValueOfAnotherFormWidensItsColumn(t *testing.T) {
	for last, want := range map[string]string{"1,5": "float64", "xyz": "utf8", "1.5": "utf8"} {
		text := strings.Repeat("1.234.567;a\n", 60_000)
		f, err := read(t, csvio.ReadOptions{Decimal: ',', Thousands: '.'}, "n;s\n"+text+last+";b\n"+text)
		require.NoError(t, err)
		require.Equal(t, want, f.Schema().Field(0).Type.String(), last)
		require.Equal(t, 120_001, f.NumRows())
	}
}

func TestFloatsAmongIntegersAreNotBad(t *testing.T) {
	for _, policy := range []chunker.Policy{{}, chunker.Stop(), chunker.Null(), chunker.Skip(), chunker.Reject(new(chunker.FrameSink), 0)} {
		f, err := read(t, csvio.ReadOptions{OnError: policy}, surprising(100_000, "2.5"))
		require.NoError(t, err)
		require.Equal(t, "float64", f.Schema().Field(1).Type.String())
		require.Equal(t, 100_001, f.NumRows())
		f, err = read(t, csvio.ReadOptions{OnError: policy}, surprising(100_000, "abc"))
		require.NoError(t, err)
		if policy.Stops() {
			require.Equal(t, "utf8", f.Schema().Field(1).Type.String())
		} else {
			require.Equal(t, "int64", f.Schema().Field(1).Type.String())
		}
		want := 100_001
		if policy.LeavesOut() {
			want--
		}
		require.Equal(t, want, f.NumRows(), "%s", policy)
	}
}

func encoded(order binary.AppendByteOrder, mark bool, text string) string {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func TestEncodings(t *testing.T) {
	text := "id,größe\n1,Łódź\n2,\"🎈\n, x\"\n3,π\n"
	want, err := read(t, csvio.ReadOptions{}, text)
	require.NoError(t, err)
	for _, b := range []string{"\xEF\xBB\xBF" + text, encoded(binary.LittleEndian, true, text), encoded(binary.BigEndian, true, text), encoded(binary.LittleEndian, false, text), encoded(binary.BigEndian, false, text)} {
		f, err := read(t, csvio.ReadOptions{}, b)
		require.NoError(t, err)
		require.True(t, want.Equal(f), "%q\n%s", b, f)
	}
	f, err := read(t, csvio.ReadOptions{}, "id,gr\xF6\xDFe\n1,caf\xE9 \x8020\n")
	require.NoError(t, err)
	require.Equal(t, "id,größe\n1,café €20\n", written(t, f))

	// Places in errors are those of the file as it is.
	bad := encoded(binary.LittleEndian, true, "id,s\n1,Łódź\nx,🎈\n")
	_, err = read(t, csvio.ReadOptions{Types: map[string]arrowType{"id": intType}}, bad)
	var ce *chunkError
	require.ErrorAs(t, err, &ce)
	require.EqualValues(t, 3, ce.Line)
	require.EqualValues(t, strings.Index(bad, "x\x00"), ce.Offset)
}

func TestBytesThatAreNoUTF8(t *testing.T) {
	// Far after what is looked at before reading: read again as Windows-1252, or told.
	long := "id,s\n" + strings.Repeat("1,plain text of some length\n", 9000)
	text := long + "2,caf\xE9\n" + strings.Repeat("3,more\n", 1000)
	f, err := read(t, csvio.ReadOptions{}, text)
	require.NoError(t, err)
	require.Equal(t, 10001, f.NumRows())
	require.Contains(t, written(t, f), "2,café\n")
	_, err = read(t, csvio.ReadOptions{Encoding: csvio.UTF8}, text)
	require.ErrorContains(t, err, `in.csv:9002: row 9000, column "s"`)
	require.ErrorContains(t, err, "is no UTF-8: give ReadOptions.Encoding")
	f, err = read(t, csvio.ReadOptions{Encoding: csvio.UTF8, OnError: chunker.Null()}, text)
	require.NoError(t, err)
	require.Equal(t, 10001, f.NumRows())
	f, err = read(t, csvio.ReadOptions{Encoding: csvio.UTF8, OnError: chunker.Skip()}, text)
	require.NoError(t, err)
	require.Equal(t, 10000, f.NumRows())
	f, err = read(t, csvio.ReadOptions{Encoding: csvio.UTF8, Types: map[string]arrowType{"s": binaryType}}, text)
	require.NoError(t, err)
	require.Equal(t, 10001, f.NumRows())
}

func TestSniffShows(t *testing.T) {
	text := "Trips of January\n\nzone;fare;when;paid;note\n1;1.234,50;28/01/2018 10:15;yes;\"a; b\"\n2;-;29/01/2018 11:00;no;c\n3;2,25;01/02/2018 9:05;yes;\n"
	path := filepath.Join(t.TempDir(), "trips.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	d, err := csvio.Sniff(t.Context(), path)
	require.NoError(t, err)
	d.File = "trips.csv"
	const golden = "testdata/sniff.txt"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(d.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), d.String())
}
