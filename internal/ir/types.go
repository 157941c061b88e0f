package ir

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

// Lane is how a type lies in a vector.
type Lane uint8

// The lanes: none for types that expressions cannot read, bits for truth values, numbers by their
// width (times are integers), decimals of 128 bits, and texts.
const (
	LaneNone Lane = iota
	LaneBits
	LaneI8
	LaneI16
	LaneI32
	LaneI64
	LaneU8
	LaneU16
	LaneU32
	LaneU64
	LaneF32
	LaneF64
	LaneDec
	LaneText
)

// Width is the bytes of one lane, 0 for bits and text.
func (l Lane) Width() int {
	switch l {
	case LaneI8, LaneU8:
		return 1
	case LaneI16, LaneU16:
		return 2
	case LaneI32, LaneU32, LaneF32:
		return 4
	case LaneI64, LaneU64, LaneF64:
		return 8
	case LaneDec:
		return 16
	}
	return 0
}

var lanes = map[arrow.Type]Lane{
	arrow.BOOL: LaneBits,
	arrow.INT8: LaneI8, arrow.INT16: LaneI16, arrow.INT32: LaneI32, arrow.INT64: LaneI64,
	arrow.UINT8: LaneU8, arrow.UINT16: LaneU16, arrow.UINT32: LaneU32, arrow.UINT64: LaneU64,
	arrow.FLOAT32: LaneF32, arrow.FLOAT64: LaneF64,
	arrow.STRING: LaneText, arrow.LARGE_STRING: LaneText, arrow.STRING_VIEW: LaneText,
	arrow.DATE32: LaneI32, arrow.DATE64: LaneI64, arrow.TIMESTAMP: LaneI64, arrow.DURATION: LaneI64,
	arrow.TIME32: LaneI32, arrow.TIME64: LaneI64,
	arrow.DECIMAL128: LaneDec,
}

// LaneOf is how a type lies in a vector, LaneNone for types that expressions do not know. Decimals
// of a scale below 0 are among those: arithmetic takes the digits behind the point for a number
// that is not negative.
func LaneOf(t arrow.DataType) Lane {
	if t == nil {
		return LaneNone
	}
	if d, ok := t.(*arrow.Decimal128Type); ok && d.Scale < 0 {
		return LaneNone
	}
	return lanes[t.ID()]
}

// IsInt reports whether t is an integer type, signed or not.
func IsInt(t arrow.DataType) bool {
	return arrow.IsInteger(t.ID())
}

// IsUnsigned reports whether t is an unsigned integer type.
func IsUnsigned(t arrow.DataType) bool { return arrow.IsUnsignedInteger(t.ID()) }

// IsFloat reports whether t is float32 or float64.
func IsFloat(t arrow.DataType) bool { return t.ID() == arrow.FLOAT32 || t.ID() == arrow.FLOAT64 }

// IsNumber reports whether t is an integer, a float or a decimal.
func IsNumber(t arrow.DataType) bool { return IsInt(t) || IsFloat(t) || IsDecimal(t) }

// IsDecimal reports whether t is a decimal of 128 bits.
func IsDecimal(t arrow.DataType) bool { return t.ID() == arrow.DECIMAL128 }

// IsString reports whether t is text.
func IsString(t arrow.DataType) bool { return t.ID() == arrow.STRING }

// IsBool reports whether t is that of truth values.
func IsBool(t arrow.DataType) bool { return t.ID() == arrow.BOOL }

// IsNull reports whether t is that of nil.
func IsNull(t arrow.DataType) bool { return t.ID() == arrow.NULL }

// IsDate reports whether t is a date of days or of milliseconds.
func IsDate(t arrow.DataType) bool { return t.ID() == arrow.DATE32 || t.ID() == arrow.DATE64 }

// IsTimestamp reports whether t is a timestamp.
func IsTimestamp(t arrow.DataType) bool {
	return t.ID() == arrow.TIMESTAMP
}

// IsDuration reports whether t is a duration.
func IsDuration(t arrow.DataType) bool { return t.ID() == arrow.DURATION }

// IsInstant reports whether t is a date or a timestamp.
func IsInstant(t arrow.DataType) bool { return IsDate(t) || IsTimestamp(t) }

// IsClock reports whether t is a time of day.
func IsClock(t arrow.DataType) bool { return t.ID() == arrow.TIME32 || t.ID() == arrow.TIME64 }

var (
	BoolType    = arrow.FixedWidthTypes.Boolean
	Int64Type   = arrow.PrimitiveTypes.Int64
	Int32Type   = arrow.PrimitiveTypes.Int32
	Uint64Type  = arrow.PrimitiveTypes.Uint64
	Float64Type = arrow.PrimitiveTypes.Float64
	StringType  = arrow.BinaryTypes.String
)

// TypeName is how errors and plans call a type.
func TypeName(t arrow.DataType) string {
	switch t := t.(type) {
	case nil:
		return "untyped constant"
	case *arrow.NullType:
		return "nil"
	case *arrow.StringType:
		return "string"
	case *arrow.Date32Type:
		return "date"
	case *arrow.TimestampType:
		if t.TimeZone == "" {
			return fmt.Sprintf("timestamp[%s]", t.Unit)
		}
		return fmt.Sprintf("timestamp[%s, %s]", t.Unit, t.TimeZone)
	case *arrow.Decimal128Type:
		return fmt.Sprintf("decimal(%d, %d)", t.Precision, t.Scale)
	case *arrow.Time32Type:
		return fmt.Sprintf("time[%s]", t.Unit)
	case *arrow.Time64Type:
		return fmt.Sprintf("time[%s]", t.Unit)
	}
	return t.String()
}

// AsDecimal is the decimal type that holds every value of a number type.
func AsDecimal(t arrow.DataType) *arrow.Decimal128Type {
	if d, ok := t.(*arrow.Decimal128Type); ok {
		return d
	}
	digits := map[int]int32{8: 3, 16: 5, 32: 10, 64: 20}
	return &arrow.Decimal128Type{Precision: digits[IntBits(t)]}
}

// UnitNanos is the length of a unit.
func UnitNanos(u arrow.TimeUnit) int64 {
	switch u {
	case arrow.Second:
		return 1e9
	case arrow.Millisecond:
		return 1e6
	case arrow.Microsecond:
		return 1e3
	}
	return 1
}

// Dec is the decimal lane, laid out as Arrow's.
type Dec = kernel.Dec

// TickNanos is the nanoseconds between a time type's neighbouring values.
func TickNanos(t arrow.DataType) int64 {
	switch t := t.(type) {
	case *arrow.Date32Type:
		return 86400e9
	case *arrow.Date64Type:
		return 1e6
	case *arrow.TimestampType:
		return UnitNanos(t.Unit)
	case *arrow.DurationType:
		return UnitNanos(t.Unit)
	case *arrow.Time32Type:
		return UnitNanos(t.Unit)
	case *arrow.Time64Type:
		return UnitNanos(t.Unit)
	}
	return 0
}

// IsTime reports whether t is a date, a timestamp or a duration.
func IsTime(t arrow.DataType) bool { return IsInstant(t) || IsDuration(t) }

// IntBits is the width of an integer type.
func IntBits(t arrow.DataType) int { return LaneOf(t).Width() * 8 }
