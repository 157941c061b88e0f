package ir

import (
	"fmt"
	"strings"
)

// Table lists the operations with their rules, a Markdown table.
func Table() string {
	var b strings.Builder
	b.WriteString("| operation | operands; parameter | result | null | a row fails by |\n|---|---|---|---|---|\n")
	for _, o := range Ops() {
		r := o.Rule()
		fails := "-"
		if o == OpLookup {
			fails = "what fails for its entry"
		} else if r.Fails != nil {
			fails = r.Fails.Error()
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.Name, r.Args, strings.ReplaceAll(r.Means, "|", `\|`), r.nulls(), fails)
	}
	return b.String()
}

// nulls are the rows in which a result is null, but those that fail.
func (r *Rule) nulls() string {
	switch {
	case r.Nulls == Never:
		return "never"
	case r.Nulls == Own:
		return "see the result"
	case r.Args[0] == ';':
		return "-"
	}
	return "if an argument is"
}
