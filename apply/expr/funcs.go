package expr

import (
	"context"
	"errors"
	"go/ast"
	"reflect"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/fn"
	"github.com/volley-go/volley/internal/gofunc"
	"github.com/volley-go/volley/internal/kernel"
	"github.com/volley-go/volley/internal/panics"
)

// registeredFunc is a registered function as calls of it are typed and compiled.
type registeredFunc struct {
	args   []arrow.DataType
	result arrow.DataType
	emit   func(n *node, d int, a []int) step
}

// goFunc finds the function that is called so. why says what it cannot be called for, or is empty.
func goFunc(name string) (f registeredFunc, why string, ok bool) {
	of, ok := fn.Called(name)
	if !ok {
		return f, "", false
	}
	typed := of.Typed()
	switch {
	case typed.Kind == gofunc.Batch:
		return f, "takes record batches, not values: use it in apply.Batch", true
	case typed.Kind == gofunc.Waits:
		return f, "takes a context, since it may wait: use it in apply.Call1 or the like", true
	}
	for _, t := range typed.In {
		if arrowOf(t) == nil {
			return f, "takes a " + t.String() + ", which expressions have not: they have bool, string and numbers of a fixed size", true
		}
		f.args = append(f.args, arrowOf(t))
	}
	emit, known := emitters[typed.Out.Kind()]
	if f.result = arrowOf(typed.Out); f.result == nil || !known {
		return f, "returns a " + typed.Out.String() + ", which expressions have not: they have bool, string and numbers of a fixed size", true
	}
	f.emit = func(_ *node, d int, a []int) step { return emit(typed, d, a) }
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

// goValue is what registered functions take and return.
type goValue interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | string
}

// emitters make the calls of functions by what these return.
var emitters = map[reflect.Kind]func(f gofunc.Func, d int, a []int) step{
	reflect.Bool: emitCalls[bool], reflect.String: emitCalls[string], reflect.Float32: emitCalls[float32], reflect.Float64: emitCalls[float64],
	reflect.Int8: emitCalls[int8], reflect.Int16: emitCalls[int16], reflect.Int32: emitCalls[int32], reflect.Int64: emitCalls[int64],
	reflect.Uint8: emitCalls[uint8], reflect.Uint16: emitCalls[uint16], reflect.Uint32: emitCalls[uint32], reflect.Uint64: emitCalls[uint64],
}

// emitCalls has the function called with the address of each argument, and of the result.
func emitCalls[R goValue](f gofunc.Func, d int, a []int) step {
	var addresses []func(m *machine, i int, s *string) unsafe.Pointer
	for k, t := range f.In {
		addresses = append(addresses, addressOf(t, a[k]))
	}
	return rows(d, func(m *machine, i int, c *calls[R]) error {
		for k, address := range addresses {
			c.args[k] = address(m, i, &c.texts[k])
		}
		return f.Loop(context.Background(), &c.args, unsafe.Pointer(&c.out[i]), 0, 1, &c.at)
	})
}

var truthValues = [2]bool{false, true}

// addressOf finds where the value of row i of register r lies. Texts are copied, to s: the function
// may keep them.
func addressOf(t reflect.Type, r int) func(m *machine, i int, s *string) unsafe.Pointer {
	switch t.Kind() {
	case reflect.Bool:
		return func(m *machine, i int, _ *string) unsafe.Pointer {
			return unsafe.Pointer(&truthValues[m.bitsOf(r)[i>>6]>>(i&63)&1])
		}
	case reflect.String:
		return func(m *machine, i int, s *string) unsafe.Pointer {
			*s = string(m.v[r].textAt(i))
			return unsafe.Pointer(s)
		}
	}
	size := t.Size()
	return func(m *machine, i int, _ *string) unsafe.Pointer { return unsafe.Add(m.v[r].p, uintptr(i)*size) }
}

// arrowOf is the column type of a Go type, nil if expressions have none for it.
func arrowOf(t reflect.Type) arrow.DataType {
	switch {
	case t.PkgPath() != "":
		return nil // a type of its own, such as time.Duration, is not the number it is made of
	case t.Kind() == reflect.Bool:
		return boolType
	case t.Kind() == reflect.String:
		return stringType
	case emitters[t.Kind()] == nil:
		return nil
	}
	return typeNames[t.String()]
}

// rows calls f for the rows whose arguments are valid and stores the results.
// Results are gathered apart, as register d may be an argument's.
func rows[R goValue](d int, f func(m *machine, i int, c *calls[R]) error) step {
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

	args  [3]unsafe.Pointer // of the call under way
	texts [3]string
	at    int
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
func (c *calls[R]) call(m *machine, i int, f func(m *machine, i int, c *calls[R]) error) {
	ended := false
	defer func() {
		if !ended {
			c.failed = append(c.failed, laneError{i, panics.From(recover())})
		}
	}()
	if err := f(m, i, c); err != nil {
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

func writerOf[R goValue](d int) func(m *machine, out []R) {
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
func (c *checker) registered(name string, f registeredFunc, e *ast.CallExpr) *node {
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
