package apply_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// table has a float, an int, a string and a column with nulls, in batches of an odd size.
func table(t testing.TB, rows int) *frame.Frame {
	t.Helper()
	x, n, s, z := make([]float64, rows), make([]int64, rows), make([]string, rows), make([]sql.Null[float64], rows)
	for i := range rows {
		x[i], n[i], s[i] = float64(i)+0.5, int64(i), fmt.Sprintf("row %d", i)
		z[i] = sql.Null[float64]{V: float64(i), Valid: i%3 != 1}
	}
	f, err := frame.New(frame.Of("x", x), frame.Of("n", n), frame.Of("s", s), frame.Of("z", z))
	require.NoError(t, err)
	if rows > 100 {
		f, err = f.Rechunk(rows/3 + 1)
		require.NoError(t, err)
	}
	return f
}

var sizes = []int{0, 1, 7, 577, 10_000, 1_000_000}

type in struct {
	X float64
	S string
	Z sql.Null[float64]
}

type out struct {
	Twice float64
	Word  string `volley:"word"`
	Maybe sql.Null[int32]
	Big   bool
}

// functions is one of every constructor, all counting their calls.
func functions(calls *atomic.Int64) []chunker.Step {
	count := func() { calls.Add(1) }
	return []chunker.Step{
		apply.Map1("m1", "n", func(n int64) int64 { count(); return n * 2 }),
		apply.Map2("m2", "x", "n", func(x float64, n int64) string { count(); return fmt.Sprint(x, n) }),
		apply.Map3("m3", "x", "n", "s", func(x float64, n int64, s string) bool { count(); return len(s)%2 == 0 }),
		apply.Rows(func(r in) out {
			count()
			return out{2 * r.X, strings.ToUpper(r.S), sql.Null[int32]{V: int32(r.Z.V), Valid: r.Z.Valid}, r.X > 100}
		}),
		apply.Call1("c1", "s", func(_ context.Context, s string) (int, error) { count(); return len(s), nil }),
		apply.Call2("c2", "s", "n", func(_ context.Context, s string, n int64) (time.Time, error) {
			count()
			return time.Unix(n, 0).UTC(), nil
		}),
		apply.Call3("c3", "s", "n", "x", func(_ context.Context, s string, n int64, x float64) ([]byte, error) {
			count()
			return []byte(s), nil
		}),
		apply.CallRows(func(_ context.Context, r in) (struct{ Late float64 }, error) {
			count()
			return struct{ Late float64 }{r.X - 1}, nil
		}),
	}
}

// plain is what functions compute, by a plain loop.
func TestNoFrameIsAnError(t *testing.T) {
	fn := apply.Expr("m = n + 1")
	_, err := apply.Apply(t.Context(), nil, fn)
	require.ErrorContains(t, err, "the frame is nil")
	_, err = apply.Engine{}.Explain(t.Context(), nil, fn)
	require.ErrorContains(t, err, "the frame is nil")
	_, err = apply.Apply(t.Context(), nil, apply.Where("n > 0"))
	require.ErrorContains(t, err, "the frame is nil")
	_, err = apply.Sum(t.Context(), nil, "n")
	require.ErrorContains(t, err, "the frame is nil")
}

func plain(t testing.TB, f *frame.Frame) *frame.Frame {
	t.Helper()
	rows, err := frame.Rows[struct {
		in
		N int64
	}](f)
	require.NoError(t, err)
	type result struct {
		M1    int64  `volley:"m1"`
		M2    string `volley:"m2"`
		M3    bool   `volley:"m3"`
		Twice float64
		Word  string `volley:"word"`
		Maybe sql.Null[int32]
		Big   bool
		C1    int       `volley:"c1"`
		C2    time.Time `volley:"c2"`
		C3    []byte    `volley:"c3"`
		Late  float64
	}
	var all []result
	for _, r := range rows {
		all = append(all, result{r.N * 2, fmt.Sprint(r.X, r.N), len(r.S)%2 == 0, 2 * r.X, strings.ToUpper(r.S),
			sql.Null[int32]{V: int32(r.Z.V), Valid: r.Z.Valid}, r.X > 100, len(r.S), time.Unix(r.N, 0).UTC(), []byte(r.S), r.X - 1})
	}
	g, err := frame.FromStructs(all)
	require.NoError(t, err)
	return g
}

