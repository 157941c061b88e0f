package parquetio_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/parquetio"
)

// byArrow writes a frame with arrow's own writer.
func byArrow(t testing.TB, f *frame.Frame, rowGroup int64, props ...parquet.WriterProperty) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "arrow.parquet")
	out, err := os.Create(path)
	require.NoError(t, err)
	err = pqarrow.WriteTable(f.Table(), out, rowGroup, parquet.NewWriterProperties(props...), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	require.NoError(t, err)
	return path
}

// sameColumns compares frames column by column, to name the one that differs.
func sameColumns(t testing.TB, want, got *frame.Frame, format string, args ...any) {
	t.Helper()
	require.Equal(t, want.Names(), got.Names())
	for _, name := range want.Names() {
		a, err := want.Select(name)
		require.NoError(t, err)
		b, err := got.Select(name)
		require.NoError(t, err)
		require.True(t, a.Equal(b), "%s: column %s: %s, %s", fmt.Sprintf(format, args...), name, a.Schema().Field(0).Type, b.Schema().Field(0).Type)
	}
}

func TestWhatArrowWritesIsRead(t *testing.T) {
	for _, rows := range []int{1, 1000, 20_000} {
		f := withoutDurations(t, everyType(t, rows))
		for _, props := range [][]parquet.WriterProperty{
			{}, {parquet.WithDictionaryDefault(false), parquet.WithDataPageVersion(parquet.DataPageV2), parquet.WithCompression(compress.Codecs.Zstd)},
			{parquet.WithCompression(compress.Codecs.Gzip), parquet.WithDataPageSize(2000)}, {parquet.WithCompression(compress.Codecs.Brotli), parquet.WithDataPageVersion(parquet.DataPageV2)},
			{parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDataPageSize(100), parquet.WithBatchSize(64)},
		} {
			path := byArrow(t, f, 7000, props...)
			got, err := parquetio.ReadFile(t.Context(), path)
			require.NoError(t, err)
			sameColumns(t, f, got, "%d rows, %v", rows, props)
		}
	}
}

func TestEveryEncoding(t *testing.T) {
	f := everyType(t, 5000)
	for name, encoding := range map[string]parquet.Encoding{
		"i32": parquet.Encodings.DeltaBinaryPacked, "i64": parquet.Encodings.DeltaBinaryPacked, "s": parquet.Encodings.DeltaLengthByteArray, "words": parquet.Encodings.DeltaByteArray,
		"distinct": parquet.Encodings.DeltaBinaryPacked, "bin": parquet.Encodings.DeltaByteArray, "bool": parquet.Encodings.RLE,
	} {
		one, err := f.Select(name)
		require.NoError(t, err)
		path := byArrow(t, one, 1<<20, parquet.WithDictionaryDefault(false), parquet.WithEncoding(encoding), parquet.WithDataPageVersion(parquet.DataPageV2))
		got, err := parquetio.ReadFile(t.Context(), path)
		require.NoError(t, err, name)
		sameColumns(t, one, got, "%s by %s", name, encoding)
	}
}

// withoutDurations is for arrow's writer, which has none, and whose zones are read as UTC.
func withoutDurations(t testing.TB, f *frame.Frame) *frame.Frame {
	f, err := f.Drop("dur", "us")
	require.NoError(t, err)
	return f
}

func TestSource(t *testing.T) {
	f := withoutDurations(t, everyType(t, 3000))
	for _, path := range []string{byArrow(t, f, 1<<20, parquet.WithDataPageSize(500), parquet.WithBatchSize(100)), byArrow(t, f, 700)} {
		chunkertest.TestSource(t, parquetio.Open(path), f)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		chunkertest.TestSource(t, parquetio.ReadOptions{}.From("memory", bytes.NewReader(b), int64(len(b))), f)
	}
	empty := everyType(t, 1).Head(0)
	path := filepath.Join(t.TempDir(), "empty.parquet")
	require.NoError(t, parquetio.WriteFile(t.Context(), path, empty))
	chunkertest.TestSource(t, parquetio.Open(path), empty)
}

func TestSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	f := everyType(t, 300)
	for i := range 3 {
		require.NoError(t, parquetio.WriteFile(t.Context(), filepath.Join(dir, fmt.Sprintf("%d.parquet", i)), f.Slice(100*i, 100*i+100)))
	}
	chunkertest.TestSource(t, parquetio.Open(filepath.Join(dir, "*.parquet")), f)
	other, err := frame.New(frame.Of("x", []int{1}))
	require.NoError(t, err)
	require.NoError(t, parquetio.WriteFile(t.Context(), filepath.Join(dir, "9.parquet"), other))
	_, err = parquetio.ReadFile(t.Context(), filepath.Join(dir, "*.parquet"))
	require.ErrorContains(t, err, "9.parquet: has 1 columns, not 26")
}

func TestFilesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.parquet")
	require.NoError(t, parquetio.WriteFile(t.Context(), path, everyType(t, 50)))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, c := range []struct {
		b    []byte
		want string
	}{
		{nil, "is no Parquet file: it has 0 bytes"}, {[]byte("PAR1PAR1PAR1"), "the footer"}, {whole[:len(whole)-1], "does not end with PAR1"},
		{append(bytes.Clone(whole[:len(whole)-4]), "PARE"...), "is encrypted"}, {append(bytes.Clone(whole[:len(whole)-8]), 0xFF, 0xFF, 0xFF, 0x7F, 'P', 'A', 'R', '1'), "the footer says it has 2147483647 bytes"},
	} {
		require.NoError(t, os.WriteFile(path, c.b, 0o644))
		_, err := parquetio.ReadFile(t.Context(), path)
		require.ErrorContains(t, err, c.want)
		require.ErrorContains(t, err, "x.parquet")
	}
	for p, want := range map[string]string{dir: "is a directory", filepath.Join(dir, "no.parquet"): "no such file", filepath.Join(dir, "*.pq"): "no file has such a name"} {
		_, err := parquetio.ReadFile(t.Context(), p)
		require.ErrorContains(t, err, want)
	}
}

// TestEveryByteMayBeWrong flips bytes: an error, or rows, but no panic.
func TestEveryByteMayBeWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.parquet")
	require.NoError(t, parquetio.WriteOptions{Compression: parquetio.None}.WriteFile(t.Context(), path, everyType(t, 40)))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	refused := 0
	for at := 0; at < len(whole); at += 7 {
		for _, x := range []byte{0x01, 0x80, 0xFF} {
			b := bytes.Clone(whole)
			b[at] ^= x
			if _, err := chunker.ReadAll(t.Context(), parquetio.ReadOptions{}.From("flipped", bytes.NewReader(b), int64(len(b)))); err != nil {
				require.ErrorContains(t, err, "flipped")
				refused++
			}
		}
	}
	require.Greater(t, refused, len(whole)/10)
	for n := 0; n < len(whole); n += 31 {
		_, err := chunker.ReadAll(t.Context(), parquetio.ReadOptions{}.From("cut", bytes.NewReader(whole[:n]), int64(n)))
		require.Error(t, err)
	}
}

func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "x.parquet")
	for _, o := range []parquetio.WriteOptions{{Compression: parquetio.None}, {}} {
		some, err := everyType(f, 30).Select("bool", "i64", "s", "dec", "words")
		require.NoError(f, err)
		require.NoError(f, o.WriteFile(f.Context(), path, some))
		b, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		chunker.ReadAll(t.Context(), parquetio.ReadOptions{Limits: parquetio.Limits{PageBytes: 1 << 20}}.From("fuzz", bytes.NewReader(b), int64(len(b))))
	})
}

// corpus is a folder of the corpora, where they are at hand.
func corpus(t *testing.T, glob string) []string {
	files, err := filepath.Glob(filepath.Join("../../../shared/corpora", glob))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the corpora are not at hand")
	}
	return files
}

func TestTruncationsAreRefused(t *testing.T) {
	for _, path := range corpus(t, "synthetic/pq_trunc/*") {
		_, err := parquetio.ReadFile(t.Context(), path)
		require.Error(t, err, path)
	}
}

func TestRealFilesAreReadOrRefusedByName(t *testing.T) {
	read := 0
	for _, path := range append(corpus(t, "parquet-testing/data/*.parquet"), corpus(t, "hyparquet/test/files/*.parquet")...) {
		f, err := parquetio.ReadFile(t.Context(), path)
		if err != nil {
			require.ErrorContains(t, err, filepath.Base(path))
			t.Log(err)
			continue
		}
		require.NotNil(t, f)
		read++
	}
	t.Logf("%d read", read)
	require.Greater(t, read, 40)
	for _, path := range corpus(t, "parquet-testing/bad_data/*.parquet") {
		_, err := parquetio.ReadFile(t.Context(), path)
		t.Log(filepath.Base(path), err)
	}
}

