package apply

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// wideFrame has n columns c0, c1, ….
func wideFrame(t *testing.T, n int) *frame.Frame {
	var columns []frame.Series
	for i := range n {
		columns = append(columns, frame.Of(fmt.Sprint("c", i), []int64{1, 2, 3}))
	}
	f, err := frame.New(columns...)
	require.NoError(t, err)
	return f
}

// TestManyFunctionsOverManyColumns holds what a call allocates for n and for 2n functions, each on
// a column of its own, against each other.
func TestManyFunctionsOverManyColumns(t *testing.T) {
	const n = 400
	each := func(n int, fn func(i int) chunker.Step) (fns []chunker.Step) {
		for i := range n {
			fns = append(fns, fn(i))
		}
		return fns
	}
	name := func(prefix string, i int) string { return fmt.Sprint(prefix, i) }
	for kind, fn := range map[string]func(i int) chunker.Step{
		"Expr":              func(i int) chunker.Step { return Expr(fmt.Sprintf("e%d = c%d + %d", i, i, i)) },
		"Expr of one":       func(i int) chunker.Step { return Expr(fmt.Sprintf("e%d = c0 / 2 + %d", i, i)) },
		"Expr in its place": func(i int) chunker.Step { return Expr(fmt.Sprintf("c%d = c%d * 2", i, i)) },
		"Map1":              func(i int) chunker.Step { return Map1(name("d", i), name("c", i), func(x int64) int64 { return x }) },
		"Call1": func(i int) chunker.Step {
			return Call1(name("d", i), name("c", i), func(_ context.Context, x int64) (int64, error) { return x, nil })
		},
	} {
		bytes := func(n int) float64 {
			f, fns := wideFrame(t, n), each(n, fn)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			out, err := Apply(context.Background(), f, fns...)
			runtime.ReadMemStats(&after)
			require.NoError(t, err, kind)
			require.NotNil(t, out)
			return float64(after.TotalAlloc - before.TotalAlloc)
		}
		bytes(n)
		once := bytes(n)
		require.Less(t, bytes(2*n)/once, 2.6, kind)
	}
}

// TestStagesAreFoundByWhatIsWritten: a function reads the result of the one before it, whatever it
// is called.
func TestStagesAreFoundByWhatIsWritten(t *testing.T) {
	f, err := frame.New(frame.Of("x", []int64{1, 2}), frame.Of("b", []bool{true, false}))
	require.NoError(t, err)
	type in struct {
		Y int64 `volley:"y"`
	}
	type out struct {
		Z int64 `volley:"z"`
	}
	for _, c := range []struct {
		fns    []chunker.Step
		stages int
		column string
		want   string
	}{
		{[]chunker.Step{Expr("y = x + 1"), Expr("z = x + 2")}, 1, "z", "[3 4]"},
		{[]chunker.Step{Expr("y = x + 1"), Expr("z = y + 2")}, 2, "z", "[4 5]"},
		{[]chunker.Step{Expr("x = x + 1"), Expr("z = x + 2")}, 2, "z", "[4 5]"},
		{[]chunker.Step{Expr("x = x * 0.5"), Expr("z = x + 0.25")}, 2, "z", "[0.75 1.25]"},
		{[]chunker.Step{Expr(`x = "a"`), Expr(`z = x + "b"`)}, 2, "z", `["ab" "ab"]`},
		{[]chunker.Step{Expr("true = !b"), Expr("z = b == true")}, 2, "z", "[false false]"},
		{[]chunker.Step{Expr("y = x"), Rows(func(r in) out { return out{r.Y * 2} })}, 2, "z", "[2 4]"},
		{[]chunker.Step{Map1("y", "x", func(x int64) int64 { return x * 3 }), Map1("z", "y", func(y int64) int64 { return y + 1 })}, 2, "z", "[4 7]"},
	} {
		got, report, err := Engine{}.Run(context.Background(), f, c.fns...)
		require.NoError(t, err)
		require.Len(t, report.Stages, c.stages)
		column, err := got.Column(c.column)
		require.NoError(t, err)
		require.Equal(t, c.want, fmt.Sprint(column.Chunk(0)))
	}
	_, err = Apply(context.Background(), f, Expr("y = x"), Expr("y = x + 1"))
	require.ErrorContains(t, err, `two functions write column "y"`)
	_, err = Apply(context.Background(), f, Expr("y = x"), Expr("z = yy + 1"))
	require.ErrorContains(t, err, "the columns are x, b, y")
}
