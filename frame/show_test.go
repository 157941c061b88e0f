package frame

import (
	"database/sql"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/internal/width"
)

var update = flag.Bool("update", false, "write what is shown to testdata as the golden text")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "go test ./frame -update writes it anew")
}

// flights reads the flights of January, in two record batches.
func flights(t testing.TB) *Frame {
	t.Helper()
	file, err := os.Open("../testdata/flights_2013_01.csv")
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	columns := make([]Series, len(rows[0]))
	for c, name := range rows[0] {
		cells := make([]string, len(rows)-1)
		for i, row := range rows[1:] {
			cells[i] = row[c]
		}
		columns[c] = flightColumn(name, cells)
	}
	f, err := New(columns...)
	require.NoError(t, err)
	f, err = f.Rechunk(20_000)
	require.NoError(t, err)
	return f
}

func flightColumn(name string, cells []string) Series {
	switch name {
	case "carrier", "tailnum", "origin", "dest":
		return parsed(name, cells, func(s string) (string, error) { return s, nil })
	case "time_hour":
		return parsed(name, cells, func(s string) (time.Time, error) { return time.Parse(time.RFC3339, s) })
	case "air_time", "distance":
		return parsed(name, cells, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	}
	return parsed(name, cells, strconv.Atoi)
}

func parsed[T any](name string, cells []string, parse func(string) (T, error)) Series {
	values := make([]sql.Null[T], len(cells))
	for i, s := range cells {
		if s == "NA" {
			continue
		}
		v, err := parse(s)
		if err != nil {
			panic(err)
		}
		values[i] = sql.Null[T]{V: v, Valid: true}
	}
	return Of(name, values)
}

func TestFlightsShown(t *testing.T) {
	f := flights(t)
	require.True(t, strings.HasSuffix(f.String(), "27,004 rows × 19 columns"))
	golden(t, "flights.txt", f.String())
	golden(t, "flights_wide.txt", Style{RowsMax: 4, WidthMax: 200, CellMax: 8}.Text(f.Tail(100)))
	golden(t, "flights.html", f.HTML())
}

// mixed has a column of every kind of value that a display treats in its own way.
func mixed(t testing.TB) *Frame {
	t.Helper()
	columns := []Series{
		Of("text", []string{"plain", "", "null", " blank ", "two\nlines\x1b[31m", "a text longer than what a cell has room for"}),
		Of("wide", []string{"日本語", "Zu\u0308rich", "👨‍👩‍👧 family", "🇨🇭", "no\u202etfel", "\xff\xfe"}),
		Of("float", []sql.Null[float64]{some(0.1 + 0.2), some(12.5), {}, some(math.NaN()), some(math.Inf(-1)), some(-7.0)}),
		Of("amount", []float64{12345678.25, 1, 0, 2.5, 3, math.Copysign(0, -1)}),
		Of("tiny", []float32{1e-20, 1, 2, 3, 1e20, 0}),
		Of("big", []uint64{math.MaxUint64, 0, 1, 2, 3, 4}),
		Of("yes", []sql.Null[bool]{some(true), some(false), {}, some(true), some(true), some(true)}),
		Of("wait", []time.Duration{0, time.Millisecond, -time.Hour, 90 * time.Second, 1, 2}),
	}
	for _, c := range []struct {
		name string
		t    arrow.DataType
		json string
	}{
		{"list", arrow.ListOf(arrow.PrimitiveTypes.Float64), `[[1.5,2],null,[],[null],[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],[1]]`},
		{"struct", arrow.StructOf(arrow.Field{Name: "x", Type: arrow.BinaryTypes.String, Nullable: true}, arrow.Field{Name: "y", Type: arrow.ListOf(arrow.PrimitiveTypes.Int8), Nullable: true}),
			`[{"x":"a","y":[1]},null,{"x":null,"y":null},{"x":"\n","y":[]},{"x":"c","y":[1,2]},{"x":"","y":null}]`},
		{"map", arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int32), `[[{"key":"k","value":1},{"key":"l","value":null}],null,[],[],[],[]]`},
		{"money", &arrow.Decimal128Type{Precision: 9, Scale: 2}, `["1.25",null,"3.00","-4.50","1234567.89","0.01"]`},
		{"word", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}, `["a",null,"b","a","c","a"]`},
		{"day", arrow.FixedWidthTypes.Date32, `["2013-01-01",null,"1969-12-31","1970-01-01","2000-02-29","9999-12-31"]`},
		{"clock", arrow.FixedWidthTypes.Time64us, `["12:00:00",null,"01:02:03.5","00:00:00","23:59:59","00:00:01"]`},
		{"at", &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "America/New_York"}, `["2013-07-01 00:00:00",null,"2013-01-02 00:00:00.25","1969-12-31 23:59:59","2000-01-01","2000-01-01"]`},
		{"local", &arrow.TimestampType{Unit: arrow.Second}, `["2013-07-01 00:00:00",null,"2013-01-02 00:00:00","1969-12-31 23:59:59","2000-01-01","2000-01-01"]`},
		{"bytes", arrow.BinaryTypes.Binary, `["AAEC",null,"","/w==","/w==","AA=="]`},
		{"nothing", arrow.Null, `[null,null,null,null,null,null]`},
		{"months", arrow.FixedWidthTypes.MonthInterval, `[{"months":1},null,{"months":2},{"months":3},{"months":4},{"months":5}]`},
	} {
		arr, _, err := array.FromJSON(allocator, c.t, strings.NewReader(c.json))
		require.NoError(t, err)
		columns = append(columns, Array(c.name, arr))
	}
	f, err := New(columns...)
	require.NoError(t, err)
	return f
}

