package ooc

import (
	"context"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
)

// partOf is a part of so many rows of eight bytes.
func partOf(rows int) chunker.Part {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	b.AppendValues(make([]int64, rows), nil)
	schema := arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil)
	c := chunker.Chunk{Origin: chunker.Origin{File: "in"}, Record: array.NewRecord(schema, []arrow.Array{b.NewArray()}, int64(rows))}
	return func(context.Context) (chunker.Chunk, error) { return c, nil }
}

// runOf is a run with a budget and chunks of a size.
func runOf(t *testing.T, memory, chunk int64) *run {
	t.Helper()
	r := &run{memory: chunker.NewMemory(memory), chunk: chunk}
	var err error
	r.under, err = r.memory.Share("chunks under way", min(copies*chunk, memory))
	require.NoError(t, err)
	return r
}

func TestAChunkIsTooLargeFromItsFirstByteTooMany(t *testing.T) {
	for _, c := range []struct {
		memory, others int64
		rows           int
		fits           bool
	}{
		{copies * 800, 0, 100, true}, {copies*800 - 1, 0, 100, false}, {copies*800 + 1, 0, 100, true}, {1, 0, 0, true},
		{copies*800 + 100, 100, 100, true}, {copies*800 + 100, 101, 100, false},
	} {
		r := runOf(t, c.memory, 1)
		if c.others > 0 { // sets aside what a chunk can never have
			_, err := r.memory.Share("sort by x", c.others)
			require.NoError(t, err)
		}
		freed := false
		part := partOf(c.rows)
		_, err := (&item{run: r, part: func(ctx context.Context) (chunker.Chunk, error) {
			out, err := part(ctx)
			out.Free = func() { freed = true }
			return out, err
		}}).Decode(t.Context())
		if c.fits {
			require.NoError(t, err, "%+v", c)
			require.EqualValues(t, copies*8*c.rows, r.memory.Held())
			continue
		}
		require.ErrorIs(t, err, chunker.ErrMemory, "%+v", c)
		require.ErrorContains(t, err, "in: one chunk: it needs 4.69 KiB of memory, but of the budget of ")
		require.ErrorContains(t, err, ": raise Memory, or write a file that has row groups with smaller ones")
		require.Zero(t, r.memory.Held())
		require.True(t, freed)
	}
}

// TestAChunkOfNoFileIsTooLarge: nothing stands where the file would be named.
func TestAChunkOfNoFileIsTooLarge(t *testing.T) {
	r := runOf(t, copies*800-1, 1)
	part := partOf(100)
	_, err := (&item{run: r, part: func(ctx context.Context) (chunker.Chunk, error) {
		out, err := part(ctx)
		out.File = ""
		return out, err
	}}).Decode(t.Context())
	require.EqualError(t, err, "one chunk: it needs 4.69 KiB of memory, but of the budget of 4.69 KiB, 6 bytes are taken: raise Memory, or have the source give smaller ones")
}

// TestAChunkIsCountedForWhatItTakes: what it was admitted for is set aside, and not held.
func TestAChunkIsCountedForWhatItTakes(t *testing.T) {
	const takes = copies * 800
	for _, admitted := range []int64{0, takes - 1, takes, takes + 1, 100 * takes} {
		r := runOf(t, 1<<20, 100)
		room := r.memory.Room()
		require.NoError(t, r.under.Admit(t.Context(), admitted))
		require.Zero(t, r.memory.Held())
		it := &item{run: r, bytes: admitted, part: partOf(100)}
		_, err := it.Decode(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, takes, r.memory.Held())
		it.Release()
		require.Zero(t, r.memory.Held())
		require.Equal(t, room, r.memory.Room())
		require.Equal(t, []chunker.Holding{{Who: "chunks under way", Bytes: takes}}, r.memory.Holders())
	}
}

func TestAJobTakesItsMemoryAndChunksFromTheBudget(t *testing.T) {
	for _, c := range []struct {
		memory  int64
		workers int
		want    int64
		chunk   int64
	}{
		{0, 1, 1 << 30, (1 << 30) * 7 / 8 / (copies * 18)}, {1, 1, memoryMin, memoryMin * 7 / 8 / (copies * 18)}, {memoryMin - 1, 1, memoryMin, memoryMin * 7 / 8 / (copies * 18)},
		{memoryMin + 8, 1, memoryMin + 8, (memoryMin + 8) * 7 / 8 / (copies * 18)}, {1 << 40, 1, 1 << 40, chunkMax}, {memoryMin, 1000, memoryMin, memoryMin * 7 / 8 / (copies * 18)},
		{64 << 20, 2, 64 << 20, (64 << 20) * 7 / 8 / (copies * 18)}, {64 << 20, 40, 64 << 20, (64 << 20) * 7 / 8 / (copies * 18)},
	} {
		r := newRun(Job{Memory: c.memory, Workers: c.workers})
		require.Equal(t, c.want, r.memory.Limit())
		require.Equal(t, c.chunk, r.chunk)
		require.Equal(t, c.workers+2, r.places)
		require.Equal(t, c.want-copies*c.chunk, r.memory.Room(), "a chunk's memory is set aside")
	}
	require.Positive(t, newRun(Job{}).workers)
	require.Equal(t, workersMost, newRun(Job{Workers: 1 << 30}).workers)
}

func TestAReportSaysWhatThereIsToSay(t *testing.T) {
	for want, rep := range map[string]Report{
		"1 row was not decoded":              {Pruned: 1},
		"the process held 1 KiB at its peak": {PeakRSS: 1024},
		"(2 KiB/s)":                          {Bytes: 2048, Elapsed: time.Second},
		"memory: at most 3 KiB of the budget's 4 KiB were held: 2 KiB by pages, 1 KiB by chunks under way": {
			PeakUse: 3072, Memory: 4096, Holders: []chunker.Holding{{Who: "pages", Bytes: 2048}, {Who: "chunks under way", Bytes: 1024}},
		},
	} {
		rep.Steps = &apply.Report{Plan: new(apply.Plan)}
		require.Contains(t, rep.String(), want)
		empty := Report{Steps: &apply.Report{Plan: new(apply.Plan)}}
		require.NotContains(t, empty.String(), want)
	}
}
