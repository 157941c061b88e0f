package frame

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// summarised is a frame's summary, made of pieces of so many rows that are merged by twos and
// threes.
func summarised(t *testing.T, f *Frame, rows int) *Frame {
	t.Helper()
	all := NewSummary(f.Schema())
	for lo := 0; lo < f.NumRows(); {
		part := NewSummary(f.Schema())
		for range 1 + lo%3 {
			for _, rec := range f.Slice(lo, min(lo+rows, f.NumRows())).Records() {
				require.NoError(t, part.Add(rec))
			}
			lo = min(lo+rows, f.NumRows())
		}
		all.Merge(part)
	}
	out, err := all.Frame()
	require.NoError(t, err)
	return out
}

// TestSummaryIsDescribe holds summaries of pieces against Describe of the whole.
func TestSummaryIsDescribe(t *testing.T) {
	for name, f := range map[string]*Frame{"flights": flights(t), "mixed": mixed(t), "no rows": mixed(t).Head(0)} {
		want, err := f.Describe()
		require.NoError(t, err)
		want, err = want.Drop("25%", "50%", "75%", "top")
		require.NoError(t, err)
		for _, rows := range []int{1, 7, 1000, 1 << 20} {
			if rows < f.NumRows()/1000 {
				continue
			}
			got, err := summarised(t, f, rows).Drop("distinct_exact")
			require.NoError(t, err)
			require.True(t, want.Equal(got), "%s in pieces of %d rows:\n%s\n%s", name, rows, Style{WidthMax: 300}.Text(want), Style{WidthMax: 300}.Text(got))
		}
	}
}

func TestSummaryOfManyDifferentValues(t *testing.T) {
	const n = 200_000
	numbers, texts, few := make([]int64, n), make([]string, n), make([]float64, n)
	for i := range n {
		numbers[i], texts[i], few[i] = int64(i*i), fmt.Sprint("trip ", i/2), float64(i%4096)
	}
	f, err := New(Of("numbers", numbers), Of("texts", texts), Of("few", few))
	require.NoError(t, err)
	one := summarised(t, f, n)
	d, err := Col[int](one, "distinct")
	require.NoError(t, err)
	require.InEpsilon(t, n, d.Values()[0], 0.06)
	require.InEpsilon(t, n/2, d.Values()[1], 0.06)
	require.Equal(t, 4096, d.Values()[2], "exact up to here")
	exact, err := Col[bool](one, "distinct_exact")
	require.NoError(t, err)
	require.Equal(t, []bool{false, false, true}, exact.Values())
	for _, rows := range []int{100, 33_333} {
		require.True(t, one.Equal(summarised(t, f, rows)), "the estimate depends on the values alone")
	}
}

func TestSummaryOfManyColumnsIsBounded(t *testing.T) {
	columns := make([]Series, 3000)
	for i := range columns {
		columns[i] = Of(fmt.Sprint("c", i), []int64{1})
	}
	f, err := New(columns...)
	require.NoError(t, err)
	s := NewSummary(f.Schema())
	require.Equal(t, 256, s.columns[0].(*ordered[int64]).uniques.keep)
}

