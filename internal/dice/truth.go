package dice

import (
	"encoding/hex"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// Truth is a row's value apart from its Arrow type, for comparing what readers give different
// types: integers of 64 bits, floats (NaN, infinities and -0 as text), texts, bytes as "0x…",
// decimals as text, times as microseconds, dates as days, durations as their number, lists as
// slices, structs as slices of their fields, maps as slices of keys and values. It is fit for JSON.
func Truth(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.Null:
		return nil
	case array.ExtensionArray:
		return Truth(a.Storage(), i)
	case *array.Dictionary:
		return Truth(a.Dictionary(), a.GetValueIndex(i))
	case array.ListLike:
		out := []any{}
		for k, end := a.ValueOffsets(i); k < end; k++ {
			out = append(out, Truth(a.ListValues(), int(k)))
		}
		return out
	case *array.Struct:
		out := []any{}
		for k := range a.NumField() {
			out = append(out, Truth(a.Field(k), i))
		}
		return out
	}
	if v, ok := timeTruth(a, i); ok {
		return v
	}
	return plainTruth(a, i)
}

func timeTruth(a arrow.Array, i int) (int64, bool) {
	micros := func(v int64, unit arrow.TimeUnit) int64 {
		if unit == arrow.Nanosecond {
			return v / 1000
		}
		return v * int64(unit.Multiplier()/time.Microsecond)
	}
	switch a := a.(type) {
	case *array.Timestamp:
		return micros(int64(a.Value(i)), a.DataType().(*arrow.TimestampType).Unit), true
	case *array.Time32:
		return micros(int64(a.Value(i)), a.DataType().(*arrow.Time32Type).Unit), true
	case *array.Time64:
		return micros(int64(a.Value(i)), a.DataType().(*arrow.Time64Type).Unit), true
	case *array.Date64:
		return int64(a.Value(i)) * 1000, true // Parquet has it as a time
	case *array.Date32:
		return int64(a.Value(i)), true
	case *array.Duration:
		return int64(a.Value(i)), true
	}
	return 0, false
}

func plainTruth(a arrow.Array, i int) any {
	switch a := a.(type) {
	case *array.Boolean:
		return a.Value(i)
	case *array.Int8:
		return int64(a.Value(i))
	case *array.Int16:
		return int64(a.Value(i))
	case *array.Int32:
		return int64(a.Value(i))
	case *array.Int64:
		return a.Value(i)
	case *array.Uint8:
		return int64(a.Value(i))
	case *array.Uint16:
		return int64(a.Value(i))
	case *array.Uint32:
		return int64(a.Value(i))
	case *array.Uint64:
		return a.Value(i)
	case *array.Float16:
		return floatTruth(float64(a.Value(i).Float32()))
	case *array.Float32:
		return floatTruth(float64(a.Value(i)))
	case *array.Float64:
		return floatTruth(a.Value(i))
	case *array.Binary:
		return "0x" + hex.EncodeToString(a.Value(i))
	case *array.LargeBinary:
		return "0x" + hex.EncodeToString(a.Value(i))
	case *array.BinaryView:
		return "0x" + hex.EncodeToString(a.Value(i))
	case *array.FixedSizeBinary:
		return "0x" + hex.EncodeToString(a.Value(i))
	case *array.Decimal128:
		return a.Value(i).ToString(a.DataType().(*arrow.Decimal128Type).Scale)
	case *array.Decimal256:
		return a.Value(i).ToString(a.DataType().(*arrow.Decimal256Type).Scale)
	}
	return a.ValueStr(i)
}

// floatTruth has as text what JSON has no number for, or what equals another one.
func floatTruth(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) || v == 0 && math.Signbit(v) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return v
}
