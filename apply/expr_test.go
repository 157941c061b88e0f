package apply_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

func TestExpr(t *testing.T) {
	for _, rows := range []int{0, 1, 7, 577, 10_000} {
		f := table(t, rows)
		for _, e := range []apply.Engine{{}, {Workers: 1}, {Workers: 4, MorselRows: 7}, {Workers: 2, MorselRows: 1000}} {
			got, report, err := e.Run(t.Context(), f,
				apply.Expr("sum = x + z"),
				apply.Expr("half = (x + z) / 2"), // shares x + z
				apply.Expr("flag = z > 10 || n == 4"),
				apply.Expr(`word = ifelse(n == 3, "three", s)`),
				apply.Expr("int32(n)"),
				apply.Map1("minus", "n", func(n int64) int64 { return -n }),
				apply.Expr("neg = -minus"), // another stage
			)
			require.NoError(t, err)
			require.Equal(t, []string{"sum", "half", "flag", "word", "int32(n)", "minus", "neg"}, got.Names()[4:])
			require.Len(t, report.Plan.Stages, 2)
			type row struct {
				X    float64
				N    int64
				S    string
				Z    sql.Null[float64]
				Sum  sql.Null[float64]
				Half sql.Null[float64]
				Flag sql.Null[bool]
				Word string
				I    int32 `volley:"int32(n)"`
				Neg  int64
			}
			all, err := frame.Rows[row](got)
			require.NoError(t, err)
			for i, r := range all {
				require.Equal(t, r.Z.Valid, r.Sum.Valid)
				require.Equal(t, r.N, r.Neg)
				require.EqualValues(t, r.N, r.I)
				word := fmt.Sprintf("row %d", i)
				if i == 3 {
					word = "three"
				}
				require.Equal(t, word, r.Word)
				require.Equal(t, r.Z.Valid || i == 4, r.Flag.Valid, "three-valued logic, row %d", i)
				if r.Z.Valid {
					require.Equal(t, r.X+r.Z.V, r.Sum.V)
					require.Equal(t, (r.X+r.Z.V)/2, r.Half.V)
					require.Equal(t, r.Z.V > 10 || i == 4, r.Flag.V)
				}
			}
		}
	}
}

// TestTheFirstFunctionThatFailsIsTold has several functions fail on the same rows, expressions
// among them, which run together behind the others.
func TestTheFirstFunctionThatFailsIsTold(t *testing.T) {
	numbers := make([]int64, 3000)
	for i := range numbers {
		numbers[i] = int64(i+1) % 700
	}
	f, err := frame.New(frame.Of("n", numbers))
	require.NoError(t, err)
	fns := map[string]apply.Func{
		"a": apply.Expr("a = 1 / n"), "b": apply.Expr("b = 2 % n"),
		"c": apply.Map1("c", "n", func(n int64) int64 { return 3 / n }),
		"d": apply.Map1("d", "n", func(n int64) int64 { return 4 / n }),
	}
	for _, order := range []string{"abcd", "cabd", "bdca", "dbac", "acb", "ca", "ab"} {
		var list []chunker.Step
		for _, name := range order {
			list = append(list, fns[string(name)])
		}
		for _, e := range []apply.Engine{{Workers: 1}, {Workers: 3, MorselRows: 100}, {Workers: 2}} {
			_, _, err := e.Run(t.Context(), f, list...)
			var row *chunker.RowError
			require.ErrorAs(t, err, &row)
			require.Equal(t, order[:1], row.Func, order)
			require.EqualValues(t, 699, row.Row)

			e.OnError = chunker.Null()
			_, report, err := e.Run(t.Context(), f, list...)
			require.NoError(t, err)
			require.Equal(t, order[:1], report.Errors[0].Func, order)
		}
	}
}

func TestExprErrors(t *testing.T) {
	f := table(t, 1000)
	for text, want := range map[string]string{
		"y = xx + 1": "xx", "y = x +": "y = x +", "y = s + 1": "s",
	} {
		_, err := apply.Apply(t.Context(), f, apply.Expr(text))
		require.ErrorContains(t, err, "apply: ")
		require.ErrorContains(t, err, want)
	}
	_, err := apply.Apply(t.Context(), f, apply.Expr("y = 100 / (n - 700)"))
	var re *chunker.RowError
	require.ErrorAs(t, err, &re)
	require.EqualValues(t, 700, re.Row)
	require.Equal(t, []chunker.Value{{Column: "n", Value: int64(700)}}, re.Values)
	got, report, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f, apply.Expr("y = 100 / (n - 700)"))
	require.NoError(t, err)
	require.Equal(t, 1, report.Failed)
	y, err := frame.Col[int64](got, "y")
	require.NoError(t, err)
	require.Equal(t, 1, y.Nulls())
	sink := new(chunker.FrameSink)
	got, _, err = apply.Engine{OnError: chunker.Reject(sink, 0)}.Run(t.Context(), f, apply.Expr("y = 100 / (n - 700)"))
	require.NoError(t, err)
	require.Equal(t, 999, got.NumRows())
	require.Equal(t, 1, sink.Frame().NumRows())
}

