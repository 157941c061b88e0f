// Package ir is the intermediate form of expressions: what the compiler of apply/expr makes of a
// text, and what a machine runs. It knows no kernels and no registers.
//
// # Vocabulary
//
// A [Node] is one value of each row: an operation over other nodes, with a type, and often a
// parameter that is the same for all rows. Nodes that are used twice are one node, so that the
// results of a compilation are a graph. An [Op] is an operation by its name, and a [Rule] what
// every machine has to keep to for it. A machine is a package that runs graphs: internal/vm is that
// of the CPU.
//
// # The null rule
//
// A value is null by the [NullRule] of its operation. [Strict]: if any argument is. [Never]: in no
// row. [Own]: as the operation's meaning says, which looks at the arguments that are null (and, or,
// ifelse, coalesce). Besides, a value is null for arguments that are not if the rule has MayNull,
// and in rows that fail. What lies under a null is any value: a machine may compute it, or not.
//
// # The failure rule
//
// A row fails in a node if its operation cannot give it a value: Rule.Fails is the usual cause, and
// nil promises that no row fails. The failing node is null, and so is the result that it is part
// of. The row counts as failed if it is looked at, as if rows were evaluated one by one: ifelse
// looks at one branch, and and or at their second side if the first does not decide, coalesce at
// its second argument if the first is null. A value under a null argument does not fail. Of
// several operations that fail in one result, the first counts, arguments before their users.
//
// # Immediates
//
// A constant is a node like others. Which constants become a part of an instruction, as
// [Node.Immediates], and which operations are fused into one, is a machine's own: it is its kernels
// that differ. Operations whose rule is Lowered come from such passes alone, and are in no graph
// that a machine is given.
//
// # A second machine
//
// A machine has a table of its own from operations to code. It goes over the nodes in [Order],
// looks each operation up, and returns a [*Refusal] for one that it has not, or not for the types
// of the node. Whoever asked then runs the graph on the CPU, or says so.
//
//	for _, n := range ir.Order(program.Graph()) {
//		emit, ok := emitters[n.Op]
//		if !ok {
//			return &ir.Refusal{Node: n} // the operation match is not there on this machine
//		}
//		…
//	}
//
// The test of apply/expr that is called TestSecondMachine is one: 45 operations over rows of any,
// held against the CPU.
package ir
