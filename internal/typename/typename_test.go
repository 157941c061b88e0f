package typename

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/bind"
)

func TestTypesAreReadAsTheyArePrinted(t *testing.T) {
	for _, text := range []string{"int8", "uint64", "float32", "bool", "string", "date32", "timestamp[us]", "timestamp[ns, Europe/Rome]", "decimal(18,2)", "decimal(38,0)"} {
		got, err := Parse(text)
		require.NoError(t, err)
		require.Equal(t, text, bind.Name(got), "as it is printed")
		back, err := Text(got)
		require.NoError(t, err)
		require.Equal(t, text, back)
	}
	for _, text := range []string{"", "int", "decimal", "decimal(2)", "decimal(39,2)", "decimal(2,3)", "timestamp[m]", "timestamp[]", "list[int8]", "]", "("} {
		_, err := Parse(text)
		require.ErrorContains(t, err, "no type", "%q", text)
	}
}

// TestTypesThatHaveNoTextAreRefused: none is written that is read back as another.
func TestTypesThatHaveNoTextAreRefused(t *testing.T) {
	for _, of := range []arrow.DataType{
		nil, arrow.BinaryTypes.LargeString, arrow.BinaryTypes.Binary, arrow.FixedWidthTypes.Date64, arrow.ListOf(arrow.PrimitiveTypes.Int8), arrow.FixedWidthTypes.Time32s,
		&arrow.Decimal256Type{Precision: 40, Scale: 2}, &arrow.Decimal256Type{Precision: 10, Scale: 2}, &arrow.Decimal128Type{Precision: 10, Scale: -2}, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String},
		&arrow.TimestampType{Unit: arrow.Second, TimeZone: " UTC"},
	} {
		_, err := Text(of)
		require.Error(t, err, "%v", of)
	}
}
