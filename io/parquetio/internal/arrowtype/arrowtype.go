// Package arrowtype says which Arrow types stand for the columns of a Parquet file: by their
// physical type, and by their logical type or the older converted type.
package arrowtype

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/io/parquetio/internal/fault"
)

// Children returns how many elements of the schema lie directly below one.
func Children(e *format.SchemaElement) int { return max(int(e.NumChildren.V), 0) }

// Of returns the Arrow type of a stored column, and how many bytes its stored values have (0 for
// byte arrays). A logical type that does not fit its physical one is ignored, as the format
// advises.
func Of(e *format.SchemaElement) (arrow.DataType, int, error) {
	k := Logical(e)
	if _, none := k.(*format.NullType); none {
		bare := *e
		bare.LogicalType.Value, bare.ConvertedType.Valid = nil, false
		_, width, err := Of(&bare)
		return arrow.Null, width, err
	}
	switch e.Type.V {
	case format.Boolean:
		return arrow.FixedWidthTypes.Boolean, 1, nil
	case format.Int32:
		return intType(k, 32), 4, nil
	case format.Int64:
		return intType(k, 64), 8, nil
	case format.Int96:
		return &arrow.TimestampType{Unit: arrow.Nanosecond}, 12, nil
	case format.Float:
		return arrow.PrimitiveTypes.Float32, 4, nil
	case format.Double:
		return arrow.PrimitiveTypes.Float64, 8, nil
	case format.ByteArray:
		return bytesType(k), 0, nil
	case format.FixedLenByteArray:
		n := int(e.TypeLength.V)
		if n <= 0 || n > 1<<20 {
			return nil, 0, fault.Corrupt("values have a fixed length of %d", n)
		}
		return fixedType(k, n), n, nil
	}
	return nil, 0, fault.Unsupported("physical type %d", e.Type.V)
}

// Logical returns the element's logical type, or that of the older converted type if it has only
// that; nil if it has neither, or one for which there is no logical type.
func Logical(e *format.SchemaElement) format.LogicalTypeValue {
	if e.LogicalType.Value != nil || !e.ConvertedType.Valid {
		return e.LogicalType.Value
	}
	unit := func(ms bool) format.TimeUnit {
		if ms {
			return format.TimeUnit{Value: new(format.MilliSeconds)}
		}
		return format.TimeUnit{Value: new(format.MicroSeconds)}
	}
	switch c := e.ConvertedType.V; c {
	case deprecated.UTF8:
		return new(format.StringType)
	case deprecated.Enum:
		return new(format.EnumType)
	case deprecated.Json:
		return new(format.JsonType)
	case deprecated.Decimal:
		return &format.DecimalType{Scale: e.Scale.V, Precision: e.Precision.V}
	case deprecated.Date:
		return new(format.DateType)
	case deprecated.TimeMillis, deprecated.TimeMicros:
		return &format.TimeType{IsAdjustedToUTC: true, Unit: unit(c == deprecated.TimeMillis)}
	case deprecated.TimestampMillis, deprecated.TimestampMicros:
		return &format.TimestampType{IsAdjustedToUTC: true, Unit: unit(c == deprecated.TimestampMillis)}
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return &format.IntType{BitWidth: 8 << int8(c-deprecated.Uint8)}
	case deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		return &format.IntType{BitWidth: 8 << int8(c-deprecated.Int8), IsSigned: true}
	}
	return nil
}

func intType(k format.LogicalTypeValue, width int) arrow.DataType {
	switch k := k.(type) {
	case *format.IntType:
		if t := Int(int(k.BitWidth), k.IsSigned); t != nil && int(k.BitWidth) <= width {
			return t
		}
	case *format.DateType:
		if width == 32 {
			return arrow.FixedWidthTypes.Date32
		}
	case *format.TimeType:
		if unit := timeUnit(k.Unit); width == 32 && unit == arrow.Millisecond {
			return arrow.FixedWidthTypes.Time32ms
		} else if width == 64 && unit != arrow.Millisecond {
			return &arrow.Time64Type{Unit: unit}
		}
	case *format.TimestampType:
		if width == 64 {
			zone := ""
			if k.IsAdjustedToUTC {
				zone = "UTC"
			}
			return &arrow.TimestampType{Unit: timeUnit(k.Unit), TimeZone: zone}
		}
	case *format.DecimalType:
		if t := decimalType(k, width/8); t != nil {
			return t
		}
	}
	return Int(width, true)
}

// Int returns the integer type of so many bits, nil if there is none.
func Int(width int, signed bool) arrow.DataType {
	switch {
	case width == 8 && signed:
		return arrow.PrimitiveTypes.Int8
	case width == 16 && signed:
		return arrow.PrimitiveTypes.Int16
	case width == 32 && signed:
		return arrow.PrimitiveTypes.Int32
	case width == 64 && signed:
		return arrow.PrimitiveTypes.Int64
	case width == 8:
		return arrow.PrimitiveTypes.Uint8
	case width == 16:
		return arrow.PrimitiveTypes.Uint16
	case width == 32:
		return arrow.PrimitiveTypes.Uint32
	case width == 64:
		return arrow.PrimitiveTypes.Uint64
	}
	return nil
}

func timeUnit(u format.TimeUnit) arrow.TimeUnit {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return arrow.Millisecond
	case *format.NanoSeconds:
		return arrow.Nanosecond
	}
	return arrow.Microsecond
}

// decimalType is a decimal of at most 76 digits whose values have width bytes (0: any); nil if
// it cannot be one.
func decimalType(k *format.DecimalType, width int) arrow.DataType {
	p, s := k.Precision, k.Scale
	if p < 1 || s < 0 || s > p || width > 32 {
		return nil
	}
	switch {
	case p <= 38 && width <= 16:
		return &arrow.Decimal128Type{Precision: p, Scale: s}
	case p <= 76:
		return &arrow.Decimal256Type{Precision: p, Scale: s}
	}
	return nil
}

func bytesType(k format.LogicalTypeValue) arrow.DataType {
	switch k := k.(type) {
	case *format.StringType, *format.EnumType, *format.JsonType:
		return arrow.BinaryTypes.String
	case *format.DecimalType:
		if t := decimalType(k, 0); t != nil {
			return t
		}
	}
	return arrow.BinaryTypes.Binary
}

func fixedType(k format.LogicalTypeValue, n int) arrow.DataType {
	switch k := k.(type) {
	case *format.Float16Type:
		if n == 2 {
			return arrow.FixedWidthTypes.Float16
		}
	case *format.DecimalType:
		if t := decimalType(k, n); t != nil {
			return t
		}
	}
	return &arrow.FixedSizeBinaryType{ByteWidth: n}
}
