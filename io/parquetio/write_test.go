package parquetio_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/chunker/chunkertest"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/io/parquetio"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// oracle reads a file with arrow's own reader.
func oracle(t testing.TB, path string) *frame.Frame {
	t.Helper()
	r, err := file.OpenParquetFile(path, false)
	require.NoError(t, err)
	defer r.Close()
	pr, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{BatchSize: 1 << 20}, memory.DefaultAllocator)
	require.NoError(t, err)
	table, err := pr.ReadTable(context.Background())
	require.NoError(t, err)
	f, err := frame.FromTable(table)
	require.NoError(t, err)
	return f
}

// everyType has a column of every type that is flat, with nulls, at an odd offset.
func everyType(t testing.TB, rows int) *frame.Frame {
	t.Helper()
	columns := []frame.Series{
		frame.Of("bool", cycle[bool](rows, true, false, false)), frame.Of("i8", cycle[int8](rows, -128, 0, 127)), frame.Of("i16", cycle[int16](rows, -1, 300)),
		frame.Of("i32", cycle[int32](rows, math.MinInt32, 5, math.MaxInt32)), frame.Of("i64", cycle[int64](rows, math.MinInt64, 0, math.MaxInt64)),
		frame.Of("u8", cycle[uint8](rows, 0, 255)), frame.Of("u16", cycle[uint16](rows, 1, 65535)), frame.Of("u32", cycle[uint32](rows, 7, math.MaxUint32)),
		frame.Of("u64", cycle[uint64](rows, 9, math.MaxUint64)), frame.Of("f32", cycle[float32](rows, 0.5, -1, float32(math.Inf(1)))),
		frame.Of("f64", cycle[float64](rows, 0.1, math.NaN(), -0.0, math.MaxFloat64)),
		frame.Of("s", cycle[string](rows, "", "a", "Zürich", strings.Repeat("long ", 100))), frame.Of("bin", cycle[[]byte](rows, []byte{0, 255}, []byte("x"))),
		frame.Of("ns", cycle[time.Time](rows, time.Unix(0, 123456789).UTC(), time.Date(1700, 1, 1, 0, 0, 0, 1, time.UTC))),
		frame.Of("dur", cycle[time.Duration](rows, time.Second, -time.Hour)), frame.Of("d32", cycle[arrow.Date32](rows, -1, 15706)),
	}
	distinct := make([]int64, rows)
	words := make([]string, rows)
	for i := range rows {
		distinct[i], words[i] = int64(i)*7919, fmt.Sprintf("word %d", i)
	}
	columns = append(columns, frame.Of("distinct", distinct), frame.Of("words", words))
	for _, c := range []struct {
		name string
		t    arrow.DataType
		json string
	}{
		{"f16", arrow.FixedWidthTypes.Float16, `1.5,null,-2`}, {"fixed", &arrow.FixedSizeBinaryType{ByteWidth: 3}, `"YWJj",null,"AP//"`},
		{"dec", &arrow.Decimal128Type{Precision: 20, Scale: 3}, `"1.250",null,"-12345678901234567.890"`},
		{"ms", &arrow.TimestampType{Unit: arrow.Millisecond}, `"2013-01-01T05:15:00.25",null,"1969-12-31T23:59:59.999"`},
		{"us", &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "America/New_York"}, `"2013-01-01T05:15:00.25Z",null`},
		{"t32", arrow.FixedWidthTypes.Time32ms, `"05:15:00.25",null`}, {"t64us", arrow.FixedWidthTypes.Time64us, `"05:15:00.25",null`}, {"t64ns", arrow.FixedWidthTypes.Time64ns, `"05:15:00.25",null`},
	} {
		var list []string
		for i := range rows {
			vals := strings.Split(c.json, ",")
			list = append(list, vals[i%len(vals)])
		}
		arr, _, err := array.FromJSON(memory.DefaultAllocator, c.t, strings.NewReader("["+strings.Join(list, ",")+"]"))
		require.NoError(t, err, c.name)
		columns = append(columns, frame.Array(c.name, arr))
	}
	f, err := frame.New(columns...)
	require.NoError(t, err)
	return f
}

// cycle repeats values, every fifth of them a null.
func cycle[T any](rows int, vals ...T) []sql.Null[T] {
	out := make([]sql.Null[T], rows)
	for i := range out {
		if i%5 != 3 {
			out[i] = sql.Null[T]{V: vals[i%len(vals)], Valid: true}
		}
	}
	return out
}

func TestArrowReadsWhatIsWritten(t *testing.T) {
	for _, rows := range []int{0, 1, 7, 1000, 70_000} {
		f := everyType(t, rows+3).Slice(3, rows+3) // at an offset
		for _, o := range []parquetio.WriteOptions{{}, {Compression: parquetio.None, NoDictionary: true}, {Compression: parquetio.Zstd, PageBytes: 5000}, {Compression: parquetio.Gzip}, {Compression: parquetio.Brotli}} {
			if rows > 1000 && o.Compression > parquetio.Zstd && o.Compression != parquetio.None {
				continue
			}
			path := filepath.Join(t.TempDir(), "out.parquet")
			require.NoError(t, o.WriteFile(t.Context(), path, f))
			got, err := oracle(t, path).Drop("dur") // which it takes for an int64
			require.NoError(t, err)
			want, err := f.Select(got.Names()...)
			require.NoError(t, err)
			for _, name := range want.Names() {
				a, err := want.Select(name)
				require.NoError(t, err)
				b, err := got.Select(name)
				require.NoError(t, err)
				require.True(t, a.Equal(b), "%d rows, %+v, column %s: %s, %s", rows, o, name, a.Schema().Field(0).Type, b.Schema().Field(0).Type)
			}
		}
	}
}

