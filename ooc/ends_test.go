package ooc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/apply/progress"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// tracked is a source of numbered rows, x, that counts which chunks were opened and given back.
type tracked struct {
	chunks, rows, panics int // panics is the chunk that does; 0 is none
	opened, freed        *atomic.Int64
}

func newTracked(chunks, rows int) tracked {
	return tracked{chunks: chunks, rows: rows, opened: new(atomic.Int64), freed: new(atomic.Int64)}
}

var trackedSchema = arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}}, nil)

func (s tracked) Describe(context.Context) (chunker.Input, error) { return s, nil }

func (s tracked) Schema() *arrow.Schema { return trackedSchema }

func (s tracked) Close() error { return nil }

func (s tracked) Open(context.Context, chunker.Request) (chunker.Stream, error) {
	return &trackedStream{tracked: s}, nil
}

type trackedStream struct {
	tracked
	next int
}

func (s *trackedStream) Schema() *arrow.Schema { return trackedSchema }
func (s *trackedStream) Close() error          { return nil }

func (s *trackedStream) Next(context.Context) (chunker.Part, error) {
	if s.next == s.chunks {
		return nil, io.EOF
	}
	i := s.next
	s.next++
	return func(context.Context) (chunker.Chunk, error) {
		if i > 0 && i == s.panics {
			panic("the source is broken")
		}
		s.opened.Add(1)
		b := array.NewInt64Builder(memory.DefaultAllocator)
		for row := range s.rows {
			b.Append(int64(i*s.rows + row))
		}
		rec := array.NewRecord(trackedSchema, []arrow.Array{b.NewArray()}, int64(s.rows))
		return chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: int64(i * s.rows)}, Free: func() { s.freed.Add(1) }}, nil
	}, nil
}

// countedSink is a sink that counts rows, and fails behind so many, if any.
type countedSink struct {
	rows, closed *atomic.Int64
	most         int64
}

func newCountedSink() countedSink {
	return countedSink{rows: new(atomic.Int64), closed: new(atomic.Int64)}
}

func (s countedSink) Create(context.Context, *arrow.Schema) (chunker.Writer, error) { return s, nil }
func (s countedSink) Commit(context.Context) error                                  { return nil }
func (s countedSink) Close() error                                                  { s.closed.Add(1); return nil }

func (s countedSink) Worker() (chunker.Write, error) { return s.write, nil }

func (s countedSink) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	n := int64(c.Len())
	c.Release()
	return func(context.Context) error {
		if s.rows.Add(n); s.most > 0 && s.rows.Load() > s.most {
			return errors.New("the sink is full")
		}
		return nil
	}, nil
}

// mine is a RowStep of a function, and theirs an OrderedStep; the columns stay.
type (
	mine   struct{ work chunker.Work }
	theirs struct{ work chunker.Work }

	boundMine struct {
		mine
		schema *arrow.Schema
	}
	boundTheirs struct {
		theirs
		schema *arrow.Schema
	}
)

func (m mine) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundMine{m, in}, nil
}
func (b boundMine) Schema() *arrow.Schema         { return b.schema }
func (b boundMine) String() string                { return "mine" }
func (b boundMine) Worker() (chunker.Work, error) { return b.work, nil }

func (m theirs) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundTheirs{m, in}, nil
}
func (b boundTheirs) Schema() *arrow.Schema { return b.schema }
func (b boundTheirs) String() string        { return "theirs" }
func (b boundTheirs) Next(ctx context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	return b.work(ctx, c)
}

func same(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) { return c, nil }

// doubled makes each row two, and does not say where they come from.
func doubled(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for _, v := range c.Record.Column(0).(*array.Int64).Int64Values() {
		b.Append(v)
		b.Append(v)
	}
	values := b.NewArray()
	return c.With(array.NewRecord(c.Record.Schema(), []arrow.Array{values}, int64(values.Len()))), nil
}

