package apply_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/gauge"
)

var int64Field = arrow.Field{Name: "rows", Type: arrow.PrimitiveTypes.Int64}

// twice has each row twice.
func twice(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) {
	return frame.Concat(f, f)
}

// TestChunksOverAFrame: up to 131,072 rows of a record batch, whatever the workers.
func TestChunksOverAFrame(t *testing.T) {
	f := places(t, 300_000)
	cut, err := f.Rechunk(200_000)
	require.NoError(t, err)
	for _, workers := range []int{1, 2, 7} {
		out, _, err := apply.Engine{Workers: workers}.Run(t.Context(), cut, apply.Chunks{
			Reads: []string{"n"}, Gives: []arrow.Field{int64Field, {Name: "first", Type: arrow.PrimitiveTypes.Int64}},
			Do: func(_ context.Context, f *frame.Frame, at apply.Place) (*frame.Frame, error) {
				n, err := frame.Col[int64](f, "n")
				if err != nil || len(f.Names()) != 1 || n.Values()[0] != at.Row || at.File != "" || at.Line != 0 {
					return nil, fmt.Errorf("got %v at %v: %w", f, at, err)
				}
				return frame.New(frame.Of("first", []int64{at.Row}), frame.Of("rows", []int64{int64(f.NumRows())}))
			},
		})
		require.NoError(t, err)
		require.Equal(t, []string{"rows", "first"}, out.Names())
		require.Equal(t, []int64{131_072, 68_928, 100_000}, column[int64](t, out, "rows"))
		require.Equal(t, []int64{0, 131_072, 200_000}, column[int64](t, out, "first"))
	}
}

func column[T any](t *testing.T, f *frame.Frame, name string) []T {
	t.Helper()
	c, err := frame.Col[T](f, name)
	require.NoError(t, err)
	return c.Values()
}

// TestChunksMayChangeHowManyRowsThereAre: none, fewer, more, and steps go on with them.
func TestChunksMayChangeHowManyRowsThereAre(t *testing.T) {
	f := table(t, 50)
	for want, do := range map[int]func(context.Context, *frame.Frame, apply.Place) (*frame.Frame, error){
		0:  func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) { return f.Head(0), nil },
		3:  func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) { return f.Tail(3), nil },
		80: twice,
	} {
		out, err := apply.Apply(t.Context(), f, apply.Where("n >= 10"), apply.Chunks{Do: do}, apply.Expr("m = n + 1"))
		require.NoError(t, err)
		require.Equal(t, want, out.NumRows())
		require.Equal(t, append(f.Names(), "m"), out.Names())
	}
	never := apply.Chunks{Do: func(context.Context, *frame.Frame, apply.Place) (*frame.Frame, error) { panic("called") }}
	out, err := apply.Apply(t.Context(), f, apply.Where("n < 0"), never)
	require.NoError(t, err)
	require.Zero(t, out.NumRows())
}

// TestARowOfChunksHasNoOrigin: there are as many as before, in another order, and another row is
// not taken for the one that fails.
func TestARowOfChunksHasNoOrigin(t *testing.T) {
	turned := apply.Chunks{Do: func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) {
		rows := make([]int, f.NumRows())
		for i := range rows {
			rows[i] = f.NumRows() - 1 - i
		}
		return f.Take(rows)
	}}
	bad := apply.Call1("y", "n", func(_ context.Context, n int64) (int64, error) {
		if n%10 == 3 {
			return 0, errors.New("bad")
		}
		return n, nil
	})
	f := table(t, 50)
	_, err := apply.Apply(t.Context(), f, turned, bad)
	require.EqualError(t, err, "computing y from n = 43: bad")
	rejects := new(chunker.FrameSink)
	out, report, err := apply.Engine{OnError: chunker.Reject(rejects, 0)}.Run(t.Context(), f, turned, bad, turned, apply.Where("1 / (n - 7) < 5"), turned)
	require.NoError(t, err)
	require.Equal(t, 44, out.NumRows())
	require.Equal(t, 6, report.Failed)
	require.NotContains(t, column[int64](t, out, "n"), int64(13))
	require.NotContains(t, column[int64](t, out, "n"), int64(7))
}

