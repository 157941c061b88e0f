package ooc_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"database/sql"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// nastyNames are column names that a reader may take for data, for nulls or for syntax.
var nastyNames = []string{
	"2019", "2020", "2021", "1", "2", "0.5", "-3", "1e9", "2020-01-01", "2020-01-02 10:00:00", "true", "false", "yes", "NA", "null", "nan",
	"id", "ID", "value 1", "q1", "a,b", "a;b", "a\tb", "a|b", `say "hi"`, "it's", "two\nlines", " lead", "trail ", "#note", "sep=;", "naïve", "列", "=1+2",
	"column_1", "x", "y", strings.Repeat("long", 60), "x;y", "~", "'a','b'", "'a'", "a:b", "a b", "BZh9", "PK\x03\x04", "PAR1", "GIF8\x01",
}

// nastyTexts are values of string columns.
var nastyTexts = []string{
	"", " ", "NA", "null", `\N`, "nan", "true", "007", "1", "-1.50", "1e5", "2020-01-01", "12:30", "01/02/2018", "+14155550123",
	"a,b", "a;b;c", "tab\there", "a|b", `"`, `""`, `he said "no"`, "'single'", "it's", "one\ntwo", "one\r\ntwo\r\n", "\n", "# no comment", "sep=,",
	" lead", "trail ", "ünïcödé", "列😀", "=SUM(A1)", "@x", "back\\slash", `\"`, "a\rb", "￿", "c;d", "~", "'c','d'", "a:b", "c d", "BZh9", "PK\x03\x04",
	strings.Repeat("a long line,\nwith \"quotes\"; and more\n", 3000),
}

// dividedTexts hold what may be a delimiter or quotes, all of them: nothing in their column is a
// plain word.
var dividedTexts = []string{"a;b", "c;d", "e,f", "g|h", "~", "'c','d'", "x:y", "two words", "tab\there", "#sign", "say \"x\"", "'single'"}

// a word that no reader takes for anything but text: a column that has it is one of strings.
const plainWord = "certainly a word"

func nastyColumn(d dice.Dice, name string, rows int) frame.Series {
	null := func() bool { return d.IntN(4) == 0 }
	switch d.IntN(8) {
	case 0:
		return column(name, rows, func(i int) (int64, bool) { return d.Int64N(1e6) - 5e5, i == 0 || !null() })
	case 1:
		odd := []float64{0.5, -0.25, 1e-300, 1.7976931348623157e308, 0.1, math.Inf(1), math.Pi}
		return column(name, rows, func(i int) (float64, bool) { return odd[(i+d.IntN(2))%len(odd)], i < 2 || !null() })
	case 2:
		return column(name, rows, func(i int) (bool, bool) { return d.IntN(2) == 0, i == 0 || !null() })
	case 3:
		return column(name, rows, func(i int) (arrow.Date32, bool) { return arrow.Date32(d.IntN(40000)), i == 0 || !null() })
	case 5:
		return column(name, rows, func(int) (string, bool) { return dividedTexts[d.IntN(len(dividedTexts))], true })
	case 4:
		return column(name, rows, func(i int) (int64, bool) { return int64(1900 + d.IntN(150)), i == 0 || !null() })
	}
	return column(name, rows, func(i int) (string, bool) {
		if i == 0 {
			return plainWord, true
		}
		return nastyTexts[d.IntN(len(nastyTexts))], !null()
	})
}

// column makes a column of rows values, those that are told to be invalid null.
func column[T any](name string, rows int, value func(i int) (T, bool)) frame.Series {
	values := make([]sql.Null[T], rows)
	for i := range values {
		values[i].V, values[i].Valid = value(i)
	}
	return frame.Of(name, values)
}

// nastyTable is a table that is hard to tell from something else once it is text: names like
// numbers, one column, empty texts and nulls, line ends, cells of 100 KiB.
func nastyTable(t *testing.T, seed uint64) *frame.Frame {
	t.Helper()
	d := dice.New(seed)
	rows := []int{1, 2, 3, 10, 60}[d.IntN(5)]
	width := []int{1, 1, 2, 3, 6}[d.IntN(5)]
	var columns []frame.Series
	for _, i := range d.Perm(len(nastyNames))[:width] {
		columns = append(columns, nastyColumn(d, nastyNames[i], rows))
	}
	f, err := frame.New(columns...)
	require.NoError(t, err)
	return f
}

