package expr

import (
	"go/ast"
	"reflect"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/internal/gofunc"
	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/panics"
)

// registeredFunc is a registered function as calls of it are typed.
type registeredFunc struct {
	args   []arrow.DataType
	result arrow.DataType
	calls  gofunc.Func
}

// goFunc finds the function that is called so. why says what it cannot be called for, or is empty.
func goFunc(name string) (f registeredFunc, why string, ok bool) {
	of, ok := fn.Called(name)
	if !ok {
		return f, "", false
	}
	f.calls = of.Typed()
	switch {
	case f.calls.Kind == gofunc.Batch:
		return f, "takes record batches, not values: use it in apply.Batch", true
	case f.calls.Kind == gofunc.Waits:
		return f, "takes a context, since it may wait: use it in apply.Call1 or the like", true
	}
	for _, t := range f.calls.In {
		if arrowOf(t) == nil {
			return f, "takes a " + t.String() + ", which expressions have not: they have bool, string and numbers of a fixed size", true
		}
		f.args = append(f.args, arrowOf(t))
	}
	if f.result = arrowOf(f.calls.Out); f.result == nil {
		return f, "returns a " + f.calls.Out.String() + ", which expressions have not: they have bool, string and numbers of a fixed size", true
	}
	return f, "", true
}

// isGoFunc reports whether a registered function is called so.
func isGoFunc(name string) bool {
	_, ok := fn.Called(name)
	return ok
}

func registeredNames() []string {
	names := fn.Names()
	for i, n := range names {
		names[i] = fn.CallName(n)
	}
	return names
}

// arrowOf is the column type of a Go type, nil if expressions have none for it. A type of its own,
// such as time.Duration, is not the number it is made of.
func arrowOf(t reflect.Type) arrow.DataType {
	if t.PkgPath() != "" {
		return nil
	}
	return typeNames[t.String()]
}

// PanicError is the cause of a row whose function panicked or called runtime.Goexit (its Value
// is then [ErrGoexit]).
type PanicError = panics.Error

// ErrGoexit is the cause where a function called runtime.Goexit.
var ErrGoexit = panics.ErrGoexit

// registered types the call of a registered function.
func (c *checker) registered(name string, f registeredFunc, e *ast.CallExpr) *ir.Node {
	pos := offset(e.Pos())
	if len(e.Args) != len(f.args) {
		c.fail(pos, "%s takes %d arguments, not %d", name, len(f.args), len(e.Args))
	}
	args := make([]*ir.Node, len(f.args))
	for i, a := range e.Args {
		args[i] = c.to(c.expr(a), f.args[i])
	}
	n := c.node(ir.OpCall, f.result, pos, args...)
	n.Value = ir.Function{Name: name, Func: f.calls}
	return n
}
