package expr

import (
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"
)

// TestConstantsFinerThanNanosecondsAreRefused: cut, they would be other times.
func TestConstantsFinerThanNanosecondsAreRefused(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "t", Type: &arrow.TimestampType{Unit: arrow.Nanosecond}}, {Name: "z", Type: &arrow.TimestampType{Unit: arrow.Second, TimeZone: "UTC"}},
		{Name: "c", Type: arrow.FixedWidthTypes.Time64ns}, {Name: "d", Type: arrow.FixedWidthTypes.Date32},
	}, nil)
	for _, text := range []string{
		`t == "2020-01-01 00:00:00.0000000015"`, `t < "2020-01-01T00:00:00.12345678901"`, `z >= "2020-01-01 00:00:00.0000000001Z"`, `in(t, "2020-01-01", "2020-01-01 00:00:00.00000000001")`,
		`c != "00:00:00.0000000001"`, `d > "2020-01-01 00:00:00.0000000001"`, `"2020-01-01 00:00:00.0000000015" == t`,
	} {
		_, err := CompileValue(schema, text)
		require.ErrorContains(t, err, "is finer than a nanosecond: write nine digits", text)
	}
	for _, text := range []string{`t == "2020-01-01 00:00:00.123456789"`, `t == "2020-01-01 00:00:00.123456789000"`, `c < "00:00:00.1000000000"`} {
		_, err := CompileValue(schema, text)
		require.NoError(t, err, text)
	}
}

// TestTruncFailsWhereTheUnitBeginsBeforeAllTimes: it does not wrap into the future.
func TestTruncFailsWhereTheUnitBeginsBeforeAllTimes(t *testing.T) {
	b := array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: arrow.Second})
	for _, v := range []int64{math.MinInt64, -9223372036854775000, math.MaxInt64, 0} {
		b.Append(arrow.Timestamp(v))
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "t", Type: b.Type()}}, nil)
	rec := array.NewRecord(schema, []arrow.Array{b.NewArray()}, 4)
	for _, unit := range []string{"day", "week", "month", "quarter", "year"} {
		text := `s = cast(diff(t, trunc(t, "` + unit + `"), "hour") / 24, int64)`
		got, failed := evalText(t, rec, text)
		require.Contains(t, failed, 0, text)
		require.Contains(t, failed, 1, text)
		require.NotContains(t, failed, 2, text)
		require.Less(t, got[2], int64(367), text)
		require.GreaterOrEqual(t, got[2], int64(0), text)
	}
	seconds, failed := evalText(t, rec, `s = diff(t, trunc(t, "week"), "second")`)
	require.NotContains(t, failed, 2)
	require.EqualValues(t, math.MaxInt64-9223372036854201600, seconds[2])
}

// TestDecimalsOfNegativeScaleAreRefused: arithmetic with integers would take their scale for 0.
func TestDecimalsOfNegativeScaleAreRefused(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "d", Type: &arrow.Decimal128Type{Precision: 5, Scale: -2}, Nullable: true}}, nil)
	for _, text := range []string{"d > 150", "d + 1", "cast(d, int64)", "d", "floor(d)", "in(d, 100)"} {
		_, err := CompileValue(schema, text)
		require.ErrorContains(t, err, "only isnull(d) can be asked of it", text)
	}
	_, err := CompileValue(schema, "isnull(d)")
	require.NoError(t, err)
}

// TestExclusiveOrOfUnlikeIntegersIsNoPower: what is wrong is their types.
func TestExclusiveOrOfUnlikeIntegersIsNoPower(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{{Name: "u", Type: arrow.PrimitiveTypes.Uint64}, {Name: "i", Type: arrow.PrimitiveTypes.Int64}, {Name: "f", Type: arrow.PrimitiveTypes.Float64}}, nil)
	for _, text := range []string{"u ^ i", "u ^ ifelse(true, i, i)", "(u ^ i) + 1"} {
		_, err := CompileValue(schema, text)
		require.Error(t, err, text)
		require.NotContains(t, err.Error(), "pow", text)
	}
	for _, text := range []string{"f ^ 2", "i ^ 2.0", "u ^ f"} {
		_, err := CompileValue(schema, text)
		require.ErrorContains(t, err, "pow(", text)
	}
}
