package expr

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/panics"
	"github.com/volley-go/volley/internal/vm"
)

// Register makes a Go function one that expressions call by name, everywhere in the
// program: a name, or two with a dot between, such as geo.distance. Like other
// registries it is filled by init functions: it panics where the name is none or is
// taken, by a function of the package too.
//
//	func init() { expr.Register("geo.distance", expr.Func2(geo.Distance)) }
//
//	apply.Expr("km = geo.distance(from, to) / 1000")
func Register(name string, f Func) {
	for _, part := range strings.SplitN(name, ".", 2) {
		if !token.IsIdentifier(part) {
			panic(fmt.Sprintf("expr: Register(%q): expressions can call names such as score and geo.score only", name))
		}
	}
	if f.calls == nil {
		panic(fmt.Sprintf("expr: Register(%q): the function is empty: make it by Func1 or Try1", name))
	}
	registry.Lock()
	defer registry.Unlock()
	_, isBuiltin := builtinIndex[name]
	_, isGo := goNames[name]
	if _, taken := registry.funcs[name]; taken || isBuiltin || isGo || name == "col" {
		panic(fmt.Sprintf("expr: Register(%q): the name is taken", name))
	}
	registry.funcs[name] = f
}

var registry = struct {
	sync.RWMutex
	funcs map[string]Func
}{funcs: map[string]Func{}}

func lookUp(name string) (f Func, ok bool) {
	registry.RLock()
	defer registry.RUnlock()
	f, ok = registry.funcs[name]
	return f, ok
}

func registeredNames() []string {
	registry.RLock()
	defer registry.RUnlock()
	return keys(registry.funcs)
}

// Func is a Go function made callable; see [Func1] and [Try1]. It is called
// once for each row whose arguments are all valid; a null argument gives null
// without a call. In a branch of ifelse it is called for every row, taken or
// not (a side of && and || is such a branch), but an error counts only where the
// branch is taken. A panic is the row's error, and so is runtime.Goexit. It must
// be safe for concurrent use.
type Func struct {
	args   []arrow.DataType
	result arrow.DataType
	calls  any // the function as the machine calls it
}

// Value is what registered functions take and return.
type Value interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | string
}

// Func1 wraps a function of one argument.
func Func1[A, R Value](f func(A) R) Func {
	if f == nil {
		return Func{}
	}
	return Try1(func(a A) (R, error) { return f(a), nil })
}

// Func2 wraps a function of two arguments.
func Func2[A, B, R Value](f func(A, B) R) Func {
	if f == nil {
		return Func{}
	}
	return Try2(func(a A, b B) (R, error) { return f(a, b), nil })
}

// Func3 wraps a function of three arguments.
func Func3[A, B, C, R Value](f func(A, B, C) R) Func {
	if f == nil {
		return Func{}
	}
	return Try3(func(a A, b B, c C) (R, error) { return f(a, b, c), nil })
}

// Try1 wraps a function that may fail: the error is that row's.
func Try1[A, R Value](f func(A) (R, error)) Func {
	if f == nil {
		return Func{}
	}
	return Func{types(arrowOf[A]()), arrowOf[R](), vm.Func1[A, R](f)}
}

// Try2 is Try1 for two arguments.
func Try2[A, B, R Value](f func(A, B) (R, error)) Func {
	if f == nil {
		return Func{}
	}
	return Func{types(arrowOf[A](), arrowOf[B]()), arrowOf[R](), vm.Func2[A, B, R](f)}
}

// Try3 is Try1 for three arguments.
func Try3[A, B, C, R Value](f func(A, B, C) (R, error)) Func {
	if f == nil {
		return Func{}
	}
	return Func{types(arrowOf[A](), arrowOf[B](), arrowOf[C]()), arrowOf[R](), vm.Func3[A, B, C, R](f)}
}

func types(t ...arrow.DataType) []arrow.DataType { return t }

// arrowOf is the column type of a Go type.
func arrowOf[T Value]() arrow.DataType {
	var zero T
	switch any(zero).(type) {
	case bool:
		return ir.BoolType
	case string:
		return ir.StringType
	}
	return typeNames[fmt.Sprintf("%T", zero)]
}

// PanicError is the cause of a row whose function panicked or called runtime.Goexit (its Value
// is then [ErrGoexit]).
type PanicError = panics.Error

// ErrGoexit is the cause where a function called runtime.Goexit.
var ErrGoexit = panics.ErrGoexit

// registered types the call of a registered function.
func (c *checker) registered(name string, f Func, e *ast.CallExpr) *ir.Node {
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
