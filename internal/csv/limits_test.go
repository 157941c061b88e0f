package csv

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var hash = Dialect{Delimiter: ',', Quote: '"', Newline: '\n', Comment: '#'}

// TestCommentsHoldNoQuotes: what stands in a comment is no quote, wherever the block's own first
// quote is.
func TestCommentsHoldNoQuotes(t *testing.T) {
	for _, c := range []struct {
		in   string
		want [][]string
	}{
		{"a,b\n\"1\",2\n#a,\"b\n3,4\n# 5\"\n5,6\n", [][]string{{"a", "b"}, {"1", "2"}, {"3", "4"}, {"5", "6"}}},
		{"\"1\",2\n#a,\"b\n3,4\n# 5\"\n5,6\n", [][]string{{"1", "2"}, {"3", "4"}, {"5", "6"}}},
		{"#\"\n1,2\n#\"\n3,4\n", [][]string{{"1", "2"}, {"3", "4"}}},
		{"# it's \"so\n\"1\",2\n", [][]string{{"1", "2"}}},
		{"\"#\",2\n#\n3,4\n", [][]string{{"#", "2"}, {"3", "4"}}},
		{"\"a\n#\",2\n#\"\n3,4", [][]string{{"a\n#", "2"}, {"3", "4"}}},
		{"1,2\n#\"", [][]string{{"1", "2"}}},
		{"1,#\n \"#,2\n", [][]string{{"1", "#"}, {` "#`, "2"}}},
	} {
		got, x := index(c.in, hash, 0)
		require.Equal(t, c.want, got, "%q", c.in)
		require.Empty(t, x.Bad, "%q", c.in)
		require.Equal(t, strings.Count(c.in, "\n"), x.Lines, "%q", c.in)
	}
}

// TestCommentsAnywhere holds random text with comments against the exact rows, whole and in
// windows.
func TestCommentsAnywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	alphabets := []string{"ab1,,\n\n\"\"\r#", "a,\n#", "\"#\n,", "#\"#\"\n\n1,2"}
	for range rounds(4000) {
		b := make([]byte, r.IntN(200))
		a := alphabets[r.IntN(len(alphabets))]
		for i := range b {
			b[i] = a[r.IntN(len(a))]
		}
		want, wx := exactIndex(b, hash, 2)
		got, x := index(string(b), hash, 2)
		require.Equal(t, want, got, "%q", b)
		require.Equal(t, wx.Bad, x.Bad, "%q", b)
		require.Equal(t, wx.Lines, x.Lines, "%q", b)
		for _, size := range []int{1, 20, len(b)} {
			var rows [][]string
			for at := 0; at < len(b); {
				used := x.Some(b[at:], size, hash, 2)
				require.Positive(t, used)
				rows = append(rows, rowsOf(b[at:], hash, x)...)
				at += used
			}
			require.Equal(t, want, rows, "%q in windows of %d", b, size)
		}
	}
}

