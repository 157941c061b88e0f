package apply

import (
	"math"
	"reflect"
	"time"

	"github.com/volley-go/volley/internal/bind"
)

// ULPs is how far apart the two forms' floats may be, in units in the last place,
// for the vector form to count as equal.
const ULPs = 4

// twoForms is a kernel with a vector form beside its row form.
type twoForms[R any] struct {
	kernel
	sink   *sink[R]
	vector func(n int, out []R)
}

func (k *twoForms[R]) runVector(n int) { k.vector(n, k.sink.out[:n]) }

// check calls the row form for row i, compares, and keeps the row form's result.
func (k *twoForms[R]) check(t *task, i int) bool {
	fromVector := k.sink.out[i]
	k.kernel.run(t, i, i+1)
	return same(reflect.ValueOf(&fromVector).Elem(), reflect.ValueOf(&k.sink.out[i]).Elem())
}

func (k *twoForms[R]) compare(n int, valid func(int) bool) (took time.Duration, equal bool) {
	aside := make([]R, n)
	start := time.Now()
	k.vector(n, aside)
	took = time.Since(start)
	for i := range aside {
		if valid(i) && !same(reflect.ValueOf(&aside[i]).Elem(), reflect.ValueOf(&k.sink.out[i]).Elem()) {
			return took, false
		}
	}
	return took, true
}

// same compares two results: floats to a few ULPs and NaN equal to NaN, nulls to
// nulls, the rest exactly.
func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Float64:
		return near(a.Float(), b.Float(), func(x, y float64) uint64 { return ulps(int64(math.Float64bits(x)), int64(math.Float64bits(y))) })
	case reflect.Float32:
		return near(a.Float(), b.Float(), func(x, y float64) uint64 {
			return ulps(int64(int32(math.Float32bits(float32(x))))<<32, int64(int32(math.Float32bits(float32(y))))<<32) >> 32
		})
	case reflect.Slice:
		return reflect.DeepEqual(a.Interface(), b.Interface())
	case reflect.Struct:
		if _, isNull := bind.NullType(a.Type()); isNull {
			va, vb := a.FieldByName("Valid").Bool(), b.FieldByName("Valid").Bool()
			return va == vb && (!va || same(a.FieldByName("V"), b.FieldByName("V")))
		}
	}
	return a.Equal(b)
}

func near(x, y float64, distance func(x, y float64) uint64) bool {
	return x == y || x != x && y != y || x == x && y == y && distance(x, y) <= ULPs
}

// ulps is the number of floats between two, from their bits: the order of a float's
// bits is its order, with the negatives turned round.
func ulps(a, b int64) uint64 {
	if a < 0 {
		a = math.MinInt64 - a
	}
	if b < 0 {
		b = math.MinInt64 - b
	}
	if a > b {
		a, b = b, a
	}
	return uint64(b) - uint64(a)
}
