// Package chunkertest checks that sources, sinks and steps keep the promises of package chunker.
// The tests of every format and verb call it with real data:
//
//	chunkertest.TestSource(t, csvio.Open("testdata/trips.csv"), want)
//	chunkertest.TestSink(t, func() (chunker.Sink, func() (*frame.Frame, error)) { … }, f)
//	out := chunkertest.TestStep(t, order.By("-fare"), trips)
package chunkertest

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/take"
)

// TestSource checks a source that can be opened any number of times and holds the rows of want.
func TestSource(t *testing.T, src chunker.Source, want *frame.Frame) {
	t.Helper()
	for _, bytes := range []int64{0, 1, 1 << 10, 1 << 20} {
		for _, order := range []string{"in turn", "at once", "backwards"} {
			require.True(t, want.Equal(read(t, src, bytes, order)), "chunks of %d bytes, parts run %s", bytes, order)
		}
	}
	got, err := chunker.ReadAll(t.Context(), src)
	require.NoError(t, err)
	require.True(t, want.Equal(got), "ReadAll")
	testEnd(t, src)
	testCancel(t, src, want)
	testSize(t, src, want)
	testSplit(t, src, want)
	testDescribe(t, src, want)
	testColumns(t, src, want)
	testRows(t, src, want)
	testFilter(t, src, want)
	testPolicies(t, src, want)
}

// read takes all chunks of a source, running the parts in the order said, and checks rows' numbers.
func read(t *testing.T, src chunker.Source, bytes int64, order string) *frame.Frame {
	t.Helper()
	stream, err := chunker.Open(t.Context(), src, chunker.Request{Bytes: bytes})
	require.NoError(t, err)
	schema := stream.Schema()
	var parts []chunker.Part
	var chunks []chunker.Chunk
	run := func(i int) {
		c, err := parts[i](t.Context())
		require.NoError(t, err)
		chunks[i] = c
	}
	for {
		part, err := stream.Next(t.Context())
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		parts, chunks = append(parts, part), append(chunks, chunker.Chunk{})
		if order == "in turn" {
			run(len(parts) - 1)
		}
	}
	_, err = stream.Next(t.Context())
	require.Equal(t, io.EOF, err, "Next after the end is the end")
	switch order {
	case "at once":
		var wg sync.WaitGroup
		for i := range parts {
			wg.Go(func() { run(i) })
		}
		wg.Wait()
	case "backwards":
		for i := len(parts) - 1; i >= 0; i-- {
			run(i)
		}
	}
	var numberer chunker.Numberer
	var records []arrow.Record
	next := map[string]int64{}
	for i := range chunks {
		c := &chunks[i]
		numberer.Number(c)
		require.Equal(t, next[c.File], c.Row, "the row at which chunk %d of %q begins", i, c.File)
		next[c.File] = c.Row + int64(c.Len()+len(c.Rejects))
		records = append(records, c.Record)
	}
	f, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	copied := deepCopy(t, f)
	for i := range chunks {
		chunks[i].Release()
		chunks[i].Release() // a second call is fine
	}
	require.NoError(t, stream.Close())
	return copied
}

// deepCopy makes a frame of its own, since chunks are released before it is compared.
func deepCopy(t *testing.T, f *frame.Frame) *frame.Frame {
	t.Helper()
	var records []arrow.Record
	for _, rec := range f.Records() {
		cols := make([]arrow.Array, rec.NumCols())
		for i, c := range rec.Columns() {
			var err error
			cols[i], err = take.Copy(c) // dictionaries and the bytes behind views too
			require.NoError(t, err)
		}
		records = append(records, array.NewRecord(rec.Schema(), cols, rec.NumRows()))
	}
	out, err := frame.FromRecords(f.Schema(), records...)
	require.NoError(t, err)
	return out
}

// testEnd closes streams before their end, with parts taken and not run.
func testEnd(t *testing.T, src chunker.Source) {
	t.Helper()
	for taken := range 3 {
		stream, err := chunker.Open(t.Context(), src, chunker.Request{Bytes: 1 << 10})
		require.NoError(t, err)
		for range taken {
			if _, err := stream.Next(t.Context()); err == io.EOF {
				break
			}
			require.NoError(t, err)
		}
		require.NoError(t, stream.Close())
	}
}

