package parquetio

import (
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	oracle "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// trips is a frame of 12 columns like those of a table of taxi trips.
func trips(b *testing.B, rows int) *frame.Frame {
	b.Helper()
	var fields []arrow.Field
	var cols []arrow.Array
	add := func(name string, a arrow.Array) {
		fields = append(fields, arrow.Field{Name: name, Type: a.DataType(), Nullable: true})
		cols = append(cols, a)
	}
	x := uint64(1)
	next := func() uint64 { x ^= x << 13; x ^= x >> 7; x ^= x << 17; return x }
	zones := []string{"Manhattan", "Queens", "Bronx", "Brooklyn", "Staten Island", "Newark Airport"}
	for _, name := range []string{"fare", "tip", "distance", "toll"} {
		f := array.NewFloat64Builder(memory.DefaultAllocator)
		for range rows {
			f.Append(float64(next()%1_000_000) / 100)
		}
		add(name, f.NewArray())
	}
	for i, name := range []string{"id", "vendor", "passengers", "key"} {
		f := array.NewInt64Builder(memory.DefaultAllocator)
		for r := range rows {
			f.Append([]int64{int64(r), int64(next() % 4), int64(next() % 7), int64(next())}[i])
		}
		add(name, f.NewArray())
	}
	for _, name := range []string{"from", "to"} {
		f := array.NewStringBuilder(memory.DefaultAllocator)
		for range rows {
			f.Append(zones[next()%uint64(len(zones))])
		}
		add(name, f.NewArray())
	}
	for _, name := range []string{"start", "end"} {
		f := array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: arrow.Microsecond})
		for r := range rows {
			if next()%20 == 0 {
				f.AppendNull()
			} else {
				f.Append(arrow.Timestamp(1.7e15 + int64(r)*1e6 + int64(next()%1e6)))
			}
		}
		add(name, f.NewArray())
	}
	schema := arrow.NewSchema(fields, nil)
	f, err := frame.FromRecords(schema, array.NewRecord(schema, cols, int64(rows)))
	require.NoError(b, err)
	return f
}

const benchRows = 1_000_000

func BenchmarkRead(b *testing.B) {
	f := trips(b, benchRows)
	path := filepath.Join(b.TempDir(), "f.parquet")
	require.NoError(b, WriteFile(b.Context(), path, f))
	read := func(src chunker.Source) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				for c, err := range chunker.All(b.Context(), src) {
					require.NoError(b, err)
					c.Release()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows/12, "ns/value")
		}
	}
	b.Run("volley", read(Open(path)))
	b.Run("volley,dictionaries", read(ReadOptions{KeepDictionaries: true}.Open(path)))
	b.Run("pqarrow", func(b *testing.B) {
		for b.Loop() {
			r, err := oracle.OpenParquetFile(path, false)
			require.NoError(b, err)
			fr, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{Parallel: true}, memory.DefaultAllocator)
			require.NoError(b, err)
			table, err := fr.ReadTable(b.Context())
			require.NoError(b, err)
			table.Release()
			require.NoError(b, r.Close())
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows/12, "ns/value")
	})
}

func BenchmarkWrite(b *testing.B) {
	f := trips(b, benchRows)
	for _, compression := range []string{"snappy", "zstd"} {
		b.Run("volley,"+compression, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "f.parquet")
			for b.Loop() {
				require.NoError(b, WriteOptions{Compression: compression}.WriteFile(b.Context(), path, f))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows/12, "ns/value")
		})
	}
}
