package engine_test

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/engine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var numbersSchema = arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)

func numbersFrom(first, rows int) arrow.Record {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for i := range rows {
		b.Append(int64(first + i))
	}
	return array.NewRecord(numbersSchema, []arrow.Array{b.NewArray()}, int64(rows))
}

// hoarder is a TableStep that keeps its rows as long as the budget has room for them, and spills
// them as a step should: its own if it finds none, or if another asks for room. A row is counted as
// rowBytes, so that little data is as much as a large table's.
type hoarder struct{ least int64 }

const rowBytes = 64 << 10

func (h hoarder) String() string { return "hoarder" }
func (h hoarder) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundHoarder{h, in}, nil
}

type boundHoarder struct {
	hoarder
	schema *arrow.Schema
}

func (h boundHoarder) Schema() *arrow.Schema { return h.schema }

func (h boundHoarder) Table(_ context.Context, env chunker.Env) (chunker.Table, error) {
	share, err := env.Memory.Share("hoarder", h.least)
	return &hoard{boundHoarder: h, share: share}, err
}

type hoard struct {
	boundHoarder
	share *chunker.Share

	mu      sync.Mutex
	rows    []arrow.Record
	held    int64
	spilled int
}

func (t *hoard) Worker() (chunker.Write, error) { return t.write, nil }

func (t *hoard) write(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
	rec, bytes := c.Record, int64(c.Len())*rowBytes
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.share.Wanted() || !t.share.Grow(bytes) {
		t.share.Add(-t.held)
		t.spilled++
		t.held = 0
		if !t.share.Grow(bytes) {
			return nil, t.share.Err(bytes)
		}
	}
	t.held += bytes
	return func(context.Context) error {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.rows = append(t.rows, rec)
		return nil
	}, nil
}

func (t *hoard) Commit(context.Context) error { return nil }
func (t *hoard) Close() error                 { t.share.Close(); return nil }

func (t *hoard) Stream(context.Context, int64) (chunker.Stream, error) {
	return &given{schema: t.schema, rows: t.rows}, nil
}

// given is a stream of records.
type given struct {
	schema *arrow.Schema
	rows   []arrow.Record
}

func (g *given) Schema() *arrow.Schema { return g.schema }
func (g *given) Close() error          { return nil }
func (g *given) Next(context.Context) (chunker.Part, error) {
	if len(g.rows) == 0 {
		return nil, io.EOF
	}
	rec := g.rows[0]
	g.rows = g.rows[1:]
	return func(context.Context) (chunker.Chunk, error) {
		return chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}}, nil
	}, nil
}

// admitted is a chunk that waits for its room in a budget.
type admitted struct {
	part  chunker.Part
	share *chunker.Share
	bytes int64
}

func (a *admitted) Decode(ctx context.Context) (chunker.Chunk, error) { return a.part(ctx) }
func (a *admitted) Release()                                          { a.share.Add(-a.bytes) }

