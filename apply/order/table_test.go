package order

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/internal/take"
)

// narrowFrame is a frame of few columns and many rows, whose keys have many ties.
func narrowFrame(t *testing.T, rows int) *frame.Frame {
	t.Helper()
	d := dice.New(3)
	keys, texts := make([]int64, rows), make([]string, rows)
	for i := range keys {
		keys[i], texts[i] = d.Int64N(int64(rows)/3+1), fmt.Sprint("text ", d.IntN(50))
	}
	f, err := frame.New(frame.Of("key", keys), frame.Of("text", texts))
	require.NoError(t, err)
	return numbered(t, f)
}

// TestManyPasses sorts many times what the budget holds, so that runs are merged again and again.
// What is held stays near the budget, and nothing is left in the folder.
func TestManyPasses(t *testing.T) {
	f := narrowFrame(t, rowsOf(30_000, 120_000))
	for _, step := range []struct {
		step chunker.Step
		keys []Key
	}{
		{By("key"), []Key{{Column: "key"}}},
		{By("-text", "key"), []Key{{Column: "text", Descending: true}, {Column: "key"}}},
		{By("text"), []Key{{Column: "text"}}}, // a span of one key is cut by where its rows are
	} {
		want := oracle(t, f, -1, step.keys...)
		for _, workers := range []int{1, 4} {
			var peak int64
			dir := t.TempDir()
			d := drive{memory: 300 << 10, workers: workers, rows: 500, bytes: 1 << 20, dir: dir, peak: &peak}
			got, err := d.run(t.Context(), f, step.step)
			require.NoError(t, err)
			requireEqual(t, want, got, fmt.Sprint(step.keys, workers))
			require.LessOrEqual(t, peak, d.memory+d.memory/2, "but for a span, which is sorted whatever there is")
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left)
		}
	}
}

// TestPartsInAnyOrder calls the parts of a spilled sort last first, and one after another.
func TestPartsInAnyOrder(t *testing.T) {
	f := narrowFrame(t, 20_000)
	want := oracle(t, f, -1, Key{Column: "key"})
	for name, parts := range map[string]func(n int) []int{
		"in turn":   inTurn,
		"backwards": func(n int) []int { out := inTurn(n); slices.Reverse(out); return out },
		"at random": func(n int) []int { return dice.New(1).Perm(n) },
	} {
		for _, memory := range []int64{0, 300 << 10} {
			got, err := drive{memory: memory, workers: 1, rows: 700, bytes: 5000, dir: t.TempDir(), parts: parts}.run(t.Context(), f, By("key"))
			require.NoError(t, err)
			requireEqual(t, want, got, name)
		}
	}
}

