package expr

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"runtime/debug"
	"strings"
	"sync"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
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
	if f.emit == nil {
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
// not, but an error counts only where the branch is taken. A panic is the row's
// error, and so is runtime.Goexit, after which the rows of the vector are called
// again. It must be safe for concurrent use.
type Func struct {
	args   []arrow.DataType
	result arrow.DataType
	emit   func(n *node, d int, a []int) step
}

// Value is what registered functions take and return.
type Value interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | string
}

// Func1 wraps a function of one argument.
func Func1[A, R Value](f func(A) R) Func {
	return Try1(func(a A) (R, error) { return f(a), nil })
}

// Func2 wraps a function of two arguments.
func Func2[A, B, R Value](f func(A, B) R) Func {
	return Try2(func(a A, b B) (R, error) { return f(a, b), nil })
}

// Func3 wraps a function of three arguments.
func Func3[A, B, C, R Value](f func(A, B, C) R) Func {
	return Try3(func(a A, b B, c C) (R, error) { return f(a, b, c), nil })
}

// Try1 wraps a function that may fail: the error is that row's.
func Try1[A, R Value](f func(A) (R, error)) Func {
	return Func{types(arrowOf[A]()), arrowOf[R](), func(n *node, d int, a []int) step {
		x := reader[A](a[0])
		return rows(d, a, func(m *machine, i int) (R, error) { return f(x(m, i)) })
	}}
}

// Try2 is Try1 for two arguments.
func Try2[A, B, R Value](f func(A, B) (R, error)) Func {
	return Func{types(arrowOf[A](), arrowOf[B]()), arrowOf[R](), func(n *node, d int, a []int) step {
		x, y := reader[A](a[0]), reader[B](a[1])
		return rows(d, a, func(m *machine, i int) (R, error) { return f(x(m, i), y(m, i)) })
	}}
}

// Try3 is Try1 for three arguments.
func Try3[A, B, C, R Value](f func(A, B, C) (R, error)) Func {
	return Func{types(arrowOf[A](), arrowOf[B](), arrowOf[C]()), arrowOf[R](), func(n *node, d int, a []int) step {
		x, y, z := reader[A](a[0]), reader[B](a[1]), reader[C](a[2])
		return rows(d, a, func(m *machine, i int) (R, error) { return f(x(m, i), y(m, i), z(m, i)) })
	}}
}

func types(t ...arrow.DataType) []arrow.DataType { return t }

// arrowOf is the column type of a Go type.
func arrowOf[T Value]() arrow.DataType {
	var zero T
	switch any(zero).(type) {
	case bool:
		return boolType
	case string:
		return stringType
	}
	return typeNames[fmt.Sprintf("%T", zero)]
}

// reader reads row i of register r. The texts are copied: the function may
// keep them.
func reader[T Value](r int) func(m *machine, i int) T {
	var zero T
	switch any(zero).(type) {
	case bool:
		return any(func(m *machine, i int) bool { return m.bitsOf(r)[i>>6]>>(i&63)&1 != 0 }).(func(*machine, int) T)
	case string:
		return any(func(m *machine, i int) string { return string(m.v[r].textAt(i)) }).(func(*machine, int) T)
	}
	return func(m *machine, i int) T { return *(*T)(unsafe.Add(m.v[r].p, uintptr(i)*unsafe.Sizeof(zero))) }
}

// rows calls f for the rows whose arguments are valid and stores the results.
// Results are gathered apart, as register d may be an argument's.
func rows[R Value](d int, a []int, f func(m *machine, i int) (R, error)) step {
	store := writerOf[R](d)
	return func(m *machine) bool {
		var out [kernel.Rows]R
		v, bad := &m.v[d], false
		for i := range m.n {
			if v.nulls && v.valid[i>>6]>>(i&63)&1 == 0 {
				continue
			}
			r, err := protected(m, i, f)
			if out[i] = r; err != nil {
				m.now.cause(i, err)
				bad = true
			}
		}
		store(m, out[:m.n])
		return bad
	}
}

// ErrGoexit is the cause of a row whose function called runtime.Goexit.
var ErrGoexit = errors.New("the function called runtime.Goexit")

// gone names a call that ended its goroutine: that of a step, by its failing rows, for
// one lane of the vector.
type gone struct {
	step *failBits
	lane int
}

// protected turns a panic into the row's error, with its stack. The end of the goroutine
// cannot be stopped here: the call is remembered, and is an error when whoever owns the
// evaluator runs the vector again.
func protected[R any](m *machine, i int, f func(m *machine, i int) (R, error)) (r R, err error) {
	if m.gone[gone{m.now, i}] {
		return r, ErrGoexit
	}
	ended := false
	defer func() {
		if ended {
			return
		}
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			return
		}
		if m.gone == nil {
			m.gone = map[gone]bool{}
		}
		m.gone[gone{m.now, i}] = true
	}()
	r, err = f(m, i)
	ended = true
	return r, err
}

func writerOf[R Value](d int) func(m *machine, out []R) {
	var zero R
	switch any(zero).(type) {
	case bool:
		return func(m *machine, out []R) { storeBools(m.bitsOf(d), any(out).([]bool)) }
	case string:
		return func(m *machine, out []R) { storeTexts(m, d, any(out).([]string)) }
	}
	return func(m *machine, out []R) { copy(lanesOf[R](m, d), out) }
}

func storeBools(dst []uint64, out []bool) {
	clear(dst)
	for i, b := range out {
		if b {
			dst[i>>6] |= 1 << (i & 63)
		}
	}
}

func storeTexts(m *machine, d int, out []string) {
	v := &m.v[d]
	v.beginText(m.n)
	for i, s := range out {
		v.text = append(v.text, s...)
		v.ends[i+1] = int32(len(v.text))
	}
	v.endText(m, m.n)
}

var errFunc = errors.New("the function failed")

// registered types the call of a registered function.
func (c *checker) registered(name string, f Func, e *ast.CallExpr) *node {
	pos := offset(e.Pos())
	if len(e.Args) != len(f.args) {
		c.fail(pos, "%s takes %d arguments, not %d", name, len(f.args), len(e.Args))
	}
	args := make([]*node, len(f.args))
	for i, a := range e.Args {
		args[i] = c.to(c.expr(a), f.args[i])
	}
	return c.node(&op{name: name, fails: errFunc, impure: true, emit: f.emit}, f.result, pos, args...)
}
