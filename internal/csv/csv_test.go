package csv

import (
	"bytes"
	stdcsv "encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var comma = Dialect{Delimiter: ',', Quote: '"', Newline: '\n'}

func rowsOf(block []byte, d Dialect, x *Index) [][]string {
	var out [][]string
	for r := range x.Rows {
		var row []string
		for _, f := range x.Row(r) {
			text, _ := f.Text(block, d.Quote, nil)
			row = append(row, string(text))
		}
		out = append(out, row)
	}
	return out
}

func index(text string, d Dialect, columns int) ([][]string, *Index) {
	x := new(Index)
	x.Build([]byte(text), d, columns)
	return rowsOf([]byte(text), d, x), x
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		in   string
		want [][]string
	}{
		{"", nil},
		{"a,b\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}},
		{"a,b\r\n1,2", [][]string{{"a", "b"}, {"1", "2"}}},
		{"\n\na,b\n\n1,2\n\n", [][]string{{"a", "b"}, {"1", "2"}}},
		{"\"a\",\"b,c\"\n\"x\"\"y\",\"\"\n", [][]string{{"a", "b,c"}, {`x"y`, ""}}},
		{"\"a\nb\",c\r\n\"\"\"\",\"\"\r\n", [][]string{{"a\nb", "c"}, {`"`, ""}}},
		{"5\" pipe,x\na\"b\",y\n", [][]string{{`5" pipe`, "x"}, {`a"b"`, "y"}}},
		{",\n,,\n", [][]string{{"", ""}}},
		{"a\x00b,\xff\n", [][]string{{"a\x00b", "\xff"}}},
		{strings.Repeat("x", 100) + ",y\n", [][]string{{strings.Repeat("x", 100), "y"}}},
	} {
		got, _ := index(c.in, comma, 0)
		require.Equal(t, c.want, got, "%q", c.in)
	}
	got, _ := index("a;'b;c'\r# no 'row\rd;e\r", Dialect{';', '\'', '\r', '#'}, 0)
	require.Equal(t, [][]string{{"a", "b;c"}, {"d", "e"}}, got)
}

func TestBadRowsAreLeftOutAndTold(t *testing.T) {
	rows, x := index("a,b\n1\n1,2,3\n\n\"x\"y,2\n3,4\n\"open,\n5,6\n", comma, 2)
	require.Equal(t, [][]string{{"a", "b"}, {"3", "4"}}, rows)
	require.Len(t, x.Bad, 4)
	var got [][4]int
	for _, b := range x.Bad {
		got = append(got, [4]int{int(b.Problem), b.Row, b.Fields, b.Line})
	}
	require.Equal(t, [][4]int{{int(TooFew), 1, 1, 1}, {int(TooMany), 2, 3, 2}, {int(TextAfterQuote), 3, 2, 4}, {int(Unclosed), 5, 1, 6}}, got)
	require.Equal(t, []Break{{1, 5}}, x.Breaks)
	require.Equal(t, 8, x.Lines)
}

// random makes text of the bytes that matter.
func random(r *rand.Rand, n int) []byte {
	const alphabet = "ab1,,\n\n\"\"\r"
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return b
}

func TestAgainstEncodingCSV(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	agreed := 0
	for range 20000 {
		b := random(r, r.IntN(40))
		agreed += agree(t, b)
	}
	require.Greater(t, agreed, 1500)
}

// agree holds text against encoding/csv where both define the answer: no stray quotes,
// no bare \r, equal numbers of fields.
func agree(t *testing.T, b []byte) int {
	if bytes.Contains(bytes.ReplaceAll(b, []byte("\r\n"), nil), []byte("\r")) {
		return 0
	}
	sr := stdcsv.NewReader(bytes.NewReader(b))
	want, err := sr.ReadAll()
	if err != nil {
		return 0
	}
	got, x := index(string(b), comma, 0)
	require.Empty(t, x.Bad, "%q", b)
	for i := range got { // encoding/csv makes \r\n inside quotes \n
		for k := range got[i] {
			got[i][k] = strings.ReplaceAll(got[i][k], "\r\n", "\n")
		}
	}
	require.Equal(t, len(want), len(got), "%q", b)
	for i := range want {
		require.Equal(t, want[i], got[i], "%q", b)
	}
	return 1
}

// TestCutAnywhere cuts text at every place and joins the parts. rounds is how often a test of
// random texts goes round: seldom under the race detector, which makes them ten times as slow and
// has nothing to find in loops without goroutines.
func rounds(n int) int {
	if testing.Short() {
		return n / 8
	}
	return n
}

func TestCutAnywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range rounds(3000) {
		cutAnywhere(t, random(r, r.IntN(60)))
	}
}

