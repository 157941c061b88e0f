package bind

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
)

type numeric interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

// number opens numbers as a Go number that can hold every one of them: the same
// type, a wider one, or a float64 for any integer as long as each value is exact.
func number[S numeric](vals []S, arr arrow.Array, t reflect.Type) (filler, error) {
	from, to := reflect.TypeFor[S]().Kind(), t.Kind()
	if t.PkgPath() == "github.com/apache/arrow/go/v17/arrow" || t.PkgPath() == "time" {
		return nil, mismatch(arr.DataType(), t) // a number is no date
	}
	if !holds(to, from) {
		return nil, &TypeError{arr.DataType(), t, narrowing(from, to)}
	}
	if to == reflect.Float64 && (from == reflect.Int64 || from == reflect.Uint64) {
		if row := inexact(vals, arr); row >= 0 {
			return nil, &TypeError{arr.DataType(), t, fmt.Sprintf("row %d holds %v, which no float64 equals: take %s", row, vals[row], from)}
		}
	}
	switch to {
	case reflect.Int8:
		return cast[S, int8](vals), nil
	case reflect.Int16:
		return cast[S, int16](vals), nil
	case reflect.Int32:
		return cast[S, int32](vals), nil
	case reflect.Int64, reflect.Int:
		return cast[S, int64](vals), nil
	case reflect.Uint8:
		return cast[S, uint8](vals), nil
	case reflect.Uint16:
		return cast[S, uint16](vals), nil
	case reflect.Uint32:
		return cast[S, uint32](vals), nil
	case reflect.Uint64, reflect.Uint:
		return cast[S, uint64](vals), nil
	case reflect.Float32:
		return cast[S, float32](vals), nil
	default:
		return cast[S, float64](vals), nil
	}
}

// cast is values as they are where the types agree, else converted.
func cast[S, D numeric](vals []S) filler {
	if same, ok := any(vals).([]D); ok {
		return &plain[D]{same}
	}
	return &casted[S, D]{vals}
}

type casted[S, D numeric] struct{ vals []S }

func (c *casted[S, D]) fill(dst unsafe.Pointer, stride uintptr, lo, n int) {
	for i, v := range c.vals[lo : lo+n] {
		*(*D)(unsafe.Add(dst, uintptr(i)*stride)) = D(v)
	}
}
func (c *casted[S, D]) clear(dst unsafe.Pointer) { *(*D)(dst) = 0 }

// rank orders the kinds by what they hold: the bits of an integer, the bits of a
// float's mantissa.
func rank(k reflect.Kind) (signed, unsigned, float int) {
	switch k {
	case reflect.Int8:
		return 8, 0, 0
	case reflect.Int16:
		return 16, 0, 0
	case reflect.Int32:
		return 32, 0, 0
	case reflect.Int64:
		return 64, 0, 0
	case reflect.Int:
		return int(unsafe.Sizeof(int(0))) * 8, 0, 0
	case reflect.Uint8:
		return 0, 8, 0
	case reflect.Uint16:
		return 0, 16, 0
	case reflect.Uint32:
		return 0, 32, 0
	case reflect.Uint64:
		return 0, 64, 0
	case reflect.Uint:
		return 0, int(unsafe.Sizeof(uint(0))) * 8, 0
	case reflect.Float32:
		return 0, 0, 24
	case reflect.Float64:
		return 0, 0, 53
	}
	return 0, 0, 0
}

// holds tells whether kind to has a value for every value of kind from; for 64-bit
// integers in a float64 it is decided by the values.
func holds(to, from reflect.Kind) bool {
	fs, fu, ff := rank(from)
	ts, tu, tf := rank(to)
	switch {
	case to == reflect.Int && ts < 64 || to == reflect.Uint && tu < 64:
		return false // 32-bit platforms: int is not laid out as an int64
	case to == reflect.Float64:
		return true
	case tf > 0:
		return max(fs, fu, ff) <= tf
	case ff > 0:
		return false
	case ts > 0:
		return fs <= ts && fu < ts
	}
	return tu > 0 && fs == 0 && fu <= tu
}

func narrowing(from, to reflect.Kind) string {
	if s, u, f := rank(to); s+u+f == 0 {
		return fmt.Sprintf("take %s", from)
	}
	return fmt.Sprintf("%s cannot hold every %s: take %s and convert in your function", to, from, from)
}

// inexact finds a valid row whose value no float64 equals, or -1. Values up to
// 2^53 are passed over at about 0.3 ns each.
func inexact[S numeric](vals []S, arr arrow.Array) int {
	for i, v := range vals {
		x := int64(v) // negative for a uint64 of 2^63 and more
		if (uint64(x+1<<53) > 1<<54 || v > 0 && x < 0) && !exact(v) && arr.IsValid(i) {
			return i
		}
	}
	return -1
}

func exact[S numeric](v S) bool {
	f := float64(v)
	switch x := any(v).(type) {
	case int64:
		return f < 1<<63 && int64(f) == x
	case uint64:
		return f < 1<<64 && uint64(f) == x
	}
	return true
}
