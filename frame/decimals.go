package frame

import (
	"math"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// Floats are shown to digitsMax significant digits: enough to tell values apart by
// eye, few enough that 0.1+0.2 reads 0.3. Where a column's points are to stand below
// each other, its small values may get fewer, but no fewer than digitsMin.
const (
	digitsMax = 7
	digitsMin = 4
)

// scientific stands for decimals where a column's floats are shown with exponents.
const scientific = -1

// decimalsOf chooses how many decimals the floats among some values get, the same
// for all, or exponents where they are too large or too small for that.
func decimalsOf(arrays []arrow.Array, places []int) int {
	var floats []float64
	bits := 64
	for i, arr := range arrays {
		if v, b, ok := floatAt(arr, places[i]); ok && arr.IsValid(places[i]) {
			floats, bits = append(floats, v), b
		}
	}
	return decimals(floats, bits)
}

func decimals(floats []float64, bits int) int {
	need := 0                           // that no value wants more than
	largest, smallest := math.MaxInt, 0 // that suit the largest value, and the smallest
	for _, v := range floats {
		if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		n, e := decimalsOne(v, bits)
		if e >= 15 {
			return scientific
		}
		need = max(need, n)
		largest = min(largest, max(digitsMax-1-e, 2)) // 12345678.25 must not read as a whole number
		smallest = max(smallest, digitsMin-1-e)
	}
	d := min(need, max(largest, smallest))
	if d > 9 {
		return scientific
	}
	return d
}

// decimalsOne is how many decimals one value wants, of digitsMax digits without
// zeros at the end (two where it has no more room), and its decimal exponent.
func decimalsOne(v float64, bits int) (need, e int) {
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'e', digitsMax-1, bits), "e")
	e, _ = strconv.Atoi(exponent)
	digits = strings.TrimRight(strings.Replace(digits, ".", "", 1), "0")
	need = max(len(digits)-1-e, 0)
	if e >= digitsMax-2 {
		_, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, bits), ".")
		need = max(need, min(len(fraction), 2))
	}
	return need, e
}

// fixedFloat writes a float to the given decimals.
func fixedFloat(v float64, bits, decimals int) string {
	if decimals == scientific {
		return strconv.FormatFloat(v, 'e', digitsMax-1, bits)
	}
	return strconv.FormatFloat(v, 'f', decimals, bits)
}
