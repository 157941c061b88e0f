package gotaio_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/gotaio"
)

func some[T any](v T) sql.Null[T] { return sql.Null[T]{V: v, Valid: true} }

// randomFrame has every type that goes both ways, with nulls.
func randomFrame(r *rand.Rand, rows int) *frame.Frame {
	f, err := frame.New(
		randomColumn(r, "text", rows, func() string { return []string{"", "a", "日本", "nan", "NA", "12", "x\ny"}[r.IntN(7)] }),
		randomColumn(r, "int", rows, func() int { return int(r.Uint64()) >> r.IntN(64) }),
		randomColumn(r, "float", rows, func() float64 {
			return []float64{r.NormFloat64(), math.Inf(1), math.MaxFloat64, 5e-324, 0}[r.IntN(5)]
		}),
		randomColumn(r, "bool", rows, func() bool { return r.IntN(2) == 0 }),
	)
	if err != nil {
		panic(err)
	}
	return f
}

func randomColumn[T any](r *rand.Rand, name string, rows int, value func() T) frame.Series {
	values := make([]sql.Null[T], rows)
	for i := range values {
		if r.IntN(4) > 0 {
			values[i] = some(value())
		}
	}
	return frame.Of(name, values)
}

func TestFramesComeBackAsTheyWere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for rows := range 50 {
		f := randomFrame(r, rows)
		if rows > 2 { // slices with offsets, in batches
			whole, err := frame.Concat(f.Slice(0, 1), f.Slice(1, rows/2), f.Slice(rows/2, rows))
			require.NoError(t, err)
			f = whole.Slice(1, rows)
		}
		df, err := gotaio.To(f)
		require.NoError(t, err)
		require.Equal(t, f.NumRows(), df.Nrow())
		require.Equal(t, []series.Type{series.String, series.Int, series.Float, series.Bool}, df.Types())
		back, err := gotaio.From(df)
		require.NoError(t, err)
		require.True(t, f.Equal(back), "%s\n%s", f, back)
	}
}

func TestDataFramesComeBackAsTheyWere(t *testing.T) {
	df := dataframe.New(
		series.New([]any{"a", nil, "NaN", "", "b"}, series.String, "S"),
		series.New([]any{1, nil, "NaN", -5, math.MaxInt64}, series.Int, "I"),
		series.New([]any{1.5, nil, math.NaN(), math.Inf(-1), 0.1}, series.Float, "F"),
		series.New([]any{true, nil, "NaN", false, true}, series.Bool, "B"),
	)
	f, err := gotaio.From(df)
	require.NoError(t, err)
	require.Equal(t, []string{"S", "I", "F", "B"}, f.Names())
	require.Equal(t, ""+
		"S                         I        F  B\n"+
		"string                int64  float64  bool\n"+
		"──────  ───────────────────  ───────  ─────\n"+
		"a                         1      1.5  true\n"+
		"null                   null     null  null\n"+
		"null                   null     null  null\n"+
		"\"\"                       -5     -Inf  false\n"+
		"b       9223372036854775807      0.1  true\n"+
		"5 rows × 4 columns", f.String())
	back, err := gotaio.To(f)
	require.NoError(t, err)
	require.Equal(t, df.Types(), back.Types())
	require.Equal(t, df.Records(), back.Records())
	for c := range df.Ncol() {
		for row := range df.Nrow() {
			require.Equal(t, df.Elem(row, c).Val(), back.Elem(row, c).Val())
		}
	}
}

func TestNothingIsShared(t *testing.T) {
	text := []byte("abc")
	f, err := frame.New(frame.Of("s", []string{string(text)}), frame.Of("x", []float64{1}))
	require.NoError(t, err)
	df, err := gotaio.To(f)
	require.NoError(t, err)
	df.Elem(0, 1).Set(2.0)
	x, err := frame.Col[float64](f, "x")
	require.NoError(t, err)
	require.Equal(t, []float64{1}, x.Values())
	back, err := gotaio.From(df)
	require.NoError(t, err)
	df.Elem(0, 1).Set(3.0)
	x, err = frame.Col[float64](back, "x")
	require.NoError(t, err)
	require.Equal(t, []float64{2}, x.Values())
}

