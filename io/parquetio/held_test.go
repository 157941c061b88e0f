package parquetio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
)

// largeDictionary is a file of another writer, a row group of a column with a dictionary of so many
// texts of 20 bytes.
func largeDictionary(t *testing.T, entries int) (*frame.Frame, string) {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{fieldOf("key", arrow.BinaryTypes.String)}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for i := range 2 * entries {
		b.Field(0).(*array.StringBuilder).Append(fmt.Sprintf("key-%016d", i%entries))
	}
	r := b.NewRecord()
	path := filepath.Join(t.TempDir(), "dictionary.parquet")
	out, err := os.Create(path)
	require.NoError(t, err)
	w, err := pqarrow.NewFileWriter(schema, out, parquet.NewWriterProperties(parquet.WithDictionaryPageSizeLimit(1<<30),
		parquet.WithCompression(compress.Codecs.Snappy)), pqarrow.DefaultWriterProps())
	require.NoError(t, err)
	require.NoError(t, w.Write(r))
	require.NoError(t, w.Close())
	f, err := frame.FromRecords(schema, r)
	require.NoError(t, err)
	return f, path
}

// TestLargeDictionariesAreSharedAndCounted: parts of a row group have one dictionary, however large
// for what parts may share where no one counts, and it is refused before it is read.
func TestLargeDictionariesAreSharedAndCounted(t *testing.T) {
	const entries = 100_000
	f, path := largeDictionary(t, entries)
	for _, limit := range []int64{0, 8 << 20} {
		o := ReadOptions{Limits: Limits{ChunkBytes: 6 << 20}} // a quarter of which no dictionary fits in
		budget := chunker.NewMemory(limit)
		st, err := chunker.Open(t.Context(), o.Open(path), chunker.Request{Bytes: 64 << 10, Memory: budget})
		require.NoError(t, err)
		part, err := st.Next(t.Context())
		require.NoError(t, err)
		require.Greater(t, budget.Held(), int64(20*entries), "counted before it is read")
		require.Less(t, budget.Held(), int64(4*20*entries))
		c, err := part(t.Context())
		require.NoError(t, err)
		var rest []arrow.Record
		rest = append(rest, c.Record)
		for {
			part, err := st.Next(t.Context())
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			c, err := part(t.Context())
			require.NoError(t, err)
			rest = append(rest, c.Record)
		}
		require.Greater(t, len(rest), 20)
		require.Zero(t, budget.Held(), "given back with the last part")
		got, err := frame.FromRecords(st.Schema(), rest...)
		require.NoError(t, err)
		requireEqual(t, f, got)
		require.NoError(t, st.Close())
	}

	budget := chunker.NewMemory(2 << 20)
	st, err := chunker.Open(t.Context(), Open(path), chunker.Request{Bytes: 64 << 10, Memory: budget})
	require.NoError(t, err)
	defer st.Close()
	_, err = st.Next(t.Context())
	require.ErrorIs(t, err, chunker.ErrMemory)
	require.ErrorContains(t, err, path+": row group 0: pages and dictionaries that chunks share: it needs ")
	require.Zero(t, budget.Peak())
}

// TestOneDictionaryForAllParts counts how often a dictionary is read.
func TestOneDictionaryForAllParts(t *testing.T) {
	_, path := largeDictionary(t, 100_000)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, counted := range []bool{true, false} {
		m := &metered{file: b}
		src := ReadOptions{Limits: Limits{ChunkBytes: 6 << 20}}.From("far", m, int64(len(b)))
		req := chunker.Request{Bytes: 64 << 10}
		if counted {
			req.Memory = chunker.NewMemory(0)
		}
		st, err := chunker.Open(t.Context(), src, req)
		require.NoError(t, err)
		_, err = rowsOf(t, st)
		require.NoError(t, err)
		require.NoError(t, st.Close())
		if counted {
			require.Less(t, m.bytes.Load(), 2*int64(len(b)))
		} else {
			require.Greater(t, m.bytes.Load(), 10*int64(len(b)), "each part reads it, where no one counts it and it is too large to share")
		}
	}
}

// TestTextsOfADictionaryMoveTogether in place, and what contradicts itself is an error.
func TestTextsOfADictionaryMoveTogether(t *testing.T) {
	d := dice.New(3)
	for _, n := range []int{0, 1, 2, 17, 1000} {
		var want []string
		var plain []byte
		for range n {
			text := bytes.Repeat([]byte{byte('a' + d.IntN(26))}, d.IntN(40))
			want = append(want, string(text))
			plain = append(binary.LittleEndian.AppendUint32(plain, uint32(len(text))), text...)
		}
		dict, err := newTexts(bytes.Clone(plain), make([]int32, n+1))
		require.NoError(t, err)
		require.Equal(t, n, dict.n)
		longest := 0
		for i, text := range want {
			require.Equal(t, text, string(dict.data[dict.starts[i]:dict.starts[i+1]]))
			longest = max(longest, len(text))
		}
		require.Equal(t, longest, dict.longest)
		if n > 0 {
			_, err = newTexts(bytes.Clone(plain[:len(plain)-len(want[n-1])-1]), make([]int32, n+1))
			require.Error(t, err)
			_, err = newTexts(bytes.Clone(plain), make([]int32, n+2))
			require.Error(t, err, "one more than there are")
			wild := bytes.Clone(plain)
			binary.LittleEndian.PutUint32(wild, 1<<31)
			_, err = newTexts(wild, make([]int32, n+1))
			require.Error(t, err)
		}
	}
}

// TestAWriterCountsWhatItGathers, and has smaller row groups in a small budget; a large one changes
// nothing in the file.
func TestAWriterCountsWhatItGathers(t *testing.T) {
	const rows, chunks = 20_000, 120
	const encodedTimes = 2 // their bytes chunks take while they are encoded, beside those
	a := dice.New(1).Array(arrow.PrimitiveTypes.Int64, rows, dice.Values{Spread: 1 << 40})
	schema := arrow.NewSchema([]arrow.Field{fieldOf("x", a.DataType())}, nil)
	r := array.NewRecord(schema, []arrow.Array{a}, rows)
	size := chunker.Bytes(r)
	write := func(limit int64, counted bool) (file []byte, peak int64) {
		var out bytes.Buffer
		w, err := To(&out).Create(t.Context(), schema)
		require.NoError(t, err)
		m := chunker.NewMemory(limit)
		if counted {
			require.NoError(t, w.(chunker.Holder).Hold(m))
		}
		for range chunks {
			put, err := chunker.Shared(w)(t.Context(), chunker.Chunk{Record: r})
			require.NoError(t, err)
			require.NoError(t, put(t.Context()))
		}
		require.NoError(t, w.Commit(t.Context()))
		if counted {
			require.NotZero(t, m.Held(), "what the footer says is kept")
		}
		require.Less(t, m.Held(), int64(64<<10))
		require.NoError(t, w.Close())
		require.Zero(t, m.Held())
		return out.Bytes(), m.Peak()
	}
	alone, _ := write(0, false)
	for limit, peak := range map[int64]int64{0: 8 << 20, 1 << 30: 8 << 20, 128 << 20: 8 << 20, 64 << 20: 4 << 20, 16 << 20: 1 << 20, 1: 1 << 20} {
		file, held := write(limit, true)
		require.Equal(t, limit == 0 || limit >= 128<<20, bytes.Equal(alone, file), "a budget of %d", limit)
		require.GreaterOrEqual(t, held, (1+encodedTimes)*peak)
		require.LessOrEqual(t, held, (1+encodedTimes)*(peak+size)+64<<10)
	}
}
