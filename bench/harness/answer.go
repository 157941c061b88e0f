package harness

import (
	"fmt"
	"math"
	"slices"

	"github.com/volley-go/volley/internal/benchdoc"
)

// judge compares the answers of a job's cells: the answer most systems share is
// taken for right, and who holds another is marked and says where.
func judge(cells []benchdoc.Cell) {
	right := common(cells)
	for i := range cells {
		c := &cells[i]
		if c.Status != benchdoc.OK || right == nil {
			continue
		}
		if where := difference(c.Answer, right); where != "" {
			c.Status, c.Note = benchdoc.Differs, where
		}
	}
}

// common returns the answer that agrees with the most others.
func common(cells []benchdoc.Cell) (right map[string]any) {
	most := 0
	for _, c := range cells {
		if c.Status != benchdoc.OK {
			continue
		}
		votes := 0
		for _, other := range cells {
			if other.Status == benchdoc.OK && difference(other.Answer, c.Answer) == "" {
				votes++
			}
		}
		if votes > most {
			most, right = votes, c.Answer
		}
	}
	return right
}

// difference names the first place in which an answer is not the right one. Sums
// of floats may differ by the order of their terms: 1e-9 of the value is allowed.
func difference(got, want map[string]any) string {
	for _, name := range sortedKeys(want) {
		w := want[name]
		g, ok := got[name]
		if !ok {
			return fmt.Sprintf("no %s", name)
		}
		if !same(g, w) {
			return fmt.Sprintf("%s: %v, most say %v", name, g, w)
		}
	}
	for _, name := range sortedKeys(got) {
		if _, ok := want[name]; !ok {
			return fmt.Sprintf("%s, which others have not", name)
		}
	}
	return ""
}

func same(a, b any) bool {
	x, isX := a.(float64)
	y, isY := b.(float64)
	if !isX || !isY {
		return a == b
	}
	return x == y || math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y), 1)
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
