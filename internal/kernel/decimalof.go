package kernel

import (
	"errors"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Decimals made of floats and of texts.

// DecOfFloat is v * 10**scale, of the float's exact value, rounded half away from zero; false if
// 127 bits do not hold it. The scale is 0 to 38.
func DecOfFloat(v float64, scale int) (d Dec, ok bool) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Dec{}, false
	}
	fraction, exp := math.Frexp(math.Abs(v))
	mantissa := uint64(math.Ldexp(fraction, 53))
	switch exp -= 53; {
	case exp < 0:
		d, ok = roundedShift(mantissa, Pow10(scale), uint(-exp))
	case exp < 75: // 53 bits and 74 are 127
		whole := Dec{Lo: mantissa << exp, Hi: int64(mantissa>>uint(64-exp) | mantissa<<uint(exp-64))} // one of the two is 0
		d, ok = whole.Mul(Pow10(scale))
	}
	if v < 0 {
		d = d.Neg()
	}
	return d, ok
}

// roundedShift is m * p / 2**n, half of it rounded up; false if 127 bits do not hold it. The
// product has up to 180 bits, in three words.
func roundedShift(m uint64, p Dec, n uint) (Dec, bool) {
	w1, w0 := bits.Mul64(m, p.Lo)
	w2, low := bits.Mul64(m, uint64(p.Hi))
	w1, carry := bits.Add64(w1, low, 0)
	w2 += carry
	for n > 64 { // the words dropped are below the half, which is bit n-1
		w0, w1, w2, n = w1, w2, 0, n-64
	}
	half := uint64(1) << (n - 1)
	w0, carry = bits.Add64(w0, half, 0)
	w1, carry = bits.Add64(w1, 0, carry)
	w2 += carry
	lo, hi := w0>>n|w1<<(64-n), w1>>n|w2<<(64-n)
	return Dec{Lo: lo, Hi: int64(hi)}, w2>>n == 0 && hi>>63 == 0
}

// ParseDec reads an optional sign, digits with or without a point, and an optional exponent as the
// integer s * 10**scale; false if that is none, or has more than precision digits.
func ParseDec(s string, precision, scale int) (Dec, bool) {
	number, power, ok := exponent(s)
	digits, negative := strings.CutPrefix(number, "-")
	if !negative {
		digits = strings.TrimPrefix(digits, "+")
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	significant := strings.TrimRight(whole+fraction, "0")
	power += scale + len(whole) - len(significant)
	significant = strings.TrimLeft(significant, "0")
	switch {
	case !ok || !onlyDigits(whole+fraction):
		return Dec{}, false
	case significant == "":
		return Dec{}, true
	case power < 0 || power > precision-len(significant):
		return Dec{}, false
	}
	var d Dec
	for _, c := range []byte(significant) {
		d, _ = d.Mul(Dec{Lo: 10})
		d, _ = d.Add(Dec{Lo: uint64(c - '0')})
	}
	d, ok = d.Mul(Pow10(power))
	if negative {
		d = d.Neg()
	}
	return d, ok
}

// exponent splits the exponent from a number.
func exponent(s string) (number string, power int, ok bool) {
	at := strings.IndexAny(s, "eE")
	if at < 0 {
		return s, 0, true
	}
	v, err := strconv.ParseInt(s[at+1:], 10, 32)
	return s[:at], int(v), !errors.Is(err, strconv.ErrSyntax) // one out of range is the limit
}

// onlyDigits reports whether s has digits, and nothing else.
func onlyDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
