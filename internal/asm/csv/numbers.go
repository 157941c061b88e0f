package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// numberReader is how an instruction set reads integers or floats of up to eight bytes, one in each
// lane. Words are texts of eight bytes, a text's first byte the lowest.
type numberReader interface {
	// begin takes the fields' texts as words, and finds those longer than eight bytes odd.
	begin()
	// cutSign takes out a minus and remembers which lanes had one.
	cutSign()
	// refusePadded finds a zero before other digits odd: the caller knows what it means.
	refusePadded()
	// alignEnd moves the text up in its word, so that its last byte is the highest.
	alignEnd()
	// cutPoint takes a float's point out, so that the digits before it move up, and remembers how
	// many stand on one side of it. A point that is the first of eight bytes is odd.
	cutPoint()
	// refuseEmpty finds a text without a byte left odd.
	refuseEmpty()
	// padZeros puts zeros before the text, and makes digits of it: bytes from 0 to 9.
	padZeros()
	// refuseStrange finds a word with another byte than a digit odd.
	refuseStrange()
	// sum makes the word the number that its digits are.
	sum()
	// float divides by the power of ten of the point's place, and sets the sign. Both number and
	// power are exact, so that the quotient is the nearest float.
	float()
	// integer sets the sign.
	integer()
}

// readNumbers writes what is done to the fields of a group.
func readNumbers(r numberReader, floats bool) {
	r.begin()
	r.cutSign()
	r.refusePadded()
	r.alignEnd()
	if floats {
		r.cutPoint()
	}
	r.refuseEmpty()
	r.padZeros()
	r.refuseStrange()
	r.sum()
	if floats {
		r.float()
	} else {
		r.integer()
	}
}

// numberSignature is what a kernel of numbers takes.
func numberSignature(floats bool) string {
	out := "int64"
	if floats {
		out = "float64"
	}
	return "func(text *byte, pairs *uint32, step int, groups int, out *" + out + ", odd *uint8)"
}

// powersOfTen puts floats into the read-only data: 10 to the power of exponent(0) to exponent(n-1),
// or 1 where that is negative.
func powersOfTen(name string, n int, exponent func(i int) int) Mem {
	powers := make([]uint64, n)
	for i := range powers {
		powers[i] = math.Float64bits(math.Pow10(max(exponent(i), 0)))
	}
	return emit.Table(name+"Powers", powers...)
}

// Factors by which sumDigits joins neighbours: the first of two digits counts ten times, of two
// pairs a hundred times, of two fours ten thousand times.
const (
	tenAndOne     = 0x010A010A010A010A
	hundredAndOne = 0x0001006400010064
	tenThousand   = 10000
)

// sumDigits makes a word of eight digits the number they are: two by two, four by four, all eight.
// high is lost.
func sumDigits(word, high reg.VecVirtual, tens, hundreds, myriad Op) {
	VPMADDUBSW(tens, word, word)
	VPMADDWD(hundreds, word, word)
	VPSRLQ(Imm(32), word, high)
	VPMULUDQ(myriad, word, word)
	VPADDQ(high, word, word)
}

// Added to the bytes of a word, beyondDigit brings those above 9 to where highHalves has bits.
var (
	beyondDigit = emit.EachByte(6)
	highHalves  = emit.EachByte(0xF0)
)

// twoZeros is a text's first two bytes where they are two digits of which the first is 0, under a
// mask that leaves out which digit the second is.
const (
	twoZeros     = 0x3030
	twoZerosMask = 0xF0FF
)