func TestEveryFunctionIsCalledOnceARowInEveryStrategy(t *testing.T) {
	for _, rows := range sizes {
		if rows > 10_000 && testing.Short() {
			continue
		}
		f := table(t, rows)
		want := plain(t, f)
		for _, e := range []apply.Engine{{}, {Workers: 1}, {Workers: 3, MorselRows: 97}} {
			var calls atomic.Int64
			got, report, err := e.Run(t.Context(), f, functions(&calls)...)
			require.NoError(t, err)
			require.EqualValues(t, 8*rows, calls.Load(), "%d rows, %+v", rows, e)
			require.Equal(t, f.Names(), got.Names()[:4])
			results, err := got.Drop(f.Names()...)
			require.NoError(t, err)
			require.True(t, want.Equal(results), "%d rows, %+v\n%s", rows, e, report)
		}
	}
}

func TestEqualForAllWorkersAndMorsels(t *testing.T) {
	rows := 20_000
	if testing.Short() {
		rows = 3_000
	}
	f := table(t, rows)
	want := plain(t, f)
	for _, workers := range []int{1, 2, 3, 8, 64} {
		for _, morsel := range []int{1, 7, 8192} {
			var calls atomic.Int64
			got, report, err := apply.Engine{Workers: workers, MorselRows: morsel}.Run(t.Context(), f, functions(&calls)...)
			require.NoError(t, err)
			require.EqualValues(t, 8*f.NumRows(), calls.Load())
			require.Equal(t, workers, report.Stages[0].Workers)
			results, err := got.Drop(f.Names()...)
			require.NoError(t, err)
			require.True(t, want.Equal(results), "%d workers, morsels of %d", workers, morsel)
		}
	}
}

func TestNullsAreSkippedOrSeen(t *testing.T) {
	for _, rows := range []int{7, 577, 10_000} {
		for _, e := range []apply.Engine{{}, {Workers: 4, MorselRows: 13}} {
			f := table(t, rows)
			var calls atomic.Int64
			got, _, err := e.Run(t.Context(), f,
				apply.Map1("skip", "z", func(z float64) float64 { calls.Add(1); return z + 1 }),
				apply.Map2("word", "z", "s", func(z float64, s string) string { calls.Add(1); return s }),
				apply.Map1("see", "z", func(z sql.Null[float64]) bool { return z.Valid }),
				apply.Map1("make", "n", func(n int64) sql.Null[string] { return sql.Null[string]{V: "x", Valid: n%2 == 0} }),
			)
			require.NoError(t, err)
			valid := rows - (rows+1)/3
			require.EqualValues(t, 2*valid, calls.Load(), "not called on nulls")
			skip, err := frame.Col[sql.Null[float64]](got, "skip")
			require.NoError(t, err)
			word, err := frame.Col[sql.Null[string]](got, "word")
			require.NoError(t, err)
			see, err := frame.Col[bool](got, "see")
			require.NoError(t, err)
			made, err := frame.Col[sql.Null[string]](got, "make")
			require.NoError(t, err)
			require.Zero(t, see.Nulls())
			require.Equal(t, rows-valid, skip.Nulls())
			s, w, b, m := skip.Values(), word.Values(), see.Values(), made.Values()
			for i := range rows {
				ok := i%3 != 1
				require.Equal(t, ok, s[i].Valid, "row %d", i)
				require.Equal(t, ok, w[i].Valid)
				require.Equal(t, ok, b[i])
				require.Equal(t, i%2 == 0, m[i].Valid)
				if ok {
					require.Equal(t, float64(i)+1, s[i].V)
					require.Equal(t, fmt.Sprintf("row %d", i), w[i].V)
				}
			}
		}
	}
}

