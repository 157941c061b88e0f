package parquetio

import (
	"io"
	"runtime"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/dice"
)

// TestWritingHoldsNoMoreThanItSays writes many small chunks: at any time those that wait for a row
// group take an eighth of it and one chunk at most, and what is left when all are written is the
// pages' places and bounds alone.
func TestWritingHoldsNoMoreThanItSays(t *testing.T) {
	const rows, chunks = 1000, 600
	a := dice.New(1).Array(arrow.PrimitiveTypes.Int64, rows, dice.Values{Spread: 1 << 40})
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: a.DataType(), Nullable: true}}, nil)
	r := array.NewRecord(schema, []arrow.Array{a}, rows)
	size := chunker.Bytes(r)
	o := WriteOptions{RowGroupBytes: 1 << 20}
	w, err := o.To(io.Discard).Create(t.Context(), schema)
	require.NoError(t, err)
	before, held, most := live(), int64(0), int64(0)
	for range chunks {
		held += size
		most = max(most, held)
		put, err := chunker.Shared(w)(t.Context(), chunker.Chunk{Record: r, Free: func() { held -= size }})
		require.NoError(t, err)
		require.NoError(t, put(t.Context()))
	}
	require.LessOrEqual(t, most, o.RowGroupBytes/8+size)
	require.Less(t, live()-before, int64(256<<10), "of %d bytes written", chunks*size)
	require.NoError(t, w.Commit(t.Context()))
	require.Zero(t, held)
	require.NoError(t, w.Close())
}

// live is how many bytes are reachable; pools give up what they hold at the second collection.
func live() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