func cutAnywhere(t *testing.T, b []byte) {
	whole, wx := index(string(b), comma, 2)
	for size := 1; size <= len(b); size++ {
		var rows [][]string
		bad, lines := 0, 0
		rest := b
		n := size
		for len(rest) > 0 {
			part := rest[:min(n, len(rest))]
			if len(part) < len(rest) {
				end, _ := Cut(part, comma)
				if end == 0 {
					n++ // no whole row: a larger block
					continue
				}
				part = part[:end]
			}
			got, x := index(string(part), comma, 2)
			rows = append(rows, got...)
			bad += len(x.Bad)
			lines += x.Lines
			rest = rest[len(part):]
			n = size
		}
		require.Equal(t, whole, rows, "%q in blocks of %d", b, size)
		require.Equal(t, len(wx.Bad), bad)
		require.Equal(t, wx.Lines, lines)
	}
}

func FuzzIndex(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\"\"b\",c\r\n", "\"open\n", "a\"b,c\n", "\"x\"y,z\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 200 {
			b = b[:200]
		}
		agree(t, b)
		cutAnywhere(t, b)
		// Behind as many bytes as bring it across the words that masks are of.
		b = append(bytes.Repeat([]byte("plain,text\n"), 1+len(b)%12), b...)
		want, wx := exactIndex(b, comma, 2)
		for _, f := range forms() {
			f.use(t, func() {
				got, x := index(string(b), comma, 2)
				require.Equal(t, want, got, "%q", b)
				require.Equal(t, wx.Bad, x.Bad, "%q", b)
				require.Equal(t, wx.Lines, x.Lines, "%q", b)
			})
		}
	})
}

func TestMatchIsExact(t *testing.T) {
	for c := range 256 {
		for d := range 256 {
			w := uint64(c) * ones
			want := uint64(0)
			if c == d {
				want = highs
			}
			require.Equal(t, want, match(w, uint64(d)*ones))
		}
	}
	require.Equal(t, uint64(0x80), match(0x0000010000000001^uint64(0x0000010000000001)|0x2d2c, 0x2c*ones)&0xFF)
}

func TestIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	texts := []string{"0", "-0", "+7", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9223372036854775809",
		"18446744073709551615", "18446744073709551616", "99999999999999999999", "", "-", "1 ", "12345678", "1234567a", "12345678x", "1e5", "0x1", "1_0"}
	for range 20000 {
		texts = append(texts, strconv.FormatInt(int64(r.Uint64())>>r.IntN(64), 10), strconv.FormatUint(r.Uint64()>>r.IntN(64), 10))
	}
	for _, s := range texts {
		want, err := strconv.ParseInt(s, 10, 64)
		got, ok := Int([]byte(s))
		require.Equal(t, err == nil, ok, s)
		if ok {
			require.Equal(t, want, got, s)
		}
		u, err := strconv.ParseUint(s, 10, 64)
		v, ok := Uint([]byte(s))
		require.Equal(t, err == nil, ok, s)
		if ok {
			require.Equal(t, u, v, s)
		}
	}
}

func TestFloats(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	texts := []string{"1", "1.", ".5", ".", "-.5e3", "1e22", "1e23", "1e-22", "123456789012345678901234567890", "0.1", "nan", "NaN", "inf", "-Infinity", "+Inf", "infinite",
		"1e", "1e+", "1.2.3", "1e400", "-1e-400", "9007199254740993", "9007199254740992e-3", "179769313486231570814527423731704356798070e267", "1,5", "", "-", "--1", "-nan", "1e999999999999"}
	for range 20000 {
		texts = append(texts,
			strconv.FormatFloat(math.Float64frombits(r.Uint64()), 'g', -1, 64),
			strconv.FormatFloat(r.Float64()*1000, 'f', r.IntN(12), 64))
	}
	for _, s := range texts {
		want, err := strconv.ParseFloat(s, 64)
		got, ok := Float([]byte(s))
		require.Equal(t, err == nil, ok, "%q: %v", s, err)
		if ok && !(want != want && got != got) {
			require.Equal(t, want, got, s)
			require.Equal(t, math.Signbit(want), math.Signbit(got), s)
		}
	}
	for _, s := range []string{"0x1p4", "1_000", "0x10"} {
		_, ok := Float([]byte(s))
		require.False(t, ok, s)
	}
}

