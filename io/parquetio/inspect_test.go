package parquetio

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden holds text against a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestInspectShowsAFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.parquet")
	f, err := everything(t, 1000, 3, true).Select("c04_int64", "c11_float64", "c12_utf8", "c16_large_binary", "c27_timestamp", "c33_decimal")
	require.NoError(t, err)
	require.NoError(t, WriteOptions{RowGroupBytes: 1 << 16, Compression: "zstd", Metadata: map[string]string{"made by": "a test"}}.WriteFile(t.Context(), path, f))
	info, err := Inspect(t.Context(), path)
	require.NoError(t, err)
	require.EqualValues(t, 1000, info.Rows)
	text := info.String() + "\n" + info.RowGroups[0].String()
	golden(t, "inspect.txt", strings.ReplaceAll(text, dir, "DIR"))
}

func TestInspectSumsOverRowGroups(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.parquet")
	f := everything(t, 1000, 3, true)
	require.NoError(t, WriteOptions{RowGroupBytes: 1 << 12}.WriteFile(t.Context(), path, f))
	info, err := Inspect(t.Context(), path)
	require.NoError(t, err)
	require.Greater(t, len(info.RowGroups), 5)
	for i, c := range info.Columns {
		total := info.Total(i)
		column, err := f.Column(strings.Split(c.Path, ".")[0])
		require.NoError(t, err)
		require.EqualValues(t, 1000, total.Values, c.Path)
		if total.Nulls >= 0 {
			require.EqualValues(t, column.NullN(), total.Nulls, c.Path)
		}
		if strings.Contains(c.Path, "int64") {
			require.NotEmpty(t, total.Min, c.Path)
		}
	}
}

// TestATotalPassesOverRowGroupsWithoutRows, which say nothing of bounds and nulls.
func TestATotalPassesOverRowGroupsWithoutRows(t *testing.T) {
	file := rewritten(t, func(m *format.FileMetaData) {
		empty := m.RowGroups[0]
		empty.NumRows, empty.Columns = 0, slices.Clone(empty.Columns)
		empty.Columns[0].MetaData.NumValues, empty.Columns[0].MetaData.Statistics = 0, format.Statistics{}
		for i := range m.RowGroups {
			m.RowGroups[i].Columns[0].MetaData.Statistics = format.Statistics{MinValue: make([]byte, 8), MaxValue: []byte{byte(i + 1), 0, 0, 0, 0, 0, 0, 0}}
		}
		m.RowGroups = append([]format.RowGroup{empty}, append(m.RowGroups, empty)...)
	})
	path := filepath.Join(t.TempDir(), "f.parquet")
	require.NoError(t, os.WriteFile(path, file, 0o644))
	info, err := Inspect(t.Context(), path)
	require.NoError(t, err)
	require.Len(t, info.RowGroups, 4)
	total := info.Total(0)
	require.Equal(t, [2]string{"0", "2"}, [2]string{total.Min, total.Max})
	require.Zero(t, total.Nulls)
}

// TestTotalsHaveTheBoundsOfAllRowGroups, however many nulls each has.
func TestTotalsHaveTheBoundsOfAllRowGroups(t *testing.T) {
	const rows = 10
	for _, c := range []struct {
		nulls [3]int // of each row group, whose other values are 10, 11, …; 20, 21, …; 30, 31, …
		least string
		most  string
	}{
		{[3]int{0, 0, 0}, "10", "39"},
		{[3]int{4, 6, 0}, "10", "39"}, // together as many as a row group has values
		{[3]int{4, 6, 10}, "10", "23"},
		{[3]int{9, 1, 10}, "10", "28"},
		{[3]int{10, 3, 0}, "20", "39"},
		{[3]int{10, 10, 7}, "30", "32"},
		{[3]int{3, 10, 7}, "10", "32"},
		{[3]int{10, 10, 10}, "", ""},
	} {
		schema := arrow.NewSchema([]arrow.Field{fieldOf("x", arrow.PrimitiveTypes.Int64)}, nil)
		var records []arrow.Record
		for k, nulls := range c.nulls {
			b := array.NewInt64Builder(memory.DefaultAllocator)
			for i := range rows {
				if i < rows-nulls {
					b.Append(int64(10*(k+1) + i))
				} else {
					b.AppendNull()
				}
			}
			records = append(records, array.NewRecord(schema, []arrow.Array{b.NewArray()}, rows))
		}
		f, err := frame.FromRecords(schema, records...)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "f.parquet")
		o := WriteOptions{RowGroupBytes: 2 * chunker.Bytes(records[0])} // each chunk is a row group
		_, err = chunker.Copy(t.Context(), o.Create(path), chunker.FromFrame(f))
		require.NoError(t, err)
		info, err := Inspect(t.Context(), path)
		require.NoError(t, err)
		require.Len(t, info.RowGroups, len(c.nulls))
		total := info.Total(0)
		require.Equal(t, [2]string{c.least, c.most}, [2]string{total.Min, total.Max}, "%v", c.nulls)
		require.EqualValues(t, c.nulls[0]+c.nulls[1]+c.nulls[2], total.Nulls, "%v", c.nulls)
	}
}

func TestInspectOfEveryFileEnds(t *testing.T) {
	for _, folder := range []string{"hyparquet", "parquet-testing", "synthetic/pq_trunc"} {
		for _, path := range corpora(t, folder) {
			info, err := Inspect(context.Background(), path)
			if err != nil {
				requireClean(t, path, err)
				continue
			}
			require.Contains(t, info.String(), filepath.Base(path))
		}
	}
}

func TestInspectOfNoFile(t *testing.T) {
	_, err := Inspect(t.Context(), filepath.Join(t.TempDir(), "gone.parquet"))
	require.ErrorIs(t, err, os.ErrNotExist)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "f.parquet")
	require.NoError(t, WriteFile(t.Context(), path, everything(t, 10, 0, false)))
	_, err = Inspect(ctx, path)
	require.ErrorIs(t, err, context.Canceled)
}
