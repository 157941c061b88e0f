package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/volley-go/volley/internal/asm/emit"
)

// headReader is the registers of textHead.
type headReader struct {
	textLoop
	place, start, end     gp  // where the bytes are looked for in each text, where it begins and ends
	firstData, secondData gp  // what the places of the first and of the second word count from
	tooSmall, most        vec // sizes: the largest that is too small, the largest that fits
	mask                  vec // of the bytes that count
	firstWord, secondWord vec // what these must be
	lastPlace             vec
	word                  gp // the round's results
}

// textHead writes the kernel that compares up to 16 bytes at a place of each text: two words of 8,
// masked. It stops before 64 texts of which one has its place after last, where reading 8 bytes
// would pass the end of the data.
func textHead() {
	emit.Function("textHead", "func(dst, at, start, end, data *byte, sizes, head *[4]uint64, last uint64, back uint64, n int) (done int)")
	Doc("textHead writes which texts are of a size between two and have 16 bytes at a place; sizes are",
		"least-1 and most, head is mask, first word, second word.")
	r := beginTextHead()
	r.beginRound()
	r.checkPlaces()
	r.word = GP64()
	XORQ(r.word, r.word)
	for eight := range 8 {
		r.compareEight(eight)
	}
	r.endRound(r.word)
	r.textLoop.end()
}

func beginTextHead() *headReader {
	r := &headReader{}
	r.dst, r.place, r.start = emit.Argument("dst"), emit.Argument("at"), emit.Argument("start")
	r.end, r.firstData = emit.Argument("end"), emit.Argument("data")
	r.texts = []gp{r.place, r.start, r.end}
	sizes, head := emit.Argument("sizes"), emit.Argument("head")
	r.tooSmall, r.most, r.mask = YMM(), YMM(), YMM()
	r.firstWord, r.secondWord, r.lastPlace = YMM(), YMM(), YMM()
	VPBROADCASTD(emit.At(sizes, 0), r.tooSmall)
	VPBROADCASTD(emit.At(sizes, 8), r.most)
	VPBROADCASTQ(emit.At(head, 0), r.mask)
	VPBROADCASTQ(emit.At(head, 8), r.firstWord)
	VPBROADCASTQ(emit.At(head, 16), r.secondWord)
	spread32(emit.Argument("last"), XMM(), r.lastPlace)
	r.secondData, r.n, r.done = emit.Argument("back"), emit.Argument("n"), GP64()
	ADDQ(r.firstData, r.secondData)
	XORQ(r.done, r.done)
	return r
}

// checkPlaces stops before a place after the last one, or a negative one: as unsigned, that is
// after it too.
func (r *headReader) checkPlaces() {
	farthest := YMM()
	VMOVDQU(emit.At(r.place, 0), farthest)
	for i := 1; i < 8; i++ {
		VPMAXUD(emit.At(r.place, 32*i), farthest, farthest)
	}
	VPMAXUD(r.lastPlace, farthest, farthest)
	VPCMPEQD(r.lastPlace, farthest, farthest)
	r.stopUnless(farthest)
}

// compareEight does 8 texts of a round; if none is of the right size, it looks at none's bytes.
func (r *headReader) compareEight(eight int) {
	bits := r.fittingEight(eight)
	skip := "skip" + string(rune('0'+eight))
	TESTL(bits, bits)
	JZ(operand.LabelRef(skip))
	halves := [2]gp{GP32(), GP32()}
	for i, half := range halves {
		r.compareFour(fourPlaces(emit.At(r.place, 32*eight+16*i)), half)
	}
	SHLL(operand.U8(4), halves[1])
	ORL(halves[0], halves[1])
	ANDL(halves[1], bits)
	if eight > 0 {
		SHLQ(operand.U8(8*eight), bits.As64())
	}
	ORQ(bits.As64(), r.word)
	Label(skip)
}

// fittingEight is which of 8 texts are of the right size.
func (r *headReader) fittingEight(eight int) gp {
	size, fits := YMM(), YMM()
	VMOVDQU(emit.At(r.end, 32*eight), size)
	VPSUBD(emit.At(r.start, 32*eight), size, size)
	VPCMPGTD(r.tooSmall, size, fits)
	VPCMPGTD(r.most, size, size)
	VPANDN(fits, size, fits)
	bits := GP32()
	VMOVMSKPS(fits, bits)
	return bits
}

// compareFour finds which of 4 texts have both words.
func (r *headReader) compareFour(places [4]gp, bits gp) {
	first, second := fourWords(r.firstData, places), fourWords(r.secondData, places)
	VPAND(r.mask, first, first)
	VPCMPEQQ(r.firstWord, first, first)
	VPAND(r.mask, second, second)
	VPCMPEQQ(r.secondWord, second, second)
	VPAND(first, second, first)
	VMOVMSKPD(first, bits)
}