func TestEveryFrameTypeGoesOut(t *testing.T) {
	for _, c := range []struct {
		t        arrow.DataType
		json     string
		want     series.Type
		elements []any
	}{
		{arrow.PrimitiveTypes.Int8, `[-128,null]`, series.Int, []any{-128, nil}},
		{arrow.PrimitiveTypes.Uint16, `[65535,null]`, series.Int, []any{65535, nil}},
		{arrow.PrimitiveTypes.Uint64, `[4294967296,null]`, series.Int, []any{1 << 32, nil}},
		{arrow.PrimitiveTypes.Float32, `[0.5,null]`, series.Float, []any{0.5, nil}},
		{arrow.FixedWidthTypes.Float16, `[0.5,null]`, series.Float, []any{0.5, nil}},
		{arrow.FixedWidthTypes.Boolean, `[false,null]`, series.Bool, []any{false, nil}},
		{arrow.BinaryTypes.LargeString, `["x",null]`, series.String, []any{"x", nil}},
		{arrow.BinaryTypes.StringView, `["longer than twelve",null]`, series.String, []any{"longer than twelve", nil}},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, `["x",null]`, series.String, []any{"x", nil}},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.PrimitiveTypes.Int64}, `[7,null]`, series.Int, []any{7, nil}},
		{&arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "America/New_York"}, `["2013-01-01 10:15:00.25",null]`, series.String, []any{"2013-01-01T05:15:00.25-05:00", nil}},
		{&arrow.TimestampType{Unit: arrow.Second, TimeZone: "UTC"}, `["2013-01-01 10:15:00",null]`, series.String, []any{"2013-01-01T10:15:00Z", nil}},
		{&arrow.TimestampType{Unit: arrow.Second}, `["2013-01-01 10:15:00",null]`, series.String, []any{"2013-01-01T10:15:00", nil}},
		{arrow.FixedWidthTypes.Date32, `["1969-12-31",null]`, series.String, []any{"1969-12-31", nil}},
		{arrow.FixedWidthTypes.Date64, `["1969-12-31",null]`, series.String, []any{"1969-12-31", nil}},
		{arrow.FixedWidthTypes.Time64us, `["23:59:59.5",null]`, series.String, []any{"23:59:59.5", nil}},
		{&arrow.Decimal128Type{Precision: 9, Scale: 2}, `["12.50",null]`, series.String, []any{"12.50", nil}},
		{&arrow.Decimal256Type{Precision: 50, Scale: 1}, `["-0.5",null]`, series.String, []any{"-0.5", nil}},
		{arrow.Null, `[null,null]`, series.String, []any{nil, nil}},
	} {
		arr, _, err := array.FromJSON(memory.DefaultAllocator, c.t, strings.NewReader(c.json))
		require.NoError(t, err, "%s", c.t)
		f, err := frame.New(frame.Array("v", arr))
		require.NoError(t, err)
		df, err := gotaio.To(f)
		require.NoError(t, err, "%s", c.t)
		require.Equal(t, []series.Type{c.want}, df.Types(), "%s", c.t)
		for row, want := range c.elements {
			require.Equal(t, want, df.Elem(row, 0).Val(), "%s", c.t)
		}
		none, err := gotaio.To(f.Head(0))
		require.NoError(t, err, "%s", c.t)
		require.Equal(t, c.want, none.Types()[0])
		require.Zero(t, none.Nrow())
	}
	f, err := frame.New(frame.Of("d", []time.Duration{90 * time.Minute}))
	require.NoError(t, err)
	df, err := gotaio.To(f)
	require.NoError(t, err)
	require.Equal(t, "1h30m0s", df.Elem(0, 0).Val())
}