func TestFunctionsReadWhatEarlierOnesWrite(t *testing.T) {
	f := table(t, 1000)
	got, report, err := apply.Engine{}.Run(t.Context(), f,
		apply.Map1("a", "x", func(x float64) float64 { return x + 1 }),
		apply.Map1("b", "a", func(a float64) string { return fmt.Sprint(a) }),
		apply.Map1("a", "a", func(a float64) float64 { return -a }), // in place of the first
		apply.Map2("c", "b", "a", func(b string, a float64) string { return b + fmt.Sprint(a) }),
		apply.Each("", []string{"x", "z"}, func(v float64) float64 { return v * 10 }),
		apply.Each("_kilo", []string{"x"}, func(v float64) float64 { return v / 1000 }),
	)
	require.NoError(t, err)
	require.Equal(t, []string{"x", "n", "s", "z", "a", "b", "c", "x_kilo"}, got.Names())
	require.Len(t, report.Plan.Stages, 4, report.String())
	c, err := frame.Col[string](got, "c")
	require.NoError(t, err)
	v, _ := c.At(5)
	require.Equal(t, "6.5-6.5", v)
	x, err := frame.Col[float64](got, "x_kilo")
	require.NoError(t, err)
	kilo, _ := x.At(5)
	require.Equal(t, 0.055, kilo)

	_, err = apply.Apply(t.Context(), f, apply.Map1("a", "x", math.Sqrt), apply.Map1("a", "n", math.Sqrt))
	require.EqualError(t, err, `apply: two functions write column "a": rename one`)
}

func TestWiringErrorsComeBeforeTheFirstRow(t *testing.T) {
	f := table(t, 10)
	called := false
	touch := func(x float64) float64 { called = true; return x }
	for _, c := range []struct {
		fn   apply.Func
		want string
	}{
		{apply.Map1("y", "xx", touch), `apply: y: no column "xx"; there are x, n, s, z`},
		{apply.Map1("y", "s", touch), `apply: y: column "s": column is string, Go type is float64: take string`},
		{apply.Map1("y", "x", func(x int32) int32 { return x }), `int32 cannot hold every float64: take float64 and convert in your function`},
		{apply.Map1("y", "x", func(x float64) chan int { return nil }), `y: no Arrow type stands for Go type chan int`},
		{apply.Map1("", "x", touch), "a function has no name for its result"},
		{apply.Map1[float64, float64]("y", "x", nil), "y: the function is nil"},
		{apply.Rows(func(struct{ Y float64 }) out { return out{} }), `no column for field "Y"`},
		{apply.Rows(func(struct{ S float64 }) out { return out{} }), `field "S": column is string`},
		{apply.Rows(func(in) int { return 0 }), "int is no struct"},
		{apply.Each[float64, float64]("", nil, nil), "each: no columns are named"},
		{apply.Batch(nil, nil), "batch: no columns are named"},
		{nil, "step 0 is nil"},
	} {
		_, err := apply.Apply(t.Context(), f, c.fn)
		require.ErrorContains(t, err, c.want)
	}
	_, err := apply.Apply(t.Context(), f)
	require.EqualError(t, err, "apply: no steps are given")
	require.False(t, called)
}

// failing fails, panics or ends its goroutine on one row.
func failing(kind string, row int64) apply.Func {
	if kind == "error" {
		return apply.Call2("y", "n", "s", func(_ context.Context, n int64, s string) (float64, error) {
			if n == row {
				return 7, errors.New("no such trip")
			}
			return float64(n), nil
		})
	}
	return apply.Map2("y", "n", "s", func(n int64, s string) float64 {
		if n == row {
			switch kind {
			case "panic":
				panic("boom")
			case "nil":
				var p *int
				return float64(*p)
			case "goexit":
				runtime.Goexit()
			}
		}
		return float64(n)
	})
}

