// Command snappy writes the assembly of internal/snappy: the loop over short elements, far from
// both ends.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	decode()
	Generate()
}

// decode keeps the last eight bytes of the output in a register, tail. Columns of numbers are full
// of copies from eight bytes back, right behind a store of one or two bytes; read from memory, each
// would wait until those stores are through.
func decode() {
	TEXT("decodeShort", NOSPLIT, "func(dst *byte, at, atMax int, src *byte, from, fromMax int, t *byte) (int, int)")
	Doc("decodeShort decodes elements from src[from:] to dst[at:] until at or from is not below its limit, or an element",
		"is not short; from is -1 where an offset leads before the first byte. It writes and reads up to 160 bytes past its limits; t is the tables. at is at least 8, so that there are bytes before it.")
	base, op, opMax := Load(Param("dst"), GP64()), Load(Param("at"), GP64()), Load(Param("atMax"), GP64())
	ip, ipMax, table := Load(Param("src"), GP64()), GP64(), Load(Param("t"), GP64())
	ADDQ(base, op)
	ADDQ(base, opMax)
	Load(Param("fromMax"), ipMax)
	ADDQ(ip, ipMax)
	from := GP64()
	Load(Param("from"), from)
	ADDQ(from, ip)

	tail, tag, off, lo, hi, x, y0, y1 := GP64(), GP64(), GP64(), GP64(), GP64(), XMM(), YMM(), YMM()
	n := RCX
	MOVQ(Mem{Base: op}.Offset(-8), tail)

	// shift moves n < 16 bytes, whose first 16 are lo and hi, into tail, and goes on at next.
	shift := func(next string) {
		CMPQ(n, Imm(8))
		JAE(LabelRef(next + "Over8"))
		SHLL(Imm(3), n.As32())
		SHRQ(CL, lo, tail)
		JMP(LabelRef(next))
		Label(next + "Over8")
		SHLL(Imm(3), n.As32())
		MOVQ(lo, tail)
		SHRQ(CL, hi, tail)
		JMP(LabelRef(next))
	}

	Label("loop")
	CMPQ(ip, ipMax)
	JAE(LabelRef("done"))
	CMPQ(op, opMax)
	JAE(LabelRef("done"))
	MOVBQZX(Mem{Base: ip}, tag)
	TESTB(U8(3), tag.As8())
	JNZ(LabelRef("copy"))

	// A literal. One of one byte moves ip by a constant, so that what follows does not wait for the
	// tag.
	Label("literal")
	TESTB(tag.As8(), tag.As8())
	JNZ(LabelRef("literalMore"))
	MOVBQZX(Mem{Base: ip}.Offset(1), lo)
	MOVB(lo.As8(), Mem{Base: op})
	SHRQ(Imm(8), lo, tail)
	ADDQ(Imm(2), ip)
	INCQ(op)
	JMP(LabelRef("afterLiteral"))

	Label("literalMore")
	CMPB(tag.As8(), U8(60<<2))
	JAE(LabelRef("done"))
	MOVQ(tag, n)
	SHRQ(Imm(2), n)
	INCQ(n)
	MOVQ(Mem{Base: ip}.Offset(1), lo)
	MOVQ(Mem{Base: ip}.Offset(9), hi)
	MOVQ(lo, Mem{Base: op})
	MOVQ(hi, Mem{Base: op}.Offset(8))
	LEAQ(Mem{Base: ip, Index: n, Scale: 1}.Offset(1), ip)
	ADDQ(n, op)
	CMPQ(n, Imm(16))
	JAE(LabelRef("longLiteral"))
	shift("afterLiteral")
	// What follows a literal is a copy, but for what an odd encoder makes.
	Label("afterLiteral")
	CMPQ(ip, ipMax)
	JAE(LabelRef("done"))
	MOVBQZX(Mem{Base: ip}, tag)
	TESTB(U8(3), tag.As8())
	JZ(LabelRef("loop"))
	JMP(LabelRef("copy"))

	Label("longLiteral")
	NEGQ(n)
	for i := 1; i < 4; i++ {
		VMOVDQU(Mem{Base: ip, Index: n, Scale: 1}.Offset(16*i), x)
		VMOVDQU(x, Mem{Base: op, Index: n, Scale: 1}.Offset(16*i))
	}
	MOVQ(Mem{Base: ip}.Offset(-8), tail)
	JMP(LabelRef("loop"))

	Label("copy")
	// The kinds of copy are told apart by branches, for the same reason.
	MOVL(tag.As32(), n.As32())
	SHRL(Imm(2), n.As32())
	TESTB(U8(1), tag.As8())
	JZ(LabelRef("copy2"))
	TESTB(U8(2), tag.As8())
	JNZ(LabelRef("done"))
	MOVBQZX(Mem{Base: ip}.Offset(1), off)
	ANDL(U8(7), n.As32())
	ADDL(U8(4), n.As32())
	ANDL(U32(0xe0), tag.As32())
	SHLL(Imm(3), tag.As32())
	ADDQ(tag, off)
	ADDQ(Imm(2), ip)
	JMP(LabelRef("copyOf"))
	Label("copy2")
	MOVWQZX(Mem{Base: ip}.Offset(1), off)
	INCL(n.As32())
	ADDQ(Imm(3), ip)
	Label("copyOf")
	MOVQ(op, lo)
	SUBQ(base, lo)
	CMPQ(off, lo)
	JA(LabelRef("back"))
	CMPQ(off, Imm(16))
	JB(LabelRef("near"))
	src := GP64()
	MOVQ(op, src)
	SUBQ(off, src)
	CMPQ(n, Imm(16))
	JAE(LabelRef("longCopy"))
	MOVQ(Mem{Base: src}, lo)
	MOVQ(Mem{Base: src}.Offset(8), hi)
	MOVQ(lo, Mem{Base: op})
	MOVQ(hi, Mem{Base: op}.Offset(8))
	ADDQ(n, op)
	shift("loop")

	// All is read before any of it is written, as a read of what was just written waits. So where the
	// copy overlaps itself its first half is written once more, where it comes round again.
	Label("longCopy")
	CMPQ(off, Imm(32))
	JB(LabelRef("longNear"))
	VMOVDQU(Mem{Base: src}, y0)
	VMOVDQU(Mem{Base: src}.Offset(32), y1)
	VMOVDQU(y0, Mem{Base: op})
	VMOVDQU(y1, Mem{Base: op}.Offset(32))
	CMPQ(off, Imm(64))
	JAE(LabelRef("longDone"))
	VMOVDQU(y0, Mem{Base: op, Index: off, Scale: 1})
	Label("longDone")
	ADDQ(n, op)
	MOVQ(Mem{Base: op}.Offset(-8), tail)
	JMP(LabelRef("loop"))

	Label("longNear")
	for i := range 4 {
		VMOVDQU(Mem{Base: src}.Offset(16*i), x)
		VMOVDQU(x, Mem{Base: op}.Offset(16*i))
	}
	ADDQ(n, op)
	MOVQ(Mem{Base: op}.Offset(-8), tail)
	JMP(LabelRef("loop"))

	Label("near")
	CMPQ(off, Imm(8))
	JA(LabelRef("middle"))
	JB(LabelRef("pattern"))
	MOVQ(op, lo)
	ADDQ(n, op)
	Label("eight")
	MOVQ(tail, Mem{Base: lo})
	ADDQ(Imm(8), lo)
	CMPQ(lo, op)
	JB(LabelRef("eight"))
	SHLQ(Imm(3), n)
	RORQ(CL, tail)
	JMP(LabelRef("loop"))

	Label("middle")
	MOVQ(op, hi)
	SUBQ(off, hi)
	MOVQ(op, lo)
	ADDQ(n, op)
	Label("middleLoop")
	MOVQ(Mem{Base: hi}, tail)
	MOVQ(tail, Mem{Base: lo})
	ADDQ(Imm(8), hi)
	ADDQ(Imm(8), lo)
	CMPQ(lo, op)
	JB(LabelRef("middleLoop"))
	MOVQ(Mem{Base: op}.Offset(-8), tail)
	JMP(LabelRef("loop"))

	// Fewer than eight bytes over and over: a shuffle of tail makes 16 of them, of which as many count
	// as are whole rounds.
	Label("pattern")
	TESTQ(off, off)
	JZ(LabelRef("back"))
	VMOVQ(tail, x)
	SHLQ(Imm(4), off)
	VPSHUFB(Mem{Base: table, Index: off, Scale: 1}.Offset(0), x, x)
	SHRQ(Imm(4), off)
	MOVBQZX(Mem{Base: table, Index: off, Scale: 1}.Offset(128), hi)
	MOVQ(op, lo)
	ADDQ(n, op)
	Label("patternLoop")
	VMOVDQU(x, Mem{Base: lo})
	ADDQ(hi, lo)
	CMPQ(lo, op)
	JB(LabelRef("patternLoop"))
	MOVQ(Mem{Base: op}.Offset(-8), tail)
	JMP(LabelRef("loop"))

	// An offset that leads nowhere is told by who goes on.
	Label("back")
	MOVQ(I32(-1), ip)
	JMP(LabelRef("out"))
	Label("done")
	first := GP64()
	Load(Param("src"), first)
	SUBQ(first, ip)
	Label("out")
	VZEROUPPER()
	SUBQ(base, op)
	Store(op, ReturnIndex(0))
	Store(ip, ReturnIndex(1))
	RET()
}
