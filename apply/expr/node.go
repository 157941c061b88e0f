package expr

import (
	"fmt"
	"go/constant"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// node is one value of the typed tree, later graph: what the passes read and
// write. Nodes are immutable once made; a pass makes new ones.
type node struct {
	op   op
	typ  arrow.DataType // nil: untyped constant
	args []*node
	val  any // opConst: the value, nil for null; otherwise the op's parameter
	pos  int // place in the text
	src  int // which text of the compilation

	imm      []any // operands that are constants in the instruction, by place; nil: none
	nullable bool  // elideNulls: may be null
}

// fails is the usual cause of a row that fails in n, nil if none can. A parameter may know better
// than the operation.
func (n *node) fails() error {
	if f, ok := n.val.(interface{ fails() error }); ok {
		return f.fails()
	}
	return n.op.rule().fails
}

func (n *node) isConst() bool { return n.op == opConst }

func (n *node) untyped() bool { return n.op == opConst && n.typ == nil }

// with is n over other arguments.
func (n *node) with(args []*node) *node {
	same := true
	for i, a := range args {
		same = same && a == n.args[i]
	}
	if same {
		return n
	}
	c := *n
	c.args = args
	return &c
}

// rewrite applies f bottom-up, once to each node of the graph.
func rewrite(roots []*node, f func(*node) *node) []*node {
	done := map[*node]*node{}
	var walk func(*node) *node
	walk = func(n *node) *node {
		if r, ok := done[n]; ok {
			return r
		}
		args := make([]*node, len(n.args))
		for i, a := range n.args {
			args[i] = walk(a)
		}
		r := f(n.with(args))
		done[n] = r
		return r
	}
	out := make([]*node, len(roots))
	for i, r := range roots {
		out[i] = walk(r)
	}
	return out
}

// order lists the nodes of the graph, arguments before their users.
func order(roots []*node) []*node {
	return orderBy(roots, func(n *node) []*node { return n.args })
}

// orderBy is order with the arguments of a node in an order of its own.
func orderBy(roots []*node, args func(*node) []*node) []*node {
	var list []*node
	seen := map[*node]bool{}
	var walk func(*node)
	walk = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, a := range args(n) {
			walk(a)
		}
		list = append(list, n)
	}
	for _, r := range roots {
		walk(r)
	}
	return list
}

// label is the operation with its parameter.
func (n *node) label() string {
	switch n.op {
	case opColumn:
		return reference(n.val.(*column).name)
	case opConst:
		return literal(n.val)
	}
	if n.op == opCall {
		return n.val.(called).name
	}
	name := string(n.op)
	if isConversion(n.op) {
		name += " " + typeName(n.typ)
	}
	if s, ok := n.val.(fmt.Stringer); ok {
		name += " " + s.String()
	}
	return name
}

// writeCall writes the operation and its operands in parentheses, the constants of the instruction
// at their places.
func (n *node) writeCall(b *strings.Builder, arg func(i int)) {
	b.WriteString(n.label() + "(")
	n.operands(b, ", ", arg)
	b.WriteByte(')')
}

// operands writes the constants of the instruction, and has arg write argument i, in their order.
func (n *node) operands(b *strings.Builder, between string, arg func(i int)) {
	k := 0
	for i := range len(n.args) + n.constants() {
		if i > 0 {
			b.WriteString(between)
		}
		if n.imm != nil && n.imm[i] != nil {
			b.WriteString(literal(n.imm[i]))
			continue
		}
		arg(k)
		k++
	}
}

// constants is how many operands are constants of the instruction.
func (n *node) constants() int {
	k := 0
	for _, v := range n.imm {
		if v != nil {
			k++
		}
	}
	return k
}

// literal prints a constant.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case constant.Value:
		return v.ExactString()
	case string:
		return strconv.Quote(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case dec:
		return fmt.Sprintf("decimal(%d, %d)", v.Hi, v.Lo)
	}
	return fmt.Sprint(v)
}

// graph prints roots in prefix form; a node with several uses becomes a line
// of its own, `t1 = …`, so that shared work shows.
func graph(names []string, roots []*node) string {
	uses := map[*node]int{}
	list := order(roots)
	for _, n := range list {
		for _, a := range n.args {
			uses[a]++
		}
	}
	var b strings.Builder
	temp := map[*node]string{}
	var show func(n *node, top bool)
	show = func(n *node, top bool) {
		t, ok := temp[n]
		switch {
		case ok && !top:
			b.WriteString(t)
		case len(n.args) == 0:
			b.WriteString(n.label())
		default:
			n.writeCall(&b, func(i int) { show(n.args[i], false) })
		}
	}
	line := func(name string, n *node, top bool) {
		b.WriteString(name + " = ")
		show(n, top)
		b.WriteByte('\n')
	}
	for _, n := range list {
		if uses[n] > 1 && len(n.args) > 0 {
			t := fmt.Sprintf("t%d", len(temp)+1)
			line(t, n, true)
			temp[n] = t
		}
	}
	for i, r := range roots {
		line(names[i], r, false)
	}
	return b.String()
}
