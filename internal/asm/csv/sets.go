package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// set is how an instruction set finds bytes, 64 at a time, and writes places down.
type set interface {
	name() string
	// want gets ready what is looked for: n bytes from m on.
	want(m Mem, n int)
	// load takes 64 bytes.
	load(m Mem)
	// mask has a bit for each of them that is the i-th byte wanted.
	mask(i int) reg.GPVirtual
	// put writes at + the place of each bit of bits from end on, and destroys bits. n is their
	// number. It may write up to 64 places.
	put(end, at, bits, n reg.GPVirtual)
}

// avx2 is 32 bytes at a time, places one by one.
type avx2 struct {
	wanted []reg.VecVirtual
	lo, hi reg.VecVirtual
}

func (a *avx2) name() string { return "AVX2" }

func (a *avx2) want(m Mem, n int) {
	a.wanted = nil
	for i := range n {
		v := YMM()
		VPBROADCASTB(m.Offset(i), v)
		a.wanted = append(a.wanted, v)
	}
	a.lo, a.hi = YMM(), YMM()
}

func (a *avx2) load(m Mem) {
	VMOVDQU(m, a.lo)
	VMOVDQU(m.Offset(32), a.hi)
}

func (a *avx2) mask(i int) reg.GPVirtual {
	l, h := YMM(), YMM()
	lo, hi := GP64(), GP64()
	VPCMPEQB(a.wanted[i], a.lo, l)
	VPCMPEQB(a.wanted[i], a.hi, h)
	VPMOVMSKB(l, lo.As32())
	VPMOVMSKB(h, hi.As32())
	SHLQ(Imm(32), hi)
	ORQ(hi, lo)
	return lo
}

// put writes eight at a time whether there are as many or not: how many there are is hard to
// predict, whether more than eight are is easier.
func (a *avx2) put(end, at, bits, n reg.GPVirtual) {
	place, to := GP64(), GP64()
	MOVQ(end, to)
	left := GP64()
	MOVQ(n, left)
	Label("eight")
	for i := range 8 {
		TZCNTQ(bits, place)
		ADDQ(at, place)
		MOVL(place.As32(), Mem{Base: to, Disp: 4 * i})
		BLSRQ(bits, bits)
	}
	ADDQ(Imm(32), to)
	SUBQ(Imm(8), left)
	JG(LabelRef("eight"))
}

// avx512 is 64 bytes at a time, places compressed 16 at a time. It needs F, BW, VL and VBMI2.
type avx512 struct {
	wanted []reg.VecVirtual
	text   reg.VecVirtual
	places reg.VecVirtual // 0 … 63
}

func (a *avx512) name() string { return "AVX512" }

func (a *avx512) want(m Mem, n int) {
	a.wanted = nil
	for i := range n {
		v := ZMM()
		VPBROADCASTB(m.Offset(i), v)
		a.wanted = append(a.wanted, v)
	}
	a.text = ZMM()
	if n > 3 { // the scan
		a.places = ZMM()
		VMOVDQU64(counting(), a.places)
	}
}

func counting() Mem {
	m := GLOBL("counting", attr.RODATA|attr.NOPTR)
	for i := range 64 {
		DATA(i, U8(i))
	}
	return m
}

func (a *avx512) load(m Mem) { VMOVDQU64(m, a.text) }

func (a *avx512) mask(i int) reg.GPVirtual {
	k, out := K(), GP64()
	VPCMPEQB(a.wanted[i], a.text, k)
	KMOVQ(k, out)
	return out
}

func (a *avx512) put(end, at, bits, n reg.GPVirtual) {
	k, packed, base, wide := K(), ZMM(), ZMM(), ZMM()
	KMOVQ(bits, k)
	// avo knows no VBMI2: VPCOMPRESSB.Z places, k, packed.
	Instruction(&ir.Instruction{
		Opcode: "VPCOMPRESSB", Suffixes: []string{"Z"}, Operands: []Op{a.places, k, packed},
		Inputs: []Op{a.places, k}, Outputs: []Op{packed},
	})
	VPBROADCASTD(at.As32(), base)
	VPMOVZXBD(packed.AsX(), wide)
	VPADDD(base, wide, wide)
	VMOVDQU32(wide, Mem{Base: end})
	for i := 1; i < 4; i++ {
		CMPQ(n, Imm(uint64(16*i)))
		JBE(LabelRef("done"))
		part := XMM()
		VEXTRACTI32X4(Imm(uint64(i)), packed, part)
		VPMOVZXBD(part, wide)
		VPADDD(base, wide, wide)
		VMOVDQU32(wide, Mem{Base: end, Disp: 64 * i})
	}
	Label("done")
}
