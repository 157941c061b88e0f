package parquetio

import (
	"io"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/dice"
)

// TestAWriterKeepsLittleOfAColumnAndCountsIt writes row groups of many columns, of which the writer
// keeps what the footer and the page index say: it is held against what can be reached, and against
// what the writer counts.
func TestAWriterKeepsLittleOfAColumnAndCountsIt(t *testing.T) {
	const groups = 25
	text := arrow.BinaryTypes.String
	for _, k := range []struct {
		name          string
		typ           arrow.DataType
		columns, rows int
		most          int64 // of a column of a row group
	}{
		{"numbers", arrow.PrimitiveTypes.Float64, 200, 20, 200},
		{"narrow numbers", arrow.PrimitiveTypes.Int16, 200, 20, 180},
		{"texts", text, 200, 20, 250},
		{"dictionaries", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: text}, 200, 20, 250},
		{"lists", arrow.ListOf(arrow.PrimitiveTypes.Int64), 200, 20, 250},
	} {
		schema := arrow.NewSchema(nil, nil)
		var columns []arrow.Array
		for i := range k.columns {
			field := fieldOf("c"+string(rune('a'+i%26))+string(rune('a'+i/26)), k.typ)
			schema, _ = schema.AddField(i, field)
			if i == 0 {
				columns = append(columns, dice.New(3).Array(k.typ, k.rows, dice.Values{Spread: 1 << 40, Nulls: 7}))
				continue
			}
			columns = append(columns, columns[0])
		}
		r := array.NewRecord(schema, columns, int64(k.rows))
		o := WriteOptions{RowGroupBytes: chunker.Bytes(r)} // each chunk is a row group
		w, err := o.To(io.Discard).Create(t.Context(), schema)
		require.NoError(t, err)
		m := chunker.NewMemory(0)
		require.NoError(t, w.(chunker.Holder).Hold(m))
		write := func(groups int) {
			for range groups {
				put, err := chunker.Shared(w)(t.Context(), chunker.Chunk{Record: r})
				require.NoError(t, err)
				require.NoError(t, put(t.Context()))
			}
		}
		write(3)
		before, counted := live(), m.Held()
		write(groups)
		kept, counted := live()-before, m.Held()-counted
		t.Logf("%s: %d bytes of a column of a row group are kept, %d counted", k.name, kept/int64(groups*k.columns), counted/int64(groups*k.columns))
		require.Less(t, kept, k.most*int64(groups*k.columns), k.name)
		require.Less(t, kept, counted+counted/3+64<<10, "%s: what is kept is counted", k.name)
		require.Less(t, counted, 2*kept+64<<10, "%s: no more is counted than is kept", k.name)
		require.NoError(t, w.Commit(t.Context()))
		require.NoError(t, w.Close())
		require.Zero(t, m.Held())
	}
}
