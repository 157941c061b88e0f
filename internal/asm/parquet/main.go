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
	Generate()
}

// unpack turns groups of eight numbers of up to 25 bits into 32 bits each. Two loads of 16 bytes bring four numbers
// each; a shuffle moves the four bytes that hold a number to its place, a shift and a mask cut
// it out. What is loaded reaches lane + 16 bytes past the beginning of the last group.
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
