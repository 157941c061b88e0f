package parquetio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
)

// reindexed is a file with other page indexes, which are put behind its pages.
func reindexed(t *testing.T, file []byte, column func(*format.ColumnIndex), offset func(*format.OffsetIndex)) []byte {
	t.Helper()
	meta, n, err := readFooter(&tailReader{ReaderAt: bytes.NewReader(file)}, int64(len(file)), Limits{}.orDefault())
	require.NoError(t, err)
	out := append([]byte(nil), file[:int64(len(file))-8-n]...)
	put := func(v any) (int64, int32) {
		b, err := thrift.Marshal(new(thrift.CompactProtocol), v)
		require.NoError(t, err)
		out = append(out, b...)
		return int64(len(out) - len(b)), int32(len(b))
	}
	read := func(at int64, size int32, v any) {
		require.NoError(t, thrift.Unmarshal(new(thrift.CompactProtocol), file[at:at+int64(size)], v))
	}
	for i := range meta.RowGroups {
		for k := range meta.RowGroups[i].Columns {
			c := &meta.RowGroups[i].Columns[k]
			if column != nil && c.ColumnIndexLength > 0 {
				var x format.ColumnIndex
				read(c.ColumnIndexOffset, c.ColumnIndexLength, &x)
				column(&x)
				c.ColumnIndexOffset, c.ColumnIndexLength = put(&x)
			}
			if offset != nil && c.OffsetIndexLength > 0 {
				var x format.OffsetIndex
				read(c.OffsetIndexOffset, c.OffsetIndexLength, &x)
				offset(&x)
				c.OffsetIndexOffset, c.OffsetIndexLength = put(&x)
			}
		}
	}
	return refooted(t, append(out, file[int64(len(file))-8-n:]...), func(m *format.FileMetaData) { m.RowGroups = meta.RowGroups })
}

// TestConstantsOnBounds compares with the least and the greatest values of row groups and pages,
// and with those beside them.
func TestConstantsOnBounds(t *testing.T) {
	all, err := ReadFile(t.Context(), readings)
	require.NoError(t, err)
	constants := map[string][]string{
		"id":    {"-1", "0", "1", "499", "500", "501", "999", "1000", "1001", "1999", "2000", "3000", "3999", "4000"},
		"small": {"0", "9", "10", "20", "39", "40", "9.0", "9.5"},
		"count": {"18446744073709551615", "18446744073709550616", "18446744073709550615", "18446744073709547616"},
		"level": {"0.0", "124.875", "125.0", "249.875", "499.875", "500"},
		"maybe": {"124", "125", "126", "249", "250"},
		"zone":  {`"zone 0"`, `"zone 1"`, `"zone 3"`, `"zone"`, `"zone 4"`},
	}
	for column, list := range constants {
		for _, constant := range list {
			for _, op := range []string{"==", "!=", "<", "<=", ">", ">="} {
				where := column + " " + op + " " + constant
				want, err := apply.Apply(t.Context(), all, apply.Where(where))
				require.NoError(t, err, where)
				got := filtered(t, Open(readings), where, 0, true)
				require.NoError(t, got.err, where)
				require.True(t, want.Equal(got.f), "%s: %d rows, not %d", where, got.f.NumRows(), want.NumRows())
			}
		}
	}
	for where, left := range map[string]int64{ // row groups left out: as many as can be
		"id >= 999": 0, "id > 999": 1, "id >= 1000": 1, "id <= 1000": 2, "id < 1000": 3, "id <= 999": 3, "id == 1000": 3, "id < 0": 4, "id <= 0": 3, "id >= 3999": 3, "id > 3999": 4,
	} {
		require.Equal(t, left, filtered(t, Open(readings), where, 0, true).left.groups, where)
	}
}

// numbered is a file of a column of int64s from 0 on and one of texts, in pages of 100 rows.
func numbered(t *testing.T, rows int) (*frame.Frame, []byte) {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{fieldOf("id", arrow.PrimitiveTypes.Int64), fieldOf("s", arrow.BinaryTypes.String)}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for i := range rows {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		b.Field(1).(*array.StringBuilder).Append(fmt.Sprintf("%06d", i))
	}
	f, err := frame.FromRecords(schema, b.NewRecord())
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = chunker.Copy(t.Context(), To(&out), chunker.FromFrame(f))
	require.NoError(t, err)
	return f, out.Bytes()
}

