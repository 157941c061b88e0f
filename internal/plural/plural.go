// Package plural writes numbers of things as people say them: 1 row, 2 rows, 0 entries.
package plural

import (
	"fmt"
	"strings"
)

// Count is a number and its noun, which is given for one.
func Count[N int | int64](n N, noun string) string {
	return fmt.Sprintf("%d %s", n, Of(n, noun))
}

// Of is the noun as it stands behind the number.
func Of[N int | int64](n N, noun string) string {
	switch stem, y := strings.CutSuffix(noun, "y"); {
	case n == 1:
		return noun
	case y && !strings.HasSuffix(stem, "a") && !strings.HasSuffix(stem, "e") && !strings.HasSuffix(stem, "o"): // days, keys, toys
		return stem + "ies"
	}
	return noun + "s"
}
