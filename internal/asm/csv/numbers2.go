package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var constants4 = map[uint64]Mem{}

// constant4 is a qword in the four lanes of AVX2.
func constant4(v uint64) Mem {
	m, ok := constants4[v]
	if !ok {
		m = table(fmt.Sprintf("four%016x", v), v, v, v, v)
		constants4[v] = m
	}
	return m
}

// numbers4 is numbers for AVX2: two groups of four fields after each other, masks as vectors.
func numbers4(name string, floats bool) {
	TEXT(name, NOSPLIT, "func(text *byte, pairs *uint32, step int, groups int, out *"+map[bool]string{false: "int64", true: "float64"}[floats]+", odd *uint8)")
	Pragma("noescape")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	text, pairs, step, groups, out, odd := load("text"), load("pairs"), load("step"), load("groups"), load("out"), load("odd")
	y := func() reg.VecVirtual { return YMM() }
	zero, index, stepY := y(), y(), y()
	VPXOR(zero, zero, zero)
	VMOVQ(step, stepY.AsX())
	VPBROADCASTQ(stepY.AsX(), stepY)
	VPMULUDQ(table(name+"Lanes", 0, 1, 2, 3), stepY, index)
	flags, half, powers := GP64(), GP64(), GP64()
	if floats { // by how many bytes stand before the point; 8 where there is none
		p := make([]uint64, 9)
		for i := range p {
			p[i] = math.Float64bits(math.Pow10(max(7-i, 0)))
		}
		LEAQ(table(name+"Powers", p...), powers)
	}
	SHLQ(Imm(2), step)

	Label("group")
	XORQ(flags, flags)
	for part := range 2 {
		// Where the fields begin, and how long they are.
		pair, lo, n, mask := y(), y(), y(), y()
		VPCMPEQQ(mask, mask, mask)
		VPXOR(pair, pair, pair)
		VPGATHERQQ(mask, Mem{Base: pairs, Index: index, Scale: 1}, pair)
		ADDQ(step, pairs)
		VPADDD(constant4(1), pair, pair)
		VPSRLQ(Imm(32), pair, n)
		VPAND(constant4(math.MaxUint32), pair, lo)
		VPSUBQ(lo, n, n)
		w, bad, neg, t := y(), y(), y(), y()
		VPCMPEQQ(mask, mask, mask)
		VPXOR(w, w, w)
		VPGATHERQQ(mask, Mem{Base: text, Index: lo, Scale: 1}, w)
		VPCMPGTQ(constant4(8), n, bad)
		VPAND(constant4(0xFF), w, t)
		VPCMPEQQ(constant4('-'), t, neg)
		VPSRLQ(Imm(8), w, t)
		VPBLENDVB(neg, t, w, w)
		VPADDQ(neg, n, n) // one less
		zeroFirst := y()
		VPAND(constant4(0xF0FF), w, zeroFirst)
		VPCMPEQQ(constant4(0x3030), zeroFirst, zeroFirst)
		VPCMPGTQ(constant4(1), n, t)
		VPAND(t, zeroFirst, zeroFirst)
		VPOR(zeroFirst, bad, bad) // a zero before other digits: the caller knows what it means
		VPSLLQ(Imm(3), n, t)
		u := y()
		VMOVDQU(constant4(64), u)
		VPSUBQ(t, u, u)
		VPSLLVQ(u, w, w)
		power := y()
		if floats {
			// The point is the first byte that is one: below it all bits are set in low.
			dot, low, rest, has := y(), y(), y(), y()
			VPCMPEQB(constant4(bytes8('.')), w, dot)
			VPADDQ(constant4(math.MaxUint64), dot, low)
			VPANDN(low, dot, low)
			VPCMPEQQ(zero, dot, has) // none
			VPAND(constant4(bytes8(1)), low, t)
			VPSADBW(zero, t, t) // how many bytes stand before it; 8 if there is none
			VPCMPEQQ(zero, t, u)
			VPOR(u, bad, bad) // a point first
			VPCMPEQQ(mask, mask, mask)
			VPXOR(power, power, power)
			VGATHERQPD(mask, Mem{Base: powers, Index: t, Scale: 8}, power)
			VPSLLQ(Imm(8), low, rest)
			VPOR(constant4(0xFF), rest, rest)
			VPANDN(w, rest, rest)
			VPAND(w, low, low)
			VPSLLQ(Imm(8), low, low)
			VPOR(low, rest, rest)
			VPBLENDVB(has, w, rest, w)
			VPCMPEQQ(zero, has, t)
			VPADDQ(t, n, n)
		}
		VPCMPGTQ(zero, n, t)
		VPCMPEQQ(zero, t, t)
		VPOR(t, bad, bad) // nothing left
		VPSLLQ(Imm(3), n, t)
		VMOVDQU(constant4(bytes8('0')), u)
		VPSRLVQ(t, u, t)
		VPOR(t, w, w)
		VPXOR(u, w, w)
		VPADDB(constant4(bytes8(6)), w, t)
		VPOR(w, t, t)
		VPAND(constant4(bytes8(0xF0)), t, t)
		VPCMPEQQ(zero, t, t)
		VPCMPEQQ(zero, t, t)
		VPOR(t, bad, bad)
		VPMADDUBSW(constant4(0x010A010A010A010A), w, w)
		VPMADDWD(constant4(0x0001006400010064), w, w)
		VPSRLQ(Imm(32), w, t)
		VPMULUDQ(constant4(10000), w, w)
		VPADDQ(t, w, w)
		if floats {
			// Below 10^8 it lies in 32 bits, which are gathered in the lower half.
			VPSHUFD(Imm(0x88), w, w)
			VPERMQ(Imm(0x08), w, w)
			VCVTDQ2PD(w.AsX(), w)
			VDIVPD(power, w, w)
			VPSLLQ(Imm(63), neg, t)
			VPXOR(t, w, w)
		} else {
			VPXOR(neg, w, w)
			VPSUBQ(neg, w, w)
		}
		VMOVDQU(w, Mem{Base: out})
		ADDQ(Imm(32), out)
		VMOVMSKPD(bad, half.As32())
		if part == 1 {
			SHLQ(Imm(4), half)
		}
		ORQ(half, flags)
	}
	MOVB(flags.As8(), Mem{Base: odd})
	INCQ(odd)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
