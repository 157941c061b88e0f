package engine

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/panics"
)

// chunkwise is a RowStep of a function, written as outside the module.
type chunkwise struct {
	schema *arrow.Schema
	worker func() (chunker.Work, error)
}

func by(work chunker.Work) chunkwise {
	return chunkwise{worker: func() (chunker.Work, error) { return work, nil }}
}

func (c chunkwise) String() string                        { return "chunkwise" }
func (c chunkwise) Schema() *arrow.Schema                 { return c.schema }
func (c chunkwise) Worker() (chunker.Work, error)         { return c.worker() }
func (c chunkwise) bound(s *arrow.Schema) chunker.RowStep { c.schema = s; return c }
func (c chunkwise) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return c.bound(in), nil
}

// ordered is an OrderedStep of a function.
type ordered struct {
	schema *arrow.Schema
	next   chunker.Work
}

func (o ordered) String() string        { return "ordered" }
func (o ordered) Schema() *arrow.Schema { return o.schema }
func (o ordered) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return ordered{in, o.next}, nil
}
func (o ordered) Next(ctx context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	return o.next(ctx, c)
}

// frameOf is a frame of record batches of rows numbered from 0.
func frameOf(t *testing.T, batches, rows int) *frame.Frame {
	t.Helper()
	numbers := make([]int64, batches*rows)
	for i := range numbers {
		numbers[i] = int64(i)
	}
	f, err := frame.New(frame.Of("n", numbers))
	require.NoError(t, err)
	f, err = f.Rechunk(rows)
	require.NoError(t, err)
	return f
}

// over runs steps over a frame, and returns the numbers that come out.
func over(t *testing.T, f *frame.Frame, env Env, steps ...chunker.Step) (out []int64, counts Counts, err error) {
	t.Helper()
	bound, err := chunker.Steps(steps).Bind(t.Context(), f.Schema())
	require.NoError(t, err)
	env.Alone = true
	flow, err := Start(t.Context(), f.Schema(), bound.(chunker.BoundSteps), env)
	require.NoError(t, err)
	defer func() { require.NoError(t, flow.Close()) }()
	g, err := flow.Frame(t.Context(), f)
	if err != nil {
		return nil, flow.Counts(), err
	}
	for _, rec := range g.Records() {
		out = append(out, values(rec)...)
	}
	return out, flow.Counts(), nil
}

func values(rec arrow.Record) []int64 { return rec.Column(0).(*array.Int64).Int64Values() }

// twice is a chunk's rows, each there twice: new rows, as far as the chunk says.
func twice(c chunker.Chunk) chunker.Chunk {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for _, n := range values(c.Record) {
		b.AppendValues([]int64{n, n}, nil)
	}
	return c.With(array.NewRecord(c.Record.Schema(), []arrow.Array{b.NewArray()}, 2*c.Record.NumRows()))
}

// TestStepsThatEndTheirGoroutine are errors, over one record batch and over several, on the
// caller's goroutine and on others.
func TestStepsThatEndTheirGoroutine(t *testing.T) {
	ends := map[string]func(){"goexit": runtime.Goexit, "panic": func() { panic(panics.ErrGoexit) }}
	for name, end := range ends {
		work := func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) { end(); return c, nil }
		for _, batches := range []int{1, 5} {
			for _, step := range []chunker.Step{by(work), ordered{next: work}, chunkwise{worker: func() (chunker.Work, error) { end(); return nil, nil }}} {
				_, _, err := over(t, frameOf(t, batches, 10), Env{Workers: 2}, step)
				require.ErrorIs(t, err, panics.ErrGoexit, "%s %v %d", name, step, batches)
				require.ErrorContains(t, err, step.(interface{ String() string }).String()+": ")
			}
		}
	}
	_, _, err := over(t, frameOf(t, 1, 10), Env{}, chunkwise{worker: func() (chunker.Work, error) { return nil, nil }})
	require.EqualError(t, err, "chunkwise: its Worker returned no Work")
}

// TestStepsByChunkTellHowFarTheyAre, in order, whatever the workers.
func TestStepsByChunkTellHowFarTheyAre(t *testing.T) {
	same := func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) { return c, nil }
	for _, step := range []chunker.Step{by(same), ordered{next: same}} {
		for _, workers := range []int{1, 3} {
			var told []int
			env := Env{Workers: workers, Tick: func(done int) { told = append(told, done) }}
			_, _, err := over(t, frameOf(t, 4, 10), env, step)
			require.NoError(t, err)
			require.Equal(t, []int{10, 20, 30, 40}, told)
			told = nil
			_, _, err = over(t, frameOf(t, 4, 10), env, step, step)
			require.NoError(t, err)
			require.Equal(t, []int{5, 10, 15, 20, 25, 30, 35, 40}, told, "two steps")
		}
	}
	var told []int
	_, _, err := over(t, frameOf(t, 1, pieceRows*2+1), Env{Workers: 2, Tick: func(done int) { told = append(told, done) }}, by(same))
	require.NoError(t, err)
	require.Equal(t, []int{pieceRows, 2 * pieceRows, 2*pieceRows + 1}, told, "one large record batch")
}

