package csvio_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio"
)

// bigFile writes rows of ten columns: id, timestamp, two small integers, three floats, one of them with
// nulls, three strings with quotes here and there. 5M rows are 324 MB.
func bigFile(b *testing.B, rows int) (path string, size int64) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "big.csv")
	f, err := os.Create(path)
	require.NoError(b, err)
	r := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	text.WriteString("id,at,passengers,zone,fare,tip,distance,name,city,note\n")
	for i := range rows {
		tip := fmt.Sprintf("%.2f", r.Float64()*10)
		if r.IntN(10) == 0 {
			tip = ""
		}
		city := "Newark"
		if r.IntN(8) == 0 {
			city = `"Newark, NJ"`
		}
		fmt.Fprintf(&text, "%d,2013-%02d-%02d %02d:%02d:00,%d,%d,%.2f,%s,%.3f,n%d,%s,ok\n",
			i, 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), 1+r.IntN(6), r.IntN(260), r.Float64()*100, tip, r.Float64()*30, r.IntN(5000), city)
		if text.Len() > 1<<20 || i == rows-1 {
			_, err := f.WriteString(text.String())
			require.NoError(b, err)
			text.Reset()
		}
	}
	info, err := f.Stat()
	require.NoError(b, err)
	require.NoError(b, f.Close())
	return path, info.Size()
}

// BenchmarkScan streams a file through the reader, all columns typed, and one of ten.
func BenchmarkScan(b *testing.B) {
	path, size := bigFile(b, 1_000_000)
	for _, c := range []struct {
		name string
		src  chunker.Source
	}{{"all", csvio.Open(path)}, {"one", chunker.Select(csvio.Open(path), "fare")}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				rows := 0
				for chunk, err := range chunker.All(context.Background(), c.src) {
					require.NoError(b, err)
					rows += chunk.Len()
					chunk.Release()
				}
				require.Equal(b, 1_000_000, rows)
			}
		})
	}
	b.Run("frame", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			_, err := csvio.ReadFile(context.Background(), path)
			require.NoError(b, err)
		}
	})
}

// BenchmarkCopy reads a file and writes it again.
func BenchmarkCopy(b *testing.B) {
	path, size := bigFile(b, 500_000)
	b.SetBytes(size)
	for b.Loop() {
		_, err := chunker.Copy(context.Background(), csvio.Create(filepath.Join(b.TempDir(), "out.csv")), csvio.Open(path))
		require.NoError(b, err)
	}
}