func TestWhere(t *testing.T) {
	for _, rows := range []int{0, 7, 10_000} {
		f := table(t, rows)
		got, err := apply.Apply(t.Context(), f, apply.Where(`z > 5 && s != "row 9"`))
		require.NoError(t, err)
		n, err := frame.Col[int64](got, "n")
		require.NoError(t, err)
		var want []int64
		for i := range rows {
			if i%3 != 1 && i > 5 && i != 9 {
				want = append(want, int64(i))
			}
		}
		require.ElementsMatch(t, want, n.Values())
	}
	f := table(t, 1000)
	_, err := apply.Apply(t.Context(), f, apply.Where("x + 1"))
	require.EqualError(t, err, `where: "x + 1" is float64: a condition must be true or false`)
	_, err = apply.Apply(t.Context(), f, apply.Where("y > 1"))
	require.ErrorContains(t, err, "where: ")
	_, err = apply.Apply(t.Context(), f, apply.Where("100 / (n - 700) > 1"))
	var re *chunker.RowError
	require.ErrorAs(t, err, &re)
	require.EqualValues(t, 700, re.Row, "the row of the frame, not of its batch")
}

func TestTwoForms(t *testing.T) {
	f := table(t, 200_000)
	square := func(x float64) float64 { return x * x }
	vector := func(xs, out []float64) {
		for i, x := range xs {
			out[i] = x * x
		}
	}
	run := func(e apply.Engine, fn apply.Func) (*frame.Frame, *apply.Report) {
		got, report, err := e.Run(t.Context(), f, fn)
		require.NoError(t, err)
		return got, report
	}
	want, _ := run(apply.Engine{}, apply.Map1("y", "z", square))

	// A vector form that is equal is taken where it is faster: this row form is slower by far, on
	// any machine.
	slow := func(x float64) float64 {
		for range 1000 {
			x++
		}
		return (x - 1000) * (x - 1000)
	}
	got, report := run(apply.Engine{}, apply.Map1("y", "z", slow).Vector(vector))
	require.True(t, want.Equal(got))
	require.True(t, report.Plan.Stages[0].Functions[0].Vector, report.String())
	require.Contains(t, report.String(), "by its vector form: used")

	// One that differs on the sample is refused.
	got, report = run(apply.Engine{}, apply.Map1("y", "z", square).Vector(func(xs, out []float64) {
		for i, x := range xs {
			out[i] = x * x * (1 + 1e-12)
		}
	}))
	require.True(t, want.Equal(got))
	require.False(t, report.Plan.Stages[0].Functions[0].Vector)
	require.Contains(t, report.String(), "refused, it differs")

	// One that differs only in places the sample does not see is given up there.
	half := func(xs, out []float64) {
		for i, x := range xs {
			if out[i] = x * x; x > 120_000 {
				out[i]++
			}
		}
	}
	e := apply.Engine{Workers: 2, MorselRows: 1000}
	got, report = run(e, apply.Map2("y", "x", "n", func(x float64, _ int64) float64 { return slow(x) }).Vector(func(xs []float64, _ []int64, out []float64) { half(xs[:0], out); vector(xs, out) }))
	require.Equal(t, f.NumRows(), got.NumRows())
	require.True(t, report.Plan.Stages[0].Functions[0].Vector)
	got, report = run(e, apply.Map1("y", "z", slow).Vector(half))
	if report.Plan.Stages[0].Functions[0].Vector { // the sample did not see it
		require.Contains(t, report.String(), "the vector form was given up")
	}
	require.Equal(t, want.NumRows(), got.NumRows())

	// One that panics is refused, and NaN and a unit in the last place are no difference.
	_, report = run(apply.Engine{}, apply.Map1("y", "x", square).Vector(func(xs, out []float64) { panic("no") }))
	require.False(t, report.Plan.Stages[0].Functions[0].Vector)
	_, err := apply.Apply(context.Background(), f, apply.Map3("y", "x", "n", "s", func(x float64, n int64, s string) string { return s }).Vector(func(x []float64, n []int64, s, out []string) { copy(out, s) }))
	require.NoError(t, err)
}