// TestLargeChunksStayWhole, however many rows they have: through conditions, and steps of every
// kind.
func TestLargeChunksStayWhole(t *testing.T) {
	const rows = 300_000
	for name, c := range map[string]struct {
		steps chunker.Steps
		want  int64
	}{
		"a condition":     {chunker.Steps{apply.Where("x % 2 == 0")}, rows},
		"two":             {chunker.Steps{apply.Where("x % 2 == 0"), apply.Where("x % 3 == 0")}, rows / 3},
		"a row step":      {chunker.Steps{mine{same}}, 2 * rows},
		"one that grows":  {chunker.Steps{mine{doubled}, apply.Where("x >= 0")}, 4 * rows},
		"an ordered step": {chunker.Steps{apply.Where("x % 2 == 0"), table.RowNumber("n"), apply.Where("n % 2 == 0")}, rows / 2},
		"a function":      {chunker.Steps{apply.Where("x % 2 == 0"), apply.Expr("y = x + 1"), mine{same}}, rows},
	} {
		if name == "a function" {
			c.steps = c.steps[:2]
		}
		to := newCountedSink()
		report, err := ooc.Job{From: newTracked(2, rows), Steps: c.steps, To: to}.Run(t.Context())
		require.NoError(t, err, name)
		require.Equal(t, c.want, to.rows.Load(), name)
		require.Equal(t, c.want, report.RowsOut, name)
	}
	path := filepath.Join(t.TempDir(), "one.csv")
	require.NoError(t, os.WriteFile(path, []byte("x\n"+strings.Repeat("1\n2\n", 400_000)), 0o600))
	to := newCountedSink()
	_, err := ooc.Job{From: csvio.Open(path), Steps: chunker.Steps{apply.Where("x == 1")}, To: to}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 400_000, to.rows.Load())
}

// TestRowsOfUnknownOriginAreApart: one that fails takes no other with it.
func TestRowsOfUnknownOriginAreApart(t *testing.T) {
	steps := chunker.Steps{mine{doubled}, apply.Expr("y = 10 / x")}
	for _, chunks := range []int{1, 2, 5} {
		to, bad := newCountedSink(), newCountedSink()
		report, err := ooc.Job{From: newTracked(chunks, 10/chunks), Steps: steps, To: to, OnError: chunker.Reject(bad, 0)}.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, []int64{18, 2, 2}, []int64{to.rows.Load(), bad.rows.Load(), report.Rejected})
		report, err = ooc.Job{From: newTracked(chunks, 10/chunks), Steps: steps, To: newCountedSink(), OnError: chunker.Null()}.Run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 2, report.NullResults)
	}
	f, err := chunker.ReadAll(t.Context(), newTracked(5, 20))
	require.NoError(t, err)
	out, report, err := apply.Engine{OnError: chunker.Reject(newCountedSink(), 0)}.Run(t.Context(), f, steps...)
	require.NoError(t, err)
	require.Equal(t, []int{198, 2}, []int{out.NumRows(), report.Failed})
	require.EqualValues(t, -1, report.Errors[0].Row)
}

// TestAnOrderedStepMayEndWithARowThatFails: it is rejected, and not written.
func TestAnOrderedStepMayEndWithARowThatFails(t *testing.T) {
	last := theirs{func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		c.Fail(0, errors.New("bad"))
		return c, io.EOF
	}}
	to, bad := newCountedSink(), newCountedSink()
	_, err := ooc.Job{From: newTracked(2, 10), Steps: chunker.Steps{last}, To: to, OnError: chunker.Reject(bad, 0)}.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int64{9, 1}, []int64{to.rows.Load(), bad.rows.Load()})
}

