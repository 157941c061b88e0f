// Command snappy writes the assembly of internal/snappy: the loop over short elements, far from
// both ends.
//
// A compressed block is a list of elements. The first byte of each, the tag, says in its two lowest
// bits whether the element is a literal, bytes as they are, or a copy of bytes that were written
// before. Literals are in literal.go, copies in copy.go.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	decodeShort()
	Generate()
}

// decoder is the registers of decodeShort.
type decoder struct {
	start, out, outLimit Register // of the output: its first byte, the next to be written, the limit
	in, inLimit          Register // of the input: the next element, the limit
	tables               Register // internal/snappy's tables, see repeatPattern

	// tail is the last eight bytes of the output. Columns of numbers are full of copies from eight
	// bytes back, right behind a store of one or two bytes; read from memory, each would wait until
	// those stores are through.
	tail Register

	tag, offset GPVirtual // of the element: its first byte, how far back its copy begins
	size        Register  // of the element, in bytes; in CX, by which alone a register can be shifted

	low, high                GPVirtual // the element's first 16 bytes where it is short; else scratch
	sixteen, first32, next32 VecVirtual
}

// decodeShort writes the loop: each element goes to the code of its kind, which comes back to
// "loop", and leaves by "done" what it does not know.
func decodeShort() {
	TEXT("decodeShort", NOSPLIT, "func(dst *byte, at, atMax int, src *byte, from, fromMax int, t *byte) (int, int)")
	Doc("decodeShort decodes elements from src[from:] to dst[at:] until at or from is not below its limit, or an element",
		"is not short; from is -1 where an offset leads before the first byte. It writes and reads up to 160 bytes past its limits; t is the tables. at is at least 8, so that there are bytes before it.")
	d := begin()
	d.nextElement()
	d.literals()
	d.copies()
	d.end()
}

// begin turns the places in the arguments into pointers, and loads the tail.
func begin() *decoder {
	d := &decoder{size: RCX}
	d.start, d.out, d.outLimit = emit.Argument("dst"), emit.Argument("at"), emit.Argument("atMax")
	d.in, d.inLimit, d.tables = emit.Argument("src"), GP64(), emit.Argument("t")
	ADDQ(d.start, d.out)
	ADDQ(d.start, d.outLimit)
	Load(Param("fromMax"), d.inLimit)
	ADDQ(d.in, d.inLimit)
	ADDQ(emit.Argument("from"), d.in)

	d.tail, d.tag, d.offset, d.low, d.high = GP64(), GP64(), GP64(), GP64(), GP64()
	d.sixteen, d.first32, d.next32 = XMM(), YMM(), YMM()
	d.loadTail()
	return d
}

// nextElement reads a tag; a literal's follows in the code, a copy's is jumped to.
func (d *decoder) nextElement() {
	Label("loop")
	d.stopAtLimit(d.in, d.inLimit)
	d.stopAtLimit(d.out, d.outLimit)
	d.readTag()
	JNZ(LabelRef("copy"))
}

func (d *decoder) stopAtLimit(place, limit Register) {
	CMPQ(place, limit)
	JAE(LabelRef("done"))
}

// readTag loads the tag and sets the zero flag if the element is a literal.
func (d *decoder) readTag() {
	MOVBQZX(Mem{Base: d.in}, d.tag)
	TESTB(U8(3), d.tag.As8())
}

// loadTail makes tail the last eight bytes of the output, from memory.
func (d *decoder) loadTail() { MOVQ(emit.At(d.out, -8), d.tail) }

// storeShort writes the element's 16 bytes, however many of them count: behind them is room.
func (d *decoder) storeShort() {
	MOVQ(d.low, Mem{Base: d.out})
	MOVQ(d.high, emit.At(d.out, 8))
}

// tailOfShort shifts an element of less than 16 bytes, which are low and high, into tail, and goes
// on at a label. Below eight bytes some of the old tail stay; from eight on, low takes its place.
func (d *decoder) tailOfShort(next string) {
	CMPQ(d.size, Imm(8))
	JAE(LabelRef(next + "Over8"))
	d.sizeInBits()
	SHRQ(CL, d.low, d.tail)
	JMP(LabelRef(next))

	Label(next + "Over8")
	d.sizeInBits() // shifts count bits modulo 64, so that these are the bytes over 8
	MOVQ(d.low, d.tail)
	SHRQ(CL, d.high, d.tail)
	JMP(LabelRef(next))
}

func (d *decoder) sizeInBits() { SHLL(Imm(3), ECX) }

// end returns the places reached. An offset that leads before the first byte is told by -1 in place
// of the input's: who goes on knows what to say of it.
func (d *decoder) end() {
	Label("back")
	MOVQ(I32(-1), d.in)
	JMP(LabelRef("out"))

	Label("done")
	SUBQ(emit.Argument("src"), d.in)

	Label("out")
	VZEROUPPER()
	SUBQ(d.start, d.out)
	Store(d.out, ReturnIndex(0))
	Store(d.in, ReturnIndex(1))
	RET()
}
