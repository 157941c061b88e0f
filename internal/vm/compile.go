package vm

import "github.com/volley-go/volley/internal/ir"

// lowering are the passes that make a graph one of this machine's instructions, in the order they
// run. Each is in a file of its own.
var lowering = []struct {
	name string
	run  func([]*ir.Node) []*ir.Node
}{
	{"look up in dictionaries", lookUps},
	{"fuse operations", fuse},
	{"constants into instructions", immediates},
	{"elide nulls", ir.ElideNulls},
}

// Lower runs the machine's passes, and hands on what each of them made.
func Lower(roots []*ir.Node, after func(pass string, roots []*ir.Node)) []*ir.Node {
	for _, pass := range lowering {
		roots = pass.run(roots)
		after(pass.name, roots)
	}
	return roots
}

// Compile makes the program that computes the roots, its results. An operation that the machine
// has not, or not for the types at hand, is an [*ir.Refusal].
func Compile(roots []*ir.Node) (c *Code, err error) {
	defer catchRefusal(&err)
	roots = results(Lower(roots, func(string, []*ir.Node) {}))
	return assemble(roots, findGuards(roots)), nil
}

// CompileConstant makes a program of one operation on constants, as it is.
func CompileConstant(n *ir.Node) (c *Code, err error) {
	defer catchRefusal(&err)
	roots := []*ir.Node{n}
	return assemble(roots, findGuards(roots)), nil
}

// results gives every result a register of its own: a column, a constant and
// a value that is two results are copied.
func results(roots []*ir.Node) []*ir.Node {
	taken := map[*ir.Node]bool{}
	out := make([]*ir.Node, len(roots))
	for i, r := range roots {
		if r.Op == ir.OpColumn || r.Op == ir.OpConst || taken[r] {
			c := &ir.Node{Op: ir.OpCopy, Type: r.Type, Args: []*ir.Node{r}, Pos: r.Pos, Source: r.Source, Nullable: r.Nullable}
			r = c
		}
		taken[r] = true
		out[i] = r
	}
	return out
}

// Columns are the columns that the program reads.
func (c *Code) Columns() (list []*ir.Column) {
	for _, l := range c.columns {
		list = append(list, l.node.Value.(*ir.Column))
	}
	for _, l := range c.lookups {
		list = append(list, l.column.Value.(*ir.Column))
	}
	return list
}

// Nullable reports whether result i may be null.
func (c *Code) Nullable(i int) bool { return c.results[i].Nullable }

// Fails reports whether a row can fail.
func (c *Code) Fails() bool { return len(c.fails) > 0 }

// Calls reports whether functions written in Go are called.
func (c *Code) Calls() bool {
	for _, n := range c.fails {
		if n.Op == ir.OpCall {
			return true
		}
	}
	return false
}

// Registers is how many registers have memory of their own or of a result.
func (c *Code) Registers() (n int) {
	for _, class := range c.regs {
		if class != classPinned {
			n++
		}
	}
	return n
}

// Vectors is how many registers of a machine hold a vector of lanes, 8 KiB or twice that each.
func (c *Code) Vectors() (n int) {
	for _, class := range c.memory() {
		if class == classLanes || class == classWide {
			n++
		}
	}
	return n
}
