package ir

import (
	"fmt"
	"go/constant"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// Node is one value of the typed tree, later graph: what the passes read and
// write. Nodes are immutable once made; a pass makes new ones.
type Node struct {
	Op     Op
	Type   arrow.DataType // nil only for constants that are not yet typed
	Args   []*Node
	Value  any // of OpConst the value as a lane's Go type, nil for null; otherwise the parameter
	Pos    int // byte offset in the text
	Source int // index of the text in the compilation

	Immediates []any // operands that are constants of the instruction, by place; nil if none are
	Nullable   bool  // may be null; set by ElideNulls
}

// Fails is the usual cause of a row that fails in n, nil if none can.
func (n *Node) Fails() error {
	if n.Op == OpLookup {
		return n.Value.(Computed).Fails()
	}
	return n.Op.Rule().Fails
}

// IsConst reports whether n is a constant.
func (n *Node) IsConst() bool { return n.Op == OpConst }

// Untyped reports whether n is a constant that has no type yet, as in Go.
func (n *Node) Untyped() bool { return n.Op == OpConst && n.Type == nil }

// With is n over other arguments.
func (n *Node) With(args []*Node) *Node {
	same := true
	for i, a := range args {
		same = same && a == n.Args[i]
	}
	if same {
		return n
	}
	c := *n
	c.Args = args
	return &c
}

// Rewrite applies f bottom-up, once to each node of the graph.
func Rewrite(roots []*Node, f func(*Node) *Node) []*Node {
	done := map[*Node]*Node{}
	var walk func(*Node) *Node
	walk = func(n *Node) *Node {
		if r, ok := done[n]; ok {
			return r
		}
		args := make([]*Node, len(n.Args))
		for i, a := range n.Args {
			args[i] = walk(a)
		}
		r := f(n.With(args))
		done[n] = r
		return r
	}
	out := make([]*Node, len(roots))
	for i, r := range roots {
		out[i] = walk(r)
	}
	return out
}

// Order lists the nodes of the graph, arguments before their users.
func Order(roots []*Node) []*Node {
	return OrderBy(roots, func(n *Node) []*Node { return n.Args })
}

// OrderBy is order with the arguments of a node in an order of its own.
func OrderBy(roots []*Node, args func(*Node) []*Node) []*Node {
	var list []*Node
	seen := map[*Node]bool{}
	var walk func(*Node)
	walk = func(n *Node) {
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

// Label is the operation with its parameter.
func (n *Node) Label() string {
	switch n.Op {
	case OpColumn:
		return Reference(n.Value.(*Column).Name)
	case OpConst:
		return Literal(n.Value)
	}
	if n.Op == OpCall {
		return n.Value.(Function).Name
	}
	name := n.Op.String()
	if isConversion(n.Op) {
		name += " " + TypeName(n.Type)
	}
	if s, ok := n.Value.(fmt.Stringer); ok {
		name += " " + s.String()
	}
	return name
}

// WriteCall writes the operation and its operands in parentheses, the constants of the instruction
// at their places.
func (n *Node) WriteCall(b *strings.Builder, arg func(i int)) {
	b.WriteString(n.Label() + "(")
	n.Operands(b, ", ", arg)
	b.WriteByte(')')
}

// Operands writes the constants of the instruction, and has arg write argument i, in their order.
func (n *Node) Operands(b *strings.Builder, between string, arg func(i int)) {
	k := 0
	for i := range len(n.Args) + n.Constants() {
		if i > 0 {
			b.WriteString(between)
		}
		if n.Immediates != nil && n.Immediates[i] != nil {
			b.WriteString(Literal(n.Immediates[i]))
			continue
		}
		arg(k)
		k++
	}
}

// Constants is how many operands are constants of the instruction.
func (n *Node) Constants() int {
	k := 0
	for _, v := range n.Immediates {
		if v != nil {
			k++
		}
	}
	return k
}

// Literal prints a constant.
func Literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case constant.Value:
		return v.ExactString()
	case string:
		return strconv.Quote(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case Dec:
		return fmt.Sprintf("decimal(%d, %d)", v.Hi, v.Lo)
	}
	return fmt.Sprint(v)
}

// Print prints roots in prefix form; a node with several uses becomes a line
// of its own, `t1 = …`, so that shared work shows.
func Print(names []string, roots []*Node) string {
	uses := map[*Node]int{}
	list := Order(roots)
	for _, n := range list {
		for _, a := range n.Args {
			uses[a]++
		}
	}
	var b strings.Builder
	temp := map[*Node]string{}
	var show func(n *Node, top bool)
	show = func(n *Node, top bool) {
		t, ok := temp[n]
		switch {
		case ok && !top:
			b.WriteString(t)
		case len(n.Args) == 0:
			b.WriteString(n.Label())
		default:
			n.WriteCall(&b, func(i int) { show(n.Args[i], false) })
		}
	}
	line := func(name string, n *Node, top bool) {
		b.WriteString(name + " = ")
		show(n, top)
		b.WriteByte('\n')
	}
	for _, n := range list {
		if uses[n] > 1 && len(n.Args) > 0 {
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

func isConversion(o Op) bool {
	return o == OpWiden || o == OpWrap || o == OpCast || o == OpView || o == OpParse || o == OpFormat
}

// Fallible remembers in which nodes a row can fail, in themselves or in what they are computed
// from.
type Fallible map[*Node]bool

func (f Fallible) Within(n *Node) bool {
	if known, ok := f[n]; ok {
		return known
	}
	fails := n.Fails() != nil || slices.ContainsFunc(n.Args, f.Within)
	f[n] = fails
	return fails
}

// Reference is how a column is written in an expression.
func Reference(name string) string {
	if token.IsIdentifier(name) && name != "true" && name != "false" && name != "nil" {
		return name
	}
	return "col(" + strconv.Quote(name) + ")"
}

// Condition is a truth value of its arguments, at the place of the first.
func Condition(o Op, args ...*Node) *Node {
	return &Node{Op: o, Type: BoolType, Args: args, Pos: args[0].Pos, Source: args[0].Source}
}

// Not is !n.
func Not(n *Node) *Node {
	t := Condition(OpNot, n)
	t.Nullable = n.Nullable
	return t
}
