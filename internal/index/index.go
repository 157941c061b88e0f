// Package index lists the indexes of things: of columns, where every one is handed on, or of rows.
package index

// All is the indexes of n things: 0 to n-1.
func All(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
