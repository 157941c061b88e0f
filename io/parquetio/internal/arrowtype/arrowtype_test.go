package arrowtype

import (
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"
)

// TestWhatAValueTakesIsKnownOrRefused: also where the column has no value that is not null.
func TestWhatAValueTakesIsKnownOrRefused(t *testing.T) {
	fixed := func(n int32) format.SchemaElement {
		return format.SchemaElement{Type: thrift.New(format.FixedLenByteArray), TypeLength: thrift.New(n)}
	}
	for _, c := range []struct {
		e     format.SchemaElement
		width int
		err   string
	}{
		{fixed(1), 1, ""}, {fixed(1 << 20), 1 << 20, ""},
		{fixed(0), 0, "values have a fixed length of 0"}, {fixed(-1), 0, "values have a fixed length of -1"},
		{fixed(1<<20 + 1), 0, "values have a fixed length of 1048577"}, {fixed(math.MinInt32), 0, "values have a fixed length of -2147483648"},
		{format.SchemaElement{Type: thrift.New(format.FixedLenByteArray)}, 0, "values have a fixed length of 0"},
		{format.SchemaElement{Type: thrift.New(format.Type(8))}, 0, "physical type 8"}, {format.SchemaElement{Type: thrift.New(format.Type(-1))}, 0, "physical type -1"},
		{format.SchemaElement{Type: thrift.New(format.Boolean)}, 1, ""}, {format.SchemaElement{Type: thrift.New(format.Int32)}, 4, ""},
		{format.SchemaElement{Type: thrift.New(format.Int96)}, 12, ""}, {format.SchemaElement{Type: thrift.New(format.ByteArray)}, 0, ""},
	} {
		for _, null := range []bool{false, true} {
			if null {
				c.e.LogicalType.Value = new(format.NullType)
			}
			typ, width, err := Of(&c.e)
			require.Equal(t, c.width, width, "%+v", c.e)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, null, typ == arrow.Null)
		}
	}
}
