// Package near finds the name a user probably meant.
package near

import (
	"fmt"
	"strings"

	"github.com/volley-go/volley/internal/terminal"
)

// Name returns the candidate nearest to name, or "" where none is near: at most two
// letters of five differ, after case and underscores are set aside.
// The distance is Damerau–Levenshtein's (optimal string alignment): a swap of
// neighbours counts one.
func Name(name string, candidates []string) string {
	best, bestDist := "", 0
	for _, c := range candidates {
		d := distance(Fold(name), Fold(c))
		if 5*d <= 2*max(len(name), len(c)) && d <= 4 && (best == "" || d < bestDist) {
			best, bestDist = c, d
		}
	}
	return best
}

const listMax = 200 // bytes of names that a hint lists, unless the first is longer

// Hint is the end of a message about an unknown name: the near one, or all there
// are while they fit on a line.
func Hint(name string, candidates []string) string {
	if n := Name(name, candidates); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	if len(candidates) == 0 {
		return "; there are none"
	}
	list := ""
	for i, c := range candidates {
		if c = terminal.Escape(c); i > 0 && len(list)+len(c) > listMax {
			return "; there are " + list + fmt.Sprintf(", … (%d in all)", len(candidates))
		}
		if i > 0 {
			list += ", "
		}
		list += c
	}
	return "; there are " + list
}

// Fold sets case and underscores aside, so that DepDelay and dep_delay are one.
func Fold(s string) string {
	return strings.ToLower(strings.ReplaceAll(s, "_", ""))
}

func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	// Three rows of the dynamic programming table are enough.
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}