func TestARowErrorNamesTheRow(t *testing.T) {
	const rows = 30_000
	f := table(t, rows)
	for _, kind := range []string{"error", "panic", "nil", "goexit"} {
		for _, row := range []int64{0, 1, 63, 64, 15_000, rows - 1} {
			for _, e := range []apply.Engine{{}, {Workers: 1}, {Workers: 8, MorselRows: 50}} {
				got, report, err := e.Run(t.Context(), f, failing(kind, row))
				require.Nil(t, got)
				var re *chunker.RowError
				require.ErrorAs(t, err, &re, "%s %d %+v", kind, row, e)
				require.Equal(t, row, re.Row)
				require.Equal(t, []chunker.Value{{Column: "n", Value: row}, {Column: "s", Value: fmt.Sprintf("row %d", row)}}, re.Values)
				require.Equal(t, 1, report.Failed)
				require.Contains(t, err.Error(), fmt.Sprintf(`row %d, computing y from n = %d, s = "row %d": `, row, row, row))
				if kind == "error" {
					require.Contains(t, err.Error(), "no such trip")
					continue
				}
				var pe *apply.PanicError
				require.ErrorAs(t, err, &pe)
				require.Contains(t, pe.Stack, "failing.func")
				require.Contains(t, err.Error(), "apply_test.go:", "the line it came from")
				if kind == "goexit" {
					require.ErrorIs(t, err, apply.ErrGoexit)
				}
				if kind == "nil" {
					require.ErrorContains(t, err, "nil pointer dereference")
				}
			}
		}
	}
}

func TestStopEndsSoon(t *testing.T) {
	const rows = 30_000
	f := table(t, rows)
	for _, e := range []apply.Engine{{}, {Workers: 1}, {Workers: 4, MorselRows: 64}} {
		var calls atomic.Int64
		_, _, err := e.Run(t.Context(), f, apply.Map1("y", "n", func(n int64) int64 {
			calls.Add(1)
			if n == rows-1 {
				panic("last")
			}
			return n
		}))
		require.ErrorContains(t, err, "row 29999")
		require.LessOrEqual(t, calls.Load(), int64(rows))
	}
}

// Where many rows fail, the error is the one a plain loop would end with: rows behind it
// may have failed before, in the sample's tail or with another worker.
func TestStopTellsTheFirstRow(t *testing.T) {
	f := table(t, 20_000)
	for _, first := range []int64{0, 1, 500, 7_777, 19_000} {
		for _, e := range []apply.Engine{{}, {Workers: 1}, {Workers: 1, MorselRows: 1000}, {Workers: 3, MorselRows: 7}, {Workers: 8, MorselRows: 512}} {
			fails := func(n int64) error {
				if n >= first && (n-first)%3 == 0 {
					return fmt.Errorf("bad %d", n)
				}
				return nil
			}
			_, report, err := e.Run(t.Context(), f,
				apply.Call1("y", "n", func(ctx context.Context, n int64) (int64, error) {
					if n > first && ctx.Err() != nil {
						return 0, ctx.Err()
					}
					return n, fails(n)
				}),
				apply.Map1("z", "n", func(n int64) int64 {
					if n == first+1 {
						panic("behind")
					}
					return n
				}))
			var re *chunker.RowError
			require.ErrorAs(t, err, &re)
			require.EqualValues(t, first, re.Row)
			require.Equal(t, "y", re.Func)
			require.ErrorContains(t, err, fmt.Sprint("bad ", first))
			require.Equal(t, 1, report.Failed)
		}
	}
}

func TestNullPolicy(t *testing.T) {
	f := table(t, 10_000)
	for _, kind := range []string{"error", "panic", "goexit"} {
		for _, e := range []apply.Engine{{}, {Workers: 4, MorselRows: 33}} {
			e.OnError = chunker.Null()
			got, report, err := e.Run(t.Context(), f, failing(kind, 5000), failing2(kind))
			require.NoError(t, err)
			require.Equal(t, 101, report.Failed)
			require.Len(t, report.Errors, 10)
			y, err := frame.Col[float64](got, "y")
			require.NoError(t, err)
			require.Equal(t, 1, y.Nulls())
			_, ok := y.At(5000)
			require.False(t, ok)
			v, ok := y.At(5001)
			require.True(t, ok)
			require.Equal(t, 5001.0, v)
			w, err := frame.Col[string](got, "w")
			require.NoError(t, err)
			require.Equal(t, 100, w.Nulls())
			require.Contains(t, report.String(), "101 rows failed (policy: null), the first:")
		}
	}
}

