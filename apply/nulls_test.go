package apply_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// TestNothingStaleLiesUnderNulls: where a result is null its memory is zero, whichever vector or
// batch it is of.
func TestNothingStaleLiesUnderNulls(t *testing.T) {
	const rows = 5000
	x, y := make([]sql.Null[float64], rows), make([]sql.Null[int64], rows)
	for i := range rows {
		x[i] = sql.Null[float64]{V: float64(i) + 1, Valid: i%3 != 0}
		y[i] = sql.Null[int64]{V: int64(i) + 1, Valid: i < 1500 || i%2 == 0}
	}
	f, err := frame.New(frame.Of("x", x), frame.Of("y", y))
	require.NoError(t, err)
	type in struct {
		X float64
		Y int64
	}
	type out struct {
		Z float64 `volley:"z"`
	}
	for name, fn := range map[string]apply.Func{
		"Map1":         apply.Map1("z", "x", func(x float64) float64 { return x * 2 }),
		"Map1, panics": apply.Map1("z", "x", func(x float64) float64 { return 1000 / float64(1000/(int(x)%7)) }),
		"Map2":         apply.Map2("z", "x", "y", func(x float64, y int64) float64 { return x + float64(y) }),
		"Rows":         apply.Rows(func(r in) out { return out{r.X + float64(r.Y)} }),
		"Call1":        apply.Call1("z", "x", failsOnSevens),
	} {
		for _, batch := range []int{0, 1000} {
			for _, workers := range []int{1, 3} {
				cut, err := f.Rechunk(batch)
				require.NoError(t, err)
				got, _, err := apply.Engine{Workers: workers, OnError: chunker.Null()}.Run(t.Context(), cut, fn)
				require.NoError(t, err)
				col, err := got.Column("z")
				require.NoError(t, err)
				nulls := 0
				for _, chunk := range col.Chunks() {
					for i, v := range chunk.(*array.Float64).Float64Values() {
						if chunk.IsNull(i) {
							nulls++
							require.Zero(t, v, "%s, %d workers, batches of %d: row %d", name, workers, batch, i)
						} else {
							require.NotZero(t, v)
						}
					}
				}
				require.Greater(t, nulls, rows/4, name)
			}
		}
	}
}

func failsOnSevens(_ context.Context, x float64) (float64, error) {
	if int(x)%7 == 0 {
		return x, fmt.Errorf("no sevens")
	}
	return x, nil
}
