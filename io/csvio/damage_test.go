package csvio_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// packedRows is a compressed table that is longer than what is looked at first.
func packedRows(t *testing.T, format string, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if format == "zstd" {
		z, err := zstd.NewWriter(&b)
		require.NoError(t, err)
		w = z
	}
	r := rand.New(rand.NewPCG(1, 2))
	fmt.Fprintln(w, "a,b,c")
	for i := range rows {
		fmt.Fprintf(w, "%d,%v,x%d\n", i, r.Float64(), r.IntN(10_000))
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// TestDamageIsToldBeforeTheRowsItMakes: a decompressor comes to the checksum after them.
func TestDamageIsToldBeforeTheRowsItMakes(t *testing.T) {
	for _, format := range []string{"gzip", "zstd"} {
		whole := packedRows(t, format, 60_000)
		for _, at := range []int{50, 60, 70, 80, 90} {
			if testing.Short() && at%20 == 0 {
				continue
			}
			b := bytes.Clone(whole)
			b[len(b)*at/100] ^= 0x55
			b[len(b)*at/100+1] ^= 3
			path := filepath.Join(t.TempDir(), "in.csv")
			require.NoError(t, os.WriteFile(path, b, 0o600))
			for _, src := range []chunker.Source{csvio.Open(path), csvio.ReadOptions{}.From("in.csv", bytes.NewReader(b))} {
				require.Contains(t, drain(context.Background(), src, 0, 2).err, format+": ", "%d%%", at)
			}
		}
	}
}

// TestABadRowOfASoundStreamIsToldAsItIs, also where the stream stalls and does not end.
func TestABadRowOfASoundStreamIsToldAsItIs(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprint(w, "a,b,c\n")
	for i := range 60_000 {
		fmt.Fprintf(w, "%d,1.5,x\n", i)
	}
	fmt.Fprint(w, "1,2\n")
	behind := 600_000
	if testing.Short() {
		behind = 200_000
	}
	for i := range behind {
		fmt.Fprintf(w, "%d,1.5,x\n", i)
	}
	require.NoError(t, w.Flush())
	stalled, feed := io.Pipe()
	defer feed.Close()
	go feed.Write(b.Bytes())
	stream, err := chunker.Open(t.Context(), csvio.ReadOptions{}.From("in.csv", stalled), chunker.Request{Bytes: 1})
	require.NoError(t, err)
	defer stream.Close()
	for err == nil {
		var part chunker.Part
		if part, err = stream.Next(t.Context()); err == nil {
			_, err = part(t.Context())
		}
	}
	require.ErrorContains(t, err, "the row has 2 fields")

	require.NoError(t, w.Close())
	require.Contains(t, drain(context.Background(), csvio.ReadOptions{}.From("in.csv", &b), 0, 1).err, "in.csv:60002: row 60000: the row has 2 fields")
}