// TestStepsThatEndTheirGoroutineEndTheJob, and a source that panics is the caller's to recover.
func TestStepsThatEndTheirGoroutineEndTheJob(t *testing.T) {
	var n atomic.Int64
	leaves := func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		if n.Add(1) == 3 {
			runtime.Goexit()
		}
		return c, nil
	}
	for _, step := range []chunker.Step{mine{leaves}, theirs{leaves}} {
		n.Store(0)
		_, err := ooc.Job{From: newTracked(10, 10), Steps: chunker.Steps{step}, To: newCountedSink()}.Run(t.Context())
		require.ErrorIs(t, err, apply.ErrGoexit)
	}
	from := newTracked(5, 10)
	from.panics = 2
	for _, steps := range []chunker.Steps{{apply.Where("x >= 0")}, {table.RowNumber("n")}, {table.RowNumber("n"), table.Limit(100)}} {
		to := newCountedSink()
		require.Panics(t, func() { _, _ = ooc.Job{From: from, Steps: steps, To: to}.Run(t.Context()) })
		require.EqualValues(t, 1, to.closed.Load())
	}
	bad := newCountedSink()
	f, err := chunker.ReadAll(t.Context(), newTracked(1, 10))
	require.NoError(t, err)
	require.Panics(t, func() {
		e := apply.Engine{OnError: chunker.Reject(bad, 0), Progress: func(progress.Event) { panic("progress") }}
		_, _, _ = e.Run(t.Context(), f, apply.Expr("y = x"))
	})
	require.EqualValues(t, 1, bad.closed.Load())
}

// TestErrorsInsideAStepsErrorAreItsOwn: rows that another run failed on are none of this one's.
func TestErrorsInsideAStepsErrorAreItsOwn(t *testing.T) {
	for _, inner := range []error{&chunker.RowError{Func: "inner", Row: 500, Err: errors.New("e")}, &chunker.TooManyError{Failed: 5}} {
		step := mine{func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
			return c, fmt.Errorf("inner: %w", inner)
		}}
		_, err := ooc.Job{From: newTracked(2, 10), Steps: chunker.Steps{apply.Where("x > 3"), step}, To: newCountedSink()}.Run(t.Context())
		require.EqualError(t, err, "mine: inner: "+inner.Error())
	}
}

// TestMistakesOfStepsAreNamed with the step.
func TestMistakesOfStepsAreNamed(t *testing.T) {
	for want, work := range map[string]chunker.Work{
		"mine: it failed on row 99 of a chunk of 10": func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
			c.Fail(99, errors.New("x"))
			return c, nil
		},
		"mine: it failed on row -1 of a chunk of 10": func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
			c.Fail(-1, errors.New("x"))
			return c, nil
		},
		"computing mine: the step gives no reason": func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
			c.Fail(2, nil)
			return c, nil
		},
		"mine: EOF": func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) { return c, io.EOF },
	} {
		_, err := ooc.Job{From: newTracked(2, 10), Steps: chunker.Steps{mine{work}}, To: newCountedSink()}.Run(t.Context())
		require.ErrorContains(t, err, want)
	}
	other := mine{func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
		rec := c.Record
		c, _ = c.Take([]int{0})
		return c.With(rec), nil
	}}
	to := newCountedSink()
	_, err := ooc.Job{From: newTracked(2, 10), Steps: chunker.Steps{other}, To: to}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 20, to.rows.Load())
}

// TestACancelledContextEndsEveryStep of a frame, also those that compute nothing.
func TestACancelledContextEndsEveryStep(t *testing.T) {
	f, err := chunker.ReadAll(t.Context(), newTracked(5, 10))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, step := range []chunker.Step{table.Limit(3), table.RowNumber("n"), table.Select("x"), mine{same}, theirs{same}, apply.Where("x > 1"), apply.Expr("y = x")} {
		_, err := apply.Apply(ctx, f, step)
		require.ErrorIs(t, err, context.Canceled)
	}
}

// TestWorkersAreSharedByAllPipes: with one, one function is called at a time, wherever the stream
// is cut.
func TestWorkersAreSharedByAllPipes(t *testing.T) {
	var now, most atomic.Int64
	f := func(x int64) int64 {
		if k := now.Add(1); k > most.Load() {
			most.Store(k)
		}
		time.Sleep(20 * time.Microsecond)
		now.Add(-1)
		return x
	}
	steps := chunker.Steps{apply.Map1("a", "x", f), table.RowNumber("n"), apply.Map1("b", "a", f), table.RowNumber("m"), apply.Map1("c", "b", f)}
	_, err := ooc.Job{From: newTracked(30, 20), Steps: steps, To: newCountedSink(), Workers: 1, Wide: 1}.Run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, most.Load())
}