// TestAChunkThatFails ends the run and is named, or its rows are left out.
func TestAChunkThatFails(t *testing.T) {
	f, err := places(t, 300).Rechunk(100)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		do   func() (*frame.Frame, error)
		want string
	}{
		"an error":  {func() (*frame.Frame, error) { return nil, errors.New("bad") }, "bad"},
		"a panic":   {func() (*frame.Frame, error) { panic("crash") }, "panic: crash at "},
		"Goexit":    {func() (*frame.Frame, error) { runtime.Goexit(); return nil, nil }, "the function called runtime.Goexit"},
		"no frame":  {func() (*frame.Frame, error) { return nil, nil }, "the function returned neither a frame nor an error"},
		"no column": {func() (*frame.Frame, error) { return f.Rename(map[string]string{"n": "m"}) }, `the function returned no column "n"`},
		"one more": {func() (*frame.Frame, error) { return f.With(frame.Of("more", make([]int64, f.NumRows()))) },
			`the function returned a column "more" that it was not to return: add it to Gives, or leave it out`},
		"another type": {func() (*frame.Frame, error) { return f.With(frame.Of("n", make([]string, f.NumRows()))) },
			`column "n": the function returned string, and Gives, or the column that it got, says int64: make them one`},
	} {
		step := apply.Chunks{Do: func(_ context.Context, rows *frame.Frame, at apply.Place) (*frame.Frame, error) {
			if at.Row < 100 {
				return rows, nil
			}
			return c.do()
		}}
		_, err := apply.Apply(t.Context(), f, step)
		require.ErrorContains(t, err, "row 100, computing chunks: on a chunk of 100 rows: "+c.want, name)

		out, report, err := apply.Engine{OnError: chunker.Null()}.Run(t.Context(), f, step)
		require.NoError(t, err, name)
		require.Equal(t, 100, out.NumRows(), name)
		require.Equal(t, 200, report.Failed)

		_, _, err = apply.Engine{OnError: chunker.Reject(new(chunker.FrameSink), 10)}.Run(t.Context(), f, step)
		require.ErrorAs(t, err, new(*chunker.TooManyError), name)
	}
	rejects := new(chunker.FrameSink)
	step := apply.Chunks{Name: "model", Do: func(context.Context, *frame.Frame, apply.Place) (*frame.Frame, error) {
		return nil, errors.New("bad")
	}}
	out, _, err := apply.Engine{OnError: chunker.Reject(rejects, 0)}.Run(t.Context(), table(t, 20), apply.Where("n > 3"), step)
	require.NoError(t, err)
	require.Zero(t, out.NumRows())
	require.Equal(t, 16, rejects.Frame().NumRows())
	require.Contains(t, rejects.Frame().String(), "on a chunk of 16 rows: bad")
	require.Contains(t, rejects.Frame().String(), "model")
}

// TestChunksAreRefusedBeforeARow: what can be seen by the columns alone.
func TestChunksAreRefusedBeforeARow(t *testing.T) {
	for want, c := range map[string]apply.Chunks{
		"chunks: Do is not set: give the function": {},
		`model: no column "fare"`:                  {Name: "model", Do: twice, Reads: []string{"fare"}},
		"Gives: column 0 has no name or no type":   {Do: twice, Gives: []arrow.Field{{Name: "x"}}},
		`Gives: two columns are called "rows"`:     {Do: twice, Gives: []arrow.Field{int64Field, int64Field}},
		"Calls.Concurrency is -2":                  {Do: twice, Calls: apply.Calls{Concurrency: -2}},
	} {
		_, err := c.Bind(t.Context(), table(t, 3).Schema())
		require.ErrorContains(t, err, want)
	}
}

// TestChunksWithALimit: of the calls under way at the same time.
func TestChunksWithALimit(t *testing.T) {
	f, err := table(t, 500).Rechunk(10)
	require.NoError(t, err)
	g := new(gauge.Gauge)
	out, _, err := apply.Engine{Workers: 8}.Run(t.Context(), f, apply.Chunks{Calls: apply.Calls{Concurrency: 3}, Do: func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) {
		g.Meet(3)
		return f, nil
	}})
	require.NoError(t, err)
	require.True(t, out.Equal(f))
	require.Equal(t, 50, g.Calls)
	require.Equal(t, 3, g.Most)
}

