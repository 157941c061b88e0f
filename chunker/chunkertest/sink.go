package chunkertest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// Output makes a fresh sink, and a function that reads back what was committed to it:
// (nil, nil) or an error where nothing was.
type Output func() (chunker.Sink, func() (*frame.Frame, error))

// TestSink checks a sink with the rows of f, which it must give back equal.
func TestSink(t *testing.T, output Output, f *frame.Frame) {
	t.Helper()
	for _, rows := range []int{1, 7, 1000, 0} {
		if rows == 1 && f.NumRows() > 200 {
			continue // too many chunks to be worth their time
		}
		for _, order := range []string{"in turn", "at once", "by two workers"} {
			sink, back := output()
			freed := write(t, sink, f, rows, order)
			got, err := back()
			require.NoError(t, err)
			require.True(t, f.Equal(got), "chunks of %d rows, written %s:\n%s", rows, order, got.Schema())
			if _, keeps := sink.(*chunker.FrameSink); !keeps {
				require.Zero(t, freed, "chunks not released")
			}
		}
	}
	testNothing(t, output, f)
	testEmpty(t, output, f.Schema())
	sink, back := output()
	_, err := chunker.Copy(t.Context(), sink, chunker.FromFrame(f))
	require.NoError(t, err)
	got, err := back()
	require.NoError(t, err)
	require.True(t, f.Equal(got), "Copy")
}

// write sends a frame in chunks of rows rows (0: as it is) and returns how many were not released.
func write(t *testing.T, sink chunker.Sink, f *frame.Frame, rows int, order string) int64 {
	t.Helper()
	w, err := sink.Create(t.Context(), f.Schema())
	require.NoError(t, err)
	var held atomic.Int64
	var records []arrow.Record
	for rec := range chunker.Cut(f, rows, 0) {
		records = append(records, rec)
	}
	puts := make([]chunker.Append, len(records))
	writes := []chunker.Write{chunker.Shared(w)}
	if order == "by two workers" {
		writes = []chunker.Write{workerOf(t, w), workerOf(t, w)}
	}
	run := func(i int) {
		held.Add(1)
		var err error
		puts[i], err = writes[i%len(writes)](t.Context(), chunker.Chunk{Record: records[i], Origin: chunker.Origin{Row: -1}, Free: func() { held.Add(-1) }})
		require.NoError(t, err)
	}
	if order == "at once" {
		var wg sync.WaitGroup
		for i := range records {
			wg.Go(func() { run(i) })
		}
		wg.Wait()
		for _, put := range puts {
			require.NoError(t, put(t.Context()))
		}
	} else {
		for i := range records {
			run(i)
			require.NoError(t, puts[i](t.Context()))
		}
	}
	require.NoError(t, w.Commit(t.Context()))
	require.NoError(t, w.Close())
	require.NoError(t, w.Close(), "Close may be called twice")
	return held.Load()
}

func workerOf(t *testing.T, w chunker.Writer) chunker.Write {
	t.Helper()
	write, err := w.Worker()
	require.NoError(t, err)
	return write
}

// testNothing leaves writers without a commit: nothing may show.
func testNothing(t *testing.T, output Output, f *frame.Frame) {
	t.Helper()
	sink, back := output()
	w, err := sink.Create(t.Context(), f.Schema())
	require.NoError(t, err)
	write := workerOf(t, w)
	for rec := range chunker.Cut(f, 0, 0) {
		put, err := write(t.Context(), chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}})
		require.NoError(t, err)
		require.NoError(t, put(t.Context()))
	}
	if got, err := back(); err == nil {
		require.Nil(t, got, "something shows before Commit")
	}
	require.NoError(t, w.Close())
	if got, err := back(); err == nil {
		require.Nil(t, got, "something shows after Close without Commit")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	testTorn(t, ctx, output, f)
	_, err = chunker.Copy(ctx, sink, chunker.FromFrame(f))
	require.ErrorIs(t, err, context.Canceled)
	if got, err := back(); err == nil {
		require.Nil(t, got, "something shows after a cancelled Copy")
	}
}

// testEmpty commits a stream without chunks: the columns must still be there.
func testEmpty(t *testing.T, output Output, schema *arrow.Schema) {
	t.Helper()
	sink, back := output()
	w, err := sink.Create(t.Context(), schema)
	require.NoError(t, err)
	require.NoError(t, w.Commit(t.Context()))
	require.NoError(t, w.Close())
	got, err := back()
	require.NoError(t, err)
	require.Zero(t, got.NumRows())
	want, err := frame.FromRecords(schema)
	require.NoError(t, err)
	require.Equal(t, want.Names(), got.Names(), "the columns of an empty stream")
}

// testTorn commits after a Write that failed, since ctx had ended: the output lacks rows, and must
// not show.
func testTorn(t *testing.T, ctx context.Context, output Output, f *frame.Frame) {
	t.Helper()
	sink, back := output()
	w, err := sink.Create(t.Context(), f.Schema())
	require.NoError(t, err)
	failed := false
	write := workerOf(t, w)
	for rec := range chunker.Cut(f, 0, 0) {
		put, err := write(ctx, chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}})
		if err == nil {
			err = put(ctx)
		}
		failed = failed || err != nil
	}
	if failed { // some sinks write whatever ctx says
		require.Error(t, w.Commit(t.Context()), "of an output whose writing failed")
	}
	require.NoError(t, w.Close())
	if got, err := back(); err == nil {
		require.Nil(t, got, "something shows after a failed write")
	}
}
