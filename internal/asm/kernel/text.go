package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/volley-go/volley/internal/asm/emit"
)

// texts writes the kernels that look into the bytes of texts.
func texts() {
	textHead()
	byteRuns()
	textMarked()
}

// textLoop is the registers of a loop over texts, 64 a round, whose results are the bits of a word.
type textLoop struct {
	dst     gp   // where the words go
	texts   []gp // arrays of 32-bit numbers, one for each text
	done, n gp   // of texts
}

// beginRound leaves the loop after the last round.
func (l *textLoop) beginRound() {
	Label("words")
	CMPQ(l.done, l.n)
	JGE(operand.LabelRef("end"))
}

// stopUnless leaves the loop before this round if not all lanes are all ones.
func (l *textLoop) stopUnless(lanes vec) {
	bytes := GP32()
	VPMOVMSKB(lanes, bytes)
	CMPL(bytes, operand.U32(0xffffffff))
	JNE(operand.LabelRef("end"))
}

// endRound writes the round's word and goes on at the next one.
func (l *textLoop) endRound(word gp) {
	MOVQ(word, emit.At(l.dst, 0))
	ADDQ(operand.I32(8), l.dst)
	for _, numbers := range l.texts {
		ADDQ(operand.I32(4*64), numbers)
	}
	ADDQ(operand.I32(64), l.done)
	JMP(operand.LabelRef("words"))
}

// end returns how many texts are done.
func (l *textLoop) end() {
	Label("end")
	Store(l.done, ReturnIndex(0))
	emit.Return()
}

// fourPlaces loads four of the places of texts.
func fourPlaces(places operand.Mem) (four [4]gp) {
	for i := range four {
		four[i] = GP64()
		MOVL(places.Offset(4*i), four[i].As32())
	}
	return four
}

// fourWords loads 8 bytes from each place.
func fourWords(data gp, places [4]gp) vec {
	low, high, all := XMM(), XMM(), YMM()
	at := func(i int) operand.Mem { return emit.Item(data, places[i], 1) }
	VMOVQ(at(0), low)
	VMOVHPS(at(1), low, low)
	VMOVQ(at(2), high)
	VMOVHPS(at(3), high, high)
	VINSERTI128(operand.U8(1), high, low.AsY(), all)
	return all
}

// spread32 puts the low 32 bits of a register into all lanes of a vector, by way of x.
func spread32(from gp, x, to vec) {
	VMOVQ(from, x)
	VPBROADCASTD(x, to)
}
