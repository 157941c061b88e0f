package apply_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/gauge"
)

// TestAStrategyIsForced: for ten rows and for many, cheap ones and ones that wait. It is used from
// the first row on, the plan says so, and the rows are the same.
func TestAStrategyIsForced(t *testing.T) {
	for _, c := range []struct {
		strategy      apply.Strategy
		workers, wide int
		most          int // calls at the same time, if there are rows enough
		sampled       bool
		plan          string
	}{
		{apply.Serial, 4, 0, 1, true, ""},
		{apply.Parallel, 4, 0, 4, false, "parallel on 4 workers, forced by Strategy\n"},
		{apply.Wide, 2, 9, 9, false, "wide on 9 workers, forced by Strategy (at most 9 by Engine.Wide)\n"},
		{apply.Wide, 0, 20, 20, false, "wide on 20 workers, forced by Strategy (at most 20 by Engine.Wide)\n"},
	} {
		for _, rows := range []int{30, 2000} {
			f, g := table(t, rows), new(gauge.Gauge)
			engine := apply.Engine{Workers: c.workers, Wide: c.wide, Strategy: c.strategy}
			out, report, err := engine.Run(t.Context(), f, apply.Map1("y", "n", func(n int64) int64 {
				if rows == 30 {
					g.Meet(c.most)
				} else if n < 30 {
					g.Call(c.most)
				}
				return 2 * n
			}))
			require.NoError(t, err)
			require.Equal(t, 30, g.Calls)
			require.LessOrEqual(t, g.Most, c.most)
			if rows == 30 {
				require.Equal(t, c.most, g.Most, "%s", report)
			}
			stage := report.Plan.Stages[0]
			require.True(t, stage.Forced)
			require.Equal(t, c.strategy, stage.Strategy)
			require.Equal(t, c.sampled, stage.Sampled > 0)
			require.Contains(t, report.String(), c.plan)
			for i, y := range column[int64](t, out, "y") {
				require.EqualValues(t, 2*i, y)
			}
			plan, err := engine.Explain(t.Context(), f, apply.Expr("y = n * 2"))
			require.NoError(t, err)
			require.True(t, plan.Stages[0].Forced)
			after, _, err := apply.Engine{}.Run(t.Context(), f, apply.Map1("y", "n", func(n int64) int64 { return 2 * n }))
			require.NoError(t, err)
			require.True(t, out.Equal(after))
		}
	}
	_, report, err := apply.Engine{}.Run(t.Context(), table(t, 2000), apply.Expr("y = n"))
	require.NoError(t, err)
	require.False(t, report.Plan.Stages[0].Forced, "nothing sticks")
	require.NotContains(t, report.String(), "forced")
}

// TestSerialIsSerialForConditionsToo, and for chunks.
func TestSerialIsSerialForConditionsToo(t *testing.T) {
	f := places(t, 600_000)
	g := new(gauge.Gauge)
	out, report, err := apply.Engine{Workers: 4, Strategy: apply.Serial}.Run(t.Context(), f, apply.Where("n >= 0"), apply.Chunks{
		Do: func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) { g.Call(2); return f, nil },
	})
	require.NoError(t, err)
	require.Equal(t, 600_000, out.NumRows())
	require.Equal(t, 1, g.Most)
	require.Equal(t, 1, report.Plan.Workers)
}

// TestAFormIsForced: the row form where the vector form is faster, and the vector form where it is
// slower; with a strategy that is sampled and ones that are not.
func TestAFormIsForced(t *testing.T) {
	var byRow, byVector atomic.Int64
	double := apply.Map1("y", "n", func(n int64) int64 { byRow.Add(1); return 2 * n })
	slow := double.Vector(func(n, out []int64) {
		for i, v := range n {
			byVector.Add(1)
			time.Sleep(time.Microsecond)
			out[i] = 2 * v
		}
	})
	fast := double.Vector(func(n, out []int64) {
		for i, v := range n {
			out[i] = 2 * v
		}
		byVector.Add(int64(len(n)))
	})
	wrong := double.Vector(func(n, out []int64) { clear(out); byVector.Add(int64(len(n))) })
	const rows = 30_000
	f := table(t, rows)
	for _, s := range []apply.Strategy{apply.Cheapest, apply.Serial, apply.Parallel, apply.Wide} {
		for name, c := range map[string]struct {
			step   chunker.Step
			form   apply.Form
			vector bool // most rows are computed by it
		}{
			"row form":                 {fast, apply.RowForm, false},
			"slow vector form":         {slow, apply.VectorForm, true},
			"fast vector form":         {fast, apply.VectorForm, true},
			"either of fast":           {fast, apply.EitherForm, true},
			"vector form that differs": {wrong, apply.VectorForm, false},
		} {
			name = fmt.Sprint(name, ", ", s)
			byRow.Store(0)
			byVector.Store(0)
			out, report, err := apply.Engine{Workers: 2, Wide: 4, Strategy: s, Form: c.form}.Run(t.Context(), f, c.step)
			require.NoError(t, err, name)
			for i, y := range column[int64](t, out, "y") {
				require.EqualValues(t, 2*i, y, name)
			}
			if c.vector {
				require.Greater(t, byVector.Load(), int64(rows/2), "%s\n%s", name, report)
				require.True(t, report.Plan.Stages[0].Functions[0].Vector, name)
			} else {
				require.GreaterOrEqual(t, byRow.Load(), int64(rows*9/10), "%s\n%s", name, report)
			}
			if c.form == apply.RowForm {
				require.Zero(t, byVector.Load(), name)
				require.EqualValues(t, rows, byRow.Load(), name)
			}
		}
	}
}