func inTurn(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// rowsOf is how many rows a test sorts; under make long it is more.
func rowsOf(rows, more int) int {
	if os.Getenv("VOLLEY_LONG") != "" {
		return more
	}
	return rows
}

// TestFirstRows keeps the first rows alone: of many rows 100 fit into a budget that would hold a
// few thousand.
func TestFirstRows(t *testing.T) {
	rows := rowsOf(36_000, 200_000)
	f := narrowFrame(t, rows)
	for _, most := range []int64{0, 1, 100, 5000, int64(rows) * 3 / 4, int64(rows) * 3 / 2} {
		want := oracle(t, f, most, Key{Column: "key", Descending: true}, Key{Column: "text"})
		for _, memory := range []int64{0, 1 << 20} {
			dir := t.TempDir() + "/none"
			if most > 1000 {
				dir = t.TempDir()
			} // else nothing is spilled: there is no such folder
			d := drive{memory: memory, workers: 3, rows: 2000, bytes: 64 << 10, dir: dir, limits: []int64{most}}
			got, err := d.run(t.Context(), f, By("-key", "text"))
			require.NoError(t, err)
			requireEqual(t, want, got, fmt.Sprintf("the first %d in %d", most, memory))
		}
	}
}

// TestWideRowsAndLittleMemory has rows that are larger than a block, and a budget that a few fill.
func TestWideRowsAndLittleMemory(t *testing.T) {
	d := dice.New(8)
	var texts []string
	for range 300 {
		texts = append(texts, fmt.Sprintf("%0*d", 1+d.IntN(40_000), d.IntN(50)))
	}
	f, err := frame.New(frame.Of("text", texts))
	require.NoError(t, err)
	f = numbered(t, f)
	want := oracle(t, f, -1, Key{Column: "text"})
	got, err := drive{memory: 600 << 10, workers: 2, rows: 5, bytes: 50_000, dir: t.TempDir()}.run(t.Context(), f, By("text"))
	require.NoError(t, err)
	requireEqual(t, want, got, "")
}

// TestUnlikeDictionaries sorts by a column whose chunks have different dictionaries, by value.
func TestUnlikeDictionaries(t *testing.T) {
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	schema := arrow.NewSchema([]arrow.Field{{Name: "word", Type: typ, Nullable: true}}, nil)
	var records []arrow.Record
	for i := range 30 {
		d := dice.New(uint64(i))
		records = append(records, array.NewRecord(schema, []arrow.Array{d.Array(typ, 200, dice.Values{Nulls: 7, Spread: 3 + d.Int64N(90)})}, 200))
	}
	f, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	f = numbered(t, f)
	for _, k := range []Key{{Column: "word"}, {Column: "word", Descending: true, NullsFirst: true}} {
		want := oracle(t, f, -1, k)
		for _, memory := range []int64{0, 230 << 10} {
			got, err := drive{memory: memory, workers: 2, rows: 200, bytes: 3000, dir: t.TempDir()}.run(t.Context(), f, Keys(k))
			require.NoError(t, err)
			requireEqual(t, want, got, k.String())
		}
	}
}

// TestLargeDictionary: a dictionary with far more entries than a chunk has rows is not counted for
// every chunk. Else nothing would fit, and each chunk be spilled.
func TestLargeDictionary(t *testing.T) {
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	d := dice.New(6)
	words, places := array.NewStringBuilder(memory.DefaultAllocator), array.NewInt32Builder(memory.DefaultAllocator)
	for i := range 50_000 {
		words.Append(fmt.Sprint("a rather long word ", i))
	}
	for range 4000 {
		places.Append(int32(d.IntN(50_000)))
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "word", Type: typ}}, nil)
	rec := array.NewRecord(schema, []arrow.Array{array.NewDictionaryArray(typ, places.NewArray(), words.NewArray())}, 4000)
	f, err := frame.FromRecords(schema, rec)
	require.NoError(t, err)
	f = numbered(t, f)
	var peak int64
	got, err := drive{memory: 1 << 20, workers: 1, rows: 100, dir: filepath.Join(t.TempDir(), "none"), peak: &peak}.run(t.Context(), f, By("word"))
	require.NoError(t, err, "nothing is spilled")
	requireEqual(t, oracle(t, f, -1, Key{Column: "word"}), got, "")
	require.LessOrEqual(t, peak, int64(1<<20))
}

// TestNothingComesIn sorts no chunks, and chunks without rows.
func TestNothingComesIn(t *testing.T) {
	f := narrowFrame(t, 50)
	for _, f := range []*frame.Frame{f.Slice(0, 0), f.Slice(0, 1), f.Slice(0, 2)} {
		for _, memory := range []int64{0, 230 << 10} {
			got, err := drive{memory: memory, workers: 2, dir: t.TempDir()}.run(t.Context(), f, By("-key"))
			require.NoError(t, err)
			require.Equal(t, f.NumRows(), got.NumRows())
			require.True(t, f.Schema().Equal(got.Schema()))
		}
	}
}

// TestChunksAreReleased: the buffers of a chunk may be used for others once Write returns.
func TestChunksAreReleased(t *testing.T) {
	f := narrowFrame(t, 3000)
	want := oracle(t, f, -1, Key{Column: "key"})
	table := tableOf(t, By("key"), f, chunker.Env{Workers: 2})
	defer table.Close()
	var held atomic.Int64
	for rec := range chunker.Cut(f, 100, 0) {
		copied := array.NewRecord(f.Schema(), []arrow.Array{copyOf(rec.Column(0)), copyOf(rec.Column(1)), copyOf(rec.Column(2))}, rec.NumRows())
		held.Add(1)
		put, err := chunker.Shared(table)(t.Context(), chunker.Chunk{Record: copied, Free: func() {
			held.Add(-1)
			for _, c := range copied.Columns() {
				clear(c.Data().Buffers()[len(c.Data().Buffers())-1].Bytes())
			}
		}})
		require.NoError(t, err)
		require.NoError(t, put(t.Context()))
	}
	require.Zero(t, held.Load())
	require.NoError(t, table.Commit(t.Context()))
	s, err := table.Stream(t.Context(), 0)
	require.NoError(t, err)
	got, err := drive{workers: 2}.read(t.Context(), s)
	require.NoError(t, err)
	requireEqual(t, want, got, "")
}

// copyOf is an array of memory of its own.
func copyOf(arr arrow.Array) arrow.Array {
	out, err := take.Copy(arr)
	if err != nil {
		panic(err)
	}
	return out
}

func tableOf(t *testing.T, step chunker.Step, f *frame.Frame, env chunker.Env) chunker.Table {
	t.Helper()
	b, err := step.Bind(t.Context(), f.Schema())
	require.NoError(t, err)
	table, err := b.(chunker.TableStep).Table(t.Context(), env)
	require.NoError(t, err)
	return table
}