func TestEveryKindOfValueIsShown(t *testing.T) {
	f := mixed(t)
	whole := Style{WidthMax: 1000}.Text(f)
	golden(t, "mixed.txt", whole)
	golden(t, "mixed.html", f.HTML())
	for line := range strings.Lines(whole) {
		require.NotContains(t, strings.TrimSuffix(line, "\n"), "\n")
		require.NotContains(t, line, "\x1b", "nothing a terminal would obey")
		require.NotContains(t, line, "\u202e")
	}
	// The same rows as slices of larger arrays, with offsets everywhere.
	parts, err := Concat(f.Slice(0, 1), f.Slice(1, 4), f.Slice(4, 6))
	require.NoError(t, err)
	require.Equal(t, whole, Style{WidthMax: 1000}.Text(parts))
	require.Contains(t, f.Slice(3, 4).String(), "1 row × 20 columns")
}

// TestValuesBehindOthers shows the types whose values lie in another array, cut and whole.
func TestValuesBehindOthers(t *testing.T) {
	json := func(dt arrow.DataType, text string) arrow.Array {
		arr, _, err := array.FromJSON(allocator, dt, strings.NewReader(text))
		require.NoError(t, err)
		return arr
	}
	codes := []arrow.UnionTypeCode{0, 1}
	fields := []string{"n", "s"}
	types := json(arrow.PrimitiveTypes.Int8, `[0,1,0,1]`)
	sparse, err := array.NewSparseUnionFromArraysWithFieldCodes(types, []arrow.Array{
		json(arrow.PrimitiveTypes.Int64, `[1,2,null,4]`), json(arrow.BinaryTypes.String, `["a","b","c","d"]`)}, fields, codes)
	require.NoError(t, err)
	dense, err := array.NewDenseUnionFromArraysWithFieldCodes(types, json(arrow.PrimitiveTypes.Int32, `[0,0,1,1]`), []arrow.Array{
		json(arrow.PrimitiveTypes.Int64, `[1,null]`), json(arrow.BinaryTypes.String, `["b","d"]`)}, fields, codes)
	require.NoError(t, err)
	runs := array.NewRunEndEncodedArray(json(arrow.PrimitiveTypes.Int32, `[1,2,3,4]`), json(arrow.PrimitiveTypes.Float64, `[0.5,10,null,2]`), 4, 0)
	f, err := New(Array("sparse", sparse), Array("dense", dense), Array("runs", runs))
	require.NoError(t, err)
	rows := func(f *Frame) (out []string) {
		lines := strings.Split(f.String(), "\n")
		for _, line := range lines[3 : len(lines)-1] {
			out = append(out, strings.Join(strings.Fields(line), " "))
		}
		return out
	}
	want := []string{"1 1 0.5", "b b 10.0", "null null null", "d d 2.0"}
	require.Equal(t, want, rows(f))
	require.Equal(t, []string{"b b 10", "null null null", "d d 2"}, rows(f.Slice(1, 4)))
	for name, d := range described(t, f.Slice(1, 4)) {
		require.Equal(t, 1, d.Nulls, name)
	}
}

func TestFramesWithoutRowsOrColumns(t *testing.T) {
	require.Equal(t, "0 rows × 0 columns", (&Frame{}).String())
	require.NotContains(t, (&Frame{}).HTML(), "<table>")
	f, err := New(Of("a", []int{}), Of("name\n", []string{}))
	require.NoError(t, err)
	require.Equal(t, ""+
		"    a  \"name\\n\"\n"+
		"int64  string\n"+
		"─────  ────────\n"+
		"0 rows × 2 columns", f.String())
	require.Contains(t, f.HTML(), `<th class="r">a<span>int64</span></th>`)
}