// roundTrip writes a table to a file of a format and reads it back.
type roundTrip struct {
	name string
	make func(t *testing.T, f *frame.Frame, path string) *frame.Frame
}

func csvTrip(name string, o csvio.WriteOptions) roundTrip {
	return roundTrip{name, func(t *testing.T, f *frame.Frame, path string) *frame.Frame {
		require.NoError(t, o.WriteFile(t.Context(), path, f))
		back, err := csvio.ReadFile(t.Context(), path)
		require.NoError(t, err, "%s", head(t, path))
		return back
	}}
}

var roundTrips = []roundTrip{
	csvTrip("CSV", csvio.WriteOptions{}),
	csvTrip("TSV", csvio.WriteOptions{Delimiter: '\t'}),
	csvTrip("semicolons", csvio.WriteOptions{Delimiter: ';', CRLF: true}),
	{"Parquet", func(t *testing.T, f *frame.Frame, path string) *frame.Frame {
		require.NoError(t, parquetio.WriteFile(t.Context(), path, f))
		back, err := parquetio.ReadFile(t.Context(), path)
		require.NoError(t, err)
		return back
	}},
}

// TestTablesComeBackFromEveryOrderOfFormats writes and reads a table through all formats, one
// behind the other, in all orders, with nothing told to the readers: names, types, nulls and values
// stay what they were.
func TestTablesComeBackFromEveryOrderOfFormats(t *testing.T) {
	tables := 400
	if testing.Short() {
		tables = 60
	}
	orders := permutations(len(roundTrips))
	for seed := range tables {
		f := nastyTable(t, uint64(seed))
		dir, now := t.TempDir(), f
		for hop, i := range orders[seed%len(orders)] {
			path := filepath.Join(dir, fmt.Sprint("hop", hop))
			back := roundTrips[i].make(t, now, path)
			if !sameTable(f, back) {
				t.Fatalf("table %d is not the same behind %s (hop %d of %v):\n%v\n%v\nwas\n%v\n%v\nfile:\n%s", seed, roundTrips[i].name, hop,
					orders[seed%len(orders)], back.Schema(), back, f.Schema(), f, head(t, path))
			}
			now = back
		}
	}
}

// TestJobsCarryTablesBetweenFormats is the same by jobs, which read streams and choose the formats'
// defaults.
func TestJobsCarryTablesBetweenFormats(t *testing.T) {
	for seed := range 40 {
		f := nastyTable(t, uint64(1000+seed))
		dir := t.TempDir()
		first, second, third := filepath.Join(dir, "a.parquet"), filepath.Join(dir, "b.csv"), filepath.Join(dir, "c.parquet")
		require.NoError(t, parquetio.WriteFile(t.Context(), first, f))
		_, err := ooc.Job{From: parquetio.Open(first), To: csvio.Create(second)}.Run(t.Context())
		require.NoError(t, err)
		_, err = ooc.Job{From: csvio.Open(second), To: parquetio.Create(third)}.Run(t.Context())
		require.NoError(t, err, "%s", head(t, second))
		back, err := parquetio.ReadFile(t.Context(), third)
		require.NoError(t, err)
		require.True(t, sameTable(f, back), "table %d:\n%v\nwas\n%v\nfile:\n%s", seed, back, f, head(t, second))
	}
}

// sameTable reports whether two tables have equal names, types and values; the batches they come in
// may differ.
func sameTable(f, g *frame.Frame) bool {
	return slices.Equal(f.Names(), g.Names()) && slices.EqualFunc(f.Schema().Fields(), g.Schema().Fields(), func(a, b arrow.Field) bool {
		return arrow.TypeEqual(a.Type, b.Type)
	}) && f.Equal(g)
}

// head is the beginning of a file, for messages.
func head(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return fmt.Sprintf("%.1500q", b)
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}
