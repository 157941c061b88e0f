// Package bytesize reads and writes numbers of bytes with units: 256 MiB, 2GB.
package bytesize

import (
	"fmt"
	"strconv"
	"strings"
)

// Units are the units' names in lower case, and their sizes; the last has no name.
var Units = []struct {
	Name string
	Size float64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", 1 << 40}, {"b", 1}, {"", 1},
}

// Split reads a number with a unit, or with none, and returns the number of bytes and the unit as
// it is written. It reports whether it is one.
func Split(text string) (bytes float64, unit string, ok bool) {
	text = strings.ReplaceAll(text, " ", "")
	for _, u := range Units {
		if at := len(text) - len(u.Name); at >= 0 && strings.EqualFold(text[at:], u.Name) {
			n, err := strconv.ParseFloat(text[:at], 64)
			return n * u.Size, text[at:], err == nil
		}
	}
	return 0, "", false
}

// Parse reads a size of 1 byte at least.
func Parse(text string) (int64, error) {
	n, _, ok := Split(text)
	if !ok || !(n >= 1 && n < 1<<62) {
		return 0, fmt.Errorf("%q is no size: write 256MiB, 2GB or a number of bytes", text)
	}
	return int64(n), nil
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
