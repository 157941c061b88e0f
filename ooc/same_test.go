package ooc_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/dice"
	"github.com/volley-go/volley/io/csvio"
	"github.com/volley-go/volley/io/parquetio"
	"github.com/volley-go/volley/ooc"
)

// unevenRows writes a CSV file of which the first third compresses and the rest does not, or the
// other way round, column by column.
func unevenRows(t *testing.T, rows int) string {
	t.Helper()
	d := dice.New(77)
	var b strings.Builder
	b.WriteString("id,x,noise,name,note\n")
	for i := range rows {
		early := i < rows/3
		fmt.Fprintf(&b, "%d,%v,", i, d.Float64())
		if early {
			fmt.Fprintf(&b, "0.5,name %d,%x%x\n", i%7, d.Uint64(), d.Uint64())
		} else {
			fmt.Fprintf(&b, "%v,%x,plain words again and again\n", d.Float64(), d.Uint64())
		}
	}
	path := filepath.Join(t.TempDir(), "in.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

// TestFilesAreTheSameForAnyWorkers runs jobs with any number of workers on any number of
// processors: what they write is the same, byte by byte.
func TestFilesAreTheSameForAnyWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	rows, runs := 60_000, 9
	if testing.Short() {
		rows, runs = 20_000, 2
	}
	in, dir := unevenRows(t, rows), t.TempDir()
	packed, parquet := filepath.Join(dir, "in.csv.zst"), filepath.Join(dir, "in.parquet")
	for to, sink := range map[string]chunker.Sink{packed: csvio.Create(packed), parquet: parquetio.WriteOptions{RowGroupBytes: 1 << 20}.Create(parquet)} {
		_, err := ooc.Job{From: csvio.Open(in), To: sink, Memory: 16 << 20}.Run(t.Context())
		require.NoError(t, err, to)
	}
	fns := []chunker.Step{apply.Expr("twice = 2.0 * x"), apply.Map1("long", "name", func(s string) string { return strings.Repeat(s, 2) })}
	for _, from := range []struct {
		name string
		chunker.Source
	}{{"csv", csvio.Open(in)}, {"csv.zst", csvio.Open(packed)}, {"parquet", parquetio.Open(parquet)}} {
		for name, create := range map[string]func(string) chunker.Sink{
			"groups.parquet": parquetio.WriteOptions{RowGroupBytes: 256 << 10}.Create, "out.parquet": parquetio.Create,
			"zstd.parquet": parquetio.WriteOptions{Compression: "zstd", RowGroupBytes: 512 << 10, Metadata: map[string]string{"a": "1", "b": "2", "c": "3"}}.Create,
			"out.csv":      csvio.Create, "out.csv.gz": csvio.Create, "out.csv.zst": csvio.Create,
		} {
			if testing.Short() && (name == "out.parquet" || name == "out.csv" || name == "out.csv.gz") {
				continue
			}
			var first [2][]byte
			for k := range 2 * runs {
				runtime.GOMAXPROCS([]int{1, 2, 8}[k%3])
				path := filepath.Join(dir, name)
				job := ooc.Job{From: from.Source, Steps: chunker.Steps{apply.Where("id % 11 != 3"), chunker.Steps(fns)}, To: create(path), Workers: []int{1, 8, 2}[(k+k/3)%3], Memory: 16 << 20}
				if k%2 == 1 {
					job.Memory = 1 << 30
				}
				_, err := job.Run(t.Context())
				require.NoError(t, err)
				b, err := os.ReadFile(path)
				require.NoError(t, err)
				if first[k%2] == nil {
					first[k%2] = b
				}
				require.True(t, bytes.Equal(first[k%2], b), "%s to %s, run %d: %d workers, %d processors", from.name, name, k, job.Workers, runtime.GOMAXPROCS(0))
			}
		}
	}
}
