package parquetio

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// filesOf lists the files of a folder of other projects' files, which not every checkout has beside
// it.
func filesOf(folder string) []string {
	root := filepath.Join("..", "..", "..", "shared", "corpora", folder)
	var files []string
	_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(d.Name(), ".parquet") {
			files = append(files, path)
		}
		return err
	})
	return files
}

// corpora is filesOf for tests that need them.
func corpora(t testing.TB, folder string) []string {
	t.Helper()
	files := filesOf(folder)
	if len(files) == 0 {
		t.Skip("no corpora beside the checkout")
	}
	return files
}

// requireClean holds an error to what users are promised: it names the file and is no panic.
func requireClean(t *testing.T, file string, err error) {
	t.Helper()
	var ce *chunker.Error
	require.True(t, errors.As(err, &ce), "%s: %v", file, err)
	require.NotContains(t, err.Error(), "panicked", file)
	require.True(t, errors.Is(err, ErrCorrupt) || errors.Is(err, ErrLimit) || errors.Is(err, ErrUnsupported) || ce.File != "", "%s: %v", file, err)
}

// TestCorporaAreReadOrRefused reads every file. How many are read is held, so that a change that
// loses some shows.
func TestCorporaAreReadOrRefused(t *testing.T) {
	for folder, least := range map[string]int{"hyparquet": 61, "parquet-testing": 206, "synthetic/pq_trunc": 0} {
		read := 0
		files := corpora(t, folder)
		for _, path := range files {
			f, err := ReadFile(context.Background(), path)
			if err != nil {
				requireClean(t, path, err)
				t.Logf("%s: %.300v", filepath.Base(path), err)
				continue
			}
			read++
			require.NotContains(t, path, "pq_trunc", "a file that was cut is refused")
			if !strings.Contains(path, "ARROW-GH-43605") { // indexes of no bits into one value: unusual, and unambiguous
				require.NotContains(t, path, "bad_data", "a file that is known to be bad is refused")
			}
			require.NotContains(t, path, "corrupt-checksum", "a checksum that is wrong is found")
			_ = f.String()
		}
		t.Logf("%s: %d of %d read", folder, read, len(files))
		require.GreaterOrEqual(t, read, least, folder)
	}
}

// allocated runs f and returns how many bytes it allocated, those given back included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// FuzzRead holds reading to ending, in rows or a clean error, within the limits and without
// allocating more than some times what those allow.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "b", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	rows := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for i := range 100 {
		rows.Field(0).(*array.Int64Builder).Append(int64(i % 9))
		rows.Field(1).(*array.StringBuilder).Append(strings.Repeat("x", i%5))
	}
	table, err := frame.FromRecords(schema, rows.NewRecord())
	require.NoError(f, err)
	_, err = chunker.Copy(f.Context(), To(&b), chunker.FromFrame(table))
	require.NoError(f, err)
	f.Add(b.Bytes())
	// Files of other writers, where they are: many have no checksums, which stop what the fuzzer
	// changes early.
	for _, folder := range []string{"parquet-testing", "hyparquet"} {
		for _, name := range filesOf(folder) {
			if b, err := os.ReadFile(name); err == nil && len(b) < 4<<10 {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		limits := Limits{FooterBytes: 1 << 20, PageBytes: 1 << 20, PageValues: 1 << 20, ChunkBytes: 8 << 20}
		took := allocated(func() {
			rows := 0
			for c, err := range chunker.All(t.Context(), ReadOptions{Limits: limits}.From("fuzz", bytes.NewReader(input), int64(len(input)))) {
				if err != nil {
					requireClean(t, "fuzz", err)
					return
				}
				rows += c.Len()
				c.Release()
				if rows > 1<<22 {
					return
				}
			}
		})
		require.Less(t, took, uint64(256<<20))
	})
}
