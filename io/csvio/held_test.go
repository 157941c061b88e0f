package csvio

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/csv"
)

// TestTextsOfManyColumnsGetTheRoomTheyNeed: not a window of 64 KiB for each.
func TestTextsOfManyColumnsGetTheRoomTheyNeed(t *testing.T) {
	for _, columns := range []int{manyColumns, 300, 1500} {
		for _, width := range []int{1, 9, 30} {
			var text strings.Builder
			rows := max(3, 400_000/columns/(width+1))
			for row := range rows + 1 {
				for c := range columns {
					if c > 0 {
						text.WriteByte(',')
					}
					fmt.Fprintf(&text, "%s%d", strings.Repeat("x", 1+(row+c)%width), c)
				}
				text.WriteByte('\n')
			}
			o := ReadOptions{Header: Present}
			st, err := chunker.Open(t.Context(), o.From("wide.csv", strings.NewReader(text.String())), chunker.Request{Bytes: 1 << 20})
			require.NoError(t, err)
			bytes, held, n := 0, 0, 0
			for {
				part, err := st.Next(t.Context())
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				c, err := part(t.Context())
				require.NoError(t, err)
				n += c.Len()
				for _, col := range c.Record.Columns() {
					data := col.Data().Buffers()[2].Bytes()
					bytes, held = bytes+len(data), held+cap(data)
					held -= csv.Pad + 64
				}
			}
			require.NoError(t, st.Close())
			require.Equal(t, rows, n)
			require.Less(t, held, 3*bytes+64<<10, "%d columns of up to %d bytes", columns, width)
		}
	}
}

// TestALongRowIsReadIntoWhatTheLongestTook rather than into doubled buffers.
func TestALongRowIsReadIntoWhatTheLongestTook(t *testing.T) {
	s := new(stream)
	require.Equal(t, 4<<20, s.behind(4<<20), "nothing is known yet")
	s.tellLong(longBytes - 1)
	require.Zero(t, s.longest.Load(), "it is not long")
	s.tellLong(5 << 20)
	s.tellLong(3 << 20)
	require.Equal(t, 4<<20+behindBytes, s.behind(1<<20))
	require.Equal(t, 1000, s.behind(1000), "few rows that go over a section's end are long")
	require.Equal(t, 6<<20, s.behind(6<<20), "longer than all")
}

// TestAWriterCountsItsEncoders: a worker has one, however many chunks wait to be written, and what
// it keeps is counted until the writer is closed.
func TestAWriterCountsItsEncoders(t *testing.T) {
	const rows, columns = 100, 1000
	ints := array.NewInt64Builder(memory.DefaultAllocator)
	for row := range rows {
		ints.Append(int64(row) << 30)
	}
	n := ints.NewArray()
	fields, arrays := make([]arrow.Field, columns), make([]arrow.Array, columns)
	for i := range columns {
		fields[i], arrays[i] = arrow.Field{Name: fmt.Sprint("c", i), Type: n.DataType()}, n
	}
	schema := arrow.NewSchema(fields, nil)
	rec := array.NewRecord(schema, arrays, rows)
	for _, compression := range []string{"none", "gzip", "zstd"} {
		var out bytes.Buffer
		w, err := WriteOptions{Compression: compression}.To(&out).Create(t.Context(), schema)
		require.NoError(t, err)
		budget := chunker.NewMemory(1) // what is in use is counted, not refused
		require.NoError(t, w.(chunker.Holder).Hold(budget))
		write := chunker.Shared(w)
		var puts []chunker.Append
		for range 5 {
			put, err := write(t.Context(), chunker.Chunk{Record: rec})
			require.NoError(t, err)
			puts = append(puts, put)
		}
		one := int64(32 * columns * 24) // rows woven at once, and some bytes of each field
		require.Greater(t, budget.Held(), one)
		require.Less(t, budget.Held(), 5*one+18<<20, "one encoder")
		require.Equal(t, "encoders of CSV", budget.Holders()[0].Who)
		for _, put := range puts {
			require.NoError(t, put(t.Context()))
		}
		require.NoError(t, w.Commit(t.Context()))
		require.NoError(t, w.Close())
		require.Zero(t, budget.Held())
		back, err := chunker.ReadAll(t.Context(), ReadOptions{}.From("back.csv", bytes.NewReader(out.Bytes())))
		require.NoError(t, err)
		require.Equal(t, 5*rows, back.NumRows())
		first, err := frame.Col[int64](back, "c999")
		require.NoError(t, err)
		require.Equal(t, int64(99)<<30, first.Values()[5*rows-1])
	}
}
