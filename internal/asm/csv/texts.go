package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// texter is the registers of texts.
type texter struct {
	text, pairs, step   reg.GPVirtual // where fields lie: pairs of the places before them and behind them
	data, at            reg.GPVirtual // where texts go
	offsets             reg.GPVirtual // where each text ends
	first               reg.GPVirtual // by byte: whether a null word begins with it
	quote               reg.GPVirtual
	row, begin, size, c reg.GPVirtual // of a field: its row, place, bytes, and first byte
	piece               reg.VecVirtual
}

// texts writes the loop that puts texts behind each other, 32 bytes at a time whatever their
// length. It stops before a field that is empty, may be a null word, is longer than 128 bytes, or
// is quoted where strip is 0; else it leaves the quotes out.
func texts() {
	emit.Function("textsAVX2", "func(text *byte, pairs *uint32, step int, rows int, data *byte, at int, offsets *int32, first *bool, quote int, strip int) (done int, end int)")
	t := beginTexts()
	t.readField()
	t.copyField()
	t.endField()
	t.copyRest()
	t.stripQuotes()

	Label("done")
	Store(t.row, Return("done"))
	Store(t.at, Return("end"))
	emit.Return()
}

func beginTexts() *texter {
	t := &texter{text: emit.Argument("text"), pairs: emit.Argument("pairs"), step: emit.Argument("step")}
	t.data, t.at, t.offsets = emit.Argument("data"), emit.Argument("at"), emit.Argument("offsets")
	t.first, t.quote = emit.Argument("first"), emit.Argument("quote")
	t.row, t.begin, t.size, t.c = GP64(), GP64(), GP64(), GP64()
	XORQ(t.row, t.row)
	return t
}

// readField finds the field, and sends one that is quoted, or that the caller must look at, away.
func (t *texter) readField() {
	Label("field")
	CMPQ(t.row, emit.OnStack("rows"))
	JGE(LabelRef("done"))
	MOVL(Mem{Base: t.pairs}, t.begin.As32())
	INCL(t.begin.As32()) // the place before the block is -1
	MOVL(emit.At(t.pairs, 4), t.size.As32())
	SUBQ(t.begin, t.size)
	JZ(LabelRef("done"))
	MOVBQZX(emit.Item(t.text, t.begin, 1), t.c)
	CMPQ(t.c, t.quote)
	JE(LabelRef("quoted"))
	CMPB(emit.Item(t.first, t.c, 1), Imm(0))
	JNE(LabelRef("done"))
}

// copyField copies the first 32 bytes, and leaves it to copyRest where there are more.
func (t *texter) copyField() {
	Label("copy")
	t.piece = YMM()
	t.copyPiece(0)
	CMPQ(t.size, Imm(32))
	JA(LabelRef("long"))
}

// copyPiece copies the 32 bytes at an offset, however many of them count.
func (t *texter) copyPiece(offset int) {
	VMOVDQU(emit.Item(t.text, t.begin, 1).Offset(offset), t.piece)
	VMOVDQU(t.piece, emit.Item(t.data, t.at, 1).Offset(offset))
}

// endField writes down where the text ends, and goes on at the next field.
func (t *texter) endField() {
	Label("next")
	ADDQ(t.size, t.at)
	MOVL(t.at.As32(), emit.Item(t.offsets, t.row, 4))
	INCQ(t.row)
	ADDQ(t.step, t.pairs)
	JMP(LabelRef("field"))
}

// copyRest copies the bytes from the 32nd to the 128th.
func (t *texter) copyRest() {
	Label("long")
	CMPQ(t.size, Imm(128))
	JA(LabelRef("done"))
	for offset := 32; offset < 128; offset += 32 {
		t.copyPiece(offset)
		if offset < 96 {
			CMPQ(t.size, Imm(uint64(offset+32)))
			JBE(LabelRef("next"))
		}
	}
	JMP(LabelRef("next"))
}

// stripQuotes leaves out the first and the last byte.
func (t *texter) stripQuotes() {
	Label("quoted")
	CMPQ(emit.OnStack("strip"), Imm(0))
	JE(LabelRef("done"))
	INCQ(t.begin)
	SUBQ(Imm(2), t.size)
	JMP(LabelRef("copy"))
}
