package csvio

import (
	"bytes"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/volley-go/volley/internal/csv"
)

const decimalDigits = 38 // that 128 bits hold

// decimal parses a number that a decimal holds as it is: not one with more digits after the point,
// which would be rounded, or more before it.
func decimal(b []byte, precision, scale int) (n decimal128.Num, ok bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg || len(b) > 0 && b[0] == '+' {
		b = b[1:]
	}
	power := int64(scale)
	if at := bytes.IndexAny(b, "eE"); at >= 0 {
		e, ok := csv.Int(b[at+1:])
		if !ok || e < -1000 || e > 1000 {
			return n, false
		}
		b, power = b[:at], power+e
	}
	whole, broken, _ := bytes.Cut(b, []byte("."))
	if len(whole)+len(broken) == 0 {
		return n, false
	}
	digits := append(append(make([]byte, 0, 64), whole...), broken...)
	digits = bytes.TrimLeft(digits, "0")
	for power -= int64(len(broken)); power < 0 && len(digits) > 0 && digits[len(digits)-1] == '0'; power++ {
		digits = digits[:len(digits)-1]
	}
	if len(digits) == 0 {
		return n, true
	}
	if power < 0 || int64(len(digits))+power > int64(min(precision, decimalDigits)) {
		return n, false
	}
	digits = append(digits, zeros[:power]...)
	if n, ok = fromDigits(digits); neg {
		n = n.Negate()
	}
	return n, ok
}

var zeros = bytes.Repeat([]byte{'0'}, decimalDigits)

// fromDigits is up to 38 digits as a number: 19 fit a word.
func fromDigits(digits []byte) (n decimal128.Num, ok bool) {
	const half = 19
	if len(digits) > half {
		high, ok := csv.Uint(digits[:len(digits)-half])
		if !ok {
			return n, false
		}
		n = decimal128.FromU64(high).Mul(decimal128.FromU64(1e19))
		digits = digits[len(digits)-half:]
	}
	low, ok := csv.Uint(digits)
	return n.Add(decimal128.FromU64(low)), ok
}
