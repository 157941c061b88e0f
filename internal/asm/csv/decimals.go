package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// decimals writes the loop that writes floats with a number of digits behind the point, each as one word of at most eight
// bytes. A float that needs more bytes or digits, or less digits, is odd.
func decimals() {
	TEXT("decimalsAVX512", NOSPLIT, "func(vals *float64, slots *byte, width int, groups int, lens *uint32, odd *uint8, digits int, ten float64)")
	Pragma("noescape")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	vals, slots, width, groups, lens, odd := load("vals"), load("slots"), load("width"), load("groups"), load("lens"), load("odd")
	broadcast := func(m Op) reg.VecVirtual {
		z := ZMM()
		VPBROADCASTQ(m, z)
		return z
	}
	digits, ten, index, step := broadcast(param("digits")), broadcast(param("ten")), ZMM(), broadcast(width)
	VPMULLQ(table("decimalsLanes", 0, 1, 2, 3, 4, 5, 6, 7), step, index)
	SHLQ(Imm(3), width)
	one, seven, eight, ones := constant(1), constant(7), constant(8), constant(math.MaxUint64)
	zeros, sign, limit := constant(bytes8('0')), constant(1<<63), constant(1e8)
	myriads, myriad := constant(0xD1B71759), constant(10000)
	hundreds, hundred := constant(10486|10486<<32), constant(100|100<<32)
	tens, tenth := constant(words(103, 103, 103, 103)), constant(words(10, 10, 10, 10))
	most := ZMM() // zeros that may be left out
	VPSUBQ(digits, seven, most)

	Label("group")
	v, m, t, x := ZMM(), ZMM(), ZMM(), ZMM()
	bad, neg, k := K(), K(), K()
	VMOVDQU64(Mem{Base: vals}, v)
	ADDQ(Imm(64), vals)
	VPTESTMQ(sign, v, neg)
	VPANDNQ(v, sign, v)
	VMULPD(ten, v, t)
	VCVTPD2UQQ(t, m)
	VPCMPUQ(Imm(5), limit, m, bad) // not less: nor is what is no number
	VCVTUQQ2PD(m, t)
	VDIVPD(ten, t, t)
	VCMPPD(Imm(4), v, t, k) // not equal
	KORB(k, bad, bad)

	// Eight digits, as digits8 of csvio makes them.
	VPMULUDQ(myriads, m, x)
	VPSRLQ(Imm(45), x, x)
	VPMULUDQ(myriad, x, t)
	VPSUBQ(t, m, t)
	VPSLLQ(Imm(32), t, t)
	VPORQ(t, x, x)
	y := ZMM()
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

	// A last digit of 0 is one too many, unless it is the only one.
	last := K()
	VPSRLQ(Imm(56), x, t)
	VPTESTNMQ(t, t, k)
	VPCMPUQ(Imm(4), one, digits, last)
	KANDB(last, k, k)
	KORB(k, bad, bad)

	// Zeros before the number, as bytes; one stays before the point.
	lead, whole := ZMM(), ZMM()
	VPSUBQ(x, constant(0), t)
	VPANDQ(x, t, t)
	VPLZCNTQ(t, t)
	VPSUBQ(t, constant(63), t)
	VPSRLQ(Imm(3), t, t)
	VPMINUQ(most, t, lead)
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
	all := K()
	KXNORB(all, all, all)
	VPSCATTERQQ(m, all, Mem{Base: slots, Index: index, Scale: 1})
	ADDQ(width, slots)
	VPMOVQD(size, Mem{Base: lens})
	ADDQ(Imm(32), lens)
	bits := GP64()
	KMOVB(bad, bits.As32())
	MOVB(bits.As8(), Mem{Base: odd})
	INCQ(odd)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