// TestRowsOfUnknownOriginHaveNumbersOfTheirOwn: a row that fails takes no other with it, though
// steps made new rows before it, of some record batches and not of others.
func TestRowsOfUnknownOriginHaveNumbersOfTheirOwn(t *testing.T) {
	double := by(func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) { return twice(c), nil })
	some := by(func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		if values(c.Record)[0] < 10 { // the first record batch alone
			return twice(c), nil
		}
		return c, nil
	})
	fails := func(bad int64) chunkwise {
		return by(func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
			seen := false
			for i, n := range values(c.Record) {
				if n == bad && !seen {
					c.Fail(i, errors.New("bad"))
					seen = true
				}
			}
			return c, nil
		})
	}
	for name, steps := range map[string][]chunker.Step{
		"made twice":             {double, some},
		"made once":              {some},
		"a row failed before":    {double, fails(19), some},
		"made anew of the same":  {double, some, double, some},
		"several failed between": {double, fails(3), some, fails(14), some},
	} {
		want, before, err := over(t, frameOf(t, 2, 10), Env{Workers: 2, Policy: chunker.Reject(new(chunker.FrameSink), 0)}, steps...)
		require.NoError(t, err, name)
		for bad := range int64(20) {
			got, after, err := over(t, frameOf(t, 2, 10), Env{Workers: 2, Policy: chunker.Reject(new(chunker.FrameSink), 0)}, append(steps[:len(steps):len(steps)], fails(bad))...)
			require.NoError(t, err, name)
			for i, n := range want {
				if n == bad {
					require.Equal(t, append(append([]int64{}, want[:i]...), want[i+1:]...), got, "%s: %d", name, bad)
					require.Equal(t, before.Failed+1, after.Failed)
					break
				}
			}
		}
	}
}

// TestNewRowsHaveNoOrigin, be they as many as there were: no error of theirs names a row of the
// source. Rows that are the same keep theirs.
func TestNewRowsHaveNoOrigin(t *testing.T) {
	turned := func(c chunker.Chunk) arrow.Record {
		b := array.NewInt64Builder(memory.DefaultAllocator)
		for _, n := range slices.Backward(values(c.Record)) {
			b.Append(n)
		}
		return array.NewRecord(c.Record.Schema(), []arrow.Array{b.NewArray()}, c.Record.NumRows())
	}
	fails := func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		c.Fail(slices.Index(values(c.Record), 7), errors.New("bad"))
		return c, nil
	}
	for name, c := range map[string]struct {
		of   func(c chunker.Chunk) chunker.Chunk
		want int64
	}{
		"the same rows":       {func(c chunker.Chunk) chunker.Chunk { return c.With(c.Record) }, 7},
		"the chunk itself":    {func(c chunker.Chunk) chunker.Chunk { return c }, 7},
		"a slice":             {func(c chunker.Chunk) chunker.Chunk { return c.Slice(3, 9) }, 7},
		"new rows, as many":   {func(c chunker.Chunk) chunker.Chunk { return c.NewRows(turned(c)) }, -1},
		"a slice of new rows": {func(c chunker.Chunk) chunker.Chunk { return c.NewRows(turned(c)).Slice(1, 9) }, -1},
		"a chunk of its own":  {func(c chunker.Chunk) chunker.Chunk { return chunker.Chunk{Record: turned(c)} }, -1},
		"its own, numbered": {func(c chunker.Chunk) chunker.Chunk {
			return chunker.Chunk{Record: turned(c), Origin: chunker.Origin{Row: -1}}
		}, -1},
		"twice as many by With": {twice, -1},
	} {
		for _, step := range []func(chunker.Work) chunker.Step{func(w chunker.Work) chunker.Step { return by(w) }, func(w chunker.Work) chunker.Step { return ordered{next: w} }} {
			env := Env{Workers: 2, Policy: chunker.Reject(new(chunker.FrameSink), 0)}
			_, counts, err := over(t, frameOf(t, 1, 10), env, step(func(_ context.Context, given chunker.Chunk) (chunker.Chunk, error) { return c.of(given), nil }), by(fails))
			require.NoError(t, err, name)
			require.Len(t, counts.First.Failed, 1)
			require.Equal(t, c.want, max(counts.First.Failed[0].Row, -1), name)
		}
	}
}