// allNull says of each page that it has nulls alone.
func allNull(x *format.ColumnIndex) {
	for i := range x.NullPages {
		x.NullPages[i], x.MinValues[i], x.MaxValues[i] = true, nil, nil
	}
}

// TestHostilePageIndexes has indexes whose lists are short, long or empty, or contradict
// themselves: no row is lost, none panics.
func TestHostilePageIndexes(t *testing.T) {
	f, file := numbered(t, 3*pageRows)
	column := map[string]func(*format.ColumnIndex){
		"no null pages":    func(x *format.ColumnIndex) { x.NullPages = nil },
		"one null page":    func(x *format.ColumnIndex) { x.NullPages = x.NullPages[:1] },
		"more null pages":  func(x *format.ColumnIndex) { x.NullPages = append(x.NullPages, true) },
		"no least values":  func(x *format.ColumnIndex) { x.MinValues = nil },
		"few least values": func(x *format.ColumnIndex) { x.MinValues = x.MinValues[:2] },
		"no greatest":      func(x *format.ColumnIndex) { x.MaxValues = nil },
		"few greatest":     func(x *format.ColumnIndex) { x.MaxValues = x.MaxValues[:1] },
		"more greatest":    func(x *format.ColumnIndex) { x.MaxValues = append(x.MaxValues, x.MaxValues...) },
		"nothing":          func(x *format.ColumnIndex) { *x = format.ColumnIndex{} },
		"empty bounds":     func(x *format.ColumnIndex) { clear(x.MinValues); clear(x.MaxValues) },
		"all pages null":   func(x *format.ColumnIndex) { allNull(x); x.NullCounts = nil },
		"null, no nulls":   func(x *format.ColumnIndex) { allNull(x); x.NullCounts = make([]int64, len(x.NullPages)) },
		"a null page with bounds": func(x *format.ColumnIndex) {
			x.NullPages[0], x.NullPages[1], x.NullPages[2], x.NullCounts = true, true, true, nil
		},
		"swapped": func(x *format.ColumnIndex) { x.MinValues, x.MaxValues = x.MaxValues, x.MinValues },
		"bounds of 3 bytes": func(x *format.ColumnIndex) {
			if len(x.MinValues[0]) == 8 {
				x.MinValues[0], x.MaxValues[0] = []byte("abc"), []byte("abd")
			}
		},
	}
	offset := map[string]func(*format.OffsetIndex){
		"no places":        func(x *format.OffsetIndex) { x.PageLocations = nil },
		"one place":        func(x *format.OffsetIndex) { x.PageLocations = x.PageLocations[:1] },
		"more places":      func(x *format.OffsetIndex) { x.PageLocations = append(x.PageLocations, x.PageLocations[0]) },
		"row before":       func(x *format.OffsetIndex) { x.PageLocations[1].FirstRowIndex = -1 },
		"row far behind":   func(x *format.OffsetIndex) { x.PageLocations[1].FirstRowIndex = math.MaxInt64 },
		"first row not 0":  func(x *format.OffsetIndex) { x.PageLocations[0].FirstRowIndex = 5 },
		"rows descend":     func(x *format.OffsetIndex) { x.PageLocations[1].FirstRowIndex = x.PageLocations[2].FirstRowIndex + 1 },
		"sizes of nothing": func(x *format.OffsetIndex) { x.PageLocations[1].CompressedPageSize = 0 },
	}
	check := func(name string, file []byte) {
		for _, where := range []string{"id == 40000", `s < "000003"`} {
			want, err := apply.Apply(t.Context(), f, apply.Where(where))
			require.NoError(t, err)
			got := filtered(t, From("index", bytes.NewReader(file), int64(len(file))), where, 0, true)
			require.NoError(t, got.err, name)
			require.True(t, want.Equal(got.f), "%s, %s: %d rows, not %d", name, where, got.f.NumRows(), want.NumRows())
		}
	}
	for name, change := range column {
		check(name, reindexed(t, file, change, nil))
	}
	for name, change := range offset {
		check(name, reindexed(t, file, nil, change))
	}
}