func TestRowsLeftOut(t *testing.T) {
	numbers := make([]int, 1_000_000)
	for i := range numbers {
		numbers[i] = i
	}
	all, err := New(Of("n", numbers))
	require.NoError(t, err)
	for _, c := range []struct {
		rows, rowsMax int
		want          string
	}{
		{3, 0, "0 1 2"},
		{20, 0, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"},
		{21, 0, "0 1 2 3 4 … 16 17 18 19 20"},
		{1_000_000, 8, "0 1 … 999998 999999"},
		{3, 1, "0 … 2"},
		{2, 1, "0 1"},
		{1, 1, "0"},
	} {
		lines := strings.Split(Style{RowsMax: c.rowsMax}.Text(all.Head(c.rows)), "\n")
		require.Equal(t, c.want, strings.Join(strings.Fields(strings.Join(lines[3:len(lines)-1], " ")), " "))
	}
}

func TestColumnsLeftOut(t *testing.T) {
	columns := make([]Series, 1234)
	for i := range columns {
		columns[i] = Of(fmt.Sprintf("column_%d", i), []int{i})
	}
	f, err := New(columns...)
	require.NoError(t, err)
	for _, room := range []int{1, 20, 40, 41, 42, 43, 44, 45, 80, 120} {
		lines := strings.Split(Style{WidthMax: room}.Text(f), "\n")
		require.Len(t, lines, 5)
		require.True(t, strings.HasPrefix(lines[0], "column_0"), "the first column is always there")
		for _, line := range lines[:4] {
			require.LessOrEqual(t, len([]rune(line)), max(room, 20))
		}
		require.Contains(t, lines[1], " more")
		require.Equal(t, "1 row × 1,234 columns", lines[4])
	}
	require.Contains(t, Style{WidthMax: 80}.Text(f), "1,228 more")
	require.Equal(t, 40+1, strings.Count(f.HTML(), "<th>")+strings.Count(f.HTML(), "<th class"), "40 columns and the gap")
	two, err := f.Select("column_1", "column_2")
	require.NoError(t, err)
	require.NotContains(t, Style{WidthMax: 18}.Text(two), "more", "two columns of 8 and the margin fit exactly")
	require.Contains(t, Style{WidthMax: 17}.Text(two), "1 more")
}

func TestHTMLEscapes(t *testing.T) {
	f, err := New(Of("<b>", []string{"<script>alert(1)</script>", `a & "b"`}))
	require.NoError(t, err)
	page := f.HTML()
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "<b>")
	require.Contains(t, page, "&lt;script&gt;alert(1)&lt;/script&gt;")
}

func TestFloatsAreCompactAndAligned(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{[]float64{1, 2, 3}, "1 2 3"},
		{[]float64{0.1 + 0.2, 1}, "0.3 1.0"},
		{[]float64{1. / 3}, "0.3333333"},
		{[]float64{1234.5678912}, "1234.568"},
		{[]float64{12345678.25, 1}, "12345678.25 1.00"},
		{[]float64{1e14}, "100000000000000"},
		{[]float64{1e15, 1}, "1.000000e+15 1.000000e+00"},
		{[]float64{1e-5}, "0.00001"},
		{[]float64{1e-10, math.NaN()}, "1.000000e-10 NaN"},
		{[]float64{math.Inf(1), 0.5}, "+Inf 0.5"},
		{[]float64{math.MaxFloat64}, "1.797693e+308"},
		{[]float64{999999.99999}, "1000000.00"},
	} {
		f, err := New(Of("x", c.values))
		require.NoError(t, err)
		lines := strings.Split(f.String(), "\n")
		require.Equal(t, c.want, strings.Join(strings.Fields(strings.Join(lines[3:len(lines)-1], " ")), " "))
	}
}

// TestShowingIsBounded: what is shown is paid for, not what is there.
func TestShowingIsBounded(t *testing.T) {
	long := strings.Repeat("x", 1<<26)
	f, err := New(Of("long", []string{long}))
	require.NoError(t, err)
	require.Less(t, testing.AllocsPerRun(3, func() { require.Less(t, len(f.String()), 300) }), 200.0)
	numbers, err := New(Of("n", make([]int64, 1<<22)))
	require.NoError(t, err)
	small := testing.AllocsPerRun(3, func() { _ = numbers.Head(100).String() })
	require.InDelta(t, small, testing.AllocsPerRun(3, func() { _ = numbers.String() }), 10)
}

func FuzzShownText(f *testing.F) {
	f.Add("plain", "two\nlines")
	f.Add("\x1b[2J", "\u202e\u2028\xff")
	f.Add("\"", " \u0085")
	f.Fuzz(func(t *testing.T, a, b string) {
		frame, err := New(Of(a, []string{b, a}), Of(a+"2", []int{1, 2}))
		require.NoError(t, err)
		text := frame.String()
		require.Equal(t, 6, strings.Count(text, "\n")+1, "%q", text)
		for _, r := range text {
			require.False(t, r != '\n' && terminal.Obeyed(r), "%q", text)
		}
		for line := range strings.Lines(text) {
			require.LessOrEqual(t, width.Of(strings.TrimSuffix(line, "\n")), 120)
		}
	})
}

func BenchmarkString(b *testing.B) {
	f := flights(b)
	for b.Loop() {
		_ = f.String()
	}
}

func ExampleFrame_String() {
	f, _ := New(
		Of("zone", []string{"Alphabet City", "日本", ""}),
		Of("fare", []sql.Null[float64]{some(12.5), {}, some(8.0)}),
	)
	fmt.Println(f)
	// Output:
	// zone              fare
	// string         float64
	// ─────────────  ───────
	// Alphabet City     12.5
	// 日本              null
	// ""                 8.0
	// 3 rows × 2 columns
}