// failing2 fails on every hundredth row, 50 and on.
func failing2(kind string) apply.Func {
	return apply.Map1("w", "n", func(n int64) string {
		if n%100 == 50 {
			if kind == "goexit" {
				runtime.Goexit()
			}
			panic(kind)
		}
		return fmt.Sprint(n)
	})
}

func TestRejectPolicy(t *testing.T) {
	f := table(t, 10_000)
	for _, e := range []apply.Engine{{}, {Workers: 4, MorselRows: 33}} {
		sink := new(chunker.FrameSink)
		e.OnError = chunker.Reject(sink, 0)
		got, report, err := e.Run(t.Context(), f, failing2("bad"),
			apply.Map1("len", "w", func(w string) int { // a second stage, on the rows left
				if w == "7" {
					panic("seven")
				}
				return len(w)
			}))
		require.NoError(t, err)
		require.Equal(t, 101, report.Failed)
		require.Equal(t, 10_000-101, got.NumRows())
		n, err := frame.Col[int64](got, "n")
		require.NoError(t, err)
		for _, v := range n.Values() {
			require.NotEqual(t, int64(50), v%100)
			require.NotEqual(t, int64(7), v)
		}
		rejects := sink.Frame()
		require.Equal(t, 101, rejects.NumRows())
		require.Equal(t, []string{"x", "n", "s", "z", "reject_file", "reject_row", "reject_line", "reject_offset", "reject_column", "reject_function", "reject_reason", "reject_text"}, rejects.Names())
		type reject struct {
			N              int64
			S              string
			RejectReason   string
			RejectFunction string
			RejectRow      int64
		}
		all, err := frame.Rows[reject](rejects)
		require.NoError(t, err)
		for i, r := range all {
			require.Equal(t, r.N, r.RejectRow)
			require.Equal(t, fmt.Sprintf("row %d", r.N), r.S)
			switch i {
			case 0:
				require.EqualValues(t, 7, r.N, "in order, whatever the stage")
				require.Contains(t, r.RejectReason, "panic: seven")
				require.Equal(t, "len", r.RejectFunction)
			default:
				require.EqualValues(t, 50+100*(i-1), r.N)
				require.Contains(t, r.RejectReason, "panic: bad")
			}
		}
	}
}

// TestSkipLeavesOutWhatRejectDoes, of functions, conditions and chunks, and writes it nowhere.
func TestSkipLeavesOutWhatRejectDoes(t *testing.T) {
	f := table(t, 10_000)
	for name, steps := range map[string][]chunker.Step{
		"a panic":              {failing2("panic")},
		"two functions":        {failing2("goexit"), failing("error", 5000)},
		"one behind the other": {failing2("bad"), apply.Map1("len", "w", func(w string) int { return 100 / (len(w) - 1) })},
		"an expression":        {apply.Expr("m = 100 / (n % 10)")},
		"a condition":          {apply.Where("100 / (n % 10) > 11")},
		"a chunk's function":   {apply.Chunks{Do: func(context.Context, *frame.Frame, apply.Place) (*frame.Frame, error) { return nil, errors.New("no") }}},
	} {
		for _, e := range []apply.Engine{{}, {Workers: 4, MorselRows: 33}} {
			e.OnError = chunker.Reject(new(chunker.FrameSink), 0)
			want, rejecting, err := e.Run(t.Context(), f, steps...)
			require.NoError(t, err, name)
			e.OnError = chunker.Skip()
			got, skipping, err := e.Run(t.Context(), f, steps...)
			require.NoError(t, err, name)
			require.Equal(t, fmt.Sprint(want.Records()), fmt.Sprint(got.Records()), name)
			require.Positive(t, skipping.Failed, name)
			require.Equal(t, rejecting.Failed, skipping.Failed, name)
			require.Contains(t, skipping.String(), "failed (policy: skip), the first:", name)
			e.OnError.RowsMax = skipping.Failed - 1
			_, _, err = e.Run(t.Context(), f, steps...)
			require.ErrorAs(t, err, new(*chunker.TooManyError), name)
		}
	}
}

