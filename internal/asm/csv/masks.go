package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// Scan and survey look at 64 bytes of text at a time, as masks: 64-bit words that have a bit for
// each of the bytes, the first byte's the lowest.

// What is looked for, in the order of the states' bytes.
const (
	delimiter = iota
	quote
	newline
	carriage
)

// word is the masks of 64 bytes. Once newlines are joined to them, the delimiters are separators.
type word struct {
	delimiters, quotes, newlines reg.GPVirtual
}

// readWord loads the 64 bytes at a place of the text and makes their masks.
func readWord(s set, text, at reg.GPVirtual) word {
	s.load(emit.Item(text, at, 1))
	return word{s.mask(delimiter), s.mask(quote), s.mask(newline)}
}

// insideQuotes is a mask of the bytes in quotes, each opening one included: what lies from an odd
// set bit of quotes up to the next even one, which a product without carries by all ones gives. It
// is turned round where the word before ended in quotes, if inside is all ones.
func insideQuotes(quotes reg.GPVirtual, inside Op, ones reg.VecVirtual) reg.GPVirtual {
	product, out := XMM(), GP64()
	VMOVQ(quotes, product)
	VPCLMULQDQ(Imm(0), ones, product, product)
	VMOVQ(product, out)
	XORQ(inside, out)
	return out
}

func allOnes() reg.VecVirtual {
	x := XMM()
	VPCMPEQB(x, x, x)
	return x
}

// moveBehind makes a mask of bytes one of the bytes behind them: carry is 1 if the last byte of the
// word before was one of them.
func moveBehind(bytes reg.GPVirtual, carry Op) {
	ADDQ(bytes, bytes)
	ORQ(carry, bytes)
}

// andNot is the bits of a that are not in b.
func andNot(a, b reg.GPVirtual) reg.GPVirtual {
	out := GP64()
	ANDNQ(a, b, out)
	return out
}

// keepLast stores the bit of the word's last byte, the carry for the next word's moveBehind.
func keepLast(bytes reg.GPVirtual, carry Op) {
	last := GP64()
	MOVQ(bytes, last)
	SHRQ(Imm(63), last)
	MOVQ(last, carry)
}

// addCount adds the number of a mask's bits to a sum, through a register that is lost.
func addCount(bytes reg.GPVirtual, count reg.GPVirtual, sums ...Op) {
	POPCNTQ(bytes, count)
	for _, sum := range sums {
		ADDQ(count, sum)
	}
}
