package expr

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
	"sync"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/kernel"
	"github.com/volley-go/volley/internal/panics"
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
	calls  caller
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
	return Func{types(arrowOf[A]()), arrowOf[R](), func1[A, R](f)}
}

// Try2 is Try1 for two arguments.
func Try2[A, B, R Value](f func(A, B) (R, error)) Func {
	if f == nil {
		return Func{}
	}
	return Func{types(arrowOf[A](), arrowOf[B]()), arrowOf[R](), func2[A, B, R](f)}
}

// Try3 is Try1 for three arguments.
func Try3[A, B, C, R Value](f func(A, B, C) (R, error)) Func {
	if f == nil {
		return Func{}
	}
	return Func{types(arrowOf[A](), arrowOf[B](), arrowOf[C]()), arrowOf[R](), func3[A, B, C, R](f)}
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

// caller is a function with the code that calls it for the rows of a vector. A machine that calls
// functions otherwise finds a func(A) (R, error) in it, by reflection.
type caller interface {
	emit(d int, a []int) step
}

type (
	func1[A, R Value]       func(A) (R, error)
	func2[A, B, R Value]    func(A, B) (R, error)
	func3[A, B, C, R Value] func(A, B, C) (R, error)
)

func (f func1[A, R]) emit(d int, a []int) step {
	x := reader[A](a[0])
	return rows(d, a, func(m *machine, i int) (R, error) { return f(x(m, i)) })
}

func (f func2[A, B, R]) emit(d int, a []int) step {
	x, y := reader[A](a[0]), reader[B](a[1])
	return rows(d, a, func(m *machine, i int) (R, error) { return f(x(m, i), y(m, i)) })
}

func (f func3[A, B, C, R]) emit(d int, a []int) step {
	x, y, z := reader[A](a[0]), reader[B](a[1]), reader[C](a[2])
	return rows(d, a, func(m *machine, i int) (R, error) { return f(x(m, i), y(m, i), z(m, i)) })
}

func emitCall(n *node, d int, a []int) step { return n.val.(called).f.emit(d, a) }

// called is the parameter of a call.
type called struct {
	name string
	f    caller
}

func (c called) String() string { return c.name }

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
		c, ok := m.calls[m.now].(*calls[R])
		if !ok {
			c = new(calls[R])
			m.keep(c)
		}
		if c.vector != m.vectors {
			c.vector, c.next, c.failed = m.vectors, 0, c.failed[:0]
		}
		v := &m.v[d]
		for c.next < m.n {
			i := c.next
			c.next++
			if !v.nulls || v.valid[i>>6]>>(i&63)&1 != 0 {
				c.call(m, i, f)
			}
		}
		for _, e := range c.failed {
			m.now.cause(e.lane, e.err)
		}
		store(m, c.out[:m.n])
		return len(c.failed) > 0
	}
}

// calls is a step's calls of a function for the rows of a vector. A function may end the
// goroutine (runtime.Goexit), which nothing stops: whoever owns the evaluator
// then runs the vector again on another one, and the calls go on behind that row.
type calls[R any] struct {
	vector uint64
	next   int // lane
	out    [kernel.Rows]R
	failed []laneError
}

type laneError struct {
	lane int
	err  error
}

// PanicError is the cause of a row whose function panicked or called runtime.Goexit (its Value
// is then [ErrGoexit]).
type PanicError = panics.Error

// ErrGoexit is the cause where a function called runtime.Goexit.
var ErrGoexit = panics.ErrGoexit

// call calls f for a lane. A panic, and the end of the goroutine, are the lane's error.
func (c *calls[R]) call(m *machine, i int, f func(m *machine, i int) (R, error)) {
	ended := false
	defer func() {
		if !ended {
			c.failed = append(c.failed, laneError{i, panics.From(recover())})
		}
	}()
	r, err := f(m, i)
	if c.out[i] = r; err != nil {
		c.failed = append(c.failed, laneError{i, err})
	}
	ended = true
}

// keep holds on to the running step's calls.
func (m *machine) keep(c any) {
	if m.calls == nil {
		m.calls = map[*failBits]any{}
	}
	m.calls[m.now] = c
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
	n := c.node(opCall, f.result, pos, args...)
	n.val = called{name, f.calls}
	return n
}