// TestStringsThatFunctionsKeepStayWhole, also of chunks that a limit drops.
func TestStringsThatFunctionsKeepStayWhole(t *testing.T) {
	var b strings.Builder
	b.WriteString("s\n")
	for i := range 200_000 {
		fmt.Fprintf(&b, "value-number-%07d\n", i)
	}
	path := filepath.Join(t.TempDir(), "in.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	type kept struct{ seen, copied string }
	all := make(chan kept, 1_000_000)
	keep := apply.Map1("y", "s", func(s string) int64 { all <- kept{s, strings.Clone(s)}; return 1 })
	for _, steps := range []chunker.Steps{{keep, table.Limit(20_000)}, {apply.Expr(`z = s + "k"`)}} {
		_, err := ooc.Job{From: csvio.Open(path), Steps: steps, To: newCountedSink(), Memory: 16 << 20, Workers: 4}.Run(t.Context())
		require.NoError(t, err)
	}
	close(all)
	for k := range all {
		require.Equal(t, k.copied, k.seen)
	}
}

// TestWhatIsPrunedIsExplained: columns that steps name and nobody needs.
func TestWhatIsPrunedIsExplained(t *testing.T) {
	dir := t.TempDir()
	in, packed := filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.parquet")
	require.NoError(t, os.WriteFile(in, []byte("a,b,c\n1,2,3\n4,5,6\n"), 0o600))
	_, err := ooc.Job{From: csvio.Open(in), To: parquetio.Create(packed)}.Run(t.Context())
	require.NoError(t, err)
	for _, from := range []chunker.Source{csvio.Open(in), parquetio.Open(packed)} {
		for want, steps := range map[string]chunker.Steps{
			"2 of 3 columns: a, c": {table.Drop("b"), apply.Expr("d = a + c")}, "1 of 3 columns: a": {table.Rename("b", "bb"), table.Select("a")},
			"1 of 3 columns: c": {table.Select("c", "b"), table.Select("c")}, "1 of 3 columns: b": {table.Select("a", "b"), table.Rename("b", "x"), table.Drop("a")},
		} {
			plan, err := ooc.Job{From: from, Steps: steps}.Explain(t.Context())
			require.NoError(t, err, want)
			require.Contains(t, plan.String(), want)
			_, err = ooc.Job{From: from, Steps: steps, To: newCountedSink()}.Run(t.Context())
			require.NoError(t, err, want)
		}
	}
}

// TestEveryChunkIsGivenBackOnce, whatever ends a job: a limit, an error of a row, a step or the
// sink, a context.
func TestEveryChunkIsGivenBackOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 14))
	for range 150 {
		whole := theirs{func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
			if rand.IntN(200) == 0 {
				return c, errors.New("whole")
			}
			return c, nil
		}}
		pool := []chunker.Step{table.RowNumber("n"), table.Limit(int64(r.IntN(3000))), apply.Where("x % 3 != 1"), apply.Expr("y = x + 1"), apply.Expr("z = 100 / (x - 777)"), mine{same}, whole}
		r.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		steps := chunker.Steps(pool[:r.IntN(len(pool))])
		from, to := newTracked(200, 20), newCountedSink()
		if r.IntN(3) == 0 {
			to.most = int64(1 + r.IntN(4000))
		}
		ctx, cancel := context.WithCancel(t.Context())
		if r.IntN(3) == 0 {
			time.AfterFunc(time.Duration(r.IntN(2000))*time.Microsecond, cancel)
		}
		policy := []chunker.Policy{chunker.Stop(), chunker.Null(), chunker.Reject(newCountedSink(), 0)}[r.IntN(3)]
		_, _ = ooc.Job{From: from, Steps: steps, To: to, Workers: 1 + r.IntN(4), OnError: policy}.Run(ctx)
		cancel()
		require.Equal(t, from.opened.Load(), from.freed.Load(), "%v", steps)
	}
}
