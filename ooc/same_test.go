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
	"github.com/volley-go/volley/apply/order"
	"github.com/volley-go/volley/apply/table"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
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

// TestFilesBehindASortAreTheSameForAnyWorkers, in memory and spilled, with ties, with a row larger
// than a chunk, with a limit, and without rows.
func TestFilesBehindASortAreTheSameForAnyWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	rows, runs := 24_000, 9
	if testing.Short() {
		runs = 2
	}
	const little = 8 << 20 // less than the rows take
	dir := t.TempDir()
	in := filepath.Join(dir, "in.csv")
	_, err := chunker.Copy(t.Context(), csvio.Create(in), chunker.FromFrame(withAHugeRow(t, shuffled(t, rows, 900))))
	require.NoError(t, err)
	for name, steps := range map[string]chunker.Steps{
		"all.parquet":     {order.By("key")},
		"first.parquet":   {order.By("-key"), table.Limit(7000)},
		"changed.parquet": {order.By("text", "-key"), apply.Where("n % 5 != 1"), apply.Expr("twice = 2 * key"), order.By("key")},
		"none.parquet":    {apply.Where("n < 0"), order.By("key")},
		"all.csv.zst":     {order.By("key", "-n")},
		"first.csv":       {order.By("key"), table.Limit(9999)},
	} {
		if testing.Short() && (name == "changed.parquet" || name == "none.parquet" || name == "first.csv") {
			continue
		}
		create := csvio.Create
		if strings.HasSuffix(name, ".parquet") {
			create = parquetio.WriteOptions{RowGroupBytes: 512 << 10}.Create
		}
		var first [2][]byte
		for k := range 2 * runs {
			runtime.GOMAXPROCS([]int{1, 2, 8}[k%3])
			path := filepath.Join(dir, name)
			job := ooc.Job{From: csvio.Open(in), Steps: steps, To: create(path), Workers: []int{1, 8, 2}[(k+k/3)%3], Memory: []int64{little, 1 << 30}[k%2], TempDir: t.TempDir()}
			_, err := job.Run(t.Context())
			require.NoError(t, err, name)
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			if first[k%2] == nil {
				first[k%2] = b
			}
			require.True(t, bytes.Equal(first[k%2], b), "%s, run %d: %d workers, %d processors", name, k, job.Workers, runtime.GOMAXPROCS(0))
		}
		if name == "all.parquet" {
			info, err := parquetio.Inspect(t.Context(), filepath.Join(dir, name))
			require.NoError(t, err)
			require.Greater(t, len(info.RowGroups), 3)
		}
	}
}

// withAHugeRow puts a row of 700 kB, with a key that others have, behind the rows of a frame.
func withAHugeRow(t *testing.T, f *frame.Frame) *frame.Frame {
	t.Helper()
	huge, err := frame.New(frame.Of("n", []int64{1 << 40}), frame.Of("key", []int64{100}), frame.Of("text", []string{strings.Repeat("y", 700_000)}))
	require.NoError(t, err)
	out, err := frame.FromRecords(f.Schema(), append(f.Records(), huge.Records()...)...)
	require.NoError(t, err)
	return out
}
