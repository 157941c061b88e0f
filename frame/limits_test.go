package frame

import (
	"database/sql"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"
)

// shown is a column as it is shown, its cells alone.
func shown[T any](t *testing.T, values ...T) string {
	t.Helper()
	f, err := New(Of("x", values))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimRight(f.String(), "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines[3:len(lines)-1], " ")
}

// TestNoiseBehindTheSeventhDigitIsNotShown, of either width; digits up to it are.
func TestNoiseBehindTheSeventhDigitIsNotShown(t *testing.T) {
	for want, v := range map[string]float32{"0.3": 0.3, "0.1": 0.1, "1.1": 1.1, "16.7": 16.7, "0.123456": 0.123456, "1234.5": 1234.5, "123456.7": 123456.7, "0.7": float32(0.1) * 7} {
		require.Equal(t, want, shown(t, v))
	}
	for want, v := range map[string]float64{"0.3": 0.1 + 0.2, "3.3": 1.1 * 3, "0.7": 0.1 * 7, "1.234568": 1.23456789, "100.01": 100.01, "12345678.25": 12345678.25, "1000.125": 1000.125} {
		require.Equal(t, want, shown(t, v))
	}
	require.Equal(t, "0.3333333", shown(t, 1.0/3))
	require.Equal(t, "1", shown(t, 1.0000004))
}

// TestDecimalsOfAColumn are what its values want together: the same for all, exponents where none
// would do.
func TestDecimalsOfAColumn(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   int
	}{
		{nil, 0}, {[]float64{0}, 0}, {[]float64{1, 2}, 0}, {[]float64{1, 2.5}, 1}, {[]float64{math.NaN(), 0.25, math.Inf(1)}, 2},
		{[]float64{999999.5}, 1}, {[]float64{9999999.5}, 1}, {[]float64{12345678.25}, 2}, {[]float64{0.001234567}, 9}, {[]float64{0.0001234567}, scientific},
		{[]float64{1e14}, 0}, {[]float64{1e15}, scientific}, {[]float64{9e14, 0.5}, 1}, {[]float64{1e-9}, 9}, {[]float64{1e-10}, scientific},
		{[]float64{123456, 0.123456}, 4}, {[]float64{123456, 0.0123456}, 5}, {[]float64{1, 0.00001}, 5},
	} {
		require.Equal(t, c.want, decimals(c.values, 64), "%v", c.values)
	}
}

// TestAtIsNullWhereTheRowIs, at both ends of every record batch.
func TestAtIsNullWhereTheRowIs(t *testing.T) {
	var values []sql.Null[string]
	for i := range 2000 {
		values = append(values, sql.Null[string]{V: strings.Repeat("x", i%7), Valid: i%3 != 0})
	}
	f, err := New(Of("x", values))
	require.NoError(t, err)
	for _, rows := range []int{1, 511, 512, 513, 1024, 0} {
		cut, err := f.Rechunk(rows)
		require.NoError(t, err)
		c, err := Col[string](cut, "x")
		require.NoError(t, err)
		seen := 0
		for i, v := range c.All() {
			require.True(t, values[i].Valid)
			require.Equal(t, values[i].V, v)
			seen++
		}
		require.Equal(t, 2000-667, seen)
		for i := range values {
			v, ok := c.At(i)
			require.Equal(t, values[i].Valid, ok)
			if ok {
				require.Equal(t, values[i].V, v)
			} else {
				require.Empty(t, v)
			}
		}
		all, err := Col[sql.Null[string]](cut, "x")
		require.NoError(t, err)
		v, ok := all.At(0)
		require.False(t, ok)
		require.Equal(t, sql.Null[string]{}, v)
		n := 0
		for range all.All() {
			n++
		}
		require.Equal(t, 2000, n, "nulls are seen where they can be")
	}
}

// TestALoopOverAColumnEndsWhereItIsLeft: in its first batch, and in a later one.
func TestALoopOverAColumnEndsWhereItIsLeft(t *testing.T) {
	f, err := New(Of("x", make([]int64, 3000)))
	require.NoError(t, err)
	cut, err := f.Rechunk(700)
	require.NoError(t, err)
	c, err := Col[int64](cut, "x")
	require.NoError(t, err)
	for _, stop := range []int{0, 511, 512, 699, 700, 2999} {
		last := -1
		for i := range c.All() {
			if last = i; i == stop {
				break
			}
		}
		require.Equal(t, stop, last)
	}
}

// TestAFrameWithoutRows has columns, and a frame without batches no rows.
func TestAFrameWithoutRows(t *testing.T) {
	f, err := New(Of("x", []int64{}), Of("y", []string{}))
	require.NoError(t, err)
	none, err := FromRecords(f.Schema())
	require.NoError(t, err)
	for _, f := range []*Frame{f, none, f.Head(0), none.Head(5), none.Slice(0, 0)} {
		require.Zero(t, f.NumRows())
		require.Equal(t, []string{"x", "y"}, f.Names())
		c, err := Col[int64](f, "x")
		require.NoError(t, err)
		require.Empty(t, c.Values())
		for range c.All() {
			t.Fatal("no rows")
		}
		require.True(t, none.Equal(f))
	}
}

