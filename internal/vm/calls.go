package vm

import (
	"unsafe"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
	"github.com/volley-go/volley/internal/panics"
)

// caller is a function with the code that calls it for the rows of a vector. A machine that calls
// functions otherwise finds a func(A) (R, error) in it, by reflection.
type caller interface {
	emit(d int, a []int) step
}

// value is what functions take and return.
type value interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | string
}

// Functions of one to three arguments, as this machine calls them.
type (
	Func1[A, R value]       func(A) (R, error)
	Func2[A, B, R value]    func(A, B) (R, error)
	Func3[A, B, C, R value] func(A, B, C) (R, error)
)

func (f Func1[A, R]) emit(d int, a []int) step {
	x := reader[A](a[0])
	return rows(d, a, func(m *Machine, i int) (R, error) { return f(x(m, i)) })
}

func (f Func2[A, B, R]) emit(d int, a []int) step {
	x, y := reader[A](a[0]), reader[B](a[1])
	return rows(d, a, func(m *Machine, i int) (R, error) { return f(x(m, i), y(m, i)) })
}

func (f Func3[A, B, C, R]) emit(d int, a []int) step {
	x, y, z := reader[A](a[0]), reader[B](a[1]), reader[C](a[2])
	return rows(d, a, func(m *Machine, i int) (R, error) { return f(x(m, i), y(m, i), z(m, i)) })
}

func emitCall(n *ir.Node, d int, a []int) step { return n.Value.(ir.Function).Func.(caller).emit(d, a) }

// reader reads row i of register r. The texts are copied: the function may
// keep them.
func reader[T value](r int) func(m *Machine, i int) T {
	var zero T
	switch any(zero).(type) {
	case bool:
		return any(func(m *Machine, i int) bool { return m.bitsOf(r)[i>>6]>>(i&63)&1 != 0 }).(func(*Machine, int) T)
	case string:
		return any(func(m *Machine, i int) string { return string(m.v[r].textAt(i)) }).(func(*Machine, int) T)
	}
	return func(m *Machine, i int) T { return *(*T)(unsafe.Add(m.v[r].p, uintptr(i)*unsafe.Sizeof(zero))) }
}

// rows calls f for the rows whose arguments are valid and stores the results.
// Results are gathered apart, as register d may be an argument's.
func rows[R value](d int, a []int, f func(m *Machine, i int) (R, error)) step {
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
}

type laneError struct {
	lane int
	err  error
}

// call calls f for a lane. A panic, and the end of the goroutine, are the lane's error.
func (c *calls[R]) call(m *Machine, i int, f func(m *Machine, i int) (R, error)) {
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
