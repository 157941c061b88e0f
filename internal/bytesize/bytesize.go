// Package bytesize reads and writes numbers of bytes with units: 256 MiB, 2GB.
package bytesize

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Units are the units' names in lower case, and their sizes; the last has no name.
var Units = []struct {
	Name string
	Size int64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", 1 << 40}, {"b", 1}, {"", 1},
}

// The errors of [Split].
var (
	ErrSyntax = errors.New("this is no size")
	ErrRange  = errors.New("the size does not fit in 64 bits")
)

// Split reads a number with a unit, or with none, and returns the number of bytes and the unit as
// it is written. A whole number is read exactly; part of a byte is left out.
func Split(text string) (bytes int64, unit string, err error) {
	text = strings.ReplaceAll(text, " ", "")
	for _, u := range Units {
		if at := len(text) - len(u.Name); at >= 0 && strings.EqualFold(text[at:], u.Name) {
			bytes, err = times(text[:at], u.Size)
			return bytes, text[at:], err
		}
	}
	return 0, "", ErrSyntax
}

// times is a number times a unit's size.
func times(number string, size int64) (int64, error) {
	if n, err := strconv.ParseUint(number, 10, 64); err == nil {
		hi, lo := bits.Mul64(n, uint64(size))
		if hi != 0 || lo > math.MaxInt64 {
			return 0, ErrRange
		}
		return int64(lo), nil
	}
	x, err := strconv.ParseFloat(number, 64)
	switch x *= float64(size); {
	case errors.Is(err, strconv.ErrRange) || err == nil && !(math.Abs(x) < 1<<63):
		return 0, ErrRange
	case err != nil:
		return 0, ErrSyntax
	}
	return int64(x), nil
}

// Parse reads a size of 1 byte at least.
func Parse(text string) (int64, error) {
	switch n, _, err := Split(text); {
	case errors.Is(err, ErrSyntax):
		return 0, fmt.Errorf("%q is no size: write 256MiB, 2GB or a number of bytes", text)
	case err != nil || n < 1:
		return 0, fmt.Errorf("%q is out of range: a size is 1 byte at least, and less than 8388608TiB", text)
	default:
		return n, nil
	}
}

// Exact writes a size in the largest binary unit that it is a whole number of, so that Parse reads
// back the same number.
func Exact(n int64) string {
	unit := 0
	for unit < 4 && n != 0 && n%1024 == 0 {
		n, unit = n/1024, unit+1
	}
	return strconv.FormatInt(n, 10) + " " + [...]string{"B", "KiB", "MiB", "GiB", "TiB"}[unit]
}