// TestChunksEndWithTheContext: the call under way sees it end.
func TestChunksEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := apply.Engine{OnError: chunker.Null()}.Run(ctx, table(t, 500), apply.Chunks{Do: func(ctx context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	require.ErrorIs(t, err, context.Canceled)
}

// TestChunksAreExplained: by a call with some of the rows.
func TestChunksAreExplained(t *testing.T) {
	most := 0
	plan, err := apply.Engine{}.Explain(t.Context(), places(t, 50_000), apply.Chunks{Name: "model", Do: func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) {
		most = max(most, f.NumRows())
		return f, nil
	}}, apply.Map1("m", "n", func(n int64) int64 { return n }))
	require.NoError(t, err)
	require.Contains(t, plan.String(), "stage 1, model")
	require.Less(t, most, 5000)
}

// A place prints as what it knows of itself.
func ExamplePlace() {
	for _, p := range []apply.Place{{File: "trips.csv", Row: -1, Line: 17}, {File: "trips.parquet", Row: 1000}, {Row: 131_072}} {
		fmt.Println(p)
	}
	// Output:
	// trips.csv:17
	// trips.parquet, row 1000
	// row 131072
}

// The longest flight of each carrier, in each chunk.
func ExampleChunks() {
	longest := func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) {
		type flight struct {
			Carrier  string
			Distance float64
		}
		rows, err := frame.Rows[flight](f)
		if err != nil {
			return nil, err
		}
		best, order := map[string]float64{}, []string{}
		for _, r := range rows {
			name := strings.Clone(r.Carrier)
			if _, seen := best[name]; !seen {
				order = append(order, name)
			}
			best[name] = max(best[name], r.Distance)
		}
		var miles []float64
		for _, name := range order {
			miles = append(miles, best[name])
		}
		return frame.New(frame.Of("carrier", order), frame.Of("longest", miles))
	}
	show(apply.Apply(context.Background(), flights(), apply.Chunks{
		Reads: []string{"carrier", "distance"},
		Gives: []arrow.Field{{Name: "carrier", Type: arrow.BinaryTypes.String}, {Name: "longest", Type: arrow.PrimitiveTypes.Float64}},
		Do:    longest,
	}))
	// Output:
	// carrier  longest
	// string   float64
	// ───────  ───────
	// UA          1400
	// AA          1089
	// B6          1576
	// 3 rows × 2 columns
}

// TestChunksBesideStepsThatNeedAllRows: what they make goes through such a step, and behind one
// nobody knows by then where rows were read.
func TestChunksBesideStepsThatNeedAllRows(t *testing.T) {
	f, all := countingFrame(t, 3000), turned{new(atomic.Int64)}
	fails := apply.Call1("y", "x", func(_ context.Context, x int64) (int64, error) {
		if x == 2500 {
			return 0, errors.New("bad")
		}
		return x, nil
	})
	for _, workers := range []int{1, 3} {
		eng := apply.Engine{Workers: workers, OnError: chunker.Null()}
		out, report, err := eng.Run(t.Context(), f, apply.Chunks{Do: twice}, all, fails)
		require.NoError(t, err)
		require.Equal(t, 6000, out.NumRows())
		require.Equal(t, 2, report.Failed)
		require.Negative(t, report.Errors[0].Row, "a row of no origin")

		var places []apply.Place
		out, report, err = eng.Run(t.Context(), f, fails, all, apply.Chunks{Calls: apply.Calls{Concurrency: 1}, Do: func(_ context.Context, f *frame.Frame, at apply.Place) (*frame.Frame, error) {
			places = append(places, at)
			return f.Head(10), nil
		}})
		require.NoError(t, err)
		require.Equal(t, []int64{2500}, []int64{report.Errors[0].Row})
		require.Equal(t, 10*len(places), out.NumRows())
		for _, at := range places {
			require.Equal(t, apply.Place{Row: -1}, at)
		}

		_, report, err = eng.Run(t.Context(), f, all, apply.Chunks{Do: func(_ context.Context, f *frame.Frame, _ apply.Place) (*frame.Frame, error) {
			if x, _ := frame.Col[int64](f, "x"); x.Values()[0] == 1000 {
				return nil, errors.New("bad")
			}
			return f, nil
		}})
		require.NoError(t, err)
		require.Equal(t, 1000, report.Failed)
		require.EqualValues(t, 1000, report.Errors[0].Row, "it is known where the rows came from")
	}
}