// TestAgainstHyparquetsRows holds flat files against the rows that project has for them.
func TestAgainstHyparquetsRows(t *testing.T) {
	equal := 0
	for _, path := range corpus(t, "hyparquet/test/files/*.parquet") {
		f, err := parquetio.ReadFile(t.Context(), path)
		if err != nil {
			continue
		}
		b, err := os.ReadFile(strings.TrimSuffix(path, ".parquet") + ".json")
		if err != nil {
			continue
		}
		var want [][]any
		if json.Unmarshal(b, &want) != nil {
			continue
		}
		require.Len(t, want, f.NumRows(), path)
		for c, name := range f.Names() {
			if f.Schema().Field(c).Type.ID() != arrow.INT32 && f.Schema().Field(c).Type.ID() != arrow.FLOAT64 && f.Schema().Field(c).Type.ID() != arrow.STRING {
				continue
			}
			equal += compareColumn(t, path, f, c, name, want)
		}
	}
	require.Greater(t, equal, 50)
}

func compareColumn(t *testing.T, path string, f *frame.Frame, c int, name string, want [][]any) int {
	t.Helper()
	equal := 0
	check := func(i int, ok bool, got any) {
		if i >= len(want) || c >= len(want[i]) {
			return
		}
		w := want[i][c]
		if !ok {
			require.Nil(t, w, "%s %s row %d", path, name, i)
		} else if w != nil {
			if x, isFloat := got.(float64); isFloat {
				if y, isNumber := w.(float64); isNumber && math.Abs(x-y) > 1e-9*math.Abs(x) {
					require.Equal(t, w, got, "%s %s row %d", path, name, i)
				}
			} else if _, isText := w.(string); isText {
				require.Equal(t, w, got, "%s %s row %d", path, name, i)
			}
		}
		equal++
	}
	if f.Schema().Field(c).Type.ID() == arrow.STRING {
		col, err := frame.Col[sql.Null[string]](f, name)
		require.NoError(t, err)
		for i, v := range col.All() {
			check(i, v.Valid, v.V)
		}
		return equal
	}
	col, err := frame.Col[sql.Null[float64]](f, name)
	require.NoError(t, err)
	for i, v := range col.All() {
		check(i, v.Valid, v.V)
	}
	return equal
}

func BenchmarkAgainstArrow(b *testing.B) {
	f := trips(b, 500_000)
	path := filepath.Join(b.TempDir(), "x.parquet")
	values := f.NumRows() * len(f.Names())
	report := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(values), "ns/value")
	}
	b.Run("write/volley", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, parquetio.WriteFile(b.Context(), path, f))
		}
		report(b)
	})
	b.Run("write/arrow", func(b *testing.B) {
		for b.Loop() {
			byArrow(b, f, 1<<17, parquet.WithCompression(compress.Codecs.Snappy))
		}
		report(b)
	})
	b.Run("read/volley", func(b *testing.B) {
		for b.Loop() {
			_, err := parquetio.ReadFile(b.Context(), path)
			require.NoError(b, err)
		}
		report(b)
	})
	b.Run("read/arrow", func(b *testing.B) {
		for b.Loop() {
			oracle(b, path)
		}
		report(b)
	})
}

// trips is ten columns as a table of journeys has them.
func trips(b *testing.B, rows int) *frame.Frame {
	id, at, a, z := make([]int64, rows), make([]time.Time, rows), make([]int32, rows), make([]int32, rows)
	fare, tip, km := make([]float64, rows), make([]sql.Null[float64], rows), make([]float64, rows)
	name, city := make([]string, rows), make([]string, rows)
	for i := range rows {
		h := uint64(i) * 0x9E3779B97F4A7C15
		id[i], at[i], a[i], z[i] = int64(i), time.Unix(int64(h>>40), 0), int32(h>>60), int32(h>>56)
		fare[i], tip[i], km[i] = float64(h>>50)/100, sql.Null[float64]{V: float64(h>>54) / 10, Valid: h>>61 != 0}, float64(h>>20)
		name[i], city[i] = fmt.Sprintf("driver %d", h>>51), []string{"Newark", "New York", "Hoboken"}[h%3]
	}
	f, err := frame.New(frame.Of("id", id), frame.Of("at", at), frame.Of("a", a), frame.Of("z", z), frame.Of("fare", fare),
		frame.Of("tip", tip), frame.Of("km", km), frame.Of("name", name), frame.Of("city", city))
	require.NoError(b, err)
	return f
}