// TestBoundsThatAreKnownToBeWrong are not believed: those of writers with known faults, and those
// that contradict themselves.
func TestBoundsThatAreKnownToBeWrong(t *testing.T) {
	f, honest := numbered(t, 1000)
	for _, c := range []struct {
		by      string
		id, s   bool // bounds are believed
		filters bool
	}{
		{"volley version 0.1.0", true, true, true},
		{"", true, true, true},
		{"DuckDB", true, true, true},
		{"DuckDB version v1.1.0", true, true, true},
		{"parquet-cpp-arrow version 14.0.2", true, true, true},
		{"parquet-rs version 5.1.0 (build abc)", true, false, true},
		{"parquet-rs version 0.3.0", true, false, true},
		{"parquet-rs version 6.0.0", true, true, true},
		{"parquet-rs version 53.2.0", true, true, true},
		{"Polars", false, false, true},
		{"Polars (python) version 1.37.1 (build x)", true, false, true},
		{"Polars (python) version 1.38.0", true, true, true},
		{"Polars (python) version 2.1.0 (build x)", true, true, true},
		{"Polars (rust) version 0.50.0", true, false, true},
		{"parquet-go version 18.4.0", true, true, false},
		{"parquet-go version 18.5.0", true, true, true},
		{"github.com/parquet-go/parquet-go version 0.23.0(build )", true, true, true},
	} {
		doubt := &file{meta: &format.FileMetaData{CreatedBy: c.by}}
		leaves := []*leaf{{physical: format.Int64}, {physical: format.ByteArray}}
		require.Equal(t, c.id, !doubt.doubted(leaves[0], false), c.by)
		require.Equal(t, c.s, !doubt.doubted(leaves[1], false), c.by)
		require.Equal(t, c.filters, !doubt.doubted(leaves[1], true), c.by)

		lies := refooted(t, honest, func(m *format.FileMetaData) {
			m.CreatedBy = c.by
			if !c.id {
				m.RowGroups[0].Columns[0].MetaData.Statistics.MaxValue = make([]byte, 8)
			}
			if !c.s {
				m.RowGroups[0].Columns[1].MetaData.Statistics.MaxValue = []byte("000000")
			}
		})
		for _, where := range []string{"id == 500", `s == "000500"`, "id >= 999", `s >= "000999"`} {
			want, err := apply.Apply(t.Context(), f, apply.Where(where))
			require.NoError(t, err)
			got := filtered(t, From("lies", bytes.NewReader(lies), int64(len(lies))), where, 0, true)
			require.True(t, want.Equal(got.f), "%s: %s", c.by, where)
		}
	}
	le := func(v uint64) []byte { return binary.LittleEndian.AppendUint64(nil, v) }
	for name, change := range map[string]func(*format.FileMetaData, *format.ColumnMetaData){
		"the upper below the lower": func(_ *format.FileMetaData, c *format.ColumnMetaData) {
			c.Statistics.MinValue, c.Statistics.MaxValue = le(900), le(3)
		},
		"all null, and bounds": func(_ *format.FileMetaData, c *format.ColumnMetaData) { c.Statistics.NullCount = c.NumValues },
		"an order that is not known": func(m *format.FileMetaData, c *format.ColumnMetaData) {
			m.ColumnOrders = thrift.Slice[format.ColumnOrder]{{}, {}}
			c.Statistics.MinValue, c.Statistics.MaxValue = le(7), le(8)
		},
	} {
		lies := refooted(t, honest, func(m *format.FileMetaData) { change(m, &m.RowGroups[0].Columns[0].MetaData) })
		got := filtered(t, From("lies", bytes.NewReader(lies), int64(len(lies))), "id == 500", 0, true)
		require.EqualValues(t, 1, got.f.NumRows(), name)
	}
}
