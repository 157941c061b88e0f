package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// Where the fields of internal/csv's Strand lie, and its size; its tests hold them against it.
const (
	strandText, strandStarts, strandLens, strandAfter, strandAfterLen, strandSize = 0, 24, 48, 72, 76, 80
)

// weaver is the registers of weave.
type weaver struct {
	out, at, strands reg.GPVirtual
	row              reg.GPVirtual
	strand, left     reg.GPVirtual // the strand of the field, and how many are left of the row
	base             reg.GPVirtual
	n                reg.GPVirtual // bytes
	from, to, sizes  reg.GPVirtual
	piece            reg.VecVirtual
}

// weave writes the loop that puts the fields of rows behind each other, 32 bytes at a time whatever
// their length: what is too much, the next field overwrites.
func weave() {
	emit.Function("weaveAVX2", "func(out *byte, at int, strands *byte, n int, rows int) (end int)")
	w := &weaver{out: emit.Argument("out"), at: emit.Argument("at"), strands: emit.Argument("strands")}
	w.row, w.strand, w.left, w.base = GP64(), GP64(), GP64(), GP64()
	w.n, w.from, w.to, w.sizes, w.piece = GP64(), GP64(), GP64(), GP64(), YMM()
	XORQ(w.row, w.row)
	w.beginRow()
	w.copyField()
	w.putAfter()
	w.copyRest()

	Label("done")
	Store(w.at, Return("end"))
	emit.Return()
}

// beginRow goes back to the first strand.
func (w *weaver) beginRow() {
	Label("row")
	CMPQ(w.row, emit.OnStack("rows"))
	JGE(LabelRef("done"))
	MOVQ(w.strands, w.strand)
	MOVQ(emit.OnStack("n"), w.left)
}

// copyField copies the first 32 bytes, and leaves it to copyRest where there are more.
func (w *weaver) copyField() {
	Label("field")
	MOVQ(emit.At(w.strand, strandText), w.base)
	MOVQ(emit.At(w.strand, strandStarts), w.from)
	MOVQ(emit.At(w.strand, strandLens), w.sizes)
	MOVL(emit.Item(w.from, w.row, 4), w.from.As32())
	MOVL(emit.Item(w.sizes, w.row, 4), w.n.As32())
	ADDQ(w.base, w.from)
	LEAQ(emit.Item(w.out, w.at, 1), w.to)
	w.copyPiece()
	ADDQ(w.n, w.at)
	CMPQ(w.n, Imm(32))
	JA(LabelRef("long"))
}

func (w *weaver) copyPiece() {
	VMOVDQU(Mem{Base: w.from}, w.piece)
	VMOVDQU(w.piece, Mem{Base: w.to})
}

// putAfter writes what follows the field, a delimiter or the row's end, and goes on at the next.
func (w *weaver) putAfter() {
	Label("next")
	MOVL(emit.At(w.strand, strandAfter), w.n.As32())
	MOVL(w.n.As32(), emit.Item(w.out, w.at, 1))
	MOVL(emit.At(w.strand, strandAfterLen), w.n.As32())
	ADDQ(w.n, w.at)
	ADDQ(Imm(strandSize), w.strand)
	DECQ(w.left)
	JNZ(LabelRef("field"))
	INCQ(w.row)
	JMP(LabelRef("row"))
}

// copyRest copies what a field has behind its first 32 bytes.
func (w *weaver) copyRest() {
	Label("long")
	ADDQ(Imm(32), w.from)
	ADDQ(Imm(32), w.to)
	SUBQ(Imm(32), w.n)
	w.copyPiece()
	CMPQ(w.n, Imm(32))
	JA(LabelRef("long"))
	JMP(LabelRef("next"))
}
