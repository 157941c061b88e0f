package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// writer is the registers of a loop that writes numbers, eight at a time, as words: texts of at
// most eight bytes, the first the lowest. A number that needs more is odd.
type writer struct {
	values, slots  reg.GPVirtual // numbers, and places of width bytes for their texts
	width, groups  reg.GPVirtual
	sizes, oddBits reg.GPVirtual  // where the texts' sizes and the odd ones' bits go
	offsets        reg.VecVirtual // of eight slots
}

// beginWriter begins a kernel; the loop over its groups begins at the label "group".
func beginWriter(name, signature string) *writer {
	emit.Function(name+"AVX512", signature)
	w := &writer{values: emit.Argument("vals"), slots: emit.Argument("slots"), width: emit.Argument("width")}
	w.groups, w.sizes, w.oddBits, w.offsets = emit.Argument("groups"), emit.Argument("lens"), emit.Argument("odd"), ZMM()
	multiplesOf8(name, w.width, w.offsets)
	return w
}

// load takes the next eight numbers.
func (w *writer) load(numbers reg.VecVirtual) {
	VMOVDQU64(Mem{Base: w.values}, numbers)
	ADDQ(Imm(64), w.values)
}

// end writes words, how long they are and which of them are odd, and ends the loop. Words longer
// than eight bytes are found odd.
func (w *writer) end(word, size, eight reg.VecVirtual, odd, some reg.OpmaskVirtual) {
	VPCMPUQ(greater, eight, size, some)
	join(some, odd)
	all := K()
	KXNORB(all, all, all)
	VPSCATTERQQ(word, all, emit.Item(w.slots, w.offsets, 1))
	ADDQ(w.width, w.slots)
	VPMOVQD(size, Mem{Base: w.sizes})
	ADDQ(Imm(32), w.sizes)
	endGroup8(odd, w.oddBits, w.groups)
}

// eightDigits is the digits of numbers below 10^8, the first in the lowest byte, as digits8 of
// io/csvio makes them: fours, then pairs, then digits are divided, each into its half of what
// both had. There is no division of integers; a product and a shift give the same for numbers so
// small.
func eightDigits(number, digits reg.VecVirtual) {
	rest, upper := ZMM(), ZMM()
	byMyriad, myriad := all8(0xD1B71759), all8(tenThousand)
	byHundred, hundred := all8(10486|10486<<32), all8(100|100<<32)
	byTen, ten := all8(emit.FourWords(103, 103, 103, 103)), all8(emit.FourWords(10, 10, 10, 10))
	VPMULUDQ(byMyriad, number, digits)
	VPSRLQ(Imm(45), digits, digits)
	VPMULUDQ(myriad, digits, rest)
	VPSUBQ(rest, number, rest)
	VPSLLQ(Imm(32), rest, rest)
	VPORQ(rest, digits, digits)
	VPMULLD(byHundred, digits, upper)
	VPSRLD(Imm(20), upper, upper)
	VPMULLD(hundred, upper, rest)
	VPSUBD(rest, digits, digits)
	VPSLLD(Imm(16), digits, digits)
	VPORQ(upper, digits, digits)
	VPMULLW(byTen, digits, upper)
	VPSRLW(Imm(10), upper, upper)
	VPMULLW(ten, upper, rest)
	VPSUBW(rest, digits, digits)
	VPSLLW(Imm(8), digits, digits)
	VPORQ(upper, digits, digits)
}

// leadingZeros is how many digits of 0 are before the number, but never more than most: the
// number's lowest bit shows by its place.
func leadingZeros(digits, most reg.VecVirtual) reg.VecVirtual {
	zeros := ZMM()
	VPSUBQ(digits, all8(0), zeros)
	VPANDQ(digits, zeros, zeros)
	VPLZCNTQ(zeros, zeros)
	VPSUBQ(zeros, all8(63), zeros)
	VPSRLQ(Imm(3), zeros, zeros)
	VPMINUQ(most, zeros, zeros)
	return zeros
}

// putMinus puts a minus before the words of negative numbers.
func putMinus(word, scratch reg.VecVirtual, negative reg.OpmaskVirtual) {
	VPSLLQ(Imm(8), word, scratch)
	VPORQ(all8('-'), scratch, negative, word)
}

// integers writes the loop that writes integers of at most eight bytes.
func integers() {
	w := beginWriter("integers", "func(vals *int64, slots *byte, width int, groups int, lens *uint32, odd *uint8)")
	seven, eight, zeros, limit := all8(7), all8(8), all8(emit.EachByte('0')), all8(1e8)

	Label("group")
	number, word, scratch, size := ZMM(), ZMM(), ZMM(), ZMM()
	odd, negative, some := K(), K(), K()
	w.load(number)
	VPTESTMQ(all8(1<<63), number, negative)
	VPABSQ(number, number)
	VPCMPUQ(notLess, limit, number, odd)
	eightDigits(number, word)
	leading := leadingZeros(word, seven)
	VPORQ(zeros, word, word)
	VPSUBQ(leading, eight, size)
	VPSLLQ(Imm(3), leading, leading)
	VPSRLVQ(leading, word, word)
	putMinus(word, scratch, negative)
	VPADDQ(all8(1), size, negative, size)
	w.end(word, size, eight, odd, some)
}
