package expr

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
)

// lane is how a type lies in a vector.
type lane uint8

const (
	laneNone lane = iota
	laneBits
	laneI8
	laneI16
	laneI32
	laneI64
	laneU8
	laneU16
	laneU32
	laneU64
	laneF32
	laneF64
	laneDec
	laneText
)

// width is the bytes of one lane, 0 for bits and text.
func (l lane) width() int {
	switch l {
	case laneI8, laneU8:
		return 1
	case laneI16, laneU16:
		return 2
	case laneI32, laneU32, laneF32:
		return 4
	case laneI64, laneU64, laneF64:
		return 8
	case laneDec:
		return 16
	}
	return 0
}

var lanes = map[arrow.Type]lane{
	arrow.BOOL: laneBits,
	arrow.INT8: laneI8, arrow.INT16: laneI16, arrow.INT32: laneI32, arrow.INT64: laneI64,
	arrow.UINT8: laneU8, arrow.UINT16: laneU16, arrow.UINT32: laneU32, arrow.UINT64: laneU64,
	arrow.FLOAT32: laneF32, arrow.FLOAT64: laneF64,
	arrow.STRING: laneText, arrow.LARGE_STRING: laneText, arrow.STRING_VIEW: laneText,
	arrow.DATE32: laneI32, arrow.DATE64: laneI64, arrow.TIMESTAMP: laneI64, arrow.DURATION: laneI64,
	arrow.TIME32: laneI32, arrow.TIME64: laneI64,
	arrow.DECIMAL128: laneDec,
}

// laneOf is laneNone for types that expressions do not know. Decimals of a scale below 0 are among
// those: arithmetic takes the digits behind the point for a number that is not negative.
func laneOf(t arrow.DataType) lane {
	if t == nil {
		return laneNone
	}
	if d, ok := t.(*arrow.Decimal128Type); ok && d.Scale < 0 {
		return laneNone
	}
	return lanes[t.ID()]
}

// valueType is the type an expression sees of a column's type: all strings are
// arrow's String, dictionaries are their values. nil when not supported.
func valueType(t arrow.DataType) arrow.DataType {
	if d, ok := t.(*arrow.DictionaryType); ok {
		t = d.ValueType
	}
	switch laneOf(t) {
	case laneNone:
		return nil
	case laneText:
		return arrow.BinaryTypes.String
	}
	return t
}

// hasBitmap reports whether the nulls of a type's arrays are told by a bitmap, or all are null; of
// a dictionary, those of its keys and of its values.
func hasBitmap(t arrow.DataType) bool {
	switch t.ID() {
	case arrow.DENSE_UNION, arrow.SPARSE_UNION, arrow.RUN_END_ENCODED:
		return false
	case arrow.DICTIONARY:
		values := t.(*arrow.DictionaryType).ValueType
		return values.ID() != arrow.DICTIONARY && hasBitmap(values)
	}
	return true
}

func isInt(t arrow.DataType) bool {
	return arrow.IsInteger(t.ID())
}
func isUnsigned(t arrow.DataType) bool { return arrow.IsUnsignedInteger(t.ID()) }
func isFloat(t arrow.DataType) bool    { return t.ID() == arrow.FLOAT32 || t.ID() == arrow.FLOAT64 }
func isNumber(t arrow.DataType) bool   { return isInt(t) || isFloat(t) || isDecimal(t) }
func isDecimal(t arrow.DataType) bool  { return t.ID() == arrow.DECIMAL128 }
func isString(t arrow.DataType) bool   { return t.ID() == arrow.STRING }
func isBool(t arrow.DataType) bool     { return t.ID() == arrow.BOOL }
func isNull(t arrow.DataType) bool     { return t.ID() == arrow.NULL }
func isDate(t arrow.DataType) bool     { return t.ID() == arrow.DATE32 || t.ID() == arrow.DATE64 }
func isTimestamp(t arrow.DataType) bool {
	return t.ID() == arrow.TIMESTAMP
}
func isDuration(t arrow.DataType) bool { return t.ID() == arrow.DURATION }
func isInstant(t arrow.DataType) bool  { return isDate(t) || isTimestamp(t) }

// isClock reports whether t is a time of day.
func isClock(t arrow.DataType) bool { return t.ID() == arrow.TIME32 || t.ID() == arrow.TIME64 }

