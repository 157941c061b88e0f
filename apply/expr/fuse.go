package expr

import (
	"strings"

	"github.com/volley-go/volley/internal/kernel"
)

// fuse joins a product that only one sum uses with that sum (two roundings, as
// apart), and a comparison that only one ifelse uses with that ifelse. Each
// saves a store and a load of a vector, about 0.15 ns a row.
func fuse(roots []*node) []*node {
	uses := map[*node]int{}
	for _, r := range roots {
		uses[r]++
	}
	for _, n := range order(roots) {
		for _, a := range n.args {
			uses[a]++
		}
	}
	fails := fallible{}
	return rewriteOld(roots, func(old, n *node) *node {
		switch n.op {
		case opAdd:
			return fuseMulAdd(old, n, uses)
		case opSelect:
			return fuseSelect(old, n, uses, fails)
		}
		return n
	})
}

// rewriteOld is rewrite for passes that look at what a node was before.
func rewriteOld(roots []*node, f func(old, n *node) *node) []*node {
	done := map[*node]*node{}
	for _, n := range order(roots) {
		args := make([]*node, len(n.args))
		for i, a := range n.args {
			args[i] = done[a]
		}
		done[n] = f(n, n.with(args))
	}
	out := make([]*node, len(roots))
	for i, r := range roots {
		out[i] = done[r]
	}
	return out
}

func fuseMulAdd(old, n *node, uses map[*node]int) *node {
	for i := range n.args {
		m, other := n.args[i], n.args[1-i]
		if m.op == opMul && uses[old.args[i]] == 1 {
			return &node{op: opMulAdd, typ: n.typ, args: []*node{m.args[0], m.args[1], other}, pos: n.pos, src: n.src}
		}
	}
	return n
}

// fusedSelects are ifelse with the comparison that is its condition.
var fusedSelects = map[op]op{opLt: opSelectLt, opLe: opSelectLe, opEq: opSelectEq}

// fuseSelect takes comparisons of lanes as wide as the result's, and branches
// that cannot fail: the guard of one that can needs the condition as bits.
func fuseSelect(old, n *node, uses map[*node]int, fails fallible) *node {
	c, x, y := n.args[0], n.args[1], n.args[2]
	fused := fusedSelects[c.op]
	if fused == "" || uses[old.args[0]] != 1 || fails.within(x) || fails.within(y) {
		return n
	}
	lc, ln := laneOf(c.args[0].typ), laneOf(n.typ)
	if lc.width() != ln.width() || ln.width() == 0 || ln == laneDec {
		return n
	}
	return &node{op: fused, typ: n.typ, args: []*node{c.args[0], c.args[1], x, y}, pos: n.pos, src: n.src}
}

// emitSelectCompare runs the fused kernel on vectors without nulls and the two
// kernels apart on the others.
func emitSelectCompare(n *node, d int, a []int) step {
	fused, bits := selectCompare(laneOf(n.args[0].typ), n, d, a)
	compared, x, y := a[:len(a)-2], a[len(a)-2], a[len(a)-1]
	values := selectValues(n, d, x, y)
	return func(m *machine) bool {
		if !m.someNull(a) {
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

// someNull tells whether one of the registers has nulls.
func (m *machine) someNull(regs []int) bool {
	for _, r := range regs {
		if m.v[r].nulls {
			return true
		}
	}
	return false
}

// selectCompare chooses the fused kernel and that of the comparison alone.
func selectCompare(l lane, n *node, d int, a []int) (fused func(*machine), bits func(*machine, kernel.Bits)) {
	switch l {
	case laneI8:
		return fusedSelect[int8, uint8](n, d, a)
	case laneI16:
		return fusedSelect[int16, uint16](n, d, a)
	case laneI32:
		return fusedSelect[int32, uint32](n, d, a)
	case laneI64:
		return fusedSelect[int64, uint64](n, d, a)
	case laneU8:
		return fusedSelect[uint8, uint8](n, d, a)
	case laneU16:
		return fusedSelect[uint16, uint16](n, d, a)
	case laneU32:
		return fusedSelect[uint32, uint32](n, d, a)
	case laneU64:
		return fusedSelect[uint64, uint64](n, d, a)
	case laneF32:
		return fusedSelect[float32, uint32](n, d, a)
	}
	return fusedSelect[float64, uint64](n, d, a)
}

func fusedSelect[T kernel.Number, U kernel.Unsigned](n *node, d int, a []int) (fused func(*machine), bits func(*machine, kernel.Bits)) {
	relationName := strings.TrimPrefix(string(n.op), "select.")
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
	case n.imm == nil:
		k, q := kernel.Twin(name, plain), a[1]
		return func(m *machine) {
			k(lanesOf[U](m, d), lanesOf[T](m, p), lanesOf[T](m, q), lanesOf[U](m, x), lanesOf[U](m, y))
		}, bits
	case n.imm[0] == nil:
		k, c := kernel.Twin(name+"By", kernel.SelectBy(plain)), n.imm[1].(T)
		return func(m *machine) {
			k(lanesOf[U](m, d), lanesOf[T](m, p), c, lanesOf[U](m, x), lanesOf[U](m, y))
		}, bits
	}
	k, c := kernel.Twin(name+"From", kernel.SelectFrom(plain)), n.imm[0].(T)
	return func(m *machine) {
		k(lanesOf[U](m, d), c, lanesOf[T](m, p), lanesOf[U](m, x), lanesOf[U](m, y))
	}, bits
}
