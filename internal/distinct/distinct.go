// Package distinct tells columns of one name apart, for formats whose files may have such.
package distinct

import "fmt"

// Names are the given names, of which a later one that is equal to an earlier has a number behind
// it: a, a_2, a_3. A name that is given is taken for no other column: a, a, a_2 become a, a_3, a_2.
func Names(given []string) []string {
	out := make([]string, 0, len(given))
	taken := make(map[string]bool, len(given))
	for _, n := range given {
		taken[n] = true
	}
	used := make(map[string]bool, len(given))
	next := map[string]int{} // numbers behind equal names
	for _, n := range given {
		for base := n; used[n] || n != base && taken[n]; {
			next[base]++
			n = fmt.Sprintf("%s_%d", base, next[base]+1)
		}
		used[n] = true
		out = append(out, n)
	}
	return out
}
