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

// TestEncodingAllocatesByPage holds an encoder in steady state to a few allocations for a page, its
// bounds, and a column chunk, and none for a value.
func TestEncodingAllocatesByPage(t *testing.T) {
	if testing.Short() {
		t.Skip("-short, with which the race detector runs: making the columns takes it half a minute")
	}
	const pages = 2
	for _, typ := range []arrow.DataType{
		arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Float64, arrow.BinaryTypes.String, arrow.FixedWidthTypes.Boolean,
		arrow.ListOf(arrow.PrimitiveTypes.Int32), &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.PrimitiveTypes.Int64},
	} {
		for _, v := range []dice.Values{{Spread: 50}, {Spread: 1 << 40, Nulls: 3}} {
			a := dice.New(2).Array(typ, pages*pageRows, v)
			l, err := layoutOf("", arrow.NewSchema([]arrow.Field{{Name: "x", Type: typ, Nullable: true}}, nil))
			require.NoError(t, err)
			e := &encoder{options: &WriteOptions{}}
			allocs := testing.AllocsPerRun(5, func() {
				c, err := e.column(l.leaves[0], []arrow.Array{a})
				require.NoError(t, err)
				c.free()
			})
			t.Logf("%v %v: %v allocations", typ, v, allocs)
			require.LessOrEqual(t, allocs, 20.0+6*pages, "%v %v", typ, v)
		}
	}
}