func TestDatesAndTimestamps(t *testing.T) {
	for d := time.Date(1899, 12, 25, 0, 0, 0, 0, time.UTC); d.Year() < 2105; d = d.AddDate(0, 0, 1) {
		days, ok := Date([]byte(d.Format(time.DateOnly)))
		require.True(t, ok)
		require.EqualValues(t, d.Unix()/86400-map[bool]int64{true: 1}[d.Unix()%86400 < 0], days)
	}
	for _, s := range []string{"2013-02-29", "2013-13-01", "2013-00-01", "2013-01-32", "2013-1-1", "20130101", "2013-01-0a"} {
		_, ok := Date([]byte(s))
		require.False(t, ok, s)
	}
	for s, want := range map[string]string{
		"2013-01-01T10:00:00Z":          "2013-01-01T10:00:00Z",
		"2013-01-01 10:00":              "2013-01-01T10:00:00Z",
		"2013-01-01T10:00:00.123456789": "2013-01-01T10:00:00.123456789Z",
		"1969-12-31T23:59:59.5+02:00":   "1969-12-31T21:59:59.5Z",
		"2013-01-01T10:00:00-0530":      "2013-01-01T15:30:00Z",
		"2013-01-01T10:00+01":           "2013-01-01T09:00:00Z",
		"2013-01-01":                    "2013-01-01T00:00:00Z",
	} {
		sec, nanos, _, ok := Timestamp([]byte(s))
		require.True(t, ok, s)
		require.Equal(t, want, time.Unix(sec, int64(nanos)).UTC().Format(time.RFC3339Nano), s)
	}
	for _, s := range []string{"2013-01-01T24:00:00", "2013-01-01T10:60:00", "2013-01-01T10:00:60", "2013-01-01X10:00:00", "2013-01-01T10", "2013-01-01T10:00:00.", "2013-01-01T10:00:00 Z", "2013-01-01T10:00:00+2"} {
		_, _, _, ok := Timestamp([]byte(s))
		require.False(t, ok, s)
	}
}

func BenchmarkIndex(b *testing.B) {
	for _, c := range []struct{ name, row string }{
		{"plain", "123456,2013-01-01 10:00:00,12,3,45.25,3.125,,Newark,EWR,some text here\n"},
		{"quotes", "123456,2013-01-01 10:00:00,12,3,45.25,3.125,,\"Newark, NJ\",EWR,some text here\n"},
		{"stray", "123456,2013-01-01 10:00:00,12,3,45.25,3.125,,Newark,EWR,5\" pipe here\n"},
	} {
		block := append([]byte(strings.Repeat(c.row, 1000)), make([]byte, Pad)...)[:1000*len(c.row)]
		for name, f := range forms() {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				defer func(s scanFunc) { scanWords = s }(scanWords)
				scanWords = f.scan
				var x Index
				b.SetBytes(int64(len(block)))
				for b.Loop() {
					x.Build(block, comma, 10)
				}
				require.Equal(b, 1000, x.Rows)
			})
			b.Run(c.name+"/survey/"+name, func(b *testing.B) {
				defer func(s surveyFunc) { surveyWords = s }(surveyWords)
				surveyWords = f.survey
				b.SetBytes(int64(len(block)))
				for b.Loop() {
					Look(block, '\n', comma)
				}
			})
		}
	}
}

// BenchmarkColumns parses columns of a block of 1,000 rows.
func BenchmarkColumns(b *testing.B) {
	var text []byte
	r := rand.New(rand.NewPCG(6, 6))
	for i := range 1000 {
		text = fmt.Appendf(text, "%d,%d,%.2f,%.6f,2013-%02d-%02d %02d:00:00,Zone %d,%d\n", 1234567+i, r.IntN(100), r.Float64()*100, r.Float64()*100, 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(263), r.Int64()>>r.IntN(60))
	}
	var x Index
	x.Build(append(text, make([]byte, Pad)...)[:len(text)], comma, 7)
	require.Equal(b, 1000, x.Rows)
	ints, floats, offsets, data := make([]int64, 1000), make([]float64, 1000), make([]int32, 1000), make([]byte, 0, 2*len(text))
	nulls := NewWords([]string{"NA", "null"})
	for _, c := range []struct {
		name string
		run  func() []int32
	}{
		{"ids", func() []int32 { return x.Ints(0, true, ints, nil) }},
		{"small", func() []int32 { return x.Ints(1, true, ints, nil) }},
		{"any", func() []int32 { return x.Ints(6, true, ints, nil) }},
		{"cents", func() []int32 { return x.Floats(2, true, floats, nil) }},
		{"floats", func() []int32 { return x.Floats(3, true, floats, nil) }},
		{"times", func() []int32 { return x.Times(4, 1e6, false, ints, nil) }},
		{"texts", func() []int32 { _, odd := x.Texts(5, nulls, offsets, data, nil); return odd }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				require.Empty(b, c.run())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/field")
		})
	}
}
