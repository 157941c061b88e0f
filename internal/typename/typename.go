// Package typename reads the types of columns as they are printed: int64, timestamp[us, UTC],
// decimal(18,2).
package typename

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/near"
)

// plain are the types without parameters.
var plain = map[string]arrow.DataType{
	"bool": arrow.FixedWidthTypes.Boolean, "string": arrow.BinaryTypes.String,
	"int8": arrow.PrimitiveTypes.Int8, "int16": arrow.PrimitiveTypes.Int16, "int32": arrow.PrimitiveTypes.Int32, "int64": arrow.PrimitiveTypes.Int64,
	"uint8": arrow.PrimitiveTypes.Uint8, "uint16": arrow.PrimitiveTypes.Uint16, "uint32": arrow.PrimitiveTypes.Uint32, "uint64": arrow.PrimitiveTypes.Uint64,
	"float32": arrow.PrimitiveTypes.Float32, "float64": arrow.PrimitiveTypes.Float64,
	"date": arrow.FixedWidthTypes.Date32, "date32": arrow.FixedWidthTypes.Date32,
	"timestamp": &arrow.TimestampType{Unit: arrow.Microsecond},
}

var timeUnits = map[string]arrow.TimeUnit{"s": arrow.Second, "ms": arrow.Millisecond, "us": arrow.Microsecond, "ns": arrow.Nanosecond}

// Parse reads a type. Types with others inside have no form that is read.
func Parse(text string) (arrow.DataType, error) {
	text = strings.TrimSpace(text)
	if t, ok := plain[text]; ok {
		return t, nil
	}
	name, params, _ := strings.Cut(strings.TrimRight(text, ")]"), "[")
	if name == text || params == "" {
		name, params, _ = strings.Cut(strings.TrimRight(text, ")]"), "(")
	}
	first, second, two := strings.Cut(params, ",")
	first, second = strings.TrimSpace(first), strings.TrimSpace(second)
	switch unit, isUnit := timeUnits[first]; {
	case name == "timestamp" && isUnit:
		return &arrow.TimestampType{Unit: unit, TimeZone: second}, nil
	case name == "decimal" && two:
		precision, err := strconv.Atoi(first)
		scale, err2 := strconv.Atoi(second)
		if err == nil && err2 == nil && precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision {
			return &arrow.Decimal128Type{Precision: int32(precision), Scale: int32(scale)}, nil
		}
	}
	names := append(slices.Sorted(maps.Keys(plain)), "timestamp[us, UTC]", "decimal(18,2)")
	return nil, fmt.Errorf("no type %q%s", text, near.Hint(text, names))
}

// Text is a type as Parse reads it back, the same to the letter, or an error.
func Text(t arrow.DataType) (string, error) {
	if t == nil {
		return "", errors.New("the type is nil")
	}
	text := bind.Name(t)
	if back, err := Parse(text); err != nil || !arrow.TypeEqual(back, t) {
		return "", fmt.Errorf("the type %s cannot be stored: stored are bool, string, numbers, date, timestamps and decimals of up to 38 digits", text)
	}
	return text, nil
}