// TestErrorsEndTheSort: a folder that is not there, a context that ends at each stage, a budget
// that is too small, a stream before its time. Nothing hangs, nothing is left.
func TestErrorsEndTheSort(t *testing.T) {
	f := narrowFrame(t, rowsOf(12_000, 30_000))
	d := drive{memory: 300 << 10, workers: 2, rows: 500, dir: filepath.Join(t.TempDir(), "none")}
	_, err := d.run(t.Context(), f, By("key"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "TMPDIR")

	d = drive{memory: 10 << 10, workers: 2}
	_, err = d.run(t.Context(), f, By("key"))
	require.ErrorIs(t, err, chunker.ErrMemory)
	require.ErrorContains(t, err, "order by key")

	table := tableOf(t, By("key"), f, chunker.Env{})
	_, err = table.Stream(t.Context(), 0)
	require.ErrorContains(t, err, "before they are committed")
	require.NoError(t, table.Close())

	for after := range 30 {
		dir := t.TempDir()
		ctx := &ending{Context: t.Context(), left: int64(after * after * 2)}
		d := drive{memory: 300 << 10, workers: 2, rows: 500, dir: dir}
		if _, err := d.run(ctx, f, By("key")); err != nil {
			require.ErrorIs(t, err, errEnded)
		}
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

var errEnded = errors.New("ended")

// ending is a context that ends after it was asked so many times.
type ending struct {
	context.Context
	left int64
}

func (e *ending) Err() error {
	if atomic.AddInt64(&e.left, -1) < 0 {
		return errEnded
	}
	return nil
}

// TestWriteThatFailedIsNotCommitted: a sort that lacks rows gives none.
func TestWriteThatFailedIsNotCommitted(t *testing.T) {
	f := narrowFrame(t, 5000)
	table := tableOf(t, By("key"), f, chunker.Env{Memory: chunker.NewMemory(230 << 10), Workers: 1, Dir: filepath.Join(t.TempDir(), "none")})
	defer table.Close()
	_, err := chunker.Shared(table)(t.Context(), chunker.Chunk{Record: f.Records()[0]})
	require.Error(t, err)
	require.Error(t, table.Commit(t.Context()))
	_, err = table.Stream(t.Context(), 0)
	require.Error(t, err)
}

// TestOthersGetMemory: once another holder finds no room, the sort spills what it holds.
func TestOthersGetMemory(t *testing.T) {
	f := narrowFrame(t, 20_000)
	budget := chunker.NewMemory(2 << 20)
	table := tableOf(t, By("key"), f, chunker.Env{Memory: budget, Workers: 1, Dir: t.TempDir()})
	defer table.Close()
	other, err := budget.Share("another step", 0)
	require.NoError(t, err)
	defer other.Close()
	wrote := 0
	for rec := range chunker.Cut(f, 500, 0) {
		put, err := chunker.Shared(table)(t.Context(), chunker.Chunk{Record: rec})
		require.NoError(t, err)
		require.NoError(t, put(t.Context()))
		if wrote++; wrote == 20 {
			require.False(t, other.Grow(budget.Room()+1))
		}
		if wrote == 21 {
			require.True(t, other.Grow(budget.Room()))
			require.Greater(t, other.Held(), int64(1<<20))
		}
	}
	require.NoError(t, table.Commit(t.Context()))
	s, err := table.Stream(t.Context(), 1<<20)
	require.NoError(t, err)
	got, err := drive{workers: 2}.read(t.Context(), s)
	require.NoError(t, err)
	requireEqual(t, oracle(t, f, -1, Key{Column: "key"}), got, "")
}

// TestPanicsLeaveNothingLocked: a chunk whose record breaks arrow's rules ends the call alone.
func TestPanicsLeaveNothingLocked(t *testing.T) {
	f := narrowFrame(t, 100)
	table := tableOf(t, By("key"), f, chunker.Env{Workers: 1})
	defer table.Close()
	for range 3 {
		require.Panics(t, func() { _, _ = chunker.Shared(table)(t.Context(), chunker.Chunk{}) })
	}
	put, err := chunker.Shared(table)(t.Context(), chunker.Chunk{Record: f.Records()[0]})
	require.NoError(t, err)
	require.NoError(t, put(t.Context()))
	require.NoError(t, table.Commit(t.Context()))
	s, err := table.Stream(t.Context(), 0)
	require.NoError(t, err)
	_, err = s.Next(t.Context())
	require.NoError(t, err)
	_, err = s.Next(t.Context())
	require.ErrorIs(t, err, io.EOF)
}
