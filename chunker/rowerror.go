package chunker

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/terminal"
)

// RowError says which row a step failed on, and why.
type RowError struct {
	Func   string  // the columns that the function writes, or what the step is
	File   string  // the file the row came from; empty for a frame in memory
	Row    int64   // the row, from 0: in the file, else in the frame; -1 if it is not known
	Line   int64   // its line in a text file; 0 if there is none
	Values []Value // what the function was given
	Err    error   // what it returned, or an apply.PanicError
}

// Value is one input of a row that failed.
type Value struct {
	Column string
	Value  any // nil for a null
}

// Error names the row, its values and the cause in one line.
func (e *RowError) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(terminal.Escape(e.File))
		if e.Line > 0 {
			b.WriteString(":" + strconv.FormatInt(e.Line, 10))
		}
		b.WriteString(": ")
	}
	if e.Row >= 0 {
		fmt.Fprintf(&b, "row %d, ", e.Row)
	}
	b.WriteString("computing " + e.Func)
	for i, v := range e.Values {
		b.WriteString(map[bool]string{true: " from ", false: ", "}[i == 0])
		if i == valuesShown {
			fmt.Fprintf(&b, "… (%s)", count.Of(len(e.Values), "column"))
			break
		}
		fmt.Fprintf(&b, "%s = %s", terminal.Escape(v.Column), shown(v.Value))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Err }

// valuesShown is how many values a message holds; Values has all of them.
const valuesShown = 8

func shown(v any) string {
	var s string
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		s = strconv.Quote(v)
	case []byte:
		s = fmt.Sprintf("%q", v)
	default:
		s = fmt.Sprint(v)
	}
	if len(s) > 100 {
		s = s[:97] + "…"
	}
	return s
}
