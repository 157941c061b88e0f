package vm

import (
	"fmt"
	"strings"

	"github.com/volley-go/volley/internal/ir"
)

// instr is one instruction: a node, its register, those of its arguments.
type instr struct {
	node *ir.Node
	dst  int
	args []int
	fail int // index of its failBits, -1 when it cannot fail
	run  func(m *Machine)
}

// Code is the register program of a compilation.
type Code struct {
	regs    []regClass // of each register
	columns []loaded
	consts  []loaded
	lookups []*lookup
	body    []instr
	tail    []instr // conditions of raises, run only when some row failed
	fails   []*ir.Node
	raises  []raise
	outs    []int     // the register of each result
	lanes   []ir.Lane // of each result
	results []*ir.Node
}

// loaded is a register that a column or a constant fills.
type loaded struct {
	node *ir.Node
	reg  int
}

// raise makes the rows of a failing operation errors of a result, where guard
// is true: a failure in a branch not taken is none.
type raise struct {
	fail, result int
	guard        int // register, -1: always
}

// assemble gives every node a register and turns it into a step.
func assemble(roots []*ir.Node, guards []guard) *Code {
	c := &Code{results: roots}
	al := allocate(roots, guards)
	c.regs = al.classes
	failIdx := map[*ir.Node]int{}
	make1 := func(n *ir.Node) instr {
		in := instr{node: n, dst: al.reg[n], fail: -1}
		for _, a := range n.Args {
			in.args = append(in.args, al.reg[a])
		}
		if n.Fails() != nil {
			in.fail = len(c.fails)
			failIdx[n] = in.fail
			c.fails = append(c.fails, n)
		}
		in.run = in.bind()
		return in
	}
	for _, n := range al.body {
		switch {
		case n.Op == ir.OpColumn:
			c.columns = append(c.columns, loaded{n, al.reg[n]})
		case n.Op == ir.OpConst && al.refill:
			c.body = append(c.body, refilled(n, al.reg[n]))
		case n.Op == ir.OpConst:
			c.consts = append(c.consts, loaded{n, al.reg[n]})
		default:
			if l, ok := n.Value.(*lookup); ok {
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
		c.outs, c.lanes = append(c.outs, al.reg[r]), append(c.lanes, ir.LaneOf(r.Type))
	}
	return c
}

// refilled is the instruction that fills a register, which holds other values in between, with a
// constant.
func refilled(n *ir.Node, reg int) instr {
	l := ir.LaneOf(n.Type)
	return instr{node: n, dst: reg, fail: -1, run: func(m *Machine) {
		v := &m.v[reg]
		v.packed = false
		clear(v.valid[:])
		m.fill(reg, l, n.Value)
	}}
}

// bind wraps the node's step with what its null rule and failures ask for.
func (in *instr) bind() func(m *Machine) {
	n, d, args, k := in.node, in.dst, in.args, in.fail
	s, nulls := emitted(n, d, args), n.Op.Rule().Nulls
	switch {
	case k >= 0:
		return func(m *Machine) {
			if nulls != ir.Own {
				m.andValid(d, args)
			}
			m.now = &m.fails[k]
			clear(m.now.bits)
			if s(m) {
				m.failed(k, d)
			}
		}
	case nulls == ir.Own && n.Nullable:
		return func(m *Machine) { s(m) }
	case nulls == ir.Strict && n.Nullable:
		return func(m *Machine) {
			m.andValid(d, args)
			s(m)
		}
	}
	return func(m *Machine) {
		s(m)
		m.v[d].nulls = false
	}
}

// emitted makes the node's step.
func emitted(n *ir.Node, d int, args []int) step {
	e := &emitters[n.Op]
	if e.emit == nil {
		panic(&ir.Refusal{Node: n})
	}
	defer func() {
		switch p := recover().(type) {
		case nil:
		case cannot:
			panic(&ir.Refusal{Node: n, Why: p.Error()})
		default:
			panic(p)
		}
	}()
	return e.emit(n, d, args)
}

// cannot is what an emitter panics with that does not take the types at hand.
type cannot struct{ error }

// catchRefusal makes a refusal the error of the surrounding function.
func catchRefusal(err *error) {
	switch p := recover().(type) {
	case nil:
	case *ir.Refusal:
		*err = p
	default:
		panic(p)
	}
}

// String lists the instructions.
func (c *Code) List(names []string) string {
	var b strings.Builder
	name := map[int]string{}
	for _, l := range append(c.columns, c.consts...) {
		name[l.reg] = l.node.Label()
	}
	reg := func(r int) string {
		if s, ok := name[r]; ok {
			return s
		}
		return fmt.Sprintf("r%d", r)
	}
	show := func(in instr) {
		fmt.Fprintf(&b, "  r%d = %s", in.dst, in.node.Label())
		if len(in.args) > 0 {
			b.WriteByte(' ')
		}
		in.node.Operands(&b, " ", func(i int) { b.WriteString(reg(in.args[i])) })
		fmt.Fprintf(&b, " : %s", ir.TypeName(in.node.Type))
		if !in.node.Nullable {
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
		fmt.Fprintf(&b, "  %s fails: %s", names[r.result], c.fails[r.fail].Fails())
		if r.guard >= 0 {
			fmt.Fprintf(&b, " where %s", reg(r.guard))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