// TestTimestampsToTheLetter is what a timestamp may have behind each of its parts, and what it may
// not.
func TestTimestampsToTheLetter(t *testing.T) {
	const at = "2013-01-01 05:15:00"
	for text, want := range map[string]string{
		at:                           "05:15:00Z",
		at + ".5":                    "05:15:00.5Z",
		at + ",25":                   "05:15:00.25Z",
		at + ".123456789":            "05:15:00.123456789Z",
		at + ".000000001z":           "05:15:00.000000001Z",
		at + "Z":                     "05:15:00Z",
		at + ".5-01":                 "06:15:00.5Z",
		at + "+0115":                 "04:00:00Z",
		at + "+01:15":                "04:00:00Z",
		at + "-15:59":                "21:14:00Z",
		at[:16]:                      "05:15:00Z",
		at[:16] + "Z":                "05:15:00Z",
		at[:16] + "+02":              "03:15:00Z",
		at[:16] + "+02:00":           "03:15:00Z",
		"2013-01-01T00:00:00":        "00:00:00Z",
		"2013-01-01T23:59:59":        "23:59:59Z",
		"2013-01-01 23:59":           "23:59:00Z",
		"2013-01-01":                 "00:00:00Z",
		"2013-01-01 00:00:00.0+0000": "00:00:00Z",
	} {
		sec, nanos, zoned, ok := Timestamp([]byte(text))
		require.True(t, ok, text)
		require.Equal(t, "2013-01-01T"+want, time.Unix(sec, int64(nanos)).UTC().Format(time.RFC3339Nano), text)
		tail := text[min(len(text), 16):]
		require.Equal(t, strings.ContainsAny(tail, "zZ+-"), zoned, text)
	}
	var refused []string
	for _, tail := range []string{".", ",", ".x", ",abc", ".Z", ".z", ".open", ". 5", ".+01", ".1234567890", ".5x", ".5.5", ";5", ":00", "x", " ", " Z", "ZZ", "Z5", "+", "+1", "+123", "+12345", "+1:00", "+01-00", "+16", "+16:00", "+01:60", "+0160", "*01", "+0a", "+01:0a", "+a1"} {
		refused = append(refused, at+tail)
	}
	for _, tail := range []string{":", ":0", ":0x", ".5", ",5", ":60", ":5Z", "x", " ", "+1", ":00:00", ":0+01"} {
		refused = append(refused, at[:16]+tail)
	}
	for _, date := range []string{"2013-01-01T24:00", "2013-01-01T23:60", "2013-01-01T24:00:00", "2013-01-01T23:60:00", "2013-01-01T23:59:60", "2013-01-01T2", "2013-01-01T23", "2013-01-01T23:5", "2013-01-01x", "2013-01-01_05:15", "2013-01-01 05.15", "2013-02-30 05:15:00", "2013-1-01", "2013-01-0", ""} {
		refused = append(refused, date)
	}
	for _, text := range refused {
		_, _, _, ok := Timestamp([]byte(text))
		require.False(t, ok, "%q", text)
	}
	timesByColumn(t, refused)
}

// timesByColumn reads texts that are no times as a column: each is odd, whichever loop meets it.
func timesByColumn(t *testing.T, texts []string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(text, ",") || text == "" {
			continue
		}
		block := []byte(strings.Repeat("2013-01-01 05:15:00,1\n", 9) + text + ",1\n" + strings.Repeat("2013-01-01 05:15:00,1\n", 9))
		x := new(Index)
		x.Build(block, comma, 2)
		require.Equal(t, []int32{9}, x.Times(0, 1e6, true, make([]int64, x.Rows), nil), "%q", text)
		plainLoops(func() {
			require.Equal(t, []int32{9}, x.Times(0, 1e6, true, make([]int64, x.Rows), nil), "%q", text)
		})
	}
}

// TestUnitsOfTimeAtTheirLimits: the last points in time that 64 bits hold, and those behind them.
func TestUnitsOfTimeAtTheirLimits(t *testing.T) {
	for _, c := range []struct {
		text      string
		perSecond int64
		want      int64
		ok        bool
	}{
		{"2262-04-11 23:47:16", 1e9, 9223372036_000000000, true},
		{"2262-04-11 23:47:17", 1e9, 0, false},
		{"1677-09-21 00:12:44", 1e9, -9223372036_000000000, true},
		{"1677-09-21 00:12:43", 1e9, 0, false},
		{"2013-01-01 00:00:00.5", 1, 0, false},
		{"2013-01-01 00:00:00.000", 1, 1356998400, true},
		{"2013-01-01 00:00:00.001", 1e3, 1356998400_001, true},
		{"2013-01-01 00:00:00.0001", 1e3, 0, false},
		{"2013-01-01 00:00:00.000001", 1e6, 1356998400_000001, true},
		{"2013-01-01 00:00:00.0000001", 1e6, 0, false},
		{"2013-01-01 00:00:00.000000001", 1e9, 1356998400_000000001, true},
		{"9999-12-31 23:59:59.999999", 1e6, 253402300799_999999, true},
		{"0000-01-01 00:00:00", 1e6, -62167219200_000000, true},
	} {
		v, ok := Time([]byte(c.text), c.perSecond, false)
		require.Equal(t, c.ok, ok, "%s in 1/%d s", c.text, c.perSecond)
		if ok {
			require.Equal(t, c.want, v, c.text)
		}
	}
	_, ok := Time([]byte("2013-01-01 00:00:00Z"), 1, false)
	require.False(t, ok, "a zone where none is wanted")
	v, ok := Time([]byte("2013-01-01 00:00:00+01"), 1, true)
	require.True(t, ok)
	require.EqualValues(t, 1356998400-3600, v)
}

