package vm

import (
	"context"
	"reflect"
	"unsafe"

	"github.com/volley-go/volley/internal/gofunc"
	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
	"github.com/volley-go/volley/internal/morsel"
	"github.com/volley-go/volley/internal/panics"
)

// value is what functions return.
type value interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | string
}

// callers make the calls of functions by what these return.
var callers = map[reflect.Kind]func(f gofunc.Func, d int, a []int) step{
	reflect.Bool: calling[bool], reflect.String: calling[string], reflect.Float32: calling[float32], reflect.Float64: calling[float64],
	reflect.Int8: calling[int8], reflect.Int16: calling[int16], reflect.Int32: calling[int32], reflect.Int64: calling[int64],
	reflect.Uint8: calling[uint8], reflect.Uint16: calling[uint16], reflect.Uint32: calling[uint32], reflect.Uint64: calling[uint64],
}

// emitCall has a function called whose types the language has checked.
func emitCall(n *ir.Node, d int, a []int) step {
	f := n.Value.(ir.Function).Func.(gofunc.Func)
	return callers[f.Out.Kind()](f, d, a)
}

// calling has the function called with the address of each argument, and of the result.
func calling[R value](f gofunc.Func, d int, a []int) step {
	var addresses []func(m *Machine, i int, s *string) unsafe.Pointer
	for k, t := range f.In {
		addresses = append(addresses, addressOf(t, a[k]))
	}
	return rows(d, func(m *Machine, i int, c *calls[R]) error {
		for k, address := range addresses {
			c.args[k] = address(m, i, &c.texts[k])
		}
		return f.Loop(context.Background(), &c.hand, &c.args, unsafe.Pointer(&c.out[i]), 0, 1, &c.at)
	})
}

var truthValues = [2]bool{false, true}

// addressOf finds where the value of row i of register r lies. Texts are copied, to s: the function
// may keep them.
func addressOf(t reflect.Type, r int) func(m *Machine, i int, s *string) unsafe.Pointer {
	switch t.Kind() {
	case reflect.Bool:
		return func(m *Machine, i int, _ *string) unsafe.Pointer {
			return unsafe.Pointer(&truthValues[m.bitsOf(r)[i>>6]>>(i&63)&1])
		}
	case reflect.String:
		return func(m *Machine, i int, s *string) unsafe.Pointer {
			*s = string(m.v[r].textAt(i))
			return unsafe.Pointer(s)
		}
	}
	size := t.Size()
	return func(m *Machine, i int, _ *string) unsafe.Pointer { return unsafe.Add(m.v[r].p, uintptr(i)*size) }
}

// rows calls f for the rows whose arguments are valid and stores the results.
// Results are gathered apart, as register d may be an argument's.
func rows[R value](d int, f func(m *Machine, i int, c *calls[R]) error) step {
	store := writerOf[R](d)
	return func(m *Machine) bool {
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
	hand  morsel.Hand // which nobody interrupts
}

type laneError struct {
	lane int
	err  error
}

// call calls f for a lane. A panic, and the end of the goroutine, are the lane's error.
func (c *calls[R]) call(m *Machine, i int, f func(m *Machine, i int, c *calls[R]) error) {
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
func (m *Machine) keep(c any) {
	if m.calls == nil {
		m.calls = map[*failBits]any{}
	}
	m.calls[m.now] = c
}

func writerOf[R value](d int) func(m *Machine, out []R) {
	var zero R
	switch any(zero).(type) {
	case bool:
		return func(m *Machine, out []R) { storeBools(m.bitsOf(d), any(out).([]bool)) }
	case string:
		return func(m *Machine, out []R) { storeTexts(m, d, any(out).([]string)) }
	}
	return func(m *Machine, out []R) { copy(lanesOf[R](m, d), out) }
}

func storeBools(dst []uint64, out []bool) {
	clear(dst)
	for i, b := range out {
		if b {
			dst[i>>6] |= 1 << (i & 63)
		}
	}
}

func storeTexts(m *Machine, d int, out []string) {
	v := &m.v[d]
	v.beginText(m.n)
	for i, s := range out {
		v.text = append(v.text, s...)
		v.ends[i+1] = int32(len(v.text))
	}
	v.endText(m, m.n)
}
