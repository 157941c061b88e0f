// Command parquet writes the assembly of internal/parquetenc: unpacking of packed bits.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	unpack()
	gather()
	Generate()
}

// unpack turns groups of eight numbers of up to 25 bits into 32 bits each. Two loads of 16 bytes
// bring four numbers each; a shuffle moves the four bytes that hold a number to its place, a shift
// and a mask cut it out. What is loaded reaches lane + 16 bytes past the beginning of the last
// group.
func unpack() {
	TEXT("unpackAVX2", NOSPLIT, "func(dst *uint32, src *byte, groups int, p *byte) uint32")
	Doc("unpackAVX2 unpacks groups of eight numbers and returns the largest; p is a packing.")
	dst, src, groups, p := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("groups"), GP64()), Load(Param("p"), GP64())
	shuffle, shift, mask, most := YMM(), YMM(), YMM(), YMM()
	lane, width := GP64(), GP64()
	VMOVDQU(Mem{Base: p}, shuffle)
	VMOVDQU(Mem{Base: p}.Offset(32), shift)
	VPBROADCASTD(Mem{Base: p}.Offset(64), mask)
	MOVLQZX(Mem{Base: p}.Offset(68), lane)
	MOVLQZX(Mem{Base: p}.Offset(72), width)
	VPXOR(most, most, most)

	group := func(at int) {
		v := YMM()
		VMOVDQU(Mem{Base: src}, v.AsX())
		VINSERTI128(Imm(1), Mem{Base: src, Index: lane, Scale: 1}, v, v)
		VPSHUFB(shuffle, v, v)
		VPSRLVD(shift, v, v)
		VPAND(mask, v, v)
		VPMAXUD(v, most, most)
		VMOVDQU(v, Mem{Base: dst}.Offset(32*at))
		ADDQ(width, src)
	}
	Label("four")
	CMPQ(groups, Imm(4))
	JL(LabelRef("one"))
	for i := range 4 {
		group(i)
	}
	ADDQ(Imm(128), dst)
	SUBQ(Imm(4), groups)
	JMP(LabelRef("four"))
	Label("one")
	TESTQ(groups, groups)
	JZ(LabelRef("done"))
	group(0)
	ADDQ(Imm(32), dst)
	DECQ(groups)
	JMP(LabelRef("one"))
	Label("done")
	Store(fold(most), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// fold is the largest of eight lanes.
func fold(v VecVirtual) Register {
	x, out := XMM(), GP32()
	VEXTRACTI128(Imm(1), v, x)
	VPMAXUD(x, v.AsX(), x)
	y := XMM()
	VPSHUFD(Imm(0x4e), x, y)
	VPMAXUD(y, x, x)
	VPSHUFD(Imm(0xb1), x, y)
	VPMAXUD(y, x, x)
	VMOVD(x, out)
	return out
}

// gather looks up numbers of 64 bits, eight at a time, and writes them past the caches: a column is
// larger than those, and a store that goes through them reads what it is about to overwrite. Loads
// one by one, as the processor's own gather is slow on many.
func gather() {
	TEXT("gather64AVX2", NOSPLIT, "func(dst *uint64, dict *uint64, ix *uint32, groups int)")
	Doc("gather64AVX2 sets groups of eight numbers; dst is aligned to 32 bytes.")
	dst, dict, ix, groups := Load(Param("dst"), GP64()), Load(Param("dict"), GP64()), Load(Param("ix"), GP64()), Load(Param("groups"), GP64())
	Label("loop")
	TESTQ(groups, groups)
	JZ(LabelRef("done"))
	for half := range 2 {
		var x [2]VecVirtual
		for pair := range 2 {
			a, b := GP64(), GP64()
			x[pair] = XMM()
			at := 16*half + 8*pair
			MOVL(Mem{Base: ix}.Offset(at), a.As32())
			MOVL(Mem{Base: ix}.Offset(at+4), b.As32())
			VMOVQ(Mem{Base: dict, Index: a, Scale: 8}, x[pair])
			VMOVHPS(Mem{Base: dict, Index: b, Scale: 8}, x[pair], x[pair])
		}
		y := YMM()
		VINSERTI128(Imm(1), x[1], x[0].AsY(), y)
		VMOVNTDQ(y, Mem{Base: dst}.Offset(32*half))
	}
	ADDQ(Imm(64), dst)
	ADDQ(Imm(32), ix)
	DECQ(groups)
	JMP(LabelRef("loop"))
	Label("done")
	SFENCE()
	VZEROUPPER()
	RET()
}
