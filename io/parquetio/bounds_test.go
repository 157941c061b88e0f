package parquetio

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

// TestBoundsStayShort writes large values that compress well, and that nothing short is above: the
// file stays small, and is read.
func TestBoundsStayShort(t *testing.T) {
	const rows, size = 40, 300 << 10
	white, top := bytes.Repeat([]byte{0xff}, size), strings.Repeat("\U0010ffff", size/4)
	texts := func(values ...string) arrow.Array {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		for i := range rows {
			b.Append(values[i%len(values)])
		}
		return b.NewArray()
	}
	binary := func(t arrow.BinaryDataType, values ...[]byte) arrow.Array {
		b := array.NewBinaryBuilder(memory.DefaultAllocator, t)
		for i := range rows {
			b.Append(values[i%len(values)])
		}
		return b.NewArray()
	}
	fixed := array.NewFixedSizeBinaryBuilder(memory.DefaultAllocator, &arrow.FixedSizeBinaryType{ByteWidth: size})
	lists := array.NewListBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	for range rows {
		fixed.Append(white)
		lists.Append(true)
		lists.ValueBuilder().(*array.BinaryBuilder).Append(white)
	}
	for name, c := range map[string]struct {
		a     arrow.Array
		least string // as stored
		upper bool
	}{
		"white pictures":      {binary(arrow.BinaryTypes.Binary, white), string(white[:boundMost]), false},
		"pictures of two":     {binary(arrow.BinaryTypes.Binary, []byte("black"), white), "black", false},
		"large binary":        {binary(arrow.BinaryTypes.LargeBinary, white), string(white[:boundMost]), false},
		"almost white":        {binary(arrow.BinaryTypes.Binary, append([]byte{7}, white...)), "\x07" + string(white[:boundMost-1]), true},
		"the last character":  {texts(top), top[:boundMost], false},
		"texts that are none": {texts(string(white)), string(white[:boundMost]), false},
		"honest texts":        {texts(strings.Repeat("ab", size/2), "a", ""), "", true},
		"of a fixed length":   {fixed.NewArray(), "", false},
		"in lists":            {lists.NewArray(), string(white[:boundMost]), false},
	} {
		path := writeArray(t, WriteOptions{Compression: "zstd", RowGroupBytes: 2 << 20}, c.a)
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Less(t, info.Size(), int64(64<<10), name)
		in, err := os.ReadFile(path)
		require.NoError(t, err)
		meta, _, err := readFooter(&tailReader{ReaderAt: bytes.NewReader(in)}, int64(len(in)), Limits{}.orDefault())
		require.NoError(t, err)
		require.Greater(t, len(meta.RowGroups), 1)
		for i := range meta.RowGroups {
			chunk := &meta.RowGroups[i].Columns[0]
			s := &chunk.MetaData.Statistics
			require.Equal(t, c.least, string(s.MinValue), name)
			require.Equal(t, c.upper, s.MaxValue != nil, name)
			require.Equal(t, c.upper, chunk.ColumnIndexLength > 0, "%s: a page index has upper bounds", name)
			require.LessOrEqual(t, len(s.MaxValue), boundMost)
			require.NotZero(t, chunk.OffsetIndexLength)
		}
		f, err := ReadFile(t.Context(), path)
		require.NoError(t, err, name)
		col, err := f.Column("x")
		require.NoError(t, err)
		require.True(t, array.ChunkedEqual(arrow.NewChunked(c.a.DataType(), []arrow.Array{c.a}), col), name)
	}
}
