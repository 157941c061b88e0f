package frame

import (
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func described(t *testing.T, f *Frame) map[string]description {
	t.Helper()
	d, err := f.Describe()
	require.NoError(t, err)
	require.Equal(t, f.Schema().NumFields(), d.NumRows())
	d, err = d.With(Of("distinct_exact", make([]sql.Null[bool], d.NumRows()))) // which summaries alone have
	require.NoError(t, err)
	rows, err := Rows[description](d)
	require.NoError(t, err)
	out := map[string]description{}
	for _, row := range rows {
		out[row.Column] = row
	}
	return out
}

func TestDescribeFlights(t *testing.T) {
	d, err := flights(t).Describe()
	require.NoError(t, err)
	golden(t, "flights_described.txt", Style{WidthMax: 250}.Text(d))
}

func TestDescribeEveryKind(t *testing.T) {
	d, err := mixed(t).Describe()
	require.NoError(t, err)
	golden(t, "mixed_described.txt", Style{RowsMax: 100, WidthMax: 400}.Text(d))
}

func TestDescribeAnyCut(t *testing.T) {
	want, err := cuts(t)[0].Describe()
	require.NoError(t, err)
	for _, f := range cuts(t) {
		got, err := f.Describe()
		require.NoError(t, err)
		require.True(t, want.Equal(got), "%s\n%s", want, got)
	}
}

// TestDescribeAgainstDefinitions compares with the plain definitions, on random numbers.
func TestDescribeAgainstDefinitions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 40 {
		values := make([]int, n)
		nullable := make([]sql.Null[int], 0, 2*n)
		for i := range values {
			values[i] = r.IntN(20)
			nullable = append(nullable, some(values[i]))
			if r.IntN(3) == 0 {
				nullable = append(nullable, sql.Null[int]{})
			}
		}
		f, err := New(Of("x", nullable))
		require.NoError(t, err)
		d := described(t, f)["x"]
		require.Equal(t, len(nullable), d.Rows)
		require.Equal(t, len(nullable)-n, d.Nulls)
		sort.Ints(values)
		require.Equal(t, some(len(slices.Compact(slices.Clone(values)))), d.Distinct)
		if n == 0 {
			require.Equal(t, []bool{false, false, false, false}, []bool{d.Mean.Valid, d.Min.Valid, d.Q2.Valid, d.Top.Valid})
			continue
		}
		for part, q := range map[float64]sql.Null[string]{0.25: d.Q1, 0.5: d.Q2, 0.75: d.Q3, 1: d.Max} {
			got, err := strconv.Atoi(q.V)
			require.NoError(t, err)
			require.Contains(t, values, got)
			notAbove := sort.SearchInts(values, got+1)
			below := sort.SearchInts(values, got)
			require.GreaterOrEqual(t, float64(notAbove), part*float64(n))
			require.Less(t, float64(below), part*float64(n))
		}
		mean, variance := 0.0, 0.0
		for _, v := range values {
			mean += float64(v) / float64(n)
		}
		for _, v := range values {
			variance += (float64(v) - mean) * (float64(v) - mean) / float64(n-1)
		}
		require.InDelta(t, mean, d.Mean.V, 1e-9)
		require.Equal(t, n > 1, d.Std.Valid)
		if n > 1 {
			require.InDelta(t, math.Sqrt(variance), d.Std.V, 1e-9)
		}
	}
}

func TestDescribeIsStable(t *testing.T) {
	// Sums of squares lose these: every digit that differs is below 1e18's last.
	f, err := New(Of("x", []float64{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}), Of("nan", []float64{math.NaN(), 1, 1, math.NaN()}))
	require.NoError(t, err)
	d := described(t, f)
	require.InDelta(t, 1e9+10, d["x"].Mean.V, 1e-6)
	require.InDelta(t, math.Sqrt(30), d["x"].Std.V, 1e-9)
	require.False(t, d["x"].Top.Valid, "none comes twice")
	require.Equal(t, some(1), d["nan"].Distinct, "NaN is not counted")
	require.Equal(t, some(1.0), d["nan"].Mean)
	require.Equal(t, 0, d["nan"].Nulls)
}

func TestDescribeBeyondFloats(t *testing.T) {
	f, err := New(Of("id", []int64{math.MaxInt64, math.MaxInt64 - 1}), Of("word", []string{"b", "a"}))
	require.NoError(t, err)
	d := described(t, f)
	require.Equal(t, some("9223372036854775806"), d["id"].Min)
	require.Equal(t, some("9223372036854775807"), d["id"].Max)
	require.Equal(t, some("a"), d["word"].Min)
	require.False(t, d["word"].Top.Valid)
}

func TestDescribeNothing(t *testing.T) {
	d, err := (&Frame{}).Describe()
	require.NoError(t, err)
	require.Zero(t, d.NumRows())
	require.Equal(t, []string{"column", "type", "rows", "nulls", "distinct", "mean", "std", "min", "25%", "50%", "75%", "max", "top"}, d.Names())
	empty := described(t, mixed(t).Head(0))
	require.Len(t, empty, 20)
	require.Equal(t, 0, empty["float"].Rows)
}

func BenchmarkDescribe(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 1 << 18
	numbers, words := make([]float64, n), make([]string, n)
	for i := range numbers {
		numbers[i], words[i] = r.NormFloat64(), strconv.Itoa(r.IntN(5000))
	}
	for name, column := range map[string]Series{"floats": Of("x", numbers), "words": Of("x", words)} {
		f, err := New(column)
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = f.Describe()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}

func ExampleFrame_Describe() {
	f, _ := New(
		Of("zone", []string{"A", "B", "B", "C"}),
		Of("fare", []sql.Null[float64]{some(12.5), {}, some(8.0), some(9.5)}),
	)
	d, _ := f.Describe()
	fmt.Println(d)
	// Output:
	// column  type      rows  nulls  distinct     mean       std  min     25%     50%     75%     max     top
	// string  string   int64  int64     int64  float64   float64  string  string  string  string  string  string
	// ──────  ───────  ─────  ─────  ────────  ───────  ────────  ──────  ──────  ──────  ──────  ──────  ──────
	// zone    string       4      0         3     null      null  A       null    null    null    C       B
	// fare    float64      4      1         3       10  2.291288  8       8       9.5     12.5    12.5    null
	// 2 rows × 13 columns
}
