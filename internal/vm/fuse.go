package vm

import (
	"strings"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// fuse joins a product that only one sum uses with that sum (two roundings, as
// apart), and a comparison that only one ifelse uses with that ifelse. Each
// saves a store and a load of a vector, about 0.15 ns a row.
func fuse(roots []*ir.Node) []*ir.Node {
	uses := map[*ir.Node]int{}
	for _, r := range roots {
		uses[r]++
	}
	for _, n := range ir.Order(roots) {
		for _, a := range n.Args {
			uses[a]++
		}
	}
	fails := ir.Fallible{}
	return rewriteOld(roots, func(old, n *ir.Node) *ir.Node {
		switch n.Op {
		case ir.OpAdd:
			return fuseMulAdd(old, n, uses)
		case ir.OpSelect:
			return fuseSelect(old, n, uses, fails)
		}
		return n
	})
}

// rewriteOld is rewrite for passes that look at what a node was before.
func rewriteOld(roots []*ir.Node, f func(old, n *ir.Node) *ir.Node) []*ir.Node {
	done := map[*ir.Node]*ir.Node{}
	for _, n := range ir.Order(roots) {
		args := make([]*ir.Node, len(n.Args))
		for i, a := range n.Args {
			args[i] = done[a]
		}
		done[n] = f(n, n.With(args))
	}
	out := make([]*ir.Node, len(roots))
	for i, r := range roots {
		out[i] = done[r]
	}
	return out
}

func fuseMulAdd(old, n *ir.Node, uses map[*ir.Node]int) *ir.Node {
	for i := range n.Args {
		m, other := n.Args[i], n.Args[1-i]
		if m.Op == ir.OpMul && uses[old.Args[i]] == 1 {
			return &ir.Node{Op: ir.OpMulAdd, Type: n.Type, Args: []*ir.Node{m.Args[0], m.Args[1], other}, Pos: n.Pos, Source: n.Source}
		}
	}
	return n
}

// fusedSelects are ifelse with the comparison that is its condition.
var fusedSelects = map[ir.Op]ir.Op{ir.OpLt: ir.OpSelectLt, ir.OpLe: ir.OpSelectLe, ir.OpEq: ir.OpSelectEq}

// fuseSelect takes comparisons of lanes as wide as the result's, and branches
// that cannot fail: the guard of one that can needs the condition as bits.
func fuseSelect(old, n *ir.Node, uses map[*ir.Node]int, fails ir.Fallible) *ir.Node {
	c, x, y := n.Args[0], n.Args[1], n.Args[2]
	fused := fusedSelects[c.Op]
	if fused == 0 || uses[old.Args[0]] != 1 || fails.Within(x) || fails.Within(y) {
		return n
	}
	lc, ln := ir.LaneOf(c.Args[0].Type), ir.LaneOf(n.Type)
	if lc.Width() != ln.Width() || ln.Width() == 0 || ln == ir.LaneDec {
		return n
	}
	return &ir.Node{Op: fused, Type: n.Type, Args: []*ir.Node{c.Args[0], c.Args[1], x, y}, Pos: n.Pos, Source: n.Source}
}

// emitSelectCompare runs the fused kernel on vectors without nulls and the two
// kernels apart on the others.
func emitSelectCompare(n *ir.Node, d int, a []int) step {
	fused, bits := selectCompare(ir.LaneOf(n.Args[0].Type), n, d, a)
	compared, x, y := a[:len(a)-2], a[len(a)-2], a[len(a)-1]
	values := selectValues(n, d, x, y)
	return func(m *Machine) bool {
		if !m.anyNull(a) {
			fused(m)
			m.v[d].nulls = false
			return false
		}
		bits(m, m.spare[:])
		for _, r := range compared { // not true where an operand is null
			if v := &m.v[r]; v.nulls {
				for w := range m.spare {
					m.spare[w] &= v.valid[w]
				}
			}
		}
		m.selectValid(d, x, y, &m.spare)
		values(m, m.spare[:])
		return false
	}
}

// anyNull reports whether one of the registers has nulls.
func (m *Machine) anyNull(regs []int) bool {
	for _, r := range regs {
		if m.v[r].nulls {
			return true
		}
	}
	return false
}

// selectCompare chooses the fused kernel and that of the comparison alone.
func selectCompare(l ir.Lane, n *ir.Node, d int, a []int) (fused func(*Machine), bits func(*Machine, kernel.Bits)) {
	switch l {
	case ir.LaneI8:
		return fusedSelect[int8, uint8](n, d, a)
	case ir.LaneI16:
		return fusedSelect[int16, uint16](n, d, a)
	case ir.LaneI32:
		return fusedSelect[int32, uint32](n, d, a)
	case ir.LaneI64:
		return fusedSelect[int64, uint64](n, d, a)
	case ir.LaneU8:
		return fusedSelect[uint8, uint8](n, d, a)
	case ir.LaneU16:
		return fusedSelect[uint16, uint16](n, d, a)
	case ir.LaneU32:
		return fusedSelect[uint32, uint32](n, d, a)
	case ir.LaneU64:
		return fusedSelect[uint64, uint64](n, d, a)
	case ir.LaneF32:
		return fusedSelect[float32, uint32](n, d, a)
	}
	return fusedSelect[float64, uint64](n, d, a)
}

func fusedSelect[T kernel.Number, U kernel.Unsigned](n *ir.Node, d int, a []int) (fused func(*Machine), bits func(*Machine, kernel.Bits)) {
	relationName := strings.TrimPrefix(n.Op.String(), "select.")
	name, plain := "selectLt", kernel.SelectLt[T, U]
	switch relationName {
	case "le":
		name, plain = "selectLe", kernel.SelectLe[T, U]
	case "eq":
		name, plain = "selectEq", kernel.SelectEq[T, U]
	}
	bits = relation[T](relationName, n, a)
	p, x, y := a[0], a[len(a)-2], a[len(a)-1]
	switch {
	case n.Immediates == nil:
		k, q := kernel.Twin(name, plain), a[1]
		return func(m *Machine) {
			k(lanesOf[U](m, d), lanesOf[T](m, p), lanesOf[T](m, q), lanesOf[U](m, x), lanesOf[U](m, y))
		}, bits
	case n.Immediates[0] == nil:
		k, c := kernel.Twin(name+"By", kernel.SelectBy(plain)), n.Immediates[1].(T)
		return func(m *Machine) {
			k(lanesOf[U](m, d), lanesOf[T](m, p), c, lanesOf[U](m, x), lanesOf[U](m, y))
		}, bits
	}
	k, c := kernel.Twin(name+"From", kernel.SelectFrom(plain)), n.Immediates[0].(T)
	return func(m *Machine) {
		k(lanesOf[U](m, d), c, lanesOf[T](m, p), lanesOf[U](m, x), lanesOf[U](m, y))
	}, bits
}
