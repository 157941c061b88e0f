package parquetio

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