var oddCalls atomic.Int64

func init() {
	fn.Register("test/exit@v1", fn.Of1(func(n int64) int64 {
		if oddCalls.Add(1); n%10 == 0 {
			runtime.Goexit()
		}
		return n
	}))
	fn.Register("test/half@v1", fn.Of1(func(x float64) float64 { return x / 2 }))
	fn.Register("test/odd@v1", fn.Try1(func(n int64) (bool, error) {
		switch n {
		case 100:
			return false, errors.New("a hundred")
		case 2000:
			panic("two thousand")
		case 3000:
			runtime.Goexit()
		}
		return n%2 == 1, nil
	}))
}

func TestRegisteredFunctions(t *testing.T) {
	f := table(t, 5000)
	got, report, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f,
		apply.Expr("h = test.half.v1(x) * 2"), apply.Expr("odd = test.odd.v1(n)"))
	require.NoError(t, err)
	require.Equal(t, 3, report.Failed)
	require.ErrorContains(t, report.Errors[0], "row 100, computing odd from")
	require.ErrorContains(t, report.Errors[0], "a hundred")
	require.Regexp(t, `panic: two thousand at \S+expr_test.go:\d+ \(at "test.odd.v1\(n\)"\)$`, report.Errors[1].Error())
	require.ErrorIs(t, report.Errors[2], expr.ErrGoexit)
	h, err := frame.Col[float64](got, "h")
	require.NoError(t, err)
	x, err := frame.Col[float64](f, "x")
	require.NoError(t, err)
	require.Equal(t, x.Values(), h.Values())

	_, err = apply.Apply(t.Context(), f, apply.Where("n > 200 && test.odd.v1(n)"))
	require.ErrorContains(t, err, "row 2000, ")
	few, err := apply.Apply(t.Context(), f.Head(50), apply.Where("test.odd.v1(n)"))
	require.NoError(t, err)
	require.Equal(t, 25, few.NumRows())
	_, err = apply.Apply(t.Context(), f, apply.Where("n > 2500 && test.odd.v1(n)"))
	require.ErrorIs(t, err, expr.ErrGoexit)
	require.ErrorContains(t, err, "row 3000, ")
	_, err = apply.Sum(t.Context(), f, "ifelse(n > 2500 && test.odd.v1(n), 1.0, 0.0)")
	require.ErrorContains(t, err, "row 3000, ")

	// Each row is one call, also beside rows that end the goroutine.
	oddCalls.Store(0)
	_, report, err = apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f, apply.Expr("odd = test.exit.v1(n)"), apply.Expr("more = test.exit.v1(n + 1)"))
	require.NoError(t, err)
	require.EqualValues(t, 10_000, oddCalls.Load())
	require.Equal(t, 1000, report.Failed)

	_, err = apply.Apply(t.Context(), f, apply.Expr("h = test.halve.v1(x)"))
	require.ErrorContains(t, err, "did you mean test.half.v1?")
}

// A condition, and what is summed, has no name: it would be ignored, and every row be kept.
func TestConditionsHaveNoName(t *testing.T) {
	f, err := frame.New(frame.Of("n", []int64{1, 2, 3}), frame.Of("paid", []bool{true, false, true}))
	require.NoError(t, err)
	for condition, write := range map[string]string{
		"paid = true": "paid == true", "n = 3": "n == 3", "paid = n > 1": "paid == (n > 1)", "n = 1 && paid = false": "n == 1 && paid == false",
		"late = n > 1": "n > 1", "n = 1 OR paid": "n == 1 || paid",
	} {
		_, err = apply.Apply(t.Context(), f, apply.Where(condition))
		require.ErrorContains(t, err, "where: expr: = names a result", condition)
		require.ErrorContains(t, err, ": write "+write+"\n", condition)
		_, err = apply.Apply(t.Context(), f, apply.Where(write))
		require.NoError(t, err, write)
		_, err = apply.Where(condition).Bind(t.Context(), f.Schema())
		require.ErrorContains(t, err, ": write "+write+"\n", condition)
	}
	for _, text := range []string{"n = 3", "total = cast(n, float64)", "n = 3.0"} {
		_, err = apply.Sum(t.Context(), f, text)
		require.ErrorContains(t, err, "fold: expr: = names a result", text)
	}
	kept, err := apply.Apply(t.Context(), f, apply.Where("paid == true"))
	require.NoError(t, err)
	require.Equal(t, 2, kept.NumRows())
}
