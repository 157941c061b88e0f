package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// copies writes the code for copies. How it copies depends on how far back the bytes lie, for a
// copy may be longer than that and then repeats what it has just written.
func (d *decoder) copies() {
	d.readCopy()
	from := d.farCopy()
	d.longCopy(from)
	d.longOverlapping(from)
	d.nearCopy()
	d.overlappingByEight()
	d.repeatPattern()
}

// readCopy reads size and offset. The two kinds of copy are told apart by branches and not by
// arithmetic, so that the input moves by a constant and what follows does not wait for the tag.
func (d *decoder) readCopy() {
	tag, size := d.tag.As32(), ECX
	Label("copy")
	MOVL(tag, size)
	SHRL(Imm(2), size)
	TESTB(U8(1), d.tag.As8())
	JZ(LabelRef("copy2"))
	TESTB(U8(2), d.tag.As8())
	JNZ(LabelRef("done")) // an offset of four bytes is left to the caller

	// The tag has three bits of the size less 4 and the upper three of the offset's eleven.
	MOVBQZX(emit.At(d.in, 1), d.offset)
	ANDL(U8(7), size)
	ADDL(U8(4), size)
	ANDL(U32(0xe0), tag)
	SHLL(Imm(3), tag)
	ADDQ(d.tag, d.offset)
	ADDQ(Imm(2), d.in)
	JMP(LabelRef("copyOf"))

	// The tag has six bits of the size less 1; the offset follows.
	Label("copy2")
	MOVWQZX(emit.At(d.in, 1), d.offset)
	INCL(size)
	ADDQ(Imm(3), d.in)
}

// farCopy copies at most 16 bytes from at least 16 back in one go, and sends what is nearer or
// longer on. It returns the register that points to where the copy begins.
func (d *decoder) farCopy() (from Register) {
	Label("copyOf")
	MOVQ(d.out, d.low)
	SUBQ(d.start, d.low)
	CMPQ(d.offset, d.low)
	JA(LabelRef("back"))
	CMPQ(d.offset, Imm(16))
	JB(LabelRef("near"))
	from = GP64()
	MOVQ(d.out, from)
	SUBQ(d.offset, from)
	CMPQ(d.size, Imm(16))
	JAE(LabelRef("longCopy"))
	MOVQ(Mem{Base: from}, d.low)
	MOVQ(emit.At(from, 8), d.high)
	d.storeShort()
	ADDQ(d.size, d.out)
	d.tailOfShort("loop")
	return from
}

// longCopy copies 64 bytes, the most that an element has, from at least 32 back. All is read before
// any of it is written, as a read of what was just written waits. So where the copy overlaps itself
// its first half is written once more, where it comes round again.
func (d *decoder) longCopy(from Register) {
	Label("longCopy")
	CMPQ(d.offset, Imm(32))
	JB(LabelRef("longNear"))
	VMOVDQU(Mem{Base: from}, d.first32)
	VMOVDQU(emit.At(from, 32), d.next32)
	VMOVDQU(d.first32, Mem{Base: d.out})
	VMOVDQU(d.next32, emit.At(d.out, 32))
	CMPQ(d.offset, Imm(64))
	JAE(LabelRef("longDone"))
	VMOVDQU(d.first32, emit.Item(d.out, d.offset, 1))

	Label("longDone")
	ADDQ(d.size, d.out)
	d.afterCopy()
}

// longOverlapping copies 64 bytes from 16 to 31 back, 16 at a time, each of which is written before
// the next is read.
func (d *decoder) longOverlapping(from Register) {
	Label("longNear")
	for i := range 4 {
		VMOVDQU(emit.At(from, 16*i), d.sixteen)
		VMOVDQU(d.sixteen, emit.At(d.out, 16*i))
	}
	ADDQ(d.size, d.out)
	d.afterCopy()
}

// nearCopy copies from eight bytes back, which are the tail, without reading any of it. What is
// nearer is a pattern, and what is not, from 9 to 15 back, goes by eights.
func (d *decoder) nearCopy() {
	Label("near")
	CMPQ(d.offset, Imm(8))
	JA(LabelRef("middle"))
	JB(LabelRef("pattern"))
	to := d.passCopy()
	Label("eight")
	MOVQ(d.tail, Mem{Base: to})
	ADDQ(Imm(8), to)
	d.untilPassed(to, "eight")
	SHLQ(Imm(3), d.size) // the new tail is the old one, turned by the bytes written
	RORQ(CL, d.tail)
	JMP(LabelRef("loop"))
}

// overlappingByEight copies from 9 to 15 back, eight bytes at a time, each of which are written
// before the next are read.
func (d *decoder) overlappingByEight() {
	from := d.high
	Label("middle")
	MOVQ(d.out, from)
	SUBQ(d.offset, from)
	to := d.passCopy()
	Label("middleLoop")
	MOVQ(Mem{Base: from}, d.tail)
	MOVQ(d.tail, Mem{Base: to})
	ADDQ(Imm(8), from)
	ADDQ(Imm(8), to)
	d.untilPassed(to, "middleLoop")
	d.afterCopy()
}

// Where internal/snappy's tables lie: for each offset below eight a shuffle of the tail that makes
// 16 bytes of the pattern, and how many of the 16 are whole rounds of it. Its tests hold them
// against the tables.
const tablesPattern, tablesWhole = 0, 8 * 16

// repeatPattern writes fewer than eight bytes over and over, 16 at a time, of which as many count
// as are whole rounds. An offset of 0 leads nowhere.
func (d *decoder) repeatPattern() {
	rounds := d.high
	Label("pattern")
	TESTQ(d.offset, d.offset)
	JZ(LabelRef("back"))
	VMOVQ(d.tail, d.sixteen)
	SHLQ(Imm(4), d.offset) // of 16 bytes each
	VPSHUFB(emit.Item(d.tables, d.offset, 1).Offset(tablesPattern), d.sixteen, d.sixteen)
	SHRQ(Imm(4), d.offset)
	MOVBQZX(emit.Item(d.tables, d.offset, 1).Offset(tablesWhole), rounds)
	to := d.passCopy()
	Label("patternLoop")
	VMOVDQU(d.sixteen, Mem{Base: to})
	ADDQ(rounds, to)
	d.untilPassed(to, "patternLoop")
	d.afterCopy()
}

// passCopy moves the output past the copy and returns the register that points to where it was.
func (d *decoder) passCopy() (to Register) {
	MOVQ(d.out, d.low)
	ADDQ(d.size, d.out)
	return d.low
}

// untilPassed goes back to a label until all that counts is written.
func (d *decoder) untilPassed(to Register, label string) {
	CMPQ(to, d.out)
	JB(LabelRef(label))
}

// afterCopy goes on at the next element, with the tail from memory.
func (d *decoder) afterCopy() {
	d.loadTail()
	JMP(LabelRef("loop"))
}