// TestUnknownColumnsAreErrorsEverywhere, with the near name.
func TestUnknownColumnsAreErrorsEverywhere(t *testing.T) {
	f, err := New(Of("zone", []string{"a"}), Of("fare", []float64{1}))
	require.NoError(t, err)
	for name, call := range map[string]func() error{
		"Column": func() error { _, err := f.Column("fares"); return err },
		"Col":    func() error { _, err := Col[float64](f, "fares"); return err },
		"Select": func() error { _, err := f.Select("zone", "fares"); return err },
		"Drop":   func() error { _, err := f.Drop("fares"); return err },
		"Rename": func() error { _, err := f.Rename(map[string]string{"fares": "x"}); return err },
	} {
		require.ErrorContains(t, call(), `"fares"`, name)
		require.ErrorContains(t, call(), `"fare"`, name)
	}
}

// TestEqualSeesOneValueOfEveryType: another value, a null in its place, and a null elsewhere.
func TestEqualSeesOneValueOfEveryType(t *testing.T) {
	for _, c := range []struct {
		typ     arrow.DataType
		a, b, c string
	}{
		{arrow.PrimitiveTypes.Int8, `1`, `2`, `3`}, {arrow.PrimitiveTypes.Int64, `1`, `2`, `3`},
		{arrow.PrimitiveTypes.Uint16, `1`, `2`, `3`}, {arrow.PrimitiveTypes.Uint64, `1`, `2`, `3`},
		{arrow.FixedWidthTypes.Float16, `1`, `2`, `2.5`}, {arrow.PrimitiveTypes.Float32, `1`, `2`, `2.5`}, {arrow.PrimitiveTypes.Float64, `1`, `2`, `2.5`},
		{arrow.BinaryTypes.String, `"a"`, `"b"`, `""`}, {arrow.BinaryTypes.LargeString, `"a"`, `"b"`, `"bb"`}, {arrow.BinaryTypes.StringView, `"a"`, `"b"`, `"thirteen bytes"`},
		{arrow.BinaryTypes.Binary, `"YQ=="`, `"Yg=="`, `"Yw=="`}, {&arrow.FixedSizeBinaryType{ByteWidth: 1}, `"YQ=="`, `"Yg=="`, `"Yw=="`},
		{arrow.FixedWidthTypes.Date32, `"2013-01-01"`, `"2013-01-02"`, `"2013-01-03"`}, {arrow.FixedWidthTypes.Date64, `"2013-01-01"`, `"2013-01-02"`, `"2013-01-03"`},
		{arrow.FixedWidthTypes.Timestamp_s, `"2013-01-01 00:00:00"`, `"2013-01-01 00:00:01"`, `"2013-01-01 00:00:02"`},
		{arrow.FixedWidthTypes.Time32s, `"00:00:00"`, `"00:00:01"`, `"00:00:02"`}, {arrow.FixedWidthTypes.Time64ns, `"00:00:00"`, `"00:00:01"`, `"00:00:01.000000001"`},
		{arrow.FixedWidthTypes.Duration_s, `"1s"`, `"2s"`, `"3s"`},
		{&arrow.Decimal128Type{Precision: 9, Scale: 2}, `"1.00"`, `"2.00"`, `"2.01"`}, {&arrow.Decimal256Type{Precision: 50, Scale: 2}, `"1.00"`, `"2.00"`, `"2.01"`},
		{&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, `"a"`, `"b"`, `"c"`},
		{arrow.ListOf(arrow.PrimitiveTypes.Int8), `[1]`, `[2]`, `[2,3]`}, {arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int8, Nullable: true}), `{"x":1}`, `{"x":2}`, `{"x":3}`},
	} {
		of := func(values ...string) *Frame {
			arr, _, err := array.FromJSON(allocator, c.typ, strings.NewReader("["+strings.Join(values, ",")+"]"))
			require.NoError(t, err, c.typ)
			f, err := New(Array("v", arr))
			require.NoError(t, err)
			return f
		}
		whole := of(c.a, "null", c.b)
		require.True(t, whole.Equal(of(c.a, "null", c.b)), c.typ)
		for i, other := range [][]string{{c.a, "null", c.c}, {c.c, "null", c.b}, {c.a, "null", "null"}, {"null", c.a, c.b}, {c.a, c.b, "null"}, {c.a, c.b, c.b}, {c.b, "null", c.a}, {c.a, "null"}} {
			require.False(t, whole.Equal(of(other...)), "%s: %v", c.typ, other)
			require.False(t, of(other...).Equal(whole), "%s: %d", c.typ, i)
		}
	}
}

// TestEqualSeesTheLastBit of integers that no float tells apart.
func TestEqualSeesTheLastBit(t *testing.T) {
	for _, pair := range [][2]Series{
		{Of("x", []int64{1<<53 + 1}), Of("x", []int64{1 << 53})}, {Of("x", []uint64{math.MaxUint64}), Of("x", []uint64{math.MaxUint64 - 1})},
		{Of("x", []bool{true}), Of("x", []bool{false})}, {Of("x", []float64{1}), Of("x", []float64{math.Nextafter(1, 2)})},
	} {
		a, err := New(pair[0])
		require.NoError(t, err)
		b, err := New(pair[1])
		require.NoError(t, err)
		require.False(t, a.Equal(b))
		require.True(t, a.Equal(a))
	}
}
