package apply_test

import (
	"database/sql"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// places is a table of rows rows with nulls in y.
func places(t *testing.T, rows int) *frame.Frame {
	t.Helper()
	x, y := make([]float64, rows), make([]sql.Null[float64], rows)
	n := make([]int64, rows)
	for i := range rows {
		x[i], n[i] = math.Sin(float64(i))*1e9, int64(i)
		if i%7 != 3 {
			y[i] = sql.Null[float64]{V: x[i], Valid: true}
		}
	}
	f, err := frame.New(frame.Of("x", x), frame.Of("y", y), frame.Of("n", n))
	require.NoError(t, err)
	return f
}

func TestFoldSeesEveryValueInOrder(t *testing.T) {
	type seen struct{ first, last, n, sum int64 }
	step := func(s seen, values []int64) seen {
		for _, v := range values {
			if s.n == 0 {
				s.first = v
			} else if v <= s.last {
				s.sum = -1 << 40 // out of order
			}
			s.last, s.n, s.sum = v, s.n+1, s.sum+v
		}
		return s
	}
	merge := func(a, b seen) seen {
		if a.last >= b.first {
			b.sum = -1 << 40
		}
		return seen{a.first, b.last, a.n + b.n, a.sum + b.sum}
	}
	for _, rows := range []int{0, 1, 1000, 65_536, 65_537, 300_000} {
		f := places(t, rows)
		for _, batch := range []int{0, 1000, 65_536, 100_001} {
			g, err := f.Rechunk(batch)
			require.NoError(t, err)
			got, err := apply.Fold(t.Context(), g, "n", step, merge)
			require.NoError(t, err)
			require.EqualValues(t, rows, got.n)
			require.EqualValues(t, rows*(rows-1)/2, got.sum)
		}
	}
}

func TestSumIsTheSameHoweverTheRowsAreCut(t *testing.T) {
	f := places(t, 200_000)
	for _, text := range []string{"x", "y", "x * 3 + y", "coalesce(y, 1)"} {
		whole, err := apply.Sum(t.Context(), f, text)
		require.NoError(t, err)
		for _, batch := range []int{999, 65_536, 70_000} {
			g, err := f.Rechunk(batch)
			require.NoError(t, err)
			parts, err := apply.Sum(t.Context(), g, text)
			require.NoError(t, err)
			require.Equal(t, math.Float64bits(whole), math.Float64bits(parts), "%s in batches of %d", text, batch)
		}
	}
	exact := 0.0
	for i := range 200_000 {
		if i%7 != 3 {
			exact += math.Sin(float64(i)) * 1e9
		}
	}
	got, err := apply.Sum(t.Context(), f, "y")
	require.NoError(t, err)
	require.InEpsilon(t, exact, got, 1e-9)
}

func TestFoldTellsWhatIsWrong(t *testing.T) {
	f := places(t, 100_000)
	_, err := apply.Sum(t.Context(), f, "n")
	require.EqualError(t, err, `fold: "n" is int64, but the function takes float64: write cast(…, float64)`)
	_, err = apply.Sum(t.Context(), f, "nope + 1")
	require.ErrorContains(t, err, "nope")
	_, err = apply.Sum(t.Context(), f, "cast(100 / (n - 70000), float64)")
	var re *chunker.RowError
	require.ErrorAs(t, err, &re)
	require.EqualValues(t, 70_000, re.Row)
}

// TestWhereInRanges has a batch that is cut into several ranges.
func TestWhereInRanges(t *testing.T) {
	const rows = 600_001
	f := places(t, rows)
	got, err := apply.Apply(t.Context(), f, apply.Where("n % 1000 == 7 && y > 0"))
	require.NoError(t, err)
	var want []int64
	for i := 7; i < rows; i += 1000 {
		if i%7 != 3 && math.Sin(float64(i)) > 0 {
			want = append(want, int64(i))
		}
	}
	n, err := frame.Col[int64](got, "n")
	require.NoError(t, err)
	require.Equal(t, want, n.Values())
	_, err = apply.Apply(t.Context(), f, apply.Where("1 / (n - 400000) > 0 || 1 / (n - 300000) > 0"))
	var re *chunker.RowError
	require.ErrorAs(t, err, &re)
	require.EqualValues(t, 300_000, re.Row, fmt.Sprint(err))
	all, err := apply.Apply(t.Context(), f, apply.Where("n >= 0"))
	require.NoError(t, err)
	require.Equal(t, rows, all.NumRows())
	none, err := apply.Apply(t.Context(), f, apply.Where("n < 0"))
	require.NoError(t, err)
	require.Zero(t, none.NumRows())
}