// TestWallClocksOfAZone: a time without a zone is what the clock showed, also before 1970 and where
// it was changed.
func TestWallClocksOfAZone(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for _, text := range []string{"2013-01-01 05:15:00", "2013-07-01 00:00:00", "1969-12-31 23:59:59", "1950-06-01 12:00:00", "2013-03-10 01:59:59", "2013-03-10 03:00:00", "2013-11-03 00:30:00", "1900-01-01 00:00:01"} {
		want, err := time.ParseInLocation(time.DateTime, text, zone)
		require.NoError(t, err)
		got, ok := TimeIn([]byte(text), 1, zone)
		require.True(t, ok)
		require.Equal(t, want.Unix(), got, text)
		got, ok = TimeIn([]byte(text+"Z"), 1000, zone)
		require.True(t, ok)
		utc, _ := time.Parse(time.DateTime, text)
		require.Equal(t, utc.UnixMilli(), got, "its own zone")
	}
	for _, text := range []string{"", "2013-01-01 05:15:00.x", "2013-02-30"} {
		_, ok := TimeIn([]byte(text), 1, zone)
		require.False(t, ok)
	}
}

// TestNumbersAtTheirLimits: digits at and beside those that one multiplication, 53 and 64 bits
// hold.
func TestNumbersAtTheirLimits(t *testing.T) {
	for text, want := range map[string]bool{
		"9007199254740992": true, "9007199254740993": false, "-9007199254740993": false, "9007199254740994": true,
		"9223372036854775807": false, "9223372036854775808": false, "99999999999999999999": false, "999999999999999": true,
		"100000000000000000": true, "18014398509481985": false, "9007199254740993.0": true, "1e300": true, "-": false, "": false,
		"0": true, "00": false, "-0": true, "-00": false, "+01": false, "0.5": true, "0x": false, "00.5": false,
	} {
		_, ok := StrictFloat([]byte(text))
		require.Equal(t, want, ok, text)
	}
	for text, want := range map[string]bool{"0": false, "00": true, "01": true, "-01": true, "+09": true, "-0": false, "0.1": false, "0:": false, "0/": false, "10": false, "": false, "-": false} {
		require.Equal(t, want, Code([]byte(text)), text)
	}
	for text, want := range map[string]bool{"1e": false, "1e+": false, "1e-": false, "1e0": true, "1E+05": true, "1e1:": false, "1e1/": false, "1f5": false, "1e+-5": false, ".e5": false, "1.e5": true} {
		_, ok := Float([]byte(text))
		require.Equal(t, want, ok, text)
	}
	for text, want := range map[string]bool{"true": true, "True": true, "TRUE": true, "tRUE": false, "t": false, "truE": false, "": false} {
		v, ok := Bool([]byte(text))
		require.Equal(t, want, v && ok, text)
	}
	for text, want := range map[string]bool{"false": true, "False": true, "FALSE": true, "f": false, "0": false} {
		v, ok := Bool([]byte(text))
		require.Equal(t, want, ok && !v, text)
	}
}

// TestProblemsAreNamed: the row, and what is wrong with it, at the number of fields that is right
// and beside it.
func TestProblemsAreNamed(t *testing.T) {
	for text, want := range map[string]Problem{
		"1,2,3": 0, "1,2": TooFew, "1": TooFew, "1,2,3,4": TooMany, "1,2,3,": TooMany, ",,": 0, ",": TooFew,
		`1,"2"x,3`: TextAfterQuote, `1,"2" ,3`: TextAfterQuote, `1,"2""",3`: 0, `1,2,"3`: Unclosed, `"`: Unclosed, `1,2,"3""`: Unclosed,
		`1,2,"3"x`: TextAfterQuote, "1,2,\"3\"\r": 0, "1,\"2\"\r,3": TextAfterQuote, "1,2,\"3\"\rx": TextAfterQuote, `1,"2`: Unclosed,
	} {
		for _, before := range []int{0, 1, 20} {
			block := strings.Repeat("a,b,c\n", before) + text
			_, x := index(block, comma, 3)
			if want == 0 {
				require.Empty(t, x.Bad, "%q", block)
				require.Equal(t, before+1, x.Rows)
				continue
			}
			require.Len(t, x.Bad, 1, "%q", block)
			require.Equal(t, want, x.Bad[0].Problem, "%q", block)
			require.Equal(t, want == TextAfterQuote || want == Unclosed, want.OfQuotes())
			require.Equal(t, [2]int{before, before}, [2]int{x.Bad[0].Row, x.Bad[0].Line})
			require.Equal(t, strings.TrimSuffix(text, "\r"), block[x.Bad[0].Start:x.Bad[0].End])
		}
	}
}

