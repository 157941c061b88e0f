package vm

import (
	"slices"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/kernel"
)

// regClass is the memory a register needs.
type regClass uint8

const (
	classLanes  regClass = iota // up to 8 bytes a lane
	classWide                   // 16 bytes a lane
	classBits                   // one bit a lane
	classText                   // offsets and bytes
	classPinned                 // a column's or a result's memory: the caller's
)

// bytes is a register's memory, but that of texts, which grows.
func (c regClass) bytes() int {
	switch c {
	case classLanes:
		return 8 * kernel.Rows
	case classWide:
		return 16 * kernel.Rows
	case classBits:
		return 8 * kernel.Words
	}
	return 0
}

func classOf(l ir.Lane) regClass {
	switch l {
	case ir.LaneBits:
		return classBits
	case ir.LaneText:
		return classText
	case ir.LaneDec:
		return classWide
	}
	return classLanes
}

// allocation is the register-allocation pass: a linear scan over the nodes in
// evaluation order. A register is free after its last use, and an operation
// whose argument ends there works in place when the lanes are equally wide, so
// that deep expressions keep to the few vectors that fit the cache.
type allocation struct {
	body, tail []*ir.Node // in order
	reg        map[*ir.Node]int
	classes    []regClass
	last       map[*ir.Node]int // index of the last user in body
	free       map[regClass][]int
	pinned     map[*ir.Node]bool // keep their register to the end
	refill     bool              // constants are instructions: too many to keep a register each
}

const (
	// registersMax is from how many registers of 8 KiB on they are saved: constants are filled
	// where they are used, which costs as much as an addition, and not once, and deep arguments are
	// computed first.
	registersMax = 256
	released     = -1 // the last use of a node whose register is free
)

func allocate(roots []*ir.Node, guards []guard) *allocation {
	al := allocateIn(ir.Order(roots), roots, guards)
	if al.scratch(roots) <= registersMax {
		return al
	}
	if deep := allocateIn(deepestFirst(roots), roots, guards); deep.scratch(roots) < al.scratch(roots) {
		return deep
	}
	return al
}

// scratch is how many registers hold no result and lie in no column.
func (al *allocation) scratch(roots []*ir.Node) int {
	n := -len(roots)
	for _, c := range al.classes {
		if c != classPinned {
			n++
		}
	}
	return n
}

// deepestFirst is an order in which long chains on the right of an operation, such as those of
// ifelse, need few registers: what stands on the left is computed when the chain is.
func deepestFirst(roots []*ir.Node) []*ir.Node {
	height := map[*ir.Node]int{}
	for _, n := range ir.Order(roots) {
		for _, a := range n.Args {
			height[n] = max(height[n], height[a]+1)
		}
	}
	return ir.OrderBy(roots, func(n *ir.Node) []*ir.Node {
		args := slices.Clone(n.Args)
		slices.SortStableFunc(args, func(a, b *ir.Node) int { return height[b] - height[a] })
		return args
	})
}

func allocateIn(body, roots []*ir.Node, guards []guard) *allocation {
	al := &allocation{
		reg: map[*ir.Node]int{}, last: map[*ir.Node]int{},
		free: map[regClass][]int{}, pinned: map[*ir.Node]bool{}, body: body,
	}
	inBody, constants := map[*ir.Node]bool{}, 0
	for i, n := range al.body {
		inBody[n] = true
		if n.IsConst() {
			constants++
		}
		for _, a := range n.Args {
			al.last[a] = i
		}
	}
	al.refill = constants > registersMax
	for _, r := range roots {
		al.pinned[r] = true
	}
	al.scanTail(guards, inBody)
	al.lend()
	for i, n := range al.body {
		al.assign(i, n)
	}
	for _, n := range al.tail {
		al.reg[n] = al.fresh(classOf(ir.LaneOf(n.Type)))
	}
	return al
}

// scanTail finds what runs only for failing rows, and keeps what it reads.
func (al *allocation) scanTail(guards []guard, inBody map[*ir.Node]bool) {
	var conds []*ir.Node
	for _, g := range guards {
		if g.cond != nil {
			conds = append(conds, g.cond)
		}
	}
	for _, n := range ir.Order(conds) {
		if inBody[n] {
			al.pinned[n] = true
			continue
		}
		al.tail = append(al.tail, n)
	}
}

// lend keeps the register of a text for as long as another one lies in its
// bytes.
func (al *allocation) lend() {
	for i := len(al.body) - 1; i >= 0; i-- {
		n := al.body[i]
		if !emitters[n.Op].borrows {
			continue
		}
		a := n.Args[0]
		al.last[a] = max(al.last[a], al.last[n])
		al.pinned[a] = al.pinned[a] || al.pinned[n]
	}
}

func (al *allocation) fresh(c regClass) int {
	al.classes = append(al.classes, c)
	return len(al.classes) - 1
}

// assign gives node i its register.
func (al *allocation) assign(i int, n *ir.Node) {
	l := ir.LaneOf(n.Type)
	switch {
	case n.Op == ir.OpColumn && l != ir.LaneBits && l != ir.LaneText:
		al.reg[n] = al.fresh(classPinned)
		return
	case al.filledOnce(n) || al.pinned[n]:
		al.reg[n] = al.fresh(classOf(l))
		al.release(i, n, func(*ir.Node) bool { return true })
		return
	}
	inPlace := func(a *ir.Node) bool {
		return l != ir.LaneText && ir.LaneOf(a.Type) != ir.LaneText && ir.LaneOf(a.Type).Width() == l.Width()
	}
	al.release(i, n, inPlace)
	c := classOf(l)
	if f := al.free[c]; len(f) > 0 {
		al.reg[n], al.free[c] = f[len(f)-1], f[:len(f)-1]
	} else {
		al.reg[n] = al.fresh(c)
	}
	al.release(i, n, func(a *ir.Node) bool { return !inPlace(a) })
}

// filledOnce reports whether a node is computed by no instruction.
func (al *allocation) filledOnce(n *ir.Node) bool {
	return n.Op == ir.OpColumn || n.Op == ir.OpConst && !al.refill
}

// release frees the registers of n's arguments that end here.
func (al *allocation) release(i int, n *ir.Node, when func(*ir.Node) bool) {
	for _, a := range n.Args {
		if al.last[a] != i || al.pinned[a] || al.filledOnce(a) || !when(a) {
			continue
		}
		al.last[a] = released
		c := al.classes[al.reg[a]]
		al.free[c] = append(al.free[c], al.reg[a])
	}
}
