package vm

import (
	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

func emitNot(_ *ir.Node, d int, a []int) step {
	x := a[0]
	return func(m *Machine) bool {
		out, in := m.bitsOf(d), m.bitsOf(x)
		for w := range out {
			out[w] = ^in[w]
		}
		return false
	}
}

func emitXorBits(_ *ir.Node, d int, a []int) step {
	x, y := a[0], a[1]
	return func(m *Machine) bool {
		out, p, q := m.bitsOf(d), m.bitsOf(x), m.bitsOf(y)
		for w := range out {
			out[w] = p[w] ^ q[w]
		}
		return false
	}
}

// emitAnd is three-valued: false if either is false, else null if either is.
// The value bits of a null are arbitrary, which the formula allows for.
func emitAnd(_ *ir.Node, d int, a []int) step {
	x, y := a[0], a[1]
	return func(m *Machine) bool {
		out, p, q := m.bitsOf(d), m.bitsOf(x), m.bitsOf(y)
		nulls := m.v[x].nulls || m.v[y].nulls
		if nulls {
			vx, vy := m.validOf(x), m.validOf(y)
			for w := range out {
				m.v[d].valid[w] = vx[w]&vy[w] | vx[w]&^p[w] | vy[w]&^q[w]
			}
		}
		for w := range out {
			out[w] = p[w] & q[w]
		}
		m.v[d].nulls = nulls
		return false
	}
}

// emitOr is true if either is true, else null if either is.
func emitOr(_ *ir.Node, d int, a []int) step {
	x, y := a[0], a[1]
	return func(m *Machine) bool {
		out, p, q := m.bitsOf(d), m.bitsOf(x), m.bitsOf(y)
		nulls := m.v[x].nulls || m.v[y].nulls
		if nulls {
			vx, vy := m.validOf(x), m.validOf(y)
			for w := range out {
				m.v[d].valid[w] = vx[w]&vy[w] | vx[w]&p[w] | vy[w]&q[w]
			}
		}
		for w := range out {
			out[w] = p[w] | q[w]
		}
		m.v[d].nulls = nulls
		return false
	}
}

func emitIsNull(_ *ir.Node, d int, a []int) step {
	x := a[0]
	return func(m *Machine) bool {
		out, v := m.bitsOf(d), &m.v[x]
		if !v.nulls {
			kernel.FillBits(out, false)
			return false
		}
		for w := range out {
			out[w] = ^v.valid[w]
		}
		return false
	}
}

func emitIsTrue(_ *ir.Node, d int, a []int) step {
	x := a[0]
	return func(m *Machine) bool {
		t := m.truths(x)
		copy(m.bitsOf(d), t[:])
		return false
	}
}

// emitSelect is ifelse(c, x, y): x where c is true, y where it is false or null.
func emitSelect(n *ir.Node, d int, a []int) step {
	c, x, y := a[0], a[1], a[2]
	values := selectValues(n, d, x, y)
	return func(m *Machine) bool {
		m.spare = m.truths(c)
		m.selectValid(d, x, y, &m.spare)
		values(m, m.spare[:])
		return false
	}
}

// emitCoalesce is the first argument where it is valid, else the second.
func emitCoalesce(n *ir.Node, d int, a []int) step {
	x, y := a[0], a[1]
	values := selectValues(n, d, x, y)
	return func(m *Machine) bool {
		m.spare = m.validOf(x)
		m.selectValid(d, x, y, &m.spare)
		values(m, m.spare[:])
		return false
	}
}

// selectValid sets the validity of d to that of x where t is set, else of y.
func (m *Machine) selectValid(d, x, y int, t *[kernel.Words]uint64) {
	if !m.v[x].nulls && !m.v[y].nulls {
		m.v[d].nulls = false
		return
	}
	vx, vy := m.validOf(x), m.validOf(y)
	out := &m.v[d].valid
	for w := range out {
		out[w] = vx[w]&t[w] | vy[w]&^t[w]
	}
	m.v[d].nulls = true
}

// selectValues chooses the kernel that blends two registers by bits.
func selectValues(n *ir.Node, d, x, y int) func(m *Machine, t []uint64) {
	switch l := ir.LaneOf(n.Type); l {
	case ir.LaneBits:
		return func(m *Machine, t []uint64) {
			out, p, q := m.bitsOf(d), m.bitsOf(x), m.bitsOf(y)
			for w := range out {
				out[w] = p[w]&t[w] | q[w]&^t[w]
			}
		}
	case ir.LaneText:
		return func(m *Machine, t []uint64) { selectText(m, d, x, y, t) }
	case ir.LaneDec:
		return func(m *Machine, t []uint64) {
			kernel.SelectWide(lanesOf[ir.Dec](m, d), t, lanesOf[ir.Dec](m, x), lanesOf[ir.Dec](m, y))
		}
	default:
		return byWidth(l, blend[uint8](d, x, y), blend[uint16](d, x, y), blend[uint32](d, x, y), blend[uint64](d, x, y))
	}
}

// byWidth picks the form for a lane's bit pattern.
func byWidth[F any](l ir.Lane, w1, w2, w4, w8 F) F {
	switch l.Width() {
	case 1:
		return w1
	case 2:
		return w2
	case 4:
		return w4
	}
	return w8
}

func blend[U kernel.Unsigned](d, x, y int) func(m *Machine, t []uint64) {
	k := kernel.Twin("select", kernel.Select[U])
	return func(m *Machine, t []uint64) {
		k(lanesOf[U](m, d), t, lanesOf[U](m, x), lanesOf[U](m, y))
	}
}

// emitCopy brings a column or a constant to a result.
func emitCopy(n *ir.Node, d int, a []int) step {
	x := a[0]
	values := copyValues(ir.LaneOf(n.Type), d, x)
	return func(m *Machine) bool {
		if m.v[d].nulls = m.v[x].nulls; m.v[d].nulls {
			m.v[d].valid = m.v[x].valid
		}
		values(m)
		return false
	}
}

func copyValues(l ir.Lane, d, x int) func(*Machine) {
	switch l {
	case ir.LaneBits:
		return func(m *Machine) { copy(m.bitsOf(d), m.bitsOf(x)) }
	case ir.LaneText:
		return func(m *Machine) {
			to, from := &m.v[d], &m.v[x]
			to.start, to.end, to.data, to.packed = from.start, from.end, from.data, from.packed
		}
	case ir.LaneDec:
		return func(m *Machine) { copy(lanesOf[ir.Dec](m, d), lanesOf[ir.Dec](m, x)) }
	}
	return byWidth(l, copier[uint8](d, x), copier[uint16](d, x), copier[uint32](d, x), copier[uint64](d, x))
}

func copier[U any](d, x int) func(*Machine) {
	return func(m *Machine) { copy(lanesOf[U](m, d), lanesOf[U](m, x)) }
}
