package apply

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/panics"
)

// PanicError is a panic in a user's function, or a runtime.Goexit (Value is then
// [ErrGoexit]), as the error of the row it was called for. Its Error is one line: the value, and
// the line of the user's code it came from; Stack has the rest.
type PanicError = panics.Error

// ErrGoexit is the cause where a function called runtime.Goexit.
var ErrGoexit = panics.ErrGoexit

// valuesOf reads what a function was given, for an error: the slow way, one by one.
func valuesOf(n *node, rec arrow.Record, row int) []chunker.Value {
	out := make([]chunker.Value, len(n.in))
	for i, c := range n.in {
		out[i] = chunker.Value{Column: rec.ColumnName(c), Value: bind.ValueAt(rec.Column(c), row)}
	}
	return out
}
