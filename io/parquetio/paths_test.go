package parquetio

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

func TestSeveralPathsAreOneTable(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, x := range map[string]int64{"b.parquet": 1, "a1.parquet": 2, "a2.parquet": 3} {
		f, err := frame.New(frame.Of("x", []int64{x}))
		require.NoError(t, err)
		require.NoError(t, WriteFile(t.Context(), name, f))
	}
	f, err := chunker.ReadAll(t.Context(), Open("b.parquet", "a?.parquet"))
	require.NoError(t, err)
	x, err := frame.Col[int64](f, "x")
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2, 3}, x.Values(), "in the order of the paths")
	in, err := Open("b.parquet", "a?.parquet").Describe(t.Context())
	require.NoError(t, err)
	defer in.Close()
	parts, err := in.(chunker.Splitter).Split(t.Context(), 3)
	require.NoError(t, err)
	require.Len(t, parts, 3)
	_, err = chunker.ReadAll(t.Context(), Open("b.parquet", "c*.parquet"))
	require.EqualError(t, err, "read c*.parquet: no file has such a name")
	_, err = chunker.ReadAll(t.Context(), Open())
	require.ErrorContains(t, err, "no file is named")
}
