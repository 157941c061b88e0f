package csvio_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const flights = "../../testdata/flights_2013_01.csv"

// file writes a text to a file of its own.
func file(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// read reads a text with options.
func read(t testing.TB, o csvio.ReadOptions, text string) (*frame.Frame, error) {
	t.Helper()
	return o.ReadFile(context.Background(), file(t, text))
}

func TestRealFlights(t *testing.T) {
	f, err := csvio.ReadFile(t.Context(), flights)
	require.NoError(t, err)
	require.Equal(t, 27004, f.NumRows())
	require.Len(t, f.Names(), 19)
	type flight struct {
		Year     int
		DepTime  sql.Null[int]
		DepDelay sql.Null[float64]
		Carrier  string
		TailNum  sql.Null[string]
		AirTime  sql.Null[int64]
		TimeHour time.Time
	}
	rows, err := frame.Rows[flight](f)
	require.NoError(t, err)
	cancelled := 0
	for i, r := range rows {
		if i == 0 {
			require.Equal(t, "UA", r.Carrier)
			require.Equal(t, 2.0, r.DepDelay.V)
			require.Equal(t, "N14228", r.TailNum.V)
			require.True(t, time.Date(2013, 1, 1, 10, 0, 0, 0, time.UTC).Equal(r.TimeHour))
		}
		require.Equal(t, 2013, r.Year)
		if !r.DepTime.Valid {
			cancelled++
		}
	}
	require.Equal(t, 521, cancelled)
	if !testing.Short() {
		chunkertest.TestSource(t, csvio.Open(flights), f)
	}
}

func TestTypes(t *testing.T) {
	for _, c := range []struct {
		values string // one column, a space between rows
		want   string
	}{
		{"1 -2 +3", "int64"},
		{"1 2.5", "float64"}, {"1e3 NaN -inf .5", "float64"},
		{"true False TRUE", "bool"}, {"true 1", "utf8"},
		{"2013-01-31 2000-02-29", "date32"}, {"2013-01-31 2013-02-30", "utf8"},
		{"2013-01-31T10:00:00 2013-01-31", "timestamp[us]"}, {"2013-01-31T10:00:00.123456", "timestamp[us]"},
		{"2013-01-31T10:00:00Z 2013-01-31T10:00+02:00", "timestamp[us, tz=UTC]"}, {"2013-01-31T10:00:00Z 2013-01-31T10:00:00", "utf8"},
		{"2013-01-31T10:00:00.123456789", "utf8"},
		{"007 1", "utf8"}, {"0 -0", "int64"}, {"00.5", "utf8"},
		{"9223372036854775807", "int64"}, {"9223372036854775808", "utf8"}, {"1 9223372036854775808", "utf8"},
		{"NA null", "utf8"}, {"NA 1", "int64"}, {`"1" "2"`, "int64"}, {"a NA", "utf8"},
	} {
		f, err := read(t, csvio.ReadOptions{Header: csvio.Absent}, strings.ReplaceAll(c.values, " ", "\n")+"\n")
		require.NoError(t, err, c.values)
		require.Equal(t, c.want, f.Schema().Field(0).Type.String(), c.values)
		require.Equal(t, len(strings.Fields(c.values)), f.NumRows())
	}
}

func TestNullsAndEmptyText(t *testing.T) {
	f, err := read(t, csvio.ReadOptions{}, "n,s\n1,a\n,\nNA,NA\n\"\",\"\"\n 7 ,\"NA\"\n")
	require.NoError(t, err)
	n, err := frame.Col[sql.Null[int64]](f, "n")
	require.NoError(t, err)
	require.Equal(t, []sql.Null[int64]{{V: 1, Valid: true}, {}, {}, {}, {V: 7, Valid: true}}, n.Values())
	s, err := frame.Col[sql.Null[string]](f, "s")
	require.NoError(t, err)
	require.Equal(t, []sql.Null[string]{{V: "a", Valid: true}, {}, {}, {V: "", Valid: true}, {V: "NA", Valid: true}}, s.Values())
	f, err = read(t, csvio.ReadOptions{Null: []string{"-"}}, "n,s\n1,NA\n-,-\n")
	require.NoError(t, err)
	s, err = frame.Col[sql.Null[string]](f, "s")
	require.NoError(t, err)
	require.Equal(t, []sql.Null[string]{{V: "NA", Valid: true}, {}}, s.Values())
}

func TestDialects(t *testing.T) {
	want, err := read(t, csvio.ReadOptions{}, "a,b\n1,x y\n2,\"p,q\"\n")
	require.NoError(t, err)
	for _, text := range []string{
		"a;b\n1;x y\n2;p,q\n", "a\tb\n1\tx y\n2\tp,q\n", "a|b\r\n1|x y\r\n2|\"p,q\"\r\n", "a,b\r1,x y\r2,\"p,q\"\r",
		"\xEF\xBB\xBFa,b\n1,x y\n2,\"p,q\"", "\n\na,b\n\n1,x y\n2,\"p,q\"\n\n", "\"a\",\"b\"\n\"1\",\"x y\"\n\"2\",\"p,q\"\n",
	} {
		f, err := read(t, csvio.ReadOptions{}, text)
		require.NoError(t, err, "%q", text)
		require.True(t, want.Equal(f), "%q\n%s", text, f)
	}
	f, err := read(t, csvio.ReadOptions{Quote: '\'', Comment: '#'}, "# it's a comment\na,b\n1,x y\n#\n2,'p,q'\n")
	require.NoError(t, err)
	require.True(t, want.Equal(f), "%s", f)
	f, err = read(t, csvio.ReadOptions{NoQuotes: true}, "a\n\"x\"\n")
	require.NoError(t, err)
	v, err := frame.Col[string](f, "a")
	require.NoError(t, err)
	require.Equal(t, []string{`"x"`}, v.Values())
	f, err = read(t, csvio.ReadOptions{}, "1,x\n2,y\n")
	require.NoError(t, err)
	require.Equal(t, []string{"column_1", "column_2"}, f.Names())
	require.Equal(t, 2, f.NumRows())
	f, err = read(t, csvio.ReadOptions{Header: csvio.Present, Names: []string{"p", "q"}}, "1,x\n2,y\n")
	require.NoError(t, err)
	require.Equal(t, []string{"p", "q"}, f.Names())
	require.Equal(t, 1, f.NumRows())
	f, err = read(t, csvio.ReadOptions{}, ",b\n1,2\n")
	require.NoError(t, err)
	require.Equal(t, []string{"column_1", "b"}, f.Names())
}

func TestGivenTypes(t *testing.T) {
	types := map[string]arrow.DataType{
		"i8": arrow.PrimitiveTypes.Int8, "u16": arrow.PrimitiveTypes.Uint16, "f32": arrow.PrimitiveTypes.Float32, "s": arrow.BinaryTypes.String,
		"ns": arrow.FixedWidthTypes.Timestamp_ns, "sec": &arrow.TimestampType{Unit: arrow.Second}, "d": &arrow.Decimal128Type{Precision: 9, Scale: 2}, "b": arrow.BinaryTypes.Binary,
	}
	f, err := read(t, csvio.ReadOptions{Types: types}, "i8,u16,f32,s,ns,sec,d,b\n-128,65535,1.5,007,2013-01-01T00:00:00.123456789Z,2013-01-01,12.34,xy\n")
	require.NoError(t, err)
	for i, name := range f.Names() {
		require.True(t, arrow.TypeEqual(types[name], f.Schema().Field(i).Type))
	}
	require.Equal(t, "2013-01-01 00:00:00.123456789Z", f.Records()[0].Column(4).ValueStr(0))
	_, err = read(t, csvio.ReadOptions{Types: map[string]arrow.DataType{"i8": arrow.PrimitiveTypes.Int8}}, "i8\n128\n")
	require.ErrorContains(t, err, `in.csv:2: row 0, column "i8", value "128": is no int8`)
	_, err = read(t, csvio.ReadOptions{Types: map[string]arrow.DataType{"i9": arrow.PrimitiveTypes.Int8}}, "i8\n128\n")
	require.ErrorContains(t, err, `no column "i9", which ReadOptions.Types gives a type; there are i8`)
	_, err = read(t, csvio.ReadOptions{Types: map[string]arrow.DataType{"i8": arrow.ListOf(arrow.Null)}}, "i8\n128\n")
	require.ErrorContains(t, err, "CSV cannot be read as list")
}

// surprising has n rows of an integer, then one of another kind that samples do not see.
func surprising(n int, last string) string {
	var b strings.Builder
	b.WriteString("id,x\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%d\n", i, i*7)
		if i == n*2/3+17 {
			fmt.Fprintf(&b, "%d,%s\n", i, last)
		}
	}
	return b.String()
}

