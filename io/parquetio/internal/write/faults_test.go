package write

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/atomicfile"
	"github.com/volley-go/volley/internal/dice"
)

var errDiskFull = errors.New("no space left on device")

// disk takes so many bytes, and then no more.
type disk struct {
	atomicfile.Output
	left int
}

func (d *disk) Write(b []byte) (int, error) {
	if len(b) <= d.left {
		d.left -= len(b)
		return d.Output.Write(b)
	}
	n, _ := d.Output.Write(b[:d.left])
	d.left = 0
	return n, errDiskFull
}

// sink writes a file by File, or where it has no path a stream to nowhere.
type sink struct {
	Options
	path string
}

func (s sink) Create(_ context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	if s.path == "" {
		return Stream(s.Options, io.Discard, schema)
	}
	return File(s.Options, s.path, schema)
}

// fullDisk is a sink of a file on a disk that has room for so many bytes.
type fullDisk struct {
	sink
	room int
}

func (s fullDisk) Create(ctx context.Context, schema *arrow.Schema) (chunker.Writer, error) {
	w, err := s.sink.Create(ctx, schema)
	if err == nil {
		w.(*writer).out = &disk{w.(*writer).out, s.room}
	}
	return w, err
}

// pieces is a table of several chunks, and of all that a file is made of: row groups, dictionaries,
// bloom filters, page indexes.
func pieces(t *testing.T) (*frame.Frame, Options) {
	t.Helper()
	d := dice.New(8)
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "name", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "tags", Type: arrow.ListOf(arrow.PrimitiveTypes.Int32), Nullable: true},
	}, nil)
	var records []arrow.Record
	for range 5 {
		var cols []arrow.Array
		for _, f := range schema.Fields() {
			cols = append(cols, d.Array(f.Type, 200, dice.Values{Nulls: 7, Spread: 60}))
		}
		records = append(records, array.NewRecord(schema, cols, 200))
	}
	f, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	return f, Options{RowGroupBytes: 8 << 10, BloomFilters: []string{"name"}}
}

// TestFullDisk has the disk fill up all over a file: that is the error, and neither file nor
// temporary file is left.
func TestFullDisk(t *testing.T) {
	f, o := pieces(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "f.parquet")
	_, err := chunker.Copy(t.Context(), sink{o, path}, chunker.FromFrame(f))
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	size := int(info.Size())
	step := 1 + size/300
	if testing.Short() {
		step *= 10
	}
	for room := 0; room < size; room += step {
		_, err := chunker.Copy(t.Context(), fullDisk{sink{o, path}, room}, chunker.FromFrame(f))
		require.ErrorIs(t, err, errDiskFull, room)
		require.ErrorContains(t, err, "f.parquet")
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries, room)
	}
	_, err = chunker.Copy(t.Context(), fullDisk{sink{o, path}, size}, chunker.FromFrame(f))
	require.NoError(t, err)
}

// TestNothingIsCommittedAfterAFault goes on after the disk was full and has room again: the file
// would lack rows.
func TestNothingIsCommittedAfterAFault(t *testing.T) {
	f, o := pieces(t)
	path := filepath.Join(t.TempDir(), "f.parquet")
	w, err := fullDisk{sink{o, path}, 100}.Create(t.Context(), f.Schema())
	require.NoError(t, err)
	failures := 0
	for _, r := range f.Records() {
		put, err := chunker.Shared(w)(t.Context(), chunker.Chunk{Record: r})
		require.NoError(t, err)
		if put(t.Context()) != nil {
			failures++
		}
		if failures == 1 {
			w.(*writer).out.(*disk).left = 1 << 20
		}
	}
	require.Positive(t, failures)
	require.ErrorIs(t, w.Commit(t.Context()), errDiskFull)
	require.NoError(t, w.Close())
	require.NoFileExists(t, path)
}

// TestCancelledHalfWay cancels while chunks are written.
func TestCancelledHalfWay(t *testing.T) {
	f, o := pieces(t)
	dir := t.TempDir()
	reason := errors.New("the user has had enough")
	for after := range len(f.Records()) {
		ctx, cancel := context.WithCancelCause(t.Context())
		w, err := File(o, filepath.Join(dir, "f.parquet"), f.Schema())
		require.NoError(t, err)
		for _, r := range f.Records()[:after] {
			put, err := chunker.Shared(w)(ctx, chunker.Chunk{Record: r})
			require.NoError(t, err)
			require.NoError(t, put(ctx))
		}
		cancel(reason)
		free := 0
		_, err = chunker.Shared(w)(ctx, chunker.Chunk{Record: f.Records()[after], Free: func() { free++ }})
		require.ErrorIs(t, err, reason)
		require.Equal(t, 1, free, "the chunk goes back")
		require.ErrorIs(t, w.Commit(ctx), reason)
		require.NoError(t, w.Close())
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
}

// TestChunksOfOtherColumnsAreRefused gives a writer what it was not begun for.
func TestChunksOfOtherColumnsAreRefused(t *testing.T) {
	f, o := pieces(t)
	w, err := sink{Options: o}.Create(t.Context(), f.Schema())
	require.NoError(t, err)
	other, err := f.Drop("tags")
	require.NoError(t, err)
	_, err = chunker.Shared(w)(t.Context(), chunker.Chunk{Record: other.Records()[0]})
	require.ErrorContains(t, err, "a chunk has 2 columns, the file was begun with 3")
	swapped, err := f.Select("name", "id", "tags")
	require.NoError(t, err)
	_, err = chunker.Shared(w)(t.Context(), chunker.Chunk{Record: swapped.Records()[0]})
	require.ErrorContains(t, err, `column "id"`)
	require.ErrorContains(t, err, "a chunk has utf8 where the file was begun with int64")
	require.NoError(t, w.Close())
}
