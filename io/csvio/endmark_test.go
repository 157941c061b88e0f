package csvio_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/csvio"
)

// TestTheEndMarkOfDOS: ^Z after the last row is no row and no text, however the file is read;
// elsewhere it is text.
func TestTheEndMarkOfDOS(t *testing.T) {
	var long strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&long, "%d,%d.5\n", i, i)
	}
	for text, want := range map[string]string{
		"a,b\n1,2\n\x1a":                           "a,b\n1,2\n",
		"a,b\n1,2\x1a":                             "a,b\n1,2\n",
		"a,b\r\n1,2\r\n3,4\r\n\x1a":                "a,b\n1,2\n3,4\n",
		"a,b\n1,2\n" + strings.Repeat("\x1a", 127): "a,b\n1,2\n",
		"a,b\n1,x\n\x1a":                           "a,b\n1,x\n",
		"a;b\n1;\"x\ny\"\n\x1a":                    "a,b\n1,\"x\ny\"\n",
		"a||b\n1||x\n2||y\n\x1a":                   "a,b\n1,x\n2,y\n",
		"a,b\n" + long.String() + "\x1a":           "a,b\n" + long.String(),
		"a,b\n1,\x1a\n2,x\n":                       "a,b\n1,\"\x1a\"\n2,x\n",
		"a,b\n1,y\n2,\"\x1a\"\n":                   "a,b\n1,y\n2,\"\x1a\"\n",
		"a,b\n1,y\n2,\"\x1a\"":                     "a,b\n1,y\n2,\"\x1a\"\n",
		"\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00\x1a\x00": "a,b\n1,2\n",
	} {
		wanted, err := read(t, csvio.ReadOptions{}, want)
		require.NoError(t, err)
		check := func(how string, f *frame.Frame, err error) {
			require.NoError(t, err, "%s %.60q", how, text)
			require.True(t, wanted.Equal(f), "%s %.60q: %s", how, text, f)
		}
		f, err := read(t, csvio.ReadOptions{}, text)
		check("a file", f, err)
		f, err = chunker.ReadAll(t.Context(), csvio.ReadOptions{}.From("a stream", strings.NewReader(text)))
		check("a stream", f, err)
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err = z.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		f, err = csvio.ReadFile(t.Context(), aged(t, "in.csv.gz", packed.Bytes()))
		check("a packed file", f, err)
	}
	f, err := read(t, csvio.ReadOptions{Header: csvio.Present}, "a,b\n\x1a")
	require.NoError(t, err)
	require.Zero(t, f.NumRows())
	_, err = read(t, csvio.ReadOptions{}, "\x1a")
	require.ErrorContains(t, err, "is empty")
}
