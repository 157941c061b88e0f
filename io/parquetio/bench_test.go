package parquetio

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	oracle "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/dice"
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

// BenchmarkWrite writes a frame in both codecs, and has Arrow's own writer do the same. The sizes are told too: speed that
// costs size is none.
func BenchmarkWrite(b *testing.B) {
	f := trips(b, benchRows)
	for _, compression := range []string{"snappy", "zstd"} {
		path := filepath.Join(b.TempDir(), "f.parquet")
		report := func(b *testing.B) {
			info, err := os.Stat(path)
			require.NoError(b, err)
			b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows/12, "ns/value")
		}
		b.Run("volley,"+compression, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, WriteOptions{Compression: compression}.WriteFile(b.Context(), path, f))
			}
			report(b)
		})
		b.Run("pqarrow,"+compression, func(b *testing.B) {
			for b.Loop() {
				writeByOracle(b, path, f, compression)
			}
			report(b)
		})
	}
}

func writeByOracle(b *testing.B, path string, f *frame.Frame, compression string) {
	b.Helper()
	out, err := os.Create(path)
	require.NoError(b, err)
	codec := map[string]compress.Compression{"snappy": compress.Codecs.Snappy, "zstd": compress.Codecs.Zstd}[compression]
	w, err := pqarrow.NewFileWriter(f.Schema(), out, parquet.NewWriterProperties(parquet.WithCompression(codec)), pqarrow.DefaultWriterProps())
	require.NoError(b, err)
	for r := range chunker.Cut(f, 0, 8<<20) {
		require.NoError(b, w.Write(r))
	}
	require.NoError(b, w.Close())
}

// BenchmarkWriteType is what a value of a column costs on one core, by what the column holds.
func BenchmarkWriteType(b *testing.B) {
	for _, c := range writeColumns(b, 1<<17) {
		b.Run(c.name, func(b *testing.B) {
			f, err := frame.FromRecords(c.schema, c.record)
			require.NoError(b, err)
			rows := float64(f.NumRows())
			for b.Loop() {
				_, err := chunker.Copy(b.Context(), To(io.Discard), chunker.FromFrame(f))
				require.NoError(b, err)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/value")
		})
	}
}

type writeColumn struct {
	name   string
	schema *arrow.Schema
	record arrow.Record
}

// writeColumns are columns that differ in how they are stored.
func writeColumns(b *testing.B, rows int) (out []writeColumn) {
	b.Helper()
	d := dice.New(1)
	add := func(name string, a arrow.Array) {
		schema := arrow.NewSchema([]arrow.Field{{Name: name, Type: a.DataType(), Nullable: true}}, nil)
		out = append(out, writeColumn{name, schema, array.NewRecord(schema, []arrow.Array{a}, int64(a.Len()))})
	}
	floats := func(most int64) arrow.Array {
		f := array.NewFloat64Builder(memory.DefaultAllocator)
		for range rows {
			f.Append(float64(d.Int64N(most)) / 7)
		}
		return f.NewArray()
	}
	add("float64,1000 different", floats(1000))
	add("float64,20000 different", floats(20_000))
	add("float64,all different", floats(1<<60))
	sorted := array.NewInt64Builder(memory.DefaultAllocator)
	for i := range rows {
		sorted.Append(int64(i)*1e6 + d.Int64N(1e6))
	}
	add("int64,sorted", sorted.NewArray())
	v := dice.Values{Spread: 300}
	add("utf8,300 different", d.Array(arrow.BinaryTypes.String, rows, v))
	add("dictionary", d.Array(&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.PrimitiveTypes.Int64}, rows, v))
	v = dice.Values{Spread: 1 << 40, Nulls: 10}
	add("utf8,all different", d.Array(arrow.BinaryTypes.String, rows, v))
	add("list of int32", d.Array(arrow.ListOf(arrow.PrimitiveTypes.Int32), rows/2, v))
	return out
}
