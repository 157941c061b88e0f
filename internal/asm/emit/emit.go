// Package emit holds what every generator says: how a kernel begins and ends, where its arguments
// lie, and constants in the read-only data.
//
// Avo gives registers out by the order in which they were made, so a generator that makes them in
// another order writes other assembly, though it does the same.
package emit

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Function begins a kernel that keeps none of the pointers it is given, so that what they point to
// may stay on the caller's stack.
func Function(name, signature string) {
	build.TEXT(name, build.NOSPLIT, signature)
	build.Pragma("noescape")
}

// Argument loads an argument of one word into a new register.
func Argument(name string) reg.GPVirtual {
	return build.Load(build.Param(name), build.GP64()).(reg.GPVirtual)
}

// OnStack is where an argument lies in memory: for one that is read seldom, or by an instruction
// that takes it from there, and so needs no register.
func OnStack(name string) operand.Mem {
	basic, err := build.Param(name).Resolve()
	if err != nil {
		panic(err) // a name that is not in the signature
	}
	return basic.Addr
}

// Return ends a kernel that used the upper halves of vector registers, which would slow down the
// caller's SSE instructions if they were left set.
func Return() {
	build.VZEROUPPER()
	build.RET()
}

// At is the memory at an offset in bytes from where a register points to.
func At(base reg.Register, offset int) operand.Mem {
	return operand.Mem{Base: base, Disp: offset}
}

// Item is item index of the items of size bytes, 1, 2, 4 or 8, that a register points to.
func Item(base, index reg.Register, size uint8) operand.Mem {
	return operand.Mem{Base: base, Index: index, Scale: size}
}

// tables are the tables written so far and their words, by name.
var (
	tables     = map[string]operand.Mem{}
	tableWords = map[string][]uint64{}
)

// Table puts 64-bit words into the read-only data. A table of a name is written once, when it is
// first asked for; to ask for other words under its name is a fault of the generator.
func Table(name string, words ...uint64) operand.Mem {
	if table, ok := tables[name]; ok {
		if !slices.Equal(words, tableWords[name]) {
			panic(fmt.Sprintf("emit: two tables are named %s", name))
		}
		return table
	}
	table := build.GLOBL(name, attr.RODATA|attr.NOPTR)
	for i, word := range words {
		build.DATA(8*i, operand.U64(word))
	}
	tables[name], tableWords[name] = table, words
	return table
}

// EachByte is a 64-bit word of eight bytes c.
func EachByte(c byte) uint64 { return uint64(c) * 0x0101010101010101 }

// FourWords is a 64-bit word of four 16-bit numbers, the first the lowest.
func FourWords(a, b, c, d uint16) uint64 {
	return uint64(a) | uint64(b)<<16 | uint64(c)<<32 | uint64(d)<<48
}
