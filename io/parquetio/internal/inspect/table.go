package inspect

import (
	"strings"
	"text/tabwriter"
)

// Table aligns rows of cells in columns, two blanks apart, to the left or to the right. Lines begin
// with two blanks (to the right, with four) and end with none.
func Table(rows [][]string, right bool) string {
	before, after, flags := "  ", "\n", uint(0)
	if right {
		before, after, flags = "\t", "\t\n", tabwriter.AlignRight
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', flags)
	for _, row := range rows {
		w.Write([]byte(before + strings.Join(row, "\t") + after))
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
