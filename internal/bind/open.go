package bind

import (
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"
	"github.com/apache/arrow/go/v17/arrow/float16"
)

// open finds the filler for an array and a Go type: the one type switch, made
// once per batch.
func open(arr arrow.Array, t reflect.Type) (filler, error) {
	switch a := arr.(type) {
	case *array.Int8:
		return number(a.Int8Values(), arr, t)
	case *array.Int16:
		return number(a.Int16Values(), arr, t)
	case *array.Int32:
		return number(a.Int32Values(), arr, t)
	case *array.Int64:
		return number(a.Int64Values(), arr, t)
	case *array.Uint8:
		return number(a.Uint8Values(), arr, t)
	case *array.Uint16:
		return number(a.Uint16Values(), arr, t)
	case *array.Uint32:
		return number(a.Uint32Values(), arr, t)
	case *array.Uint64:
		return number(a.Uint64Values(), arr, t)
	case *array.Float32:
		return number(a.Float32Values(), arr, t)
	case *array.Float64:
		return number(a.Float64Values(), arr, t)
	case *array.Float16:
		return half(a.Values(), arr, t)
	case *array.Boolean:
		if t.Kind() == reflect.Bool {
			return &bits{buf: buffer(a.Data(), 1), off: a.Data().Offset()}, nil
		}
	case *array.Date32:
		return moment(a.Date32Values(), arr, t, func(d arrow.Date32) time.Time { return d.ToTime() })
	case *array.Date64:
		return moment(a.Date64Values(), arr, t, func(d arrow.Date64) time.Time { return d.ToTime() })
	case *array.Timestamp:
		return timestamp(a, t)
	case *array.Time32:
		return span(a.Time32Values(), arr, t, a.DataType().(*arrow.Time32Type).Unit)
	case *array.Time64:
		return span(a.Time64Values(), arr, t, a.DataType().(*arrow.Time64Type).Unit)
	case *array.Duration:
		return span(a.DurationValues(), arr, t, a.DataType().(*arrow.DurationType).Unit)
	case *array.Decimal128:
		if t == reflect.TypeFor[decimal128.Num]() {
			return &plain[decimal128.Num]{a.Values()}, nil
		}
	case *array.Decimal256:
		if t == reflect.TypeFor[decimal256.Num]() {
			return &plain[decimal256.Num]{a.Values()}, nil
		}
	case *array.Dictionary:
		return dictionary(a, t)
	case *array.Null:
		return nothing{}, nil
	default:
		if text, ok := openText(arr, t); ok {
			return text, nil
		}
	}
	return nil, mismatch(arr.DataType(), t)
}

// mismatch builds the error for types that do not go together.
func mismatch(a arrow.DataType, t reflect.Type) error {
	remedy := "no Go value stands for this type; use the column as an Arrow array (Record, or a Batch function)"
	if n := Natural(a); n != nil {
		remedy = fmt.Sprintf("take %s", n)
		if n == reflect.TypeFor[time.Time]() || n == reflect.TypeFor[time.Duration]() {
			remedy += " (or the arrow package's own type for the raw number)"
		}
	}
	switch a.ID() {
	case arrow.DECIMAL128:
		remedy = "take decimal128.Num"
	case arrow.DECIMAL256:
		remedy = "take decimal256.Num"
	}
	return &TypeError{Arrow: a, Go: t, Remedy: remedy}
}

// buffer returns an array's buffer k, nil if it has none (empty arrays).
func buffer(d arrow.ArrayData, k int) []byte {
	if len(d.Buffers()) <= k || d.Buffers()[k] == nil {
		return nil
	}
	return d.Buffers()[k].Bytes()
}

// slicer is a filler over memory that is a slice of the Go type itself.
type slicer interface{ memory() unsafe.Pointer }

// plain is values seen as what they are.
type plain[T any] struct{ vals []T }

func (p *plain[T]) fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	for i, v := range p.vals[lo : lo+n] {
		*(*T)(unsafe.Add(dst, uintptr(i)*stride)) = v
	}
}
func (p *plain[T]) clear(dst unsafe.Pointer) { var zero T; *(*T)(dst) = zero }
func (p *plain[T]) memory() unsafe.Pointer {
	if len(p.vals) == 0 {
		return nil
	}
	return unsafe.Pointer(unsafe.SliceData(p.vals))
}

