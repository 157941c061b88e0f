package apply

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/panics"
	"github.com/volley-go/volley/internal/terminal"
)

// RowError says which row a function failed on, and why.
type RowError struct {
	Func   string  // the columns the function writes
	File   string  // the file the row came from; empty for a frame in memory
	Row    int64   // the row, from 0: in the file, else in the frame
	Line   int64   // its line in a text file; 0 where there is none
	Values []Value // what the function was given
	Err    error   // what it returned, or a [PanicError]
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
	fmt.Fprintf(&b, "row %d, computing %s from ", e.Row, e.Func)
	for i, v := range e.Values {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == maxShown {
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

// maxShown is how many values a message holds; Values has all of them.
const maxShown = 8

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

// PanicError is a panic in a user's function, or a runtime.Goexit (Value is then
// [ErrGoexit]), as the error of the row it was called for. Its Error is one line: the value, and
// the line of the user's code it came from; Stack has the rest.
type PanicError = panics.Error

// ErrGoexit is the cause where a function called runtime.Goexit.
var ErrGoexit = panics.ErrGoexit

// valuesOf reads what a function was given, for an error: the slow way, one by one.
func valuesOf(n *node, rec arrow.Record, row int) []Value {
	out := make([]Value, len(n.in))
	for i, c := range n.in {
		out[i] = Value{rec.ColumnName(c), valueAt(rec.Column(c), row)}
	}
	return out
}

// valueAt reads a value as the Go type natural for the column, copied; as text
// where there is none.
func valueAt(arr arrow.Array, row int) any {
	t := bind.Natural(arr.DataType())
	if t == nil {
		if arr.IsNull(row) {
			return nil
		}
		return arr.ValueStr(row)
	}
	c, err := bind.Open(arr, t)
	if err != nil {
		return arr.ValueStr(row)
	}
	if c.IsNull(row) {
		return nil
	}
	v := reflect.New(t)
	c.Fill(unsafe.Pointer(v.Pointer()), t.Size(), row, 1)
	switch x := v.Elem().Interface().(type) {
	case string:
		return strings.Clone(x)
	case []byte:
		return append([]byte(nil), x...)
	default:
		return x
	}
}
