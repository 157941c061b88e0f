package parquetio

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// unevenRecords are chunks of which some shrink and some do not, column by column: numbers, texts,
// dictionaries, lists and bools.
func unevenRecords(chunks, rows int, shrinks func(column, chunk int) bool) (*arrow.Schema, []arrow.Record) {
	types := []arrow.DataType{
		arrow.PrimitiveTypes.Float64, arrow.PrimitiveTypes.Int64, arrow.BinaryTypes.String, arrow.BinaryTypes.Binary,
		&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String},
		arrow.ListOf(arrow.PrimitiveTypes.Int64), arrow.FixedWidthTypes.Boolean, arrow.PrimitiveTypes.Float32,
	}
	fields := make([]arrow.Field, len(types))
	for i, t := range types {
		fields[i] = fieldOf(fmt.Sprintf("c%d", i), t)
	}
	schema := arrow.NewSchema(fields, nil)
	d := dice.New(12)
	var out []arrow.Record
	for k := range chunks {
		columns := make([]arrow.Array, len(types))
		for i, t := range types {
			v := dice.Values{Spread: 1 << 60, Nulls: 10}
			if shrinks(i, k) {
				v.Spread = 20
			}
			columns[i] = d.Array(t, rows, v)
		}
		out = append(out, array.NewRecord(schema, columns, int64(rows)))
	}
	return schema, out
}

// writeInOrder encodes records in the order of a permutation, as many at the same time as there are
// processors, and appends them in their own.
func writeInOrder(t *testing.T, o WriteOptions, schema *arrow.Schema, records []arrow.Record, order []int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := o.To(&out).Create(t.Context(), schema)
	require.NoError(t, err)
	appends, errs := make([]chunker.Append, len(records)), make([]error, len(records))
	put := chunker.Shared(w)
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, i := range order {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			appends[i], errs[i] = put(context.Background(), chunker.Chunk{Record: records[i]})
		})
	}
	group.Wait()
	for i, a := range appends {
		require.NoError(t, errs[i])
		require.NoError(t, a(t.Context()))
	}
	require.NoError(t, w.Commit(t.Context()))
	require.NoError(t, w.Close())
	return out.Bytes()
}

// TestFilesDoNotDependOnWhoEncodesFirst has row groups encoded in other orders than that in which
// they are written, which the codec of a column must not show.
func TestFilesDoNotDependOnWhoEncodesFirst(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const chunks, rows = 5, 1100
	orders := 4
	if testing.Short() {
		orders = 2
	}
	for name, shrinks := range map[string]func(column, chunk int) bool{
		"the first alone":     func(_, chunk int) bool { return chunk == 0 },
		"all but the first":   func(_, chunk int) bool { return chunk > 0 },
		"the last alone":      func(_, chunk int) bool { return chunk == chunks-1 },
		"in turn":             func(column, chunk int) bool { return (column+chunk)%2 == 0 },
		"none":                func(int, int) bool { return false },
		"all":                 func(int, int) bool { return true },
		"columns in two ways": func(column, chunk int) bool { return column%3 == chunk%2 },
	} {
		schema, records := unevenRecords(chunks, rows, shrinks)
		want, err := frame.FromRecords(schema, records...)
		require.NoError(t, err)
		options := []WriteOptions{
			{RowGroupBytes: 64 << 10}, {Compression: "zstd", RowGroupBytes: 64 << 10, BloomFilters: []string{"c1"}}, {Compression: "gzip", Encodings: "all", RowGroupBytes: 300 << 10},
			{Compression: "lz4", Encodings: "oldest"}, {Compression: "brotli", RowGroupBytes: 64 << 10}, {Compression: "none", RowGroupBytes: 64 << 10},
		}
		if testing.Short() {
			options = options[:2]
		}
		for _, o := range options {
			inTurn := make([]int, chunks)
			for i := range inTurn {
				inTurn[i] = i
			}
			runtime.GOMAXPROCS(1)
			file := writeInOrder(t, o, schema, records, inTurn)
			r := rand.New(rand.NewPCG(1, 1))
			for k := range orders {
				order := slices.Clone(inTurn)
				if slices.Reverse(order); k > 0 {
					r.Shuffle(chunks, func(i, j int) { order[i], order[j] = order[j], order[i] })
				}
				runtime.GOMAXPROCS([]int{1, 2, 8}[k%3])
				require.True(t, bytes.Equal(file, writeInOrder(t, o, schema, records, order)), "%s, %s: %v", name, o.Compression, order)
			}
			requireOneCodec(t, file)
			got, err := chunker.ReadAll(t.Context(), From(name, bytes.NewReader(file), int64(len(file))))
			require.NoError(t, err)
			requireEqual(t, want, got)
		}
	}
}

// requireOneCodec has all column chunks of a column be of one codec, and their sizes be what their
// pages take.
func requireOneCodec(t *testing.T, b []byte) {
	t.Helper()
	meta, _, err := readFooter(&tailReader{ReaderAt: bytes.NewReader(b)}, int64(len(b)), Limits{}.orDefault())
	require.NoError(t, err)
	for k := range meta.RowGroups[0].Columns {
		codecs := map[format.CompressionCodec]bool{}
		for i := range meta.RowGroups {
			m := &meta.RowGroups[i].Columns[k].MetaData
			codecs[m.Codec] = true
			requireSizes(t, b, m)
		}
		require.Len(t, codecs, 1, "column %d", k)
	}
}

// requireSizes holds what a column chunk claims against the headers of its pages.
func requireSizes(t *testing.T, b []byte, m *format.ColumnMetaData) {
	t.Helper()
	at, n := chunkRange(m)
	plain := 0
	for end := at + n; at < end; {
		h, size, err := readHeader(b[at:end])
		require.NoError(t, err)
		plain += size + h.plain
		at += int64(size + h.packed)
		require.LessOrEqual(t, at, end)
	}
	require.EqualValues(t, plain, m.TotalUncompressedSize)
}
