package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	"github.com/volley-go/volley/internal/asm/emit"
)

// literals writes the code for literals: of one byte, of less than 16, of up to 60. A longer one
// has its size in bytes behind the tag, and is left to the caller.
func (d *decoder) literals() {
	d.literalOfOne()
	d.shortLiteral()
	d.afterLiteral()
	d.longLiteral()
}

// literalOfOne moves the input by a constant, so that what follows does not wait for the tag.
func (d *decoder) literalOfOne() {
	Label("literal")
	TESTB(d.tag.As8(), d.tag.As8())
	JNZ(LabelRef("literalMore"))
	MOVBQZX(emit.At(d.in, 1), d.low)
	MOVB(d.low.As8(), Mem{Base: d.out})
	SHRQ(Imm(8), d.low, d.tail)
	ADDQ(Imm(2), d.in)
	INCQ(d.out)
	JMP(LabelRef("afterLiteral"))
}

// shortLiteral copies 16 bytes, and leaves it to longLiteral where there are more.
func (d *decoder) shortLiteral() {
	Label("literalMore")
	CMPB(d.tag.As8(), U8(60<<2)) // the upper six bits: the size less one, or from 60 on how it is told
	JAE(LabelRef("done"))
	MOVQ(d.tag, d.size)
	SHRQ(Imm(2), d.size)
	INCQ(d.size)
	MOVQ(emit.At(d.in, 1), d.low)
	MOVQ(emit.At(d.in, 9), d.high)
	d.storeShort()
	LEAQ(emit.Item(d.in, d.size, 1).Offset(1), d.in)
	ADDQ(d.size, d.out)
	CMPQ(d.size, Imm(16))
	JAE(LabelRef("longLiteral"))
	d.tailOfShort("afterLiteral")
}

// afterLiteral goes on at a copy, for that is what follows a literal but for what an odd encoder
// makes: a branch of its own, which nearly always goes the same way.
func (d *decoder) afterLiteral() {
	Label("afterLiteral")
	d.stopAtLimit(d.in, d.inLimit)
	d.readTag()
	JZ(LabelRef("loop"))
	JMP(LabelRef("copy"))
}

// longLiteral copies the bytes from the 16th to the 64th, however many of them count. Both pointers
// are behind the literal by now.
func (d *decoder) longLiteral() {
	Label("longLiteral")
	NEGQ(d.size)
	for i := 1; i < 4; i++ {
		VMOVDQU(emit.Item(d.in, d.size, 1).Offset(16*i), d.sixteen)
		VMOVDQU(d.sixteen, emit.Item(d.out, d.size, 1).Offset(16*i))
	}
	MOVQ(emit.At(d.in, -8), d.tail)
	JMP(LabelRef("loop"))
}