func testCancel(t *testing.T, src chunker.Source, want *frame.Frame) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if want.NumRows() > 0 {
		_, err := chunker.ReadAll(ctx, src)
		require.ErrorIs(t, err, context.Canceled, "cancelled before it begins")
	}
}

// testSize holds what a source says of its size against its rows.
func testSize(t *testing.T, src chunker.Source, want *frame.Frame) {
	t.Helper()
	if rows, _ := sizeOf(t, src); rows >= 0 {
		require.EqualValues(t, want.NumRows(), rows, "Size")
	}
}

// sizeOf is how much there is to read; -1 if it is not known.
func sizeOf(t *testing.T, src chunker.Source) (rows, bytes int64) {
	t.Helper()
	s, ok := describe(t, src).(chunker.Sized)
	if !ok {
		return -1, -1
	}
	rows, bytes, err := s.Size(t.Context())
	require.NoError(t, err)
	return rows, bytes
}

// testSplit holds the parts of a source against the whole: their rows, their sizes and their files
// come to it.
func testSplit(t *testing.T, src chunker.Source, want *frame.Frame) {
	t.Helper()
	s, ok := describe(t, src).(chunker.Splitter)
	if !ok {
		return
	}
	rowsAll, bytesAll := sizeOf(t, src)
	for _, n := range []int{1, 2, 3, 100} {
		parts, err := s.Split(t.Context(), n)
		require.NoError(t, err)
		require.LessOrEqual(t, len(parts), n)
		var frames []*frame.Frame
		var files []string
		var rows, bytes int64
		for _, p := range parts {
			p = throughData(t, src, p)
			f, err := chunker.ReadAll(t.Context(), p)
			require.NoError(t, err)
			frames = append(frames, f)
			files = append(files, placesOf(p)...)
			partRows, partBytes := sizeOf(t, p)
			rows, bytes = rows+max(partRows, 0), bytes+max(partBytes, 0)
		}
		all, err := frame.Concat(frames...)
		require.NoError(t, err)
		require.True(t, want.Equal(all), "split into %d", n)
		require.Equal(t, max(rowsAll, 0), rows, "rows of %d parts", len(parts))
		require.InDelta(t, max(bytesAll, 0), bytes, float64(len(parts)*len(want.Names())), "bytes of %d parts: bits are rounded up", len(parts))
		require.Equal(t, placesOf(src), slices.Compact(files), "files of %d parts", len(parts))
	}
}

// throughData is a part of a source after it was written as data and read back, if the source can
// be.
func throughData(t *testing.T, whole, part chunker.Source) chunker.Source {
	t.Helper()
	if _, err := chunker.FilesOf(whole); err != nil {
		return part
	}
	files, err := chunker.FilesOf(part)
	require.NoError(t, err, "a part of a source that can be stored")
	data, err := json.Marshal(files)
	require.NoError(t, err)
	var back chunker.Files
	require.NoError(t, json.Unmarshal(data, &back), "%s", data)
	part, err = back.Source()
	require.NoError(t, err, "%s", data)
	files, err = chunker.FilesOf(part)
	require.NoError(t, err)
	again, err := json.Marshal(files)
	require.NoError(t, err)
	require.Equal(t, string(data), string(again), "a part, written, read, and written again")
	return part
}

func placesOf(src chunker.Source) []string {
	if p, ok := src.(chunker.Placed); ok {
		return p.Places()
	}
	return nil
}

// inTurn reads a stream, one part after another.
func inTurn(t *testing.T, stream chunker.Stream) *frame.Frame {
	t.Helper()
	var records []arrow.Record
	for {
		part, err := stream.Next(t.Context())
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		c, err := part(t.Context())
		require.NoError(t, err)
		records = append(records, c.Record) // never released
	}
	f, err := frame.FromRecords(stream.Schema(), records...)
	require.NoError(t, err)
	return f
}
