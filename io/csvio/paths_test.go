package csvio_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

func TestSeveralPathsAreOneTable(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"b.csv": "x,y\n1,a\n", "a1.csv": "x,y\n2.5,b\n", "a2.csv": "x,y\n,c\n"} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	f, err := chunker.ReadAll(t.Context(), csvio.Open("b.csv", "a?.csv"))
	require.NoError(t, err)
	require.Equal(t, "x,y\n1.0,a\n2.5,b\n,c\n", written(t, f), "in the order of the paths; the types are those of all")
	_, err = chunker.ReadAll(t.Context(), csvio.Open("b.csv", "c*.csv"))
	require.EqualError(t, err, "read c*.csv: no file has such a name")
	_, err = chunker.ReadAll(t.Context(), csvio.Open("b.csv", "missing.csv"))
	require.ErrorContains(t, err, "read missing.csv: no such file")
	_, err = chunker.ReadAll(t.Context(), csvio.Open())
	require.ErrorContains(t, err, "no file is named")
}

func written(t *testing.T, f *frame.Frame) string {
	t.Helper()
	var b bytes.Buffer
	_, err := chunker.Copy(t.Context(), csvio.WriteOptions{}.To(&b), chunker.FromFrame(f))
	require.NoError(t, err)
	return b.String()
}
