package paths

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExpand(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"b.csv", "a.csv", "a.tsv", "odd[1].csv"} {
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
	for _, c := range []struct {
		names, want []string
	}{
		{nil, nil},
		{[]string{"a.csv"}, []string{"a.csv"}},
		{[]string{"missing.csv"}, []string{"missing.csv"}},
		{[]string{"?.csv"}, []string{"a.csv", "b.csv"}},
		{[]string{"b.csv", "a.*"}, []string{"b.csv", "a.csv", "a.tsv"}},
		{[]string{"odd[1].csv"}, []string{"odd[1].csv"}},
	} {
		got, err := Expand(c.names...)
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.names)
	}
	_, err := Expand("a.csv", "*.parquet")
	require.EqualError(t, err, "read *.parquet: no file has such a name")
	_, err = Expand("[")
	require.ErrorIs(t, err, filepath.ErrBadPattern)
}
