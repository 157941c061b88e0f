package gotaio

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"
	"github.com/go-gota/gota/series"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/bind"
)

// out copies a column into a gota series: the one switch over types.
func out(f *frame.Frame, field arrow.Field) (series.Series, error) {
	t := field.Type
	if dict, ok := t.(*arrow.DictionaryType); ok {
		t = dict.ValueType
	}
	name := field.Name
	switch t := t.(type) {
	case *arrow.BooleanType:
		return convert(f, name, series.Bool, func(v bool) (bool, error) { return v, nil })
	case *arrow.Float16Type, *arrow.Float32Type, *arrow.Float64Type:
		return convert(f, name, series.Float, func(v float64) (float64, error) { return v, nil })
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type:
		return convert(f, name, series.Int, signed)
	case *arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
		return convert(f, name, series.Int, unsigned)
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		return convert(f, name, series.String, word)
	case *arrow.TimestampType:
		return convert(f, name, series.String, func(v time.Time) (string, error) { return v.Format(layout(t)), nil })
	case *arrow.Date32Type, *arrow.Date64Type:
		return convert(f, name, series.String, func(v time.Time) (string, error) { return v.Format(time.DateOnly), nil })
	case *arrow.Time32Type, *arrow.Time64Type:
		return convert(f, name, series.String, func(v time.Duration) (string, error) {
			return time.Time{}.Add(v).Format("15:04:05.999999999"), nil
		})
	case *arrow.DurationType:
		return convert(f, name, series.String, func(v time.Duration) (string, error) { return v.String(), nil })
	case *arrow.Decimal128Type:
		return convert(f, name, series.String, func(v decimal128.Num) (string, error) { return v.ToString(t.Scale), nil })
	case *arrow.Decimal256Type:
		return convert(f, name, series.String, func(v decimal256.Num) (string, error) { return v.ToString(t.Scale), nil })
	case *arrow.NullType:
		return series.New(missing(f.NumRows()), series.String, name), nil
	}
	return series.Series{}, fmt.Errorf("gota has no type for %s: Drop it, or put text or numbers in its place", bind.Name(field.Type))
}

// convert copies the values of a column, each as conv makes it.
func convert[T, G any](f *frame.Frame, name string, t series.Type, conv func(T) (G, error)) (series.Series, error) {
	c, err := frame.Col[T](f, name)
	if err != nil {
		return series.Series{}, err
	}
	values, valid := make([]G, c.Len()), make([]bool, c.Len())
	for row, v := range c.All() {
		if values[row], err = conv(v); err != nil {
			return series.Series{}, fmt.Errorf("row %d: %w", row, err)
		}
		valid[row] = true
	}
	s := series.New(values, t, name)
	for row, ok := range valid {
		if !ok {
			s.Elem(row).Set(nil)
		}
	}
	return s, nil
}

// missing is what gota reads as a column of nothing but NaN.
func missing(rows int) []string {
	out := make([]string, rows)
	for i := range out {
		out[i] = "NaN"
	}
	return out
}

func signed(v int64) (int, error) {
	if int64(int(v)) != v { // where int has 32 bits
		return 0, tooLarge(v)
	}
	return int(v), nil
}

func unsigned(v uint64) (int, error) {
	if v > math.MaxInt {
		return 0, tooLarge(v)
	}
	return int(v), nil
}

func tooLarge(v any) error {
	return fmt.Errorf("%d is more than gota's int holds: put float64 or text in the column's place", v)
}

// word copies a text, which is a view of the frame's memory.
func word(v string) (string, error) {
	if v == "NaN" {
		return "", errors.New(`gota reads the text "NaN" as a missing value: put null or another word in its place`)
	}
	return strings.Clone(v), nil
}

// layout is RFC 3339 to the nanosecond, without offset for a column without zone.
func layout(t *arrow.TimestampType) string {
	if t.TimeZone == "" {
		return "2006-01-02T15:04:05.999999999"
	}
	return time.RFC3339Nano
}
