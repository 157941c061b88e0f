package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// decimals writes the loop that writes floats with a number of digits behind the point, each as one
// word of at most eight bytes. A float that needs more bytes or digits, or less digits, is odd.
func decimals() {
	TEXT("decimalsAVX512", NOSPLIT, "func(vals *float64, slots *byte, width int, groups int, lens *uint32, odd *uint8, digits int, ten float64)")
	Pragma("noescape")
	o := beginWords("decimals")
	digits, ten := ZMM(), ZMM()
	VPBROADCASTQ(param("digits"), digits)
	VPBROADCASTQ(param("ten"), ten)
	one, seven, eight, ones := constant(1), constant(7), constant(8), constant(math.MaxUint64)
	zeros, sign, limit := constant(bytes8('0')), constant(1<<63), constant(1e8)
	most := ZMM() // zeros that may be left out
	VPSUBQ(digits, seven, most)

	Label("group")
	v, m, t, x, y := ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	bad, neg, k := K(), K(), K()
	VMOVDQU64(Mem{Base: o.vals}, v)
	ADDQ(Imm(64), o.vals)
	VPTESTMQ(sign, v, neg)
	VPANDNQ(v, sign, v)
	VMULPD(ten, v, t)
	VCVTPD2UQQ(t, m)
	VPCMPUQ(Imm(5), limit, m, bad) // not less: nor is what is no number
	VCVTUQQ2PD(m, t)
	VDIVPD(ten, t, t)
	VCMPPD(Imm(4), v, t, k) // not equal
	KORB(k, bad, bad)

	digits8(m, x)

	// A last digit of 0 is one too many, unless it is the only one.
	last := K()
	VPSRLQ(Imm(56), x, t)
	VPTESTNMQ(t, t, k)
	VPCMPUQ(Imm(4), one, digits, last)
	KANDB(last, k, k)
	KORB(k, bad, bad)

	// Zeros before the number, as bytes; one stays before the point.
	lead, whole := leading(x, most), ZMM()
	VPSUBQ(digits, eight, whole)
	VPSUBQ(lead, whole, whole) // bytes before the point
	VPORQ(zeros, x, x)
	VPSLLQ(Imm(3), lead, t)
	VPSRLVQ(t, x, m)
	VPSLLQ(Imm(3), whole, t)
	VPSLLVQ(t, ones, y)
	VPANDNQ(m, y, m)
	VPSLLVQ(t, constant('.'), y)
	VPORQ(y, m, m)
	// The last digits lie in the highest bytes.
	VPSLLQ(Imm(3), digits, y)
	VPSUBQ(y, constant(64), y)
	VPSRLVQ(y, x, x)
	VPADDQ(eight, t, t)
	VPSLLVQ(t, x, x)
	VPORQ(x, m, m)
	size := ZMM()
	VPADDQ(digits, whole, size)
	VPADDQ(one, size, size)
	VPSLLQ(Imm(8), m, t)
	VPORQ(constant('-'), t, neg, m)
	VPADDQ(one, size, neg, size)
	VPCMPUQ(Imm(6), eight, size, k) // longer than a word
	KORB(k, bad, bad)
	o.end(m, size, bad)
}

// words8 is a loop that writes values, eight at a time, as words of at most eight bytes.
type words8 struct {
	vals, slots, width, groups, lens, odd reg.GPVirtual
	index                                 reg.VecVirtual
}

func beginWords(name string) *words8 {
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	o := &words8{load("vals"), load("slots"), load("width"), load("groups"), load("lens"), load("odd"), ZMM()}
	step := ZMM()
	VPBROADCASTQ(o.width, step)
	VPMULLQ(table(name+"Lanes", 0, 1, 2, 3, 4, 5, 6, 7), step, o.index)
	SHLQ(Imm(3), o.width)
	return o
}

// end writes words, how long they are and which of them are odd.
func (o *words8) end(m, size reg.VecVirtual, bad reg.OpmaskVirtual) {
	all := K()
	KXNORB(all, all, all)
	VPSCATTERQQ(m, all, Mem{Base: o.slots, Index: o.index, Scale: 1})
	ADDQ(o.width, o.slots)
	VPMOVQD(size, Mem{Base: o.lens})
	ADDQ(Imm(32), o.lens)
	bits := GP64()
	KMOVB(bad, bits.As32())
	MOVB(bits.As8(), Mem{Base: o.odd})
	INCQ(o.odd)
	DECQ(o.groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// digits8 makes x the eight digits of m, as digits8 of csvio does.
func digits8(m, x reg.VecVirtual) {
	t, y := ZMM(), ZMM()
	myriads, myriad := constant(0xD1B71759), constant(10000)
	hundreds, hundred := constant(10486|10486<<32), constant(100|100<<32)
	tens, tenth := constant(words(103, 103, 103, 103)), constant(words(10, 10, 10, 10))
	VPMULUDQ(myriads, m, x)
	VPSRLQ(Imm(45), x, x)
	VPMULUDQ(myriad, x, t)
	VPSUBQ(t, m, t)
	VPSLLQ(Imm(32), t, t)
	VPORQ(t, x, x)
	VPMULLD(hundreds, x, y)
	VPSRLD(Imm(20), y, y)
	VPMULLD(hundred, y, t)
	VPSUBD(t, x, x)
	VPSLLD(Imm(16), x, x)
	VPORQ(y, x, x)
	VPMULLW(tens, x, y)
	VPSRLW(Imm(10), y, y)
	VPMULLW(tenth, y, t)
	VPSUBW(t, x, x)
	VPSLLW(Imm(8), x, x)
	VPORQ(y, x, x)
}

// leading is how many zero digits are before the number, at most most.
func leading(x, most reg.VecVirtual) reg.VecVirtual {
	t := ZMM()
	VPSUBQ(x, constant(0), t)
	VPANDQ(x, t, t)
	VPLZCNTQ(t, t)
	VPSUBQ(t, constant(63), t)
	VPSRLQ(Imm(3), t, t)
	VPMINUQ(most, t, t)
	return t
}

// integers writes the loop that writes integers of at most eight bytes. One that needs more is odd.
func integers() {
	TEXT("integersAVX512", NOSPLIT, "func(vals *int64, slots *byte, width int, groups int, lens *uint32, odd *uint8)")
	Pragma("noescape")
	o := beginWords("integers")
	seven, eight, zeros, limit := constant(7), constant(8), constant(bytes8('0')), constant(1e8)

	Label("group")
	v, x, t, size := ZMM(), ZMM(), ZMM(), ZMM()
	bad, neg, k := K(), K(), K()
	VMOVDQU64(Mem{Base: o.vals}, v)
	ADDQ(Imm(64), o.vals)
	VPTESTMQ(constant(1<<63), v, neg)
	VPABSQ(v, v)
	VPCMPUQ(Imm(5), limit, v, bad)
	digits8(v, x)
	lead := leading(x, seven)
	VPORQ(zeros, x, x)
	VPSUBQ(lead, eight, size)
	VPSLLQ(Imm(3), lead, lead)
	VPSRLVQ(lead, x, x)
	VPSLLQ(Imm(8), x, t)
	VPORQ(constant('-'), t, neg, x)
	VPADDQ(constant(1), size, neg, size)
	VPCMPUQ(Imm(6), eight, size, k)
	KORB(k, bad, bad)
	o.end(x, size, bad)
}