// TestSettingsThatCannotBeAreRefused before a row is read.
func TestSettingsThatCannotBeAreRefused(t *testing.T) {
	f := table(t, 10)
	never := func(n int64) int64 { panic("called") }
	for want, c := range map[string]struct {
		engine apply.Engine
		step   chunker.Step
	}{
		"apply: y: the function has no vector form": {apply.Engine{Form: apply.VectorForm}, apply.Map1("y", "n", never)},
		"y_y: the function has no vector form":      {apply.Engine{Form: apply.VectorForm}, chunker.Steps{apply.Expr("y = n"), apply.Each("_y", []string{"y"}, never)}},
		"Strategy is 17":                            {apply.Engine{Strategy: 17}, apply.Where("n > 1")},
		"Form is -1":                                {apply.Engine{Form: -1}, apply.Map1("y", "n", never)},
		"Strategy is Wide, but with Workers: 1":     {apply.Engine{Strategy: apply.Wide, Workers: 1}, apply.Map1("y", "n", never)},
	} {
		_, _, err := c.engine.Run(t.Context(), f, c.step)
		require.ErrorContains(t, err, want)
		_, err = c.engine.Explain(t.Context(), f, c.step)
		require.ErrorContains(t, err, want)
	}
	_, _, err := apply.Engine{Form: apply.VectorForm}.Run(t.Context(), f, apply.Expr("y = n"), apply.Where("y > 1"))
	require.NoError(t, err, "an expression is vector form")
	require.Equal(t, "Strategy(9)", apply.Strategy(9).String())
	require.Equal(t, "vector form", apply.VectorForm.String())
}

// TestLittleWorkStaysWithOneWorker: how little, SerialBelow says.
func TestLittleWorkStaysWithOneWorker(t *testing.T) {
	f := table(t, 3000)
	slow := apply.Map1("y", "n", func(n int64) int64 {
		for start := time.Now(); time.Since(start) < 5*time.Microsecond; {
			n++
		}
		return n
	})
	_, report, err := apply.Engine{Workers: 4, SerialBelow: time.Hour}.Run(t.Context(), f, slow)
	require.NoError(t, err)
	require.Equal(t, 1, report.Stages[0].Workers, "%s", report)
	require.Equal(t, apply.Serial, report.Plan.Stages[0].Strategy)
	require.False(t, report.Plan.Stages[0].Forced)
	_, report, err = apply.Engine{Workers: 4, SerialBelow: time.Microsecond}.Run(t.Context(), f, slow)
	require.NoError(t, err)
	require.Equal(t, apply.Parallel, report.Plan.Stages[0].Strategy, "%s", report)
}

// TestLittleSlowWorkStaysWithOneWorker: rows that go on for long put others to work once they come
// to more than SerialBelow says.
func TestLittleSlowWorkStaysWithOneWorker(t *testing.T) {
	for _, c := range []struct {
		below time.Duration
		alone bool
	}{{time.Hour, true}, {100 * time.Millisecond, false}, {0, false}} {
		var now, most atomic.Int64
		slow := apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
			defer now.Add(-1)
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(30 * time.Millisecond)
			return n, nil
		})
		_, report, err := apply.Engine{Workers: 2, SerialBelow: c.below}.Run(t.Context(), table(t, 12), slow)
		require.NoError(t, err)
		require.Equal(t, c.alone, most.Load() == 1, "below %v: %d at a time\n%s", c.below, most.Load(), report)
	}
}

// TestProgressSaysTheName that the engine has.
func TestProgressSaysTheName(t *testing.T) {
	for name, want := range map[string]string{"": "apply", "rates": "rates"} {
		var got string
		_, _, err := apply.Engine{Name: name, Progress: func(e progress.Event) { got = e.Job }}.Run(t.Context(), table(t, 10), apply.Expr("y = n"))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// A strategy is forced for one call, as for functions whose first rows are unlike the others.
func ExampleStrategy() {
	out, report, err := apply.Engine{Workers: 2, Strategy: apply.Parallel}.Run(context.Background(), flights(),
		apply.Map1("km", "distance", func(miles float64) float64 { return miles * 1.609344 }))
	show(out, err)
	fmt.Println(report.Plan)
	// Output:
	// carrier  distance  air_time        km
	// string    float64   float64   float64
	// ───────  ────────  ────────  ────────
	// UA           1400       227  2253.082
	// AA           1089       160  1752.576
	// B6           1576       183  2536.326
	// UA            719         0  1157.118
	// 4 rows × 4 columns
	// plan for 4 rows on 2 workers, rows that fail: stop at the first
	//   stage 1, not sampled
	//     km
	//     parallel on 2 workers, forced by Strategy
}

// The row form is forced to see what the vector form saves.
func ExampleForm() {
	km := apply.Map1("km", "distance", func(miles float64) float64 { return miles * 1.609344 }).
		Vector(func(miles, out []float64) {
			for i, m := range miles {
				out[i] = m * 1.609344
			}
		})
	for _, form := range []apply.Form{apply.RowForm, apply.VectorForm} {
		out, _, err := apply.Engine{Form: form}.Run(context.Background(), flights(), km)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(form, out.Names())
	}
	// Output:
	// row form [carrier distance air_time km]
	// vector form [carrier distance air_time km]
}
