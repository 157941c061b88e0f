package kernel

import "math"

// Convert writes a in another integer or float type by Go's conversion, exact
// or rounded; it must not be used from float to integer (see [Truncate]).
func Convert[D, S Number](dst []D, a []S) {
	a = a[:len(dst)]
	for i, v := range a {
		dst[i] = D(v)
	}
}

// Narrow converts between integer types. A value outside of D wraps and its
// bit is set in bad; the result says if any was.
func Narrow[D, S Integer](dst []D, a []S, bad Bits) bool {
	a = a[:len(dst)]
	some := false
	for i, v := range a {
		d := D(v)
		dst[i] = d
		if S(d) != v || (d < 0) != (v < 0) {
			bad[i>>6] |= 1 << (i & 63)
			some = true
		}
	}
	return some
}

// Truncate converts floats to integers towards zero. NaN and what does not fit
// give 0 and set the lane's bit in bad.
func Truncate[D Integer, S Float](dst []D, a []S, bad Bits) bool {
	a = a[:len(dst)]
	lo, hi := limits[D]()
	some := false
	for i, v := range a {
		t := math.Trunc(float64(v))
		if !(t >= lo && t < hi) {
			bad[i>>6] |= 1 << (i & 63)
			some = true
			dst[i] = 0
			continue
		}
		dst[i] = D(t)
	}
	return some
}

// limits are the least value of D and the least float above the greatest: both
// are powers of two or 0, hence exact.
func limits[D Integer]() (lo, hi float64) {
	var d D
	bits := 0
	for x := D(1); x != 0; x <<= 1 {
		bits++
	}
	if d-1 > 0 {
		return 0, math.Ldexp(1, bits)
	}
	return -math.Ldexp(1, bits-1), math.Ldexp(1, bits-1)
}

// FromBits writes 1 for a set bit and 0 for a clear one.
func FromBits[D Number](dst []D, a Bits) {
	for i := range dst {
		dst[i] = D(a[i>>6] >> (uint(i) & 63) & 1)
	}
}

// Nonzero writes a != 0 as bits; NaN counts as not zero, as in Go.
func Nonzero[S Number](dst Bits, a []S) {
	for w := range WordsFor(len(a)) {
		lo := w * 64
		var m uint64
		for i, v := range a[lo:min(lo+64, len(a))] {
			m |= bit(v != 0) << (uint(i) & 63)
		}
		dst[w] = m
	}
}
