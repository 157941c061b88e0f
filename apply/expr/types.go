package expr

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

// valueType is the type an expression sees of a column's type: all strings are
// arrow's String, dictionaries are their values. nil when not supported.
func valueType(t arrow.DataType) arrow.DataType {
	if d, ok := t.(*arrow.DictionaryType); ok {
		t = d.ValueType
	}
	switch ir.LaneOf(t) {
	case ir.LaneNone:
		return nil
	case ir.LaneText:
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

// typeNames are the names that cast takes, and what errors call the types.
var typeNames = map[string]arrow.DataType{
	"bool": ir.BoolType, "string": ir.StringType,
	"int8": arrow.PrimitiveTypes.Int8, "int16": arrow.PrimitiveTypes.Int16, "int32": ir.Int32Type, "int64": ir.Int64Type,
	"uint8": arrow.PrimitiveTypes.Uint8, "uint16": arrow.PrimitiveTypes.Uint16,
	"uint32": arrow.PrimitiveTypes.Uint32, "uint64": ir.Uint64Type,
	"float32": arrow.PrimitiveTypes.Float32, "float64": ir.Float64Type,
	"date": arrow.FixedWidthTypes.Date32,
}

// widerInt is the integer type that holds both, nil for uint64 with a signed one.
func widerInt(a, b arrow.DataType) arrow.DataType {
	if ir.IsUnsigned(a) == ir.IsUnsigned(b) {
		if ir.IntBits(a) >= ir.IntBits(b) {
			return a
		}
		return b
	}
	if ir.IsUnsigned(b) {
		a, b = b, a
	}
	switch need := max(ir.IntBits(a)*2, ir.IntBits(b)); need {
	case 16:
		return arrow.PrimitiveTypes.Int16
	case 32:
		return ir.Int32Type
	case 64:
		return ir.Int64Type
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
	case ir.IsNull(a):
		return b
	case ir.IsNull(b):
		return a
	case ir.IsInt(a) && ir.IsInt(b):
		return widerInt(a, b)
	case ir.IsNumber(a) && ir.IsNumber(b):
		return commonNumber(a, b)
	case ir.IsDate(a) && ir.IsDate(b):
		return arrow.FixedWidthTypes.Date64
	case ir.IsDate(a) && ir.IsTimestamp(b):
		return b
	case ir.IsTimestamp(a) && ir.IsDate(b):
		return a
	case ir.IsTimestamp(a) && ir.IsTimestamp(b):
		return commonTimestamp(a.(*arrow.TimestampType), b.(*arrow.TimestampType))
	case ir.IsClock(a) && ir.IsClock(b):
		return finerClock(a, b)
	case ir.IsDuration(a) && ir.IsDuration(b):
		return &arrow.DurationType{Unit: max(a.(*arrow.DurationType).Unit, b.(*arrow.DurationType).Unit)}
	}
	return nil
}

func commonNumber(a, b arrow.DataType) arrow.DataType {
	if ir.IsFloat(a) || ir.IsFloat(b) {
		return ir.Float64Type
	}
	x, y := ir.AsDecimal(a), ir.AsDecimal(b)
	scale := max(x.Scale, y.Scale)
	whole := max(x.Precision-x.Scale, y.Precision-y.Scale)
	return &arrow.Decimal128Type{Precision: min(38, whole+scale), Scale: scale}
}

func commonTimestamp(a, b *arrow.TimestampType) arrow.DataType {
	if (a.TimeZone == "") != (b.TimeZone == "") {
		return nil // an instant and a wall clock: which zone would it be?
	}
	return &arrow.TimestampType{Unit: max(a.Unit, b.Unit), TimeZone: a.TimeZone}
}

// finerClock is the time of day with the finer unit of two.
func finerClock(a, b arrow.DataType) arrow.DataType {
	if ir.TickNanos(b) < ir.TickNanos(a) {
		return b
	}
	return a
}
