package parquetio

import (
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/frame"
)

// betweenFile has 4,000 rows in row groups of 500. Row n has, from 2020-01-01 on, t at n ms, s at
// n/2 s (UTC), d on day n/1000, c at n s after midnight, n16 n, f n/10 and p n/100.
func betweenFile(t *testing.T) string {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "t", Type: &arrow.TimestampType{Unit: arrow.Millisecond}},
		{Name: "s", Type: &arrow.TimestampType{Unit: arrow.Second, TimeZone: "UTC"}},
		{Name: "d", Type: arrow.FixedWidthTypes.Date32}, {Name: "c", Type: arrow.FixedWidthTypes.Time32ms},
		{Name: "n16", Type: arrow.PrimitiveTypes.Int16}, {Name: "f", Type: arrow.PrimitiveTypes.Float32},
		{Name: "g", Type: arrow.PrimitiveTypes.Float64}, {Name: "p", Type: &arrow.Decimal128Type{Precision: 9, Scale: 2}},
	}, nil)
	var records []arrow.Record
	for first := int64(0); first < 4000; first += 500 {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for n := first; n < first+500; n++ {
			b.Field(0).(*array.Int64Builder).Append(n)
			b.Field(1).(*array.TimestampBuilder).Append(arrow.Timestamp(1577836800000 + n))
			b.Field(2).(*array.TimestampBuilder).Append(arrow.Timestamp(1577836800 + n/2))
			b.Field(3).(*array.Date32Builder).Append(arrow.Date32(18262 + n/1000))
			b.Field(4).(*array.Time32Builder).Append(arrow.Time32(n * 1000))
			b.Field(5).(*array.Int16Builder).Append(int16(n))
			b.Field(6).(*array.Float32Builder).Append(float32(n) / 10)
			b.Field(7).(*array.Float64Builder).Append(float64(n) / 10)
			b.Field(8).(*array.Decimal128Builder).Append(decimal128.FromI64(n))
		}
		records = append(records, b.NewRecord())
	}
	f, err := frame.FromRecords(schema, records...)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "between.parquet")
	require.NoError(t, WriteOptions{RowGroupBytes: 64 << 10}.WriteFile(t.Context(), path, f))
	return path
}

// Constants between two values of a column, told to the source and not, leave the rows that they
// mean.
func TestFiltersBetweenValues(t *testing.T) {
	path := betweenFile(t)
	pruned := 0
	for where, want := range map[string]int64{
		`t == "2020-01-01 00:00:00.4995"`:                          0,
		`t == "2020-01-01 00:00:00.500"`:                           1,
		`t != "2020-01-01 00:00:00.4995"`:                          4000,
		`t < "2020-01-01 00:00:00.4999"`:                           500,
		`t <= "2020-01-01 00:00:00.4999"`:                          500,
		`t > "2020-01-01 00:00:00.4999"`:                           3500,
		`t >= "2020-01-01 00:00:00.4999"`:                          3500,
		`"2020-01-01 00:00:00.9999" < t`:                           3000,
		`in(t, "2020-01-01 00:00:01", "2020-01-01 00:00:01.0001")`: 1,
		`s < "2020-01-01T00:04:09.5Z"`:                             500,
		`s > "2020-01-01T00:04:09.5Z"`:                             3500,
		`s == "2020-01-01T00:04:09.5Z"`:                            0,
		`d < "2020-01-01 12:00"`:                                   1000,
		`d <= "2020-01-01 12:00"`:                                  1000,
		`d > "2020-01-01 12:00"`:                                   3000,
		`d >= "2020-01-01 12:00"`:                                  3000,
		`d == "2020-01-02 12:00"`:                                  0,
		`d == "2020-01-02"`:                                        1000,
		`between(d, "2020-01-01 12:00", "2020-01-03 12:00")`:       2000,
		`c < "00:08:19.9999"`:                                      500,
		`c >= "00:08:19.9999"`:                                     3500,
		`c == "00:08:19.9999"`:                                     0,
		`c == "00:08:20"`:                                          1,
		`n16 < 499.5`:                                              500,
		`n16 > 499.5`:                                              3500,
		`n16 == 500.5`:                                             0,
		`n16 <= 40000.5`:                                           4000,
		`n16 >= 40000.5`:                                           0,
		`id < 499.5 && id > 498.5`:                                 1,
		`cast(g, float32) == 50.1`:                                 1, // no float64 is the float32 nearest to 50.1
		`cast(id, float32) < 499.5`:                                500,
		`f == 50.1`:                                                1,
		`p == 0.125`:                                               0,
		`p < 4.995`:                                                500,
		`p >= 4.995`:                                               3500,
	} {
		told := filtered(t, Open(path), where, 0, true)
		all := filtered(t, Open(path), where, 0, false)
		require.NoError(t, told.err, where)
		require.EqualValues(t, want, all.f.NumRows(), where)
		require.True(t, all.f.Equal(told.f), where)
		pruned += int(told.left.groups)
	}
	require.Greater(t, pruned, 50, "row groups left out")
}
