package inspect

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"
)

func i32(v int32) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(v))) }

func i64(v int64) string { return string(binary.LittleEndian.AppendUint64(nil, uint64(v))) }

func f64(v float64) string { return i64(int64(math.Float64bits(v))) }

// TestValuesAreShownAndOrderedAsTheirType has two values of each column, the lesser one first.
func TestValuesAreShownAndOrderedAsTheirType(t *testing.T) {
	for _, c := range []struct {
		column Column
		a, b   string // as stored
		textA  string
		textB  string
		stored string
	}{
		{column: Column{format.Boolean, 1, arrow.FixedWidthTypes.Boolean}, a: "\x00", b: "\x01", textA: "false", textB: "true", stored: "BOOLEAN"},
		{column: Column{format.Int32, 4, arrow.PrimitiveTypes.Int8}, a: i32(-7), b: i32(6), textA: "-7", textB: "6", stored: "INT32"},
		{column: Column{format.Int32, 4, arrow.PrimitiveTypes.Uint32}, a: i32(7), b: i32(-1), textA: "7", textB: "4294967295", stored: "INT32"},
		{column: Column{format.Int64, 8, arrow.PrimitiveTypes.Int64}, a: i64(-1), b: i64(1 << 40), textA: "-1", textB: "1099511627776", stored: "INT64"},
		{column: Column{format.Int64, 8, arrow.PrimitiveTypes.Uint64}, a: i64(1), b: i64(-1), textA: "1", textB: "18446744073709551615", stored: "INT64"},
		{column: Column{format.Double, 8, arrow.PrimitiveTypes.Float64}, a: f64(-2.5), b: f64(1e-9), textA: "-2.5", textB: "1e-09", stored: "DOUBLE"},
		{column: Column{format.FixedLenByteArray, 2, arrow.FixedWidthTypes.Float16}, a: "\x00\xbc", b: "\x00\x38", textA: "-1", textB: "0.5", stored: "FIXED_LEN_BYTE_ARRAY(2)"},
		{column: Column{format.Int32, 4, arrow.FixedWidthTypes.Date32}, a: i32(-1), b: i32(19723), textA: "1969-12-31", textB: "2024-01-01", stored: "INT32"},
		{column: Column{format.Int64, 8, &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "UTC"}}, a: i64(0), b: i64(1500), textA: "1970-01-01T00:00:00Z", textB: "1970-01-01T00:00:01.5Z", stored: "INT64"},
		{column: Column{format.Int32, 4, arrow.FixedWidthTypes.Time32ms}, a: i32(1), b: i32(3600_000), textA: "00:00:00.001", textB: "01:00:00", stored: "INT32"},
		{column: Column{format.Int32, 4, &arrow.Decimal128Type{Precision: 9, Scale: 2}}, a: i32(-150), b: i32(5), textA: "-1.50", textB: "0.05", stored: "INT32"},
		{column: Column{format.FixedLenByteArray, 2, &arrow.Decimal128Type{Precision: 4, Scale: 1}}, a: "\xff\xff", b: "\x01\x00", textA: "-0.1", textB: "25.6", stored: "FIXED_LEN_BYTE_ARRAY(2)"},
		{column: Column{format.ByteArray, 0, &arrow.Decimal256Type{Precision: 50}}, a: "\xfe", b: "\x00\xff", textA: "-2", textB: "255", stored: "BYTE_ARRAY"},
		{column: Column{format.ByteArray, 0, arrow.BinaryTypes.String}, a: "", b: "ä", textA: `""`, textB: `"ä"`, stored: "BYTE_ARRAY"},
		{column: Column{format.ByteArray, 0, arrow.BinaryTypes.Binary}, a: "\x01", b: "\xff0123456789abcdefg", textA: "01", textB: "ff303132333435363738396162636465…", stored: "BYTE_ARRAY"},
	} {
		require.Equal(t, c.stored, c.column.Stored())
		require.Equal(t, c.textA, c.column.Text([]byte(c.a)), c.column)
		require.Equal(t, c.textB, c.column.Text([]byte(c.b)), c.column)
		require.Negative(t, c.column.Compare([]byte(c.a), []byte(c.b)), c.column)
		require.Positive(t, c.column.Compare([]byte(c.b), []byte(c.a)), c.column)
		require.Zero(t, c.column.Compare([]byte(c.b), []byte(c.b)), c.column)
	}
}

// TestValuesThatDoNotFitAreNotShown: what a damaged or careless file says.
func TestValuesThatDoNotFitAreNotShown(t *testing.T) {
	for _, c := range []Column{
		{format.Boolean, 1, arrow.FixedWidthTypes.Boolean}, {format.Int32, 4, arrow.FixedWidthTypes.Date32}, {format.Int64, 8, arrow.PrimitiveTypes.Uint64},
		{format.Float, 4, arrow.PrimitiveTypes.Float32}, {format.FixedLenByteArray, 16, &arrow.Decimal128Type{Precision: 38}},
	} {
		for _, b := range [][]byte{{}, make([]byte, 3), make([]byte, 17)} {
			require.Empty(t, c.Text(b), c)
			require.Zero(t, c.Compare(b, make([]byte, c.Width)), c)
			require.Zero(t, c.Compare(make([]byte, c.Width), b), c)
		}
		require.Empty(t, c.Text(nil), "there is none")
	}
}

func TestLongTextsAreCutAtCharacters(t *testing.T) {
	require.Equal(t, `"ääää"`, Quote("ääää", 4))
	require.Equal(t, `"äää…"`, Quote("ääää", 3))
	require.Equal(t, `"a\nb"`, Quote("a\nb", 3))
}

func TestASchemaIsFlattened(t *testing.T) {
	repetition := thrift.New[format.FieldRepetitionType]
	stored := []format.SchemaElement{
		{Name: "schema", NumChildren: thrift.New(int32(3))},
		{Name: "id", Type: thrift.New(format.Int64), RepetitionType: repetition(format.Required)},
		{Name: "tags", NumChildren: thrift.New(int32(1)), RepetitionType: repetition(format.Optional), ConvertedType: thrift.New(deprecated.List)},
		{Name: "list", NumChildren: thrift.New(int32(1)), RepetitionType: repetition(format.Repeated)},
		{Name: "element", Type: thrift.New(format.ByteArray), RepetitionType: repetition(format.Optional), ConvertedType: thrift.New(deprecated.UTF8)},
		{Name: "uuid", Type: thrift.New(format.FixedLenByteArray), TypeLength: thrift.New(int32(16)), RepetitionType: repetition(format.Optional)},
	}
	stored[5].LogicalType.Value = new(format.UUIDType)
	require.Equal(t, []Element{
		{"id", 0, "required", "INT64", ""},
		{"tags", 0, "optional", "", "LIST"},
		{"list", 1, "repeated", "", ""},
		{"element", 2, "optional", "BYTE_ARRAY", "STRING"},
		{"uuid", 0, "optional", "FIXED_LEN_BYTE_ARRAY(16)", "UUID"},
	}, Elements(stored))
	require.Empty(t, Elements([]format.SchemaElement{{Name: "schema"}}))
}

func TestTablesAreAligned(t *testing.T) {
	rows := [][]string{{"name", "n"}, {"a longer one", ""}, {"x", "1 000"}}
	require.Equal(t, "  name          n\n  a longer one\n  x             1 000\n", Table(rows, false))
	require.Equal(t, "            name      n\n    a longer one\n               x  1 000\n", Table(rows, true))
	require.Empty(t, Table(nil, false))
}