var (
	boolType    = arrow.FixedWidthTypes.Boolean
	int64Type   = arrow.PrimitiveTypes.Int64
	int32Type   = arrow.PrimitiveTypes.Int32
	uint64Type  = arrow.PrimitiveTypes.Uint64
	float64Type = arrow.PrimitiveTypes.Float64
	stringType  = arrow.BinaryTypes.String
)

// typeNames are the names that cast takes, and what errors call the types.
var typeNames = map[string]arrow.DataType{
	"bool": boolType, "string": stringType,
	"int8": arrow.PrimitiveTypes.Int8, "int16": arrow.PrimitiveTypes.Int16, "int32": int32Type, "int64": int64Type,
	"uint8": arrow.PrimitiveTypes.Uint8, "uint16": arrow.PrimitiveTypes.Uint16,
	"uint32": arrow.PrimitiveTypes.Uint32, "uint64": uint64Type,
	"float32": arrow.PrimitiveTypes.Float32, "float64": float64Type,
	"date": arrow.FixedWidthTypes.Date32,
}

// typeName is how errors and plans call a type.
func typeName(t arrow.DataType) string {
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

// intBits is the width of an integer type.
func intBits(t arrow.DataType) int { return laneOf(t).width() * 8 }

// widerInt is the integer type that holds both, nil for uint64 with a signed one.
func widerInt(a, b arrow.DataType) arrow.DataType {
	if isUnsigned(a) == isUnsigned(b) {
		if intBits(a) >= intBits(b) {
			return a
		}
		return b
	}
	if isUnsigned(b) {
		a, b = b, a
	}
	switch need := max(intBits(a)*2, intBits(b)); need {
	case 16:
		return arrow.PrimitiveTypes.Int16
	case 32:
		return int32Type
	case 64:
		return int64Type
	}
	return nil
}

// common is the type in which two typed operands meet, nil when there is none.
// It is Go made practical: equal types stay, integers widen, an integer with a
// float is float64, timestamps take the finer unit, a date with a timestamp is
// the timestamp, decimals take the larger scale.
func common(a, b arrow.DataType) arrow.DataType {
	switch {
	case arrow.TypeEqual(a, b):
		return a
	case isNull(a):
		return b
	case isNull(b):
		return a
	case isInt(a) && isInt(b):
		return widerInt(a, b)
	case isNumber(a) && isNumber(b):
		return commonNumber(a, b)
	case isDate(a) && isDate(b):
		return arrow.FixedWidthTypes.Date64
	case isDate(a) && isTimestamp(b):
		return b
	case isTimestamp(a) && isDate(b):
		return a
	case isTimestamp(a) && isTimestamp(b):
		return commonTimestamp(a.(*arrow.TimestampType), b.(*arrow.TimestampType))
	case isClock(a) && isClock(b):
		return finerClock(a, b)
	case isDuration(a) && isDuration(b):
		return &arrow.DurationType{Unit: max(a.(*arrow.DurationType).Unit, b.(*arrow.DurationType).Unit)}
	}
	return nil
}

func commonNumber(a, b arrow.DataType) arrow.DataType {
	if isFloat(a) || isFloat(b) {
		return float64Type
	}
	x, y := asDecimal(a), asDecimal(b)
	scale := max(x.Scale, y.Scale)
	whole := max(x.Precision-x.Scale, y.Precision-y.Scale)
	return &arrow.Decimal128Type{Precision: min(38, whole+scale), Scale: scale}
}

// asDecimal is the decimal type that holds every value of a number type.
func asDecimal(t arrow.DataType) *arrow.Decimal128Type {
	if d, ok := t.(*arrow.Decimal128Type); ok {
		return d
	}
	digits := map[int]int32{8: 3, 16: 5, 32: 10, 64: 20}
	return &arrow.Decimal128Type{Precision: digits[intBits(t)]}
}

func commonTimestamp(a, b *arrow.TimestampType) arrow.DataType {
	if (a.TimeZone == "") != (b.TimeZone == "") {
		return nil // an instant and a wall clock: which zone would it be?
	}
	return &arrow.TimestampType{Unit: max(a.Unit, b.Unit), TimeZone: a.TimeZone}
}

// finerClock is the time of day with the finer unit of two.
func finerClock(a, b arrow.DataType) arrow.DataType {
	if tickNanos(b) < tickNanos(a) {
		return b
	}
	return a
}

// unitNanos is the length of a unit.
func unitNanos(u arrow.TimeUnit) int64 {
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

// dec is the decimal lane, laid out as Arrow's.
type dec = kernel.Dec