func TestCaps(t *testing.T) {
	f := table(t, 10_000)
	sink := new(chunker.FrameSink)
	ratio := chunker.Null()
	ratio.RatioMax = 0.005
	enough := chunker.Null()
	enough.RatioMax = 0.011
	for _, c := range []struct {
		policy chunker.Policy
		fails  bool
	}{
		{chunker.Reject(sink, 99), true}, {chunker.Reject(sink, 100), false}, {ratio, true}, {enough, false},
	} {
		for _, e := range []apply.Engine{{}, {Workers: 3, MorselRows: 20}} {
			e.OnError = c.policy
			_, _, err := e.Run(t.Context(), f, failing2("bad"))
			if !c.fails {
				require.NoError(t, err)
				continue
			}
			var many *chunker.TooManyError
			require.ErrorAs(t, err, &many)
			require.ErrorContains(t, err, "rows failed, more than Policy.R")
			require.NotNil(t, many.First)
		}
	}
}

func TestBatch(t *testing.T) {
	f := table(t, 10_000)
	double := doubled(t)
	for _, e := range []apply.Engine{{}, {Workers: 4, MorselRows: 100}} {
		got, _, err := e.Run(t.Context(), f, double, apply.Map1("m", "n", func(n int64) int64 { return n }))
		require.NoError(t, err)
		l, err := got.Column("list")
		require.NoError(t, err)
		require.Equal(t, f.NumRows(), l.Len())
		d, err := frame.Col[float64](got, "double")
		require.NoError(t, err)
		for i, v := range d.Values() {
			require.Equal(t, 2*(float64(i)+0.5), v)
		}
	}
	f = table(t, 300)
	for _, c := range []struct{ kind, want string }{
		{"error", "no luck"}, {"panic", "panic: ouch"}, {"goexit", "runtime.Goexit"}, {"rows", "the function returned 0 rows, and not as many as it was given"},
		{"columns", "the function returned 0 columns, it promised 1"}, {"type", `column "y": the function returned int64, it promised float64`}, {"nil", "neither a record nor an error"},
	} {
		_, err := apply.Apply(t.Context(), f, badBatch(c.kind))
		require.ErrorContains(t, err, c.want)
		var re *chunker.RowError
		require.ErrorAs(t, err, &re)
		got, report, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f, badBatch(c.kind))
		require.NoError(t, err)
		require.Equal(t, f.NumRows(), report.Failed)
		y, err := frame.Col[float64](got, "y")
		require.NoError(t, err)
		require.Equal(t, f.NumRows(), y.Nulls())
	}
}

func TestCancel(t *testing.T) {
	f := table(t, 100_000)
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("changed my mind"))
	_, err := apply.Apply(cancelled, f, apply.Map1("y", "n", func(n int64) int64 { return n }))
	require.EqualError(t, err, "changed my mind")

	for _, e := range []apply.Engine{{}, {Workers: 1}, {Workers: 8}} {
		ctx, cancel := context.WithCancel(t.Context())
		var calls atomic.Int64
		_, _, err := e.Run(ctx, f, apply.Map1("y", "n", func(n int64) int64 {
			if calls.Add(1) == 50_000 {
				cancel()
			}
			if ctx.Err() != nil { // and until the run hears of it
				time.Sleep(100 * time.Microsecond)
			}
			return n
		}))
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, calls.Load(), int64(100_000))

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		_, _, err = e.Run(ctx, f, apply.Call1("y", "n", func(ctx context.Context, n int64) (int64, error) {
			<-ctx.Done() // the functions see that it is over
			return 0, ctx.Err()
		}))
		require.ErrorIs(t, err, context.Canceled)
		var re *chunker.RowError
		require.False(t, errors.As(err, &re), "a cancelled run is no row's error: %v", err)
	}
}

