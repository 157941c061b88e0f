package parquetio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

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
	"github.com/volley-go/volley/internal/engine"
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

// BenchmarkFilter reads under conditions on a column with a dictionary, the source told of them and
// not, and takes the rows for which they are true.
func BenchmarkFilter(b *testing.B) {
	f := trips(b, benchRows)
	path := filepath.Join(b.TempDir(), "f.parquet")
	require.NoError(b, WriteFile(b.Context(), path, f))
	for _, where := range []string{`from == "Harlem"`, `from == "Queens" && to == "Bronx" && vendor == 3 && passengers == 5`, `from == "Queens" && to == "Bronx"`, `from == "Queens"`, `from != "Queens"`} {
		for _, push := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s,push=%v", where, push), func(b *testing.B) {
				for b.Loop() {
					readWhere(b, Open(path), where, push)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
			})
		}
	}
}

// readWhere takes every part through the condition, on all cores.
func readWhere(b *testing.B, src chunker.Source, where string, push bool) {
	st := streamOf(b, src, chunker.Request{})
	defer st.Close()
	s := begin(b, st, where, push)
	defer s.Close()
	workers := runtime.GOMAXPROCS(0)
	err := s.Stream(b.Context(), engine.Ends{
		Workers: workers, Window: 2 * workers,
		Next: func(ctx context.Context) (engine.Item, error) {
			part, err := st.Next(ctx)
			return undecoded(part), err
		},
		Write: func(_ context.Context, c chunker.Chunk) (chunker.Append, error) {
			c.Release()
			return func(context.Context) error { return nil }, nil
		},
		Emit: func(context.Context, chunker.Chunk, int) error { return nil },
	})
	require.NoError(b, err)
}

// BenchmarkWrite writes a frame in both codecs, and has Arrow's own writer do the same. The sizes
// are told too: speed that costs size is none.
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

// counter is a file of which only the size is kept.
type counter struct{ n int }

func (c *counter) Write(b []byte) (int, error) { c.n += len(b); return len(b), nil }

// BenchmarkWriteShape writes columns that differ in how they are stored, and has Arrow's own writer
// do the same, in turn, as it is by default (dictionaries, no compression) and with snappy. What is
// told: ns a value, how many times as fast, and how many times as large the file is (less is
// better).
func BenchmarkWriteShape(b *testing.B) {
	for _, c := range writeShapes(b, 1<<20) {
		b.Run(c.name, func(b *testing.B) {
			f, err := frame.FromRecords(c.schema, c.record)
			require.NoError(b, err)
			var ours, plain, snappy contest
			for b.Loop() {
				ours.run(func(w io.Writer) error {
					_, err := chunker.Copy(b.Context(), To(w), chunker.FromFrame(f))
					return err
				})
				plain.run(func(w io.Writer) error { return byPqarrow(w, c, compress.Codecs.Uncompressed) })
				snappy.run(func(w io.Writer) error { return byPqarrow(w, c, compress.Codecs.Snappy) })
			}
			require.NoError(b, errors.Join(ours.err, plain.err, snappy.err))
			took := func(c contest) float64 { return float64(c.took) }
			b.ReportMetric(took(ours)/float64(b.N)/float64(f.NumRows()), "ns/value")
			b.ReportMetric(took(plain)/took(ours), "x-default")
			b.ReportMetric(took(snappy)/took(ours), "x-snappy")
			b.ReportMetric(float64(ours.size)/float64(plain.size), "size/default")
			b.ReportMetric(float64(ours.size)/float64(snappy.size), "size/snappy")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// contest is what one of several writers took.
type contest struct {
	took time.Duration
	size int
	err  error
}

func (c *contest) run(write func(io.Writer) error) {
	var out counter
	start := time.Now()
	c.err = errors.Join(c.err, write(&out))
	c.took += time.Since(start)
	c.size = out.n
}

func byPqarrow(out io.Writer, c writeShape, codec compress.Compression) error {
	w, err := pqarrow.NewFileWriter(c.schema, out, parquet.NewWriterProperties(parquet.WithCompression(codec)), pqarrow.DefaultWriterProps())
	if err == nil {
		err = errors.Join(w.Write(c.record), w.Close())
	}
	return err
}

// writeShape is a table of one column.
type writeShape struct {
	name   string
	schema *arrow.Schema
	record arrow.Record
}

// writeShapes are columns that differ in how they are stored.
func writeShapes(b *testing.B, rows int) (out []writeShape) {
	b.Helper()
	d := dice.New(1)
	add := func(name string, a arrow.Array) {
		schema := arrow.NewSchema([]arrow.Field{{Name: name, Type: a.DataType(), Nullable: true}}, nil)
		out = append(out, writeShape{name, schema, array.NewRecord(schema, []arrow.Array{a}, int64(a.Len()))})
	}
	integers := func(value func(i int) int64) arrow.Array {
		return build(arrow.PrimitiveTypes.Int64, func(b *array.Int64Builder) {
			for i := range rows {
				b.Append(value(i))
			}
		})
	}
	floats := func(value func() float64) arrow.Array {
		return build(arrow.PrimitiveTypes.Float64, func(b *array.Float64Builder) {
			for range rows {
				b.Append(value())
			}
		})
	}
	add("int64,random", integers(func(int) int64 { return d.Int64() }))
	add("int64,random small", integers(func(int) int64 { return d.Int64N(1e6) }))
	add("int64,sorted", integers(func(i int) int64 { return int64(i)*1e6 + d.Int64N(1e6) }))
	add("int64,ids", integers(func(i int) int64 { return int64(i) }))
	add("int32,100 different", d.Array(arrow.PrimitiveTypes.Int32, rows, dice.Values{Spread: 100}))
	add("timestamp", build(&arrow.TimestampType{Unit: arrow.Microsecond}, func(b *array.TimestampBuilder) {
		at := int64(1.7e15)
		for range rows {
			at += d.Int64N(7) * 1e6
			b.Append(arrow.Timestamp(at))
		}
	}))
	add("float64,random", floats(d.Float64))
	add("float64,2 decimals", floats(func() float64 { return float64(d.Int64N(1e6)) / 100 }))
	add("float64,1000 different", floats(func() float64 { return float64(d.Int64N(1000)) / 7 }))
	add("float64,20000 different", floats(func() float64 { return float64(d.Int64N(20_000)) / 7 }))
	add("bool", d.Array(arrow.FixedWidthTypes.Boolean, rows, dice.Values{Spread: 2}))
	add("utf8,300 different", d.Array(arrow.BinaryTypes.String, rows, dice.Values{Spread: 300}))
	add("utf8,all different", d.Array(arrow.BinaryTypes.String, rows, dice.Values{Spread: 1 << 40}))
	add("dictionary", d.Array(&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.PrimitiveTypes.Int64}, rows, dice.Values{Spread: 300}))
	add("int64,half null", d.Array(arrow.PrimitiveTypes.Int64, rows, dice.Values{Spread: 1 << 40, Nulls: 2}))
	add("utf8,half null", d.Array(arrow.BinaryTypes.String, rows, dice.Values{Spread: 300, Nulls: 2}))
	add("list of int32", d.Array(arrow.ListOf(arrow.PrimitiveTypes.Int32), rows/2, dice.Values{Spread: 1 << 40, Nulls: 10}))
	add("list of utf8", d.Array(arrow.ListOf(arrow.BinaryTypes.String), rows/2, dice.Values{Spread: 300, Nulls: 10}))
	return out
}