func TestWhatGotaCannotHold(t *testing.T) {
	list, _, err := array.FromJSON(memory.DefaultAllocator, arrow.ListOf(arrow.PrimitiveTypes.Int8), strings.NewReader(`[[1]]`))
	require.NoError(t, err)
	for _, c := range []struct {
		column frame.Series
		want   string
	}{
		{frame.Of("s", []string{"ok", "NaN"}), `to gota: column "s": row 1: gota reads the text "NaN" as a missing value: put null or another word in its place`},
		{frame.Of("u", []uint64{math.MaxInt64 + 1}), `to gota: column "u": row 0: 9223372036854775808 is more than gota's int holds: put float64 or text in the column's place`},
		{frame.Of("b", [][]byte{{1}}), `to gota: column "b": gota has no type for binary: Drop it, or put text or numbers in its place`},
		{frame.Array("l", list), `to gota: column "l": gota has no type for list<item: int8, nullable>: Drop it, or put text or numbers in its place`},
		{frame.Of("", []int{1}), `to gota: column 0 has no name, and gota would make one up: Rename it`},
	} {
		f, err := frame.New(c.column)
		require.NoError(t, err)
		_, err = gotaio.To(f)
		require.EqualError(t, err, c.want)
	}
	_, err = gotaio.To(&frame.Frame{})
	require.ErrorContains(t, err, "the frame has no columns")
}

func TestDataFramesInError(t *testing.T) {
	cause := errors.New("it failed earlier")
	_, err := gotaio.From(dataframe.DataFrame{Err: cause})
	require.ErrorIs(t, err, cause)
	f, err := gotaio.From(dataframe.DataFrame{})
	require.NoError(t, err)
	require.Zero(t, f.NumRows())
	df := dataframe.New(series.New([]int{1}, series.Int, "a"), series.New([]int{2}, series.Int, "b"))
	require.NoError(t, df.SetNames("a", "a"))
	_, err = gotaio.From(df)
	require.EqualError(t, err, `from gota: columns 0 and 1 are both called "a": names must differ, rename one`)
}

func TestFloatNaNBecomesNull(t *testing.T) {
	f, err := frame.New(frame.Of("x", []float64{math.NaN(), 1}))
	require.NoError(t, err)
	df, err := gotaio.To(f)
	require.NoError(t, err)
	back, err := gotaio.From(df)
	require.NoError(t, err)
	x, err := frame.Col[float64](back, "x")
	require.NoError(t, err)
	require.Equal(t, 1, x.Nulls(), "as the package doc says")
}

func Benchmark(b *testing.B) {
	const rows = 1 << 14
	f := randomFrame(rand.New(rand.NewPCG(1, 2)), rows)
	df, err := gotaio.To(f)
	require.NoError(b, err)
	b.Run("To", func(b *testing.B) {
		for b.Loop() {
			_, _ = gotaio.To(f)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows/4, "ns/value")
	})
	b.Run("From", func(b *testing.B) {
		for b.Loop() {
			_, _ = gotaio.From(df)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows/4, "ns/value")
	})
}

func ExampleFrom() {
	df := dataframe.LoadRecords([][]string{{"carrier", "delay"}, {"UA", "2"}, {"AA", "NaN"}})
	f, err := gotaio.From(df)
	if err != nil {
		panic(err)
	}
	fmt.Println(f)
	// Output:
	// carrier  delay
	// string   int64
	// ───────  ─────
	// UA           2
	// AA        null
	// 2 rows × 2 columns
}

func ExampleTo() {
	f, _ := frame.New(
		frame.Of("carrier", []string{"UA", "AA"}),
		frame.Of("delay", []sql.Null[int]{some(2), {}}),
	)
	df, err := gotaio.To(f)
	if err != nil {
		panic(err)
	}
	fmt.Println(df.Records())
	// Output: [[carrier delay] [UA 2] [AA NaN]]
}
