// Package count writes numbers of things for people: 1 row, 2 rows, 27,004 rows.
package count

import (
	"strconv"
	"strings"
)

// Integer is what things are counted in.
type Integer interface {
	~int | ~int32 | ~int64 | ~uint32 | ~uint64
}

// Of is a number and its noun, which is given for one and gets an s, or of a final y ies: 1 entry,
// 3 entries.
func Of[N Integer](n N, noun string) string {
	return strconv.FormatInt(int64(n), 10) + " " + Noun(n, noun)
}

// Grouped is [Of] with a comma between thousands.
func Grouped[N Integer](n N, noun string) string {
	return Thousands(n) + " " + Noun(n, noun)
}

// Share is how many of all: 1 of 3 rows, 1 of 1 row.
func Share[N, M Integer](n N, all M, noun string) string {
	return strconv.FormatInt(int64(n), 10) + " of " + Of(all, noun)
}

// Noun is a noun as it stands behind a number: only one takes the singular.
func Noun[N Integer](n N, noun string) string {
	stem, isY := strings.CutSuffix(noun, "y")
	return Word(n, noun, map[bool]string{true: stem + "ies", false: noun + "s"}[isY && !strings.HasSuffix(stem, "a")])
}

// Word is one of two words by a number: is and are, it and they.
func Word[N Integer](n N, one, other string) string {
	if n == 1 {
		return one
	}
	return other
}

// Thousands is a number with a comma between thousands.
func Thousands[N Integer](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	first := strings.IndexAny(s, "0123456789")
	for at := len(s) - 3; at > first; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// Bytes is a size with up to three figures, in binary units: 1 byte, 1000 bytes, 1.5 MiB.
func Bytes(n int64) string {
	if n > -1024 && n < 1024 {
		return Of(n, "byte")
	}
	x, unit := float64(n), 0
	for (x >= 999.5 || x <= -999.5) && unit < 4 {
		x, unit = x/1024, unit+1
	}
	return strconv.FormatFloat(x, 'g', 3, 64) + " " + [...]string{"bytes", "KiB", "MiB", "GiB", "TiB"}[unit]
}
