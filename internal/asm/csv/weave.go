package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Where the fields of internal/csv's Strand lie, and its size.
const (
	strandText, strandStarts, strandLens, strandAfter, strandAfterLen, strandSize = 0, 24, 48, 72, 76, 80
)

// weave writes the loop that puts the fields of rows behind each other, 32 bytes at a time whatever
// their length.
func weave() {
	TEXT("weaveAVX2", NOSPLIT, "func(out *byte, at int, strands *byte, n int, rows int) (end int)")
	Pragma("noescape")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	out, at, strands := load("out"), load("at"), load("strands")
	row, s, left, base, n, from, to, size := GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	y := YMM()
	XORQ(row, row)

	Label("row")
	CMPQ(row, param("rows"))
	JGE(LabelRef("done"))
	MOVQ(strands, s)
	MOVQ(param("n"), left)

	Label("field")
	MOVQ(Mem{Base: s, Disp: strandText}, base)
	MOVQ(Mem{Base: s, Disp: strandStarts}, from)
	MOVQ(Mem{Base: s, Disp: strandLens}, size)
	MOVL(Mem{Base: from, Index: row, Scale: 4}, from.As32())
	MOVL(Mem{Base: size, Index: row, Scale: 4}, n.As32())
	ADDQ(base, from)
	LEAQ(Mem{Base: out, Index: at, Scale: 1}, to)
	VMOVDQU(Mem{Base: from}, y)
	VMOVDQU(y, Mem{Base: to})
	ADDQ(n, at)
	CMPQ(n, Imm(32))
	JA(LabelRef("long"))

	Label("next")
	MOVL(Mem{Base: s, Disp: strandAfter}, n.As32())
	MOVL(n.As32(), Mem{Base: out, Index: at, Scale: 1})
	MOVL(Mem{Base: s, Disp: strandAfterLen}, n.As32())
	ADDQ(n, at)
	ADDQ(Imm(strandSize), s)
	DECQ(left)
	JNZ(LabelRef("field"))
	INCQ(row)
	JMP(LabelRef("row"))

	Label("long")
	ADDQ(Imm(32), from)
	ADDQ(Imm(32), to)
	SUBQ(Imm(32), n)
	VMOVDQU(Mem{Base: from}, y)
	VMOVDQU(y, Mem{Base: to})
	CMPQ(n, Imm(32))
	JA(LabelRef("long"))
	JMP(LabelRef("next"))

	Label("done")
	Store(at, Return("end"))
	VZEROUPPER()
	RET()
}