// TestLZ4 is apart: arrow cannot read its raw form.
func TestLZ4(t *testing.T) {
	f := everyType(t, 3000)
	path := filepath.Join(t.TempDir(), "out.parquet")
	require.NoError(t, parquetio.WriteOptions{Compression: parquetio.LZ4}.WriteFile(t.Context(), path, f))
	got, err := parquetio.ReadFile(t.Context(), path)
	require.NoError(t, err)
	require.True(t, f.Equal(got))
}

func TestLayoutsOfStrings(t *testing.T) {
	for _, typ := range []arrow.DataType{arrow.BinaryTypes.LargeString, arrow.BinaryTypes.StringView,
		&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}} {
		arr, _, err := array.FromJSON(memory.DefaultAllocator, typ, strings.NewReader(`["a",null,"","a string of more than twelve bytes","a"]`))
		require.NoError(t, err)
		f, err := frame.New(frame.Array("s", array.NewSlice(arr, 1, 5)))
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "out.parquet")
		require.NoError(t, parquetio.WriteFile(t.Context(), path, f))
		got, err := parquetio.ReadFile(t.Context(), path)
		require.NoError(t, err)
		s, err := frame.Col[sql.Null[string]](got, "s")
		require.NoError(t, err)
		require.Equal(t, []sql.Null[string]{{}, {V: "", Valid: true}, {V: "a string of more than twelve bytes", Valid: true}, {V: "a", Valid: true}}, s.Values(), "%s", typ)
	}
	dict, _, err := array.FromJSON(memory.DefaultAllocator, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.PrimitiveTypes.Int64}, strings.NewReader(`[5,null,5,6]`))
	require.NoError(t, err)
	f, err := frame.New(frame.Array("n", dict))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "out.parquet")
	require.NoError(t, parquetio.WriteFile(t.Context(), path, f))
	got, err := parquetio.ReadFile(t.Context(), path)
	require.NoError(t, err)
	n, err := frame.Col[sql.Null[int64]](got, "n")
	require.NoError(t, err)
	require.Equal(t, []sql.Null[int64]{{V: 5, Valid: true}, {}, {V: 5, Valid: true}, {V: 6, Valid: true}}, n.Values())
}

func TestSink(t *testing.T) {
	for _, o := range []parquetio.WriteOptions{{}, {RowGroupRows: 100}} {
		path := filepath.Join(t.TempDir(), "out.parquet")
		chunkertest.TestSink(t, func() (chunker.Sink, func() (*frame.Frame, error)) {
			os.Remove(path)
			return o.Create(path), func() (*frame.Frame, error) { return parquetio.ReadFile(t.Context(), path) }
		}, everyType(t, 2500))
		entries, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		require.Len(t, entries, 1, "no temporary file is left")
	}
}

func TestStatistics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.parquet")
	require.NoError(t, parquetio.WriteFile(t.Context(), path, everyType(t, 100)))
	r, err := file.OpenParquetFile(path, false)
	require.NoError(t, err)
	defer r.Close()
	for i := range r.MetaData().Schema.NumColumns() {
		c, err := r.MetaData().RowGroup(0).ColumnChunk(i)
		require.NoError(t, err)
		s, err := c.Statistics()
		require.NoError(t, err)
		name := r.MetaData().Schema.Column(i).Name()
		nulls := int64(20)
		switch name {
		case "distinct", "words":
			nulls = 0
		case "f16", "fixed", "dec", "ms":
			nulls = 33
		case "us", "t32", "t64us", "t64ns":
			nulls = 50
		}
		require.True(t, s.HasNullCount(), name)
		require.Equal(t, nulls, s.NullCount(), name)
	}
}

// full is a disk with room for so many bytes.
type full struct{ room int }

var errFull = errors.New("no space left on device")

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWhatCannotBeWritten(t *testing.T) {
	f := everyType(t, 5000)
	for _, room := range []int{0, 4, 1000, 50_000} {
		_, err := chunker.Copy(t.Context(), parquetio.WriteOptions{RowGroupRows: 500}.To(&full{room}), chunker.FromFrame(f))
		require.ErrorIs(t, err, errFull)
		require.ErrorContains(t, err, "write")
	}
	require.ErrorContains(t, parquetio.WriteFile(t.Context(), t.TempDir(), f), "is a directory")
	require.ErrorContains(t, parquetio.WriteFile(t.Context(), filepath.Join(t.TempDir(), "no", "x.parquet"), f), "create the folder first")
	list, _, err := array.FromJSON(memory.DefaultAllocator, arrow.ListOf(arrow.PrimitiveTypes.Int8), strings.NewReader(`[[1]]`))
	require.NoError(t, err)
	f, err = frame.New(frame.Array("l", list))
	require.NoError(t, err)
	require.ErrorContains(t, parquetio.WriteFile(t.Context(), filepath.Join(t.TempDir(), "x.parquet"), f), `column "l": a list`)
	require.ErrorContains(t, parquetio.WriteOptions{Compression: 99}.WriteFile(t.Context(), filepath.Join(t.TempDir(), "x.parquet"), f), "not known")
}
