// Package vm is the machine of the CPU: it compiles a graph of internal/ir into a program of
// registers and kernels, and runs it over vectors of 1,024 rows.
//
// # Vocabulary
//
// [Code] is a compiled graph: instructions over registers, immutable and shared. A [Machine] holds
// the registers of one goroutine, each a vector that stays in the cache: about 8 KiB. A step is an
// instruction made ready: it has chosen its kernel (internal/kernel) for the types at hand once,
// when the program is made. A lane is one value of a fixed width in a register.
//
// # From a graph to code
//
// [Lower] runs the machine's passes: look-ups in dictionaries, fused operations, constants inside
// of instructions, nulls that cannot be. Then each operation is looked up in the table of
// emitters, which says how this machine computes it; nothing of it is known to internal/ir. An
// operation that the table lacks is an [*ir.Refusal].
//
// # Failing rows
//
// A vector computes both branches of ifelse. A row that fails in the branch that is not taken is no
// failure: the tail of a program, which runs only for vectors in which a row failed, computes the
// conditions under which each operation is looked at.
package vm