func TestALaterValueWidensItsColumn(t *testing.T) {
	for last, want := range map[string]arrow.Type{"2.5": arrow.FLOAT64, "abc": arrow.STRING, "9223372036854775808": arrow.STRING, "12": arrow.INT64} {
		f, err := read(t, csvio.ReadOptions{}, surprising(200_000, last))
		require.NoError(t, err)
		require.Equal(t, want, f.Schema().Field(1).Type.ID(), last)
		require.Equal(t, 200_001, f.NumRows())
	}
	path := file(t, surprising(200_000, "abc"))
	_, err := chunker.ReadAll(t.Context(), csvio.Open(path))
	var ce *chunker.Error
	require.ErrorAs(t, err, &ce)
	require.EqualValues(t, 200_000*2/3+17+3, ce.Line)
	require.Equal(t, "abc", ce.Value)
	require.ErrorContains(t, err, `column "x", value "abc": is no int64, which the samples of the column are: give the column's type in ReadOptions.Types, string takes this value`)
}

func TestBadRows(t *testing.T) {
	text := "a,b\n1,x\n2\n3,y,z\n\n\"4\"q,w\nfive,v\n6,\"two\nlines\"\n7,t\n"
	types := map[string]arrow.DataType{"a": arrow.PrimitiveTypes.Int64}
	_, err := read(t, csvio.ReadOptions{Types: types}, text)
	require.ErrorContains(t, err, "in.csv:3: row 1: the row has 1 field, there are 2 columns")
	f, err := read(t, csvio.ReadOptions{Types: types, OnError: chunker.Null()}, text)
	require.NoError(t, err)
	require.Equal(t, 7, f.NumRows())

	path := file(t, text)
	var rows, lines, rejects []int64
	var reasons []string
	for c, err := range chunker.All(t.Context(), csvio.ReadOptions{Types: types, OnError: chunker.Reject(nil, 0)}.Open(path)) {
		require.NoError(t, err)
		for i := range c.Len() {
			rows, lines = append(rows, c.RowOf(i)), append(lines, c.Lines.Of(i))
		}
		for _, r := range c.Rejects {
			rejects = append(rejects, r.Row)
			reasons = append(reasons, fmt.Sprintf("%d %s", r.Line, r.Raw))
		}
	}
	require.Equal(t, []int64{0, 5, 6}, rows)
	require.Equal(t, []int64{2, 8, 10}, lines)
	require.Equal(t, []int64{1, 2, 3, 4}, rejects)
	require.Equal(t, []string{"3 2", "4 3,y,z", `6 "4"q,w`, "7 five,v"}, reasons)

	f, err = read(t, csvio.ReadOptions{Types: types, OnError: chunker.Null()}, "a,b\n1,x\n2\n3,y,z\nfive,v\n\"6\",\"s\",t\n")
	require.NoError(t, err)
	a, err := frame.Col[sql.Null[int64]](f, "a")
	require.NoError(t, err)
	b, err := frame.Col[sql.Null[string]](f, "b")
	require.NoError(t, err)
	require.Equal(t, []sql.Null[int64]{{V: 1, Valid: true}, {V: 2, Valid: true}, {V: 3, Valid: true}, {}, {V: 6, Valid: true}}, a.Values())
	require.Equal(t, []sql.Null[string]{{V: "x", Valid: true}, {}, {V: "y", Valid: true}, {V: "v", Valid: true}, {V: "s", Valid: true}}, b.Values())
}

func TestInputThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		o          csvio.ReadOptions
		text, want string
	}{
		{csvio.ReadOptions{}, "", "is empty"},
		{csvio.ReadOptions{}, "\n\n", "has no rows"},
		{csvio.ReadOptions{}, "\xFF\xFEa\x00,\x00b", "UTF-16LE character, at byte 6"},
		{csvio.ReadOptions{}, "\x81\x40,\x8F\x90\n", "the encoding of the text is not certain"},
		{csvio.ReadOptions{Delimiter: '"'}, "a\n", "two meanings"},
		{csvio.ReadOptions{Delimiter: '\n'}, "a\n", "cannot be a delimiter"},
		{csvio.ReadOptions{Names: []string{"a"}}, "a,b\n1,2\n", "has 2 columns, ReadOptions.Names has 1"},
		{csvio.ReadOptions{Names: []string{"a", "a"}}, "a,b\n1,2\n", `names 0 and 1 are both "a"`},
		{csvio.ReadOptions{ColumnsMax: 2}, "a,b,c\n", "has more than 2 columns: is the delimiter right?; ReadOptions.ColumnsMax sets the limit"},
		{csvio.ReadOptions{RowMax: 10000}, "a,b\n1,2\n3,\"" + strings.Repeat("x\n", 20000), "in.csv:3: a quote is opened here and not closed within 10000 bytes"},
		{csvio.ReadOptions{RowMax: 10000}, "a,b\n1," + strings.Repeat("x", 50000), "in.csv:2: the row is longer than 10000 bytes"},
		{csvio.ReadOptions{}, "a,b\n1,\"open\n2,x\n", "in.csv:2: row 0: a quote is opened in this row and never closed"},
	} {
		path := file(t, c.text)
		stream, err := chunker.Open(t.Context(), c.o.Open(path), chunker.Request{Bytes: 4 << 10})
		for err == nil {
			var part chunker.Part
			if part, err = stream.Next(t.Context()); err == nil {
				_, err = part(t.Context())
			}
		}
		if stream != nil {
			require.NoError(t, stream.Close())
		}
		require.ErrorContains(t, err, c.want, "%.40q", c.text)
		require.ErrorContains(t, err, "in.csv")
	}
	for path, want := range map[string]string{filepath.Join(dir, "none.csv"): "no such file", dir: "is a directory", filepath.Join(dir, "*.csv"): "no file has such a name"} {
		_, err := csvio.ReadFile(t.Context(), path)
		require.ErrorContains(t, err, want)
	}
	f, err := read(t, csvio.ReadOptions{}, "a,b\n")
	require.NoError(t, err, "a header alone is a table without rows")
	require.Equal(t, []string{"a", "b"}, f.Names())
	require.Zero(t, f.NumRows())
}

func TestSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	for i, text := range []string{"a,b\n1,x\n", "a,b\n2,y", "a,b\n", "a,b\n3.5,z\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.csv", i)), []byte(text), 0o644))
	}
	src := csvio.Open(filepath.Join(dir, "*.csv"))
	f, err := csvio.ReadFile(t.Context(), filepath.Join(dir, "*.csv"))
	require.NoError(t, err)
	a, err := frame.Col[float64](f, "a")
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2, 3.5}, a.Values())
	require.Len(t, src.(chunker.Placed).Places(), 4)
	typed := csvio.ReadOptions{Types: map[string]arrow.DataType{"a": arrow.PrimitiveTypes.Float64}}.Open(filepath.Join(dir, "*.csv"))
	chunkertest.TestSource(t, typed, f)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "9.csv"), []byte("a,c\n1,2\n"), 0o644))
	_, err = csvio.ReadFile(t.Context(), filepath.Join(dir, "*.csv"))
	require.ErrorContains(t, err, `9.csv: has the header ["a" "c"], the first file has ["a" "b"]`)
}

func TestBlocksOfEverySizeAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var b strings.Builder
	b.WriteString("id,text\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "%d,%s\n", i, []string{"plain", `"quo""ted"`, "\"two\nlines\"", `"a,b"`, `5" pipe`, "", "\n8,after a blank line"}[r.IntN(7)])
	}
	whole, err := read(t, csvio.ReadOptions{}, b.String())
	require.NoError(t, err)
	path := file(t, b.String())
	for _, bytes := range []int64{4 << 10, 5000, 16 << 10, 1 << 20} {
		stream, err := chunker.Open(t.Context(), csvio.Open(path), chunker.Request{Bytes: bytes})
		require.NoError(t, err)
		var records []arrow.Record
		for {
			part, err := stream.Next(t.Context())
			if err != nil {
				break
			}
			c, err := part(t.Context())
			require.NoError(t, err)
			records = append(records, c.Record)
		}
		f, err := frame.FromRecords(stream.Schema(), records...)
		require.NoError(t, err)
		require.True(t, whole.Equal(f))
		require.NoError(t, stream.Close())
	}
}

func TestReaderIsReadOnce(t *testing.T) {
	src := csvio.ReadOptions{}.From("standard input", strings.NewReader("a,b\n1,2\n"))
	f, err := chunker.ReadAll(t.Context(), chunker.Select(src, "b"))
	require.NoError(t, err)
	require.Equal(t, []string{"b"}, f.Names())
	_, err = chunker.ReadAll(t.Context(), csvio.ReadOptions{}.From("standard input", strings.NewReader("a,b\n1,2\n3\n")))
	require.ErrorContains(t, err, "read standard input:3: row 1: the row has 1 field")
}