func TestAFailureCancelsTheCallsUnderWay(t *testing.T) {
	f := table(t, 1000)
	for _, e := range []apply.Engine{{Workers: 2}, {Workers: 8, MorselRows: 1}} {
		_, _, err := e.Run(t.Context(), f, apply.Call1("y", "n", func(ctx context.Context, n int64) (int64, error) {
			if n == 500 {
				return 0, errors.New("the real cause")
			}
			if n > 100 {
				select {
				case <-ctx.Done():
					return 0, ctx.Err()
				case <-time.After(time.Millisecond):
				}
			}
			return n, nil
		}))
		require.ErrorContains(t, err, "row 500")
		require.ErrorContains(t, err, "the real cause")
	}
}

func TestTimesThatDoNotFitAreRowErrors(t *testing.T) {
	f := table(t, 1000)
	fn := apply.Map1("at", "n", func(n int64) time.Time {
		if n == 900 {
			return time.Time{}
		}
		return time.Unix(n, 0)
	})
	_, err := apply.Apply(t.Context(), f, fn)
	require.ErrorContains(t, err, "row 900")
	require.ErrorContains(t, err, "outside the years 1678 to 2261")
	got, report, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f, fn)
	require.NoError(t, err)
	require.Equal(t, 1, report.Failed)
	at, err := frame.Col[time.Time](got, "at")
	require.NoError(t, err)
	require.Equal(t, 1, at.Nulls())
}

// TestProgressTellsOfCalls: those under way while they are, and what the run came to at the end.
func TestProgressTellsOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(_ context.Context, n int64, call int) (int64, error) {
			time.Sleep(time.Second)
			switch {
			case n == 7:
				return 0, async.Permanent(errBusy)
			case call == 1 && n%2 == 0:
				return 0, errBusy
			}
			return n, nil
		}}
		var most, last progress.Calls
		e := apply.Engine{Workers: 2, OnError: chunker.Null(), Progress: func(e progress.Event) {
			last = e.Calls
			most.Running = max(most.Running, e.Calls.Running)
		}}
		_, _, err := e.Run(t.Context(), table(t, 90), apply.Call1("y", "n", s.call).With(apply.Calls{Concurrency: 6, Retry: &async.Retry{}}))
		require.NoError(t, err)
		require.Equal(t, progress.Calls{Made: 135, Failed: 1, Retried: 45}, last)
		require.Positive(t, most.Running)
		require.LessOrEqual(t, most.Running, int64(6))
	})
}

func TestProgressEndsAtTheTotal(t *testing.T) {
	f := table(t, 2000)
	var events []progress.Event
	e := apply.Engine{Progress: func(e progress.Event) { events = append(events, e) }}
	sleep := func(n int64) int64 {
		time.Sleep(50 * time.Microsecond)
		if n == 1900 {
			panic("late")
		}
		return n
	}
	_, _, err := e.Run(t.Context(), f.Head(1900), apply.Map1("y", "n", sleep))
	require.NoError(t, err)
	last := int64(0)
	for i, ev := range events {
		require.EqualValues(t, 1900, ev.RowsTotal)
		require.GreaterOrEqual(t, ev.RowsDone, last)
		require.Equal(t, i == len(events)-1, ev.Done)
		last = ev.RowsDone
	}
	require.EqualValues(t, 1900, last)
	_, _, err = e.Run(t.Context(), f, apply.Map1("y", "n", sleep))
	require.Error(t, err)
	require.Equal(t, err, events[len(events)-1].Err)
}

func TestGenericRowsAllocateNothingPerRow(t *testing.T) {
	type in struct {
		X float64
		S string
	}
	type out struct{ Y float64 }
	small, large := table(t, 20_000), table(t, 80_000)
	run := func(f *frame.Frame) float64 {
		return testing.AllocsPerRun(5, func() {
			// Morsels are given, since how many the engine makes depends on the clock, and each is
			// an allocation or two.
			_, _, err := apply.Engine{Workers: 1, MorselRows: 10_000}.Run(t.Context(), f, apply.Rows(func(r in) out { return out{r.X + float64(len(r.S))} }))
			require.NoError(t, err)
		})
	}
	require.InDelta(t, run(small), run(large), 400)
}