// TestDatesAndNumbersAtTheirLimits adds, to what people write, what comes just short of it.
func TestDatesAndNumbersAtTheirLimits(t *testing.T) {
	dates := func(o DateOrder, in string) string {
		plain, _, ok := o.Plain([]byte(in), nil)
		if !ok {
			return ""
		}
		return string(plain)
	}
	for _, c := range []struct {
		o        DateOrder
		in, want string
	}{
		{DMY, "31/12/2018", "2018-12-31"}, {DMY, "31/11/2018", ""}, {DMY, "00/12/2018", ""}, {DMY, "1/0/2018", ""}, {DMY, "1/13/2018", ""}, {DMY, "29/2/2020", "2020-02-29"}, {DMY, "29/2/1900", ""},
		{DMY, "1/1/201", ""}, {DMY, "1/1/20180", ""}, {DMY, "1/1/2018 ", ""}, {DMY, "1/1/2018,", ""}, {DMY, "1/1/2018, ", ""}, {DMY, "001/1/2018", ""}, {DMY, "1 1 2018", "2018-01-01"}, {MDY, "1 1 2018", ""}, {YMD, "2018 1 1", ""},
		{DMY, "1-Ja-2018", ""}, {DMY, "1-Janu-2018", ""}, {DMY, "1-May-2018", "2018-05-01"}, {MDY, "1-May-2018", ""}, {DMY, "May-1-2018", ""}, {MDY, "May 1 2018", "2018-05-01"}, {MDY, "May 1,2018", ""},
		{DMY, "1/1/2018 0:00", "2018-01-01 00:00"}, {DMY, "1/1/2018 23:59", "2018-01-01 23:59"}, {DMY, "1/1/2018 24:00", ""}, {DMY, "1/1/2018 23:60", ""}, {DMY, "1/1/2018 :30", ""}, {DMY, "1/1/2018 1:3", ""}, {DMY, "1/1/2018 1", ""}, {DMY, "1/1/2018 1-30", ""}, {DMY, "1/1/2018x1:30", ""},
		{DMY, "1/1/2018 12:00 AM", "2018-01-01 00:00"}, {DMY, "1/1/2018 12:00 pm", "2018-01-01 12:00"}, {DMY, "1/1/2018 1:00 PM", "2018-01-01 13:00"}, {DMY, "1/1/2018 0:30 AM", ""}, {DMY, "1/1/2018 13:00 AM", ""}, {DMY, "1/1/2018 11:59:59 PM", "2018-01-01 23:59:59"}, {DMY, "1/1/2018 1:00 PMx", "2018-01-01 01:00PMx"}, {DMY, "1/1/2018 1:00 P", "2018-01-01 01:00P"},
	} {
		require.Equal(t, c.want, dates(c.o, c.in), "%d %q", c.o, c.in)
	}
	for _, c := range []struct {
		n        Number
		in, want string
	}{
		{Number{'.', ','}, "1,234", "1234"}, {Number{'.', ','}, "12,345", "12345"}, {Number{'.', ','}, "123,456", "123456"}, {Number{'.', ','}, "1234,567", ""}, {Number{'.', ','}, "1,23", ""}, {Number{'.', ','}, "1,2345", ""},
		{Number{'.', ','}, "1,234.", "1234."}, {Number{'.', ','}, "1,23.4", ""}, {Number{'.', ','}, "1,,234", ""}, {Number{'.', ','}, "1.2.3", ""}, {Number{'.', ','}, "1,234x", ""}, {Number{'.', ','}, "x", "x"}, {Number{'.', ','}, "1 234", ""}, {Number{'.', ','}, "1'234", ""},
		{Number{',', ' '}, "1\u00a0234", "1234"}, {Number{',', ' '}, "1\u2009234", ""}, {Number{',', '.'}, "1.234,5e-3", "1234.5e-3"}, {Number{',', '.'}, "1.234e3", ""}, {Number{',', 0}, "$5", ""}, {Number{',', 0}, "5%", ""}, {Number{',', 0}, "5z", "5z"}, {Number{',', 0}, "5{", ""}, {Number{',', 0}, "5@", ""},
	} {
		plain, _, ok := c.n.Plain([]byte(c.in), nil)
		require.Equal(t, c.want != "", ok, "%q", c.in)
		if ok {
			require.Equal(t, c.want, string(plain), "%q", c.in)
		}
	}
}
