package expr

import (
	"fmt"
	"strings"
)

// instr is one instruction: a node, its register, those of its arguments.
type instr struct {
	node *node
	dst  int
	args []int
	fail int // index of its failBits, -1 when it cannot fail
	run  func(m *machine)
}

// code is the register program of a compilation.
type code struct {
	regs    []regClass // of each register
	columns []loaded
	consts  []loaded
	lookups []*lookup
	body    []instr
	tail    []instr // conditions of raises, run only when some row failed
	fails   []*node
	raises  []raise
	outs    []int  // the register of each result
	lanes   []lane // of each result
}

// loaded is a register that a column or a constant fills.
type loaded struct {
	node *node
	reg  int
}

// raise makes the rows of a failing operation errors of a result, where guard
// is true: a failure in a branch not taken is none.
type raise struct {
	fail, result int
	guard        int // register, -1: always
}

// assemble gives every node a register and turns it into a step.
func assemble(roots []*node, guards []guard) *code {
	c := &code{}
	al := allocate(roots, guards)
	c.regs = al.classes
	failIdx := map[*node]int{}
	make1 := func(n *node) instr {
		in := instr{node: n, dst: al.reg[n], fail: -1}
		for _, a := range n.args {
			in.args = append(in.args, al.reg[a])
		}
		if n.fails() != nil {
			in.fail = len(c.fails)
			failIdx[n] = in.fail
			c.fails = append(c.fails, n)
		}
		in.run = in.bind()
		return in
	}
	for _, n := range al.body {
		switch {
		case n.op == opColumn:
			c.columns = append(c.columns, loaded{n, al.reg[n]})
		case n.op == opConst && al.refill:
			c.body = append(c.body, refilled(n, al.reg[n]))
		case n.op == opConst:
			c.consts = append(c.consts, loaded{n, al.reg[n]})
		default:
			if l, ok := n.val.(*lookup); ok {
				l.index = len(c.lookups)
				c.lookups = append(c.lookups, l)
			}
			c.body = append(c.body, make1(n))
		}
	}
	for _, n := range al.tail {
		c.tail = append(c.tail, make1(n))
	}
	for _, g := range guards {
		r := raise{fail: failIdx[g.node], result: g.result, guard: -1}
		if g.cond != nil {
			r.guard = al.reg[g.cond]
		}
		c.raises = append(c.raises, r)
	}
	for _, r := range roots {
		c.outs, c.lanes = append(c.outs, al.reg[r]), append(c.lanes, laneOf(r.typ))
	}
	return c
}

// refilled is the instruction that fills a register, which holds other values in between, with a
// constant.
func refilled(n *node, reg int) instr {
	l := laneOf(n.typ)
	return instr{node: n, dst: reg, fail: -1, run: func(m *machine) {
		v := &m.v[reg]
		v.packed = false
		clear(v.valid[:])
		m.fill(reg, l, n.val)
	}}
}

// bind wraps the node's step with what its null rule and failures ask for.
func (in *instr) bind() func(m *machine) {
	n, d, args, k := in.node, in.dst, in.args, in.fail
	s, nulls := emitters[n.op].emit(n, d, args), n.op.rule().nulls
	switch {
	case k >= 0:
		return func(m *machine) {
			if nulls != own {
				m.andValid(d, args)
			}
			m.now = &m.fails[k]
			clear(m.now.bits)
			if s(m) {
				m.failed(k, d)
			}
		}
	case nulls == own && n.nullable:
		return func(m *machine) { s(m) }
	case nulls == strict && n.nullable:
		return func(m *machine) {
			m.andValid(d, args)
			s(m)
		}
	}
	return func(m *machine) {
		s(m)
		m.v[d].nulls = false
	}
}

// String lists the instructions.
func (c *code) list(names []string) string {
	var b strings.Builder
	name := map[int]string{}
	for _, l := range append(c.columns, c.consts...) {
		name[l.reg] = l.node.label()
	}
	reg := func(r int) string {
		if s, ok := name[r]; ok {
			return s
		}
		return fmt.Sprintf("r%d", r)
	}
	show := func(in instr) {
		fmt.Fprintf(&b, "  r%d = %s", in.dst, in.node.label())
		if len(in.args) > 0 {
			b.WriteByte(' ')
		}
		in.node.operands(&b, " ", func(i int) { b.WriteString(reg(in.args[i])) })
		fmt.Fprintf(&b, " : %s", typeName(in.node.typ))
		if !in.node.nullable {
			b.WriteString(", no nulls")
		}
		b.WriteByte('\n')
	}
	for _, in := range c.body {
		show(in)
	}
	for i, r := range c.outs {
		fmt.Fprintf(&b, "  %s = %s\n", names[i], reg(r))
	}
	if len(c.raises) > 0 {
		b.WriteString("on failing rows:\n")
	}
	for _, in := range c.tail {
		show(in)
	}
	for _, r := range c.raises {
		fmt.Fprintf(&b, "  %s fails: %s", names[r.result], c.fails[r.fail].fails())
		if r.guard >= 0 {
			fmt.Fprintf(&b, " where %s", reg(r.guard))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
