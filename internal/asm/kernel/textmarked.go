package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/volley-go/volley/internal/asm/emit"
)

// markReader is the registers of textMarked.
type markReader struct {
	textLoop
	start, end        gp // where each text begins and ends
	marks             gp // of place 0, if it had one, by its bit
	low, span         vec
	less, longest     vec // places at the end that do not count; the longest text that is done
	seven, ones, zero vec
}

// textMarked writes the kernel that looks for marks inside texts: each text's are brought into one
// word of 64, from the byte its first is in, and those of places at which the needle would reach
// past the text's end are cut off. It stops before 64 texts of which one has more places than such
// a word is sure to hold, or begins where there are no marks.
func textMarked() {
	emit.Function("textMarked", "func(dst, start, end, marks *byte, low, span, less uint64, n int) (done int)")
	Doc("textMarked writes which texts have a mark at one of their places but the last less;",
		"marks has those of span places from low on, a multiple of 8.")
	r := beginTextMarked()
	r.beginRound()
	r.checkTexts()
	word := GP64()
	for four := range 16 {
		bits := r.unmarkedFour(four)
		if four == 0 {
			MOVQ(bits, word)
			continue
		}
		SHLQ(operand.U8(4*four), bits)
		ORQ(bits, word)
	}
	NOTQ(word)
	r.endRound(word)
	r.textLoop.end()
}

func beginTextMarked() *markReader {
	r := &markReader{}
	r.dst, r.start, r.end = emit.Argument("dst"), emit.Argument("start"), emit.Argument("end")
	r.marks, r.n, r.done = emit.Argument("marks"), emit.Argument("n"), GP64()
	r.texts = []gp{r.start, r.end}
	r.low, r.span = YMM(), YMM()
	low := emit.Argument("low")
	r.less, r.longest, r.seven, r.ones, r.zero = YMM(), YMM(), YMM(), YMM(), YMM()
	x, less := XMM(), emit.Argument("less")
	spread32(low, x, r.low)
	SHRQ(operand.U8(3), low)
	SUBQ(low, r.marks)
	spread32(emit.Argument("span"), x, r.span)
	spread32(less, x, r.less)
	longest := less
	ADDQ(operand.I32(57), longest) // up to 7 of a word's 64 bits are before the text
	spread32(longest, x, r.longest)
	VMOVDQU(all64(7), r.seven)
	VPCMPEQD(r.ones, r.ones, r.ones)
	VPXOR(r.zero, r.zero, r.zero)
	XORQ(r.done, r.done)
	return r
}

// checkTexts stops before a text that is too long, or begins before or behind the marks: as
// unsigned, a place before low is behind them too.
func (r *markReader) checkTexts() {
	most, farthest := YMM(), YMM()
	VPXOR(most, most, most)
	VPXOR(farthest, farthest, farthest)
	for eight := range 8 {
		place, size := YMM(), YMM()
		VMOVDQU(emit.At(r.start, 32*eight), place)
		VMOVDQU(emit.At(r.end, 32*eight), size)
		VPSUBD(place, size, size)
		VPMAXSD(size, most, most)
		VPSUBD(r.low, place, place)
		VPMAXUD(place, farthest, farthest)
	}
	VPCMPGTD(r.longest, most, most)
	VPMAXUD(r.span, farthest, farthest)
	VPCMPEQD(r.span, farthest, farthest)
	VPANDN(farthest, most, farthest)
	r.stopUnless(farthest)
}

// unmarkedFour is which of 4 texts of a round have no mark.
func (r *markReader) unmarkedFour(four int) gp {
	places := fourMarkBytes(emit.At(r.start, 16*four))
	found := fourWords(r.marks, places)
	shift, size, cut := YMM(), XMM(), YMM()
	VPMOVZXDQ(emit.At(r.start, 16*four), shift)
	VPAND(r.seven, shift, shift)
	VPSRLVQ(shift, found, found)
	VMOVDQU(emit.At(r.end, 16*four), size)
	VPSUBD(emit.At(r.start, 16*four), size, size)
	VPSUBD(r.less.AsX(), size, size)
	VPMAXSD(r.zero.AsX(), size, size)
	VPMOVZXDQ(size, cut)
	VPSLLVQ(cut, r.ones, cut)
	VPANDN(found, cut, found)
	VPCMPEQQ(r.zero, found, found)
	bits := GP64()
	VMOVMSKPD(found, bits.As32())
	return bits
}

// fourMarkBytes is in which bytes of the marks four texts begin.
func fourMarkBytes(starts operand.Mem) (bytes [4]gp) {
	for i := range bytes {
		bytes[i] = GP64()
		MOVL(starts.Offset(4*i), bytes[i].As32())
		SHRL(operand.U8(3), bytes[i].As32())
	}
	return bytes
}