// TestThreeThatHoldMemoryNeitherWaitForEachOtherNorExceedIt: 4 GiB, as they are counted, under
// 64 MiB. VOLLEY_RUNS sets the number of runs.
func TestThreeThatHoldMemoryNeitherWaitForEachOtherNorExceedIt(t *testing.T) {
	runs := 30
	if n, err := strconv.Atoi(os.Getenv("VOLLEY_RUNS")); err == nil {
		runs = n
	}
	const limit, chunkRows, chunks = 64 << 20, 16, 256
	for run := range runs {
		workers := []int{1, 8}[run%2]
		r := rand.New(rand.NewPCG(uint64(run), 3))
		m := chunker.NewMemory(limit)
		chunk := int64(chunkRows * rowBytes)
		reader, err := m.Share("the chunks under way", chunk)
		require.NoError(t, err)
		step := func() chunker.Step { return hoarder{chunk * (1 + r.Int64N(8))} }
		bound, err := chunker.Steps{step(), step(), step()}.Bind(t.Context(), numbersSchema)
		require.NoError(t, err)
		flow, err := engine.Start(t.Context(), numbersSchema, bound.(chunker.BoundSteps), engine.Env{Workers: workers, Memory: m})
		require.NoError(t, err)

		source := &given{schema: numbersSchema}
		for i := range chunks {
			source.rows = append(source.rows, numbersFrom(i*chunkRows, chunkRows))
		}
		from := func(s chunker.Stream) func(context.Context) (engine.Item, error) {
			return func(ctx context.Context) (engine.Item, error) {
				if err := reader.Wait(ctx, chunk); err != nil {
					return nil, err
				}
				part, err := s.Next(ctx)
				it := &admitted{part, reader, chunk}
				if err != nil {
					it.Release()
				}
				return it, err
			}
		}
		var got []int64
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		err = flow.Stream(ctx, engine.Ends{
			Workers: workers, Window: workers + 2, Next: from(source), Behind: from,
			Write: func(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
				n := c.Record.Column(0).(*array.Int64).Int64Values()
				return func(context.Context) error { got = append(got, n...); return nil }, nil
			},
			Emit: func(context.Context, chunker.Chunk, int) error { return nil },
		})
		cancel()
		require.NoError(t, err)
		require.NoError(t, flow.Close())
		reader.Close()
		require.LessOrEqual(t, m.Peak(), int64(limit))
		require.Zero(t, m.Held())
		require.Len(t, got, chunks*chunkRows)
		require.True(t, slices.IsSorted(got))
	}
}

// TestItemsAreReadAsFarAsTheyAreWanted, and given back, whatever their sizes.
func TestItemsAreReadAsFarAsTheyAreWanted(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 50 {
		var sizes []int
		for range 40 {
			sizes = append(sizes, r.IntN(20))
		}
		limit := int64(r.IntN(300))
		bound, err := chunker.Steps{first{limit}}.Bind(t.Context(), numbersSchema)
		require.NoError(t, err)
		for _, workers := range []int{1, 4} {
			flow, err := engine.Start(t.Context(), numbersSchema, bound.(chunker.BoundSteps), engine.Env{Workers: workers})
			require.NoError(t, err)
			read, released, wrote := 0, new(atomic.Int64), int64(0)
			err = flow.Stream(t.Context(), engine.Ends{
				Workers: workers, Window: workers + 2,
				Next: func(context.Context) (engine.Item, error) {
					if read == len(sizes) {
						return nil, io.EOF
					}
					read++
					return &numbersItem{numbersFrom(0, sizes[read-1]), released}, nil
				},
				Write: func(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
					return func(context.Context) error { wrote += int64(c.Len()); return nil }, nil
				},
				Emit: func(context.Context, chunker.Chunk, int) error { return nil },
			})
			require.NoError(t, err)
			require.NoError(t, flow.Close())
			require.EqualValues(t, read, released.Load())
			need, rows := 0, int64(0)
			for ; need < len(sizes) && rows < limit; need++ {
				rows += int64(sizes[need])
			}
			require.GreaterOrEqual(t, read, need)
			if workers == 1 && need < len(sizes) {
				require.LessOrEqual(t, read, need+3, "of chunks that grow, as many as were under way")
			}
			require.Equal(t, min(limit, rows), wrote, "the rows that are wanted, and no more")
		}
	}
}

type numbersItem struct {
	rec      arrow.Record
	released *atomic.Int64
}

func (n *numbersItem) Decode(context.Context) (chunker.Chunk, error) {
	return chunker.Chunk{Record: n.rec, Origin: chunker.Origin{Row: -1}}, nil
}
func (n *numbersItem) Release() { n.released.Add(1) }

// first wants the first rows, and hands on what it gets.
type first struct{ rows int64 }

func (f first) String() string { return "first" }
func (f first) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return boundFirst{f, in}, nil
}

type boundFirst struct {
	first
	schema *arrow.Schema
}

func (f boundFirst) Schema() *arrow.Schema { return f.schema }
func (f boundFirst) Wants(int64) int64     { return f.rows }
func (f boundFirst) Worker() (chunker.Work, error) {
	return func(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) { return c, nil }, nil
}
