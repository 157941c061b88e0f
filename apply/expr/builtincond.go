package expr

import (
	"github.com/volley-go/volley/internal/ir"
)

// conditionals are the functions that look at nulls, and comparison's kin.
func conditionals() []*builtin {
	return []*builtin{
		{name: "ifelse", args: "c, a, b", doc: "a where c is true, else b; only the branch taken can fail",
			nulls: "b for a null c; else that of the branch", nan: "that of the branch", errs: noErrors, min: 3, max: 3,
			check: func(k *call) *ir.Node {
				ab, t := k.together(k.args[1:])
				return k.make(ir.OpSelect, t, k.to(k.args[0], ir.BoolType), ab[0], ab[1])
			}},
		{name: "casewhen", args: "c1, v1, c2, v2, …, otherwise", doc: "the value of the first condition that is true",
			nulls: "a null condition is not true", nan: "that of the branch", errs: noErrors, min: 3, max: -1, check: checkCase},
		{name: "coalesce", args: "a, b, …", doc: "the first argument that is not null",
			nulls: "the next argument", nan: nanStays, errs: noErrors, min: 2, max: -1,
			check: func(k *call) *ir.Node {
				list, t := k.together(k.args)
				n := list[len(list)-1]
				for i := len(list) - 2; i >= 0; i-- {
					n = k.make(ir.OpCoalesce, t, list[i], n)
				}
				return n
			}},
		{name: "isnull", args: "x", doc: "whether x is null", nulls: "true", nan: "false", errs: noErrors, min: 1, max: 1,
			check: func(k *call) *ir.Node { return k.make(ir.OpIsNull, ir.BoolType, k.settle(k.args[0])) }},
		{name: "in", args: "x, a, b, …", doc: "whether x equals one of the others",
			nulls: "null, but true where another one equals", nan: "false", errs: noErrors, min: 2, max: -1, check: checkIn},
		{name: "between", args: "x, low, high", doc: "low <= x && x <= high",
			nulls: "null, but false where the other bound fails", nan: "false", errs: noErrors, min: 3, max: 3,
			check: func(k *call) *ir.Node {
				x, lo, hi := k.args[0], k.args[1], k.args[2]
				return k.make(ir.OpAnd, ir.BoolType, k.settle(k.binary(leq, lo, x, k.pos)), k.settle(k.binary(leq, x, hi, k.pos)))
			}},
	}
}

// checkCase nests ifelse from the last condition inwards.
func checkCase(k *call) *ir.Node {
	if len(k.args)%2 == 0 {
		k.fail(k.pos, "casewhen ends with the value for no condition: %s", k.builtin.usage())
	}
	var values []*ir.Node
	for i := 1; i < len(k.args); i += 2 {
		values = append(values, k.args[i])
	}
	values, t := k.together(append(values, k.args[len(k.args)-1]))
	n := values[len(values)-1]
	for i := len(values) - 2; i >= 0; i-- {
		n = k.make(ir.OpSelect, t, k.to(k.args[2*i], ir.BoolType), values[i], n)
	}
	return n
}

// checkIn is a chain of comparisons, each as == makes it; equal columns are compared once, thanks
// to share, and a long list of text constants becomes a set.
func checkIn(k *call) *ir.Node {
	if n := inTextSet(k); n != nil {
		return n
	}
	var n *ir.Node
	for _, v := range k.args[1:] {
		e := v // a nil makes what equals no other value null, as in SQL
		if !isNullNode(v) {
			e = k.binary(eql, k.args[0], v, k.pos)
		}
		e = k.to(e, ir.BoolType)
		if n == nil {
			n = e
		} else {
			n = k.make(ir.OpOr, ir.BoolType, n, e)
		}
	}
	return n
}