// mapped is values converted one by one.
type mapped[S, D any] struct {
	vals []S
	conv func(S) D
}

func (m *mapped[S, D]) fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	for i, v := range m.vals[lo : lo+n] {
		*(*D)(unsafe.Add(dst, uintptr(i)*stride)) = m.conv(v)
	}
}
func (m *mapped[S, D]) clear(dst unsafe.Pointer) { var zero D; *(*D)(dst) = zero }

// bits is booleans.
type bits struct {
	buf []byte
	off int
}

func (b *bits) fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	for i := range n {
		k := b.off + lo + i
		*(*bool)(unsafe.Add(dst, uintptr(i)*stride)) = b.buf[k>>3]>>(k&7)&1 != 0
	}
}
func (b *bits) clear(dst unsafe.Pointer) { *(*bool)(dst) = false }

// nothing is the column of type null: Fill clears nothing it has not been given, since
// every row is null and the caller's memory may hold any type. It is only
// reached through sql.Null types and skipped rows, whose value is never read.
type nothing struct{}

func (nothing) fill(unsafe.Pointer, uintptr, int, int) {}
func (nothing) clear(unsafe.Pointer)                   {}

func half(vals []float16.Num, arr arrow.Array, t reflect.Type) (filler, error) {
	switch {
	case t == reflect.TypeFor[float16.Num]():
		return &plain[float16.Num]{vals}, nil
	case t.Kind() == reflect.Float32:
		return &mapped[float16.Num, float32]{vals, float16.Num.Float32}, nil
	case t.Kind() == reflect.Float64:
		return &mapped[float16.Num, float64]{vals, func(h float16.Num) float64 { return float64(h.Float32()) }}, nil
	}
	return nil, mismatch(arr.DataType(), t)
}

// moment is dates: as themselves or as time.Time at midnight UTC.
func moment[S any](vals []S, arr arrow.Array, t reflect.Type, conv func(S) time.Time) (filler, error) {
	switch t {
	case reflect.TypeFor[S]():
		return &plain[S]{vals}, nil
	case reflect.TypeFor[time.Time]():
		return &mapped[S, time.Time]{vals, conv}, nil
	}
	return nil, mismatch(arr.DataType(), t)
}

// timestamp is points in time: raw, or as time.Time in the column's zone (UTC where it has none).
func timestamp(a *array.Timestamp, t reflect.Type) (filler, error) {
	vals := a.TimestampValues()
	if t == reflect.TypeFor[arrow.Timestamp]() {
		return &plain[arrow.Timestamp]{vals}, nil
	}
	if t != reflect.TypeFor[time.Time]() {
		return nil, mismatch(a.DataType(), t)
	}
	typ := a.DataType().(*arrow.TimestampType)
	loc, err := typ.GetZone()
	if err != nil {
		return nil, &TypeError{typ, t, fmt.Sprintf("its time zone is not known on this machine (%v); import time/tzdata, or take arrow.Timestamp", err)}
	}
	perSecond := int64(time.Second / typ.Unit.Multiplier())
	nanos := int64(typ.Unit.Multiplier())
	return &mapped[arrow.Timestamp, time.Time]{vals, func(ts arrow.Timestamp) time.Time {
		sec, frac := int64(ts)/perSecond, int64(ts)%perSecond
		return time.Unix(sec, frac*nanos).In(loc)
	}}, nil
}

// span is lengths of time, and times of day as the time since midnight.
func span[S ~int32 | ~int64](vals []S, arr arrow.Array, t reflect.Type, unit arrow.TimeUnit) (filler, error) {
	m := unit.Multiplier()
	switch {
	case t == reflect.TypeFor[S]():
		return &plain[S]{vals}, nil
	case t != reflect.TypeFor[time.Duration]():
		return nil, mismatch(arr.DataType(), t)
	}
	const longest = 1<<63 - 1
	for i, v := range vals {
		if x := int64(v); (x > longest/int64(m) || x < -longest/int64(m)) && arr.IsValid(i) {
			return nil, &TypeError{arr.DataType(), t, fmt.Sprintf("row %d holds %d%s, more than a time.Duration can (292 years): take %s", i, x, unit, reflect.TypeFor[S]())}
		}
	}
	return &mapped[S, time.Duration]{vals, func(v S) time.Duration { return time.Duration(v) * m }}, nil
}
