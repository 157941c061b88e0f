package decompress

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, s := range files {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(f, s)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestZipOfOneFile(t *testing.T) {
	b := archive(t, map[string]string{"data/": "", "data/a.csv": text, "__MACOSX/._a.csv": "x"})
	require.True(t, IsZip(bytes.NewReader(b)))
	r, err := Zip(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.Equal(t, text, string(got))

	_, err = Zip(bytes.NewReader(b[:len(b)-30]), int64(len(b)-30))
	require.ErrorContains(t, err, "zip: ")
	_, _, err = New("", bytes.NewReader(b))
	require.ErrorContains(t, err, "unpack it")
	b = archive(t, map[string]string{"a": "1", "b": "2"})
	_, err = Zip(bytes.NewReader(b), int64(len(b)))
	require.ErrorContains(t, err, "holds 2 files")
}
