package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// texts writes the loop that puts texts behind each other, 32 bytes at a time whatever their
// length. It stops before a field that is empty, may be a null word, is longer than 128 bytes, or
// is quoted where strip is 0; else it leaves the quotes out.
func texts() {
	TEXT("textsAVX2", NOSPLIT, "func(text *byte, pairs *uint32, step int, rows int, data *byte, at int, offsets *int32, first *bool, quote int, strip int) (done int, end int)")
	Pragma("noescape")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	text, pairs, step, data, at := load("text"), load("pairs"), load("step"), load("data"), load("at")
	offsets, first, quote := load("offsets"), load("first"), load("quote")
	i, lo, n, c := GP64(), GP64(), GP64(), GP64()
	XORQ(i, i)

	Label("field")
	CMPQ(i, param("rows"))
	JGE(LabelRef("done"))
	MOVL(Mem{Base: pairs}, lo.As32())
	INCL(lo.As32()) // the place before the block is -1
	MOVL(Mem{Base: pairs, Disp: 4}, n.As32())
	SUBQ(lo, n)
	JZ(LabelRef("done"))
	MOVBQZX(Mem{Base: text, Index: lo, Scale: 1}, c)
	CMPQ(c, quote)
	JE(LabelRef("quoted"))
	CMPB(Mem{Base: first, Index: c, Scale: 1}, Imm(0))
	JNE(LabelRef("done"))

	Label("copy")
	y := YMM()
	VMOVDQU(Mem{Base: text, Index: lo, Scale: 1}, y)
	VMOVDQU(y, Mem{Base: data, Index: at, Scale: 1})
	CMPQ(n, Imm(32))
	JA(LabelRef("long"))

	Label("next")
	ADDQ(n, at)
	MOVL(at.As32(), Mem{Base: offsets, Index: i, Scale: 4})
	INCQ(i)
	ADDQ(step, pairs)
	JMP(LabelRef("field"))

	Label("long")
	CMPQ(n, Imm(128))
	JA(LabelRef("done"))
	for k := 32; k < 128; k += 32 {
		VMOVDQU(Mem{Base: text, Index: lo, Scale: 1, Disp: k}, y)
		VMOVDQU(y, Mem{Base: data, Index: at, Scale: 1, Disp: k})
		if k < 96 {
			CMPQ(n, Imm(uint64(k+32)))
			JBE(LabelRef("next"))
		}
	}
	JMP(LabelRef("next"))

	Label("quoted")
	CMPQ(param("strip"), Imm(0))
	JE(LabelRef("done"))
	INCQ(lo)
	SUBQ(Imm(2), n)
	JMP(LabelRef("copy"))

	Label("done")
	Store(i, Return("done"))
	Store(at, Return("end"))
	VZEROUPPER()
	RET()
}