// TestMomentsAreExact holds them against rational numbers, where floats lose everything.
func TestMomentsAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		n := 2 + r.IntN(20)
		values := make([]float64, n)
		var m, left, right moments
		sum, squares := new(big.Rat), new(big.Rat)
		for i := range values {
			for values[i] = math.Float64frombits(r.Uint64()); math.IsNaN(values[i]) || math.IsInf(values[i], 0); {
				values[i] = math.Float64frombits(r.Uint64())
			}
			switch {
			case i%3 == 0 && i > 0:
				values[i] = -values[i-1] // what cancels
			case i%4 == 1:
				values[i] = float64(int32(r.Uint32())) // small whole numbers
			}
			m.add(values[i])
			[]*moments{&left, &right}[i%2].add(values[i])
			x := new(big.Rat).SetFloat64(values[i])
			sum.Add(sum, x)
			squares.Add(squares, x.Mul(x, x))
		}
		left.merge(&right)
		require.Equal(t, []float64{m.mean(), m.std()}, []float64{left.mean(), left.std()})
		count := new(big.Rat).SetInt64(int64(n))
		mean := new(big.Rat).Quo(sum, count)
		want, _ := mean.Float64()
		require.Equal(t, want, m.mean())
		variance := squares.Sub(squares, mean.Mul(mean, sum))
		variance.Quo(variance, count.SetInt64(int64(n-1)))
		v := new(big.Float).SetPrec(200).SetRat(variance)
		std, _ := v.Sqrt(v).Float64()
		require.Equal(t, std, m.std())
	}
}

func TestMomentsOfExtremes(t *testing.T) {
	of := func(values ...float64) *moments {
		m := new(moments)
		for _, v := range values {
			m.add(v)
		}
		return m
	}
	require.Equal(t, math.MaxFloat64, of(math.MaxFloat64, math.MaxFloat64).mean(), "no overflow")
	require.Zero(t, of(math.MaxFloat64, math.MaxFloat64).std())
	require.Equal(t, math.SmallestNonzeroFloat64, of(5e-324, 5e-324).mean())
	require.Zero(t, of(0, math.Copysign(0, -1)).std())
	require.Equal(t, math.Inf(1), of(1, math.Inf(1)).mean())
	require.Equal(t, math.Inf(-1), of(1, math.Inf(-1)).mean())
	require.True(t, math.IsNaN(of(math.Inf(-1), math.Inf(1)).mean()))
	require.True(t, math.IsNaN(of(1, math.Inf(1)).std()))
}

func BenchmarkSummary(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 1 << 18
	numbers, words := make([]float64, n), make([]string, n)
	for i := range numbers {
		numbers[i], words[i] = r.NormFloat64(), fmt.Sprint(r.IntN(5000))
	}
	for name, column := range map[string]Series{"floats": Of("x", numbers), "words": Of("x", words)} {
		f, err := New(column)
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = NewSummary(f.Schema()).Add(f.Records()[0])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}

func BenchmarkMoments(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	whole, broken := make([]float64, 1<<12), make([]float64, 1<<12)
	for i := range whole {
		whole[i], broken[i] = float64(r.IntN(1000)-500), r.NormFloat64()
	}
	for name, values := range map[string][]float64{"whole": whole, "broken": broken} {
		b.Run(name, func(b *testing.B) {
			var m moments
			for b.Loop() {
				for _, v := range values {
					m.add(v)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(values)), "ns/value")
		})
	}
}

func BenchmarkUniques(b *testing.B) {
	for _, n := range []uint64{16, 4000, 1 << 20} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := newUniques(distinctMax)
			i := uint64(0)
			for b.Loop() {
				i++
				d.add(mix(i % n))
			}
		})
	}
}

// TestCountsAreExactOrSaidNotToBe: up to distinctMax values the count is exact; beyond it is said
// to be an estimate, however the values came.
func TestCountsAreExactOrSaidNotToBe(t *testing.T) {
	for _, n := range []int{0, 1, 16, 255, 4095, 4096, 4097, 8191, 8192, 8193, 100_000} {
		for _, pieces := range []int{1, 3, 7} {
			all := newUniques(distinctMax)
			for p := range pieces {
				part := newUniques(distinctMax)
				for i := p; i < n; i += pieces {
					part.add(mix(uint64(i)))
					part.add(mix(uint64(i / 2))) // of others, too
				}
				all.merge(part)
			}
			count, exact := all.count(2 * n)
			require.Equal(t, n <= distinctMax, exact.V, n)
			if exact.V {
				require.Equal(t, n, count.V)
			} else {
				require.InEpsilon(t, n, count.V, 0.06)
			}
		}
	}
}
