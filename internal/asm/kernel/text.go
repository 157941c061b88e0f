package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// texts writes the kernels that look into the bytes of texts.
func texts() {
	textHead()
	byteRuns()
	textMarked()
}

// textHead writes the kernel that compares up to 16 bytes at a place of each text:
// two words of 8, of which the first is masked. It stops before 64 texts of which one
// has its place after last, where reading 8 bytes would pass the end of the data.
func textHead() {
	TEXT("textHead", NOSPLIT, "func(dst, at, start, end, data *byte, sizes, head *[4]uint64, last uint64, back uint64, n int) (done int)")
	Pragma("noescape")
	Doc("textHead writes which texts are of a size between two and have 16 bytes at a place; sizes are",
		"least-1 and most, head is mask, first word, second word.")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	dst, at, start, end, data := load("dst"), load("at"), load("start"), load("end"), load("data")
	sizes, head := load("sizes"), load("head")
	small, large, mask, first, second, limit := YMM(), YMM(), YMM(), YMM(), YMM(), YMM()
	VPBROADCASTD(operand.Mem{Base: sizes}, small)
	VPBROADCASTD(operand.Mem{Base: sizes, Disp: 8}, large)
	VPBROADCASTQ(operand.Mem{Base: head}, mask)
	VPBROADCASTQ(operand.Mem{Base: head, Disp: 8}, first)
	VPBROADCASTQ(operand.Mem{Base: head, Disp: 16}, second)
	x := XMM()
	VMOVQ(load("last"), x)
	VPBROADCASTD(x, limit)
	second64, n, done := load("back"), load("n"), GP64()
	ADDQ(data, second64)
	XORQ(done, done)

	Label("words")
	CMPQ(done, n)
	JGE(operand.LabelRef("end"))
	far, ok := YMM(), GP32() // unsigned, so that a negative place stops here too
	VMOVDQU(operand.Mem{Base: at}, far)
	for i := 1; i < 8; i++ {
		VPMAXUD(operand.Mem{Base: at, Disp: 32 * i}, far, far)
	}
	VPMAXUD(limit, far, far)
	VPCMPEQD(limit, far, far)
	VPMOVMSKB(far, ok)
	CMPL(ok, operand.U32(0xffffffff))
	JNE(operand.LabelRef("end"))
	word := GP64()
	XORQ(word, word)
	for g := range 8 {
		textGroup(g, word, at, start, end, data, second64, small, large, mask, first, second)
	}
	MOVQ(word, operand.Mem{Base: dst})
	ADDQ(operand.I32(8), dst)
	for _, p := range []reg.GPVirtual{at, start, end} {
		ADDQ(operand.I32(256), p)
	}
	ADDQ(operand.I32(64), done)
	JMP(operand.LabelRef("words"))
	Label("end")
	Store(done, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// textGroup does 8 texts of a word; none of the right size spares their bytes.
func textGroup(g int, word, at, start, end, data, data2 reg.GPVirtual, small, large, mask, first, second vec) {
	size, fits := YMM(), YMM()
	VMOVDQU(operand.Mem{Base: end, Disp: 32 * g}, size)
	VPSUBD(operand.Mem{Base: start, Disp: 32 * g}, size, size)
	VPCMPGTD(small, size, fits)
	VPCMPGTD(large, size, size)
	VPANDN(fits, size, fits)
	bits := GP32()
	VMOVMSKPS(fits, bits)
	skip := "skip" + string(rune('0'+g))
	TESTL(bits, bits)
	JZ(operand.LabelRef(skip))
	halves := [2]reg.GPVirtual{GP32(), GP32()}
	for h := range 2 {
		var place [4]reg.GPVirtual
		for i := range place {
			place[i] = GP64()
			MOVL(operand.Mem{Base: at, Disp: 32*g + 16*h + 4*i}, place[i].As32())
		}
		a, b := fourWords(data, place), fourWords(data2, place)
		VPAND(mask, a, a)
		VPCMPEQQ(first, a, a)
		VPAND(mask, b, b)
		VPCMPEQQ(second, b, b)
		VPAND(a, b, a)
		VMOVMSKPD(a, halves[h])
	}
	SHLL(operand.U8(4), halves[1])
	ORL(halves[0], halves[1])
	ANDL(halves[1], bits)
	if g > 0 {
		SHLQ(operand.U8(8*g), bits.As64())
	}
	ORQ(bits.As64(), word)
	Label(skip)
}

// fourWords loads 8 bytes from each place.
func fourWords(data reg.GPVirtual, place [4]reg.GPVirtual) vec {
	low, high, all := XMM(), XMM(), YMM()
	at := func(i int) operand.Mem { return operand.Mem{Base: data, Index: place[i], Scale: 1} }
	VMOVQ(at(0), low)
	VMOVHPS(at(1), low, low)
	VMOVQ(at(2), high)
	VMOVHPS(at(3), high, high)
	VINSERTI128(operand.U8(1), high, low.AsY(), all)
	return all
}

// byteRuns writes the kernels that find a run of 1 to 8 bytes everywhere: one for each
// size, with the bytes in registers.
func byteRuns() {
	for size := 1; size <= 8; size++ {
		byteRun(size)
	}
}

func byteRun(size int) {
	name := fmt.Sprintf("byteRun%d", size)
	TEXT(name, NOSPLIT, "func(dst, a *byte, run uint64, n int)")
	Pragma("noescape")
	Doc(name+" writes a bit for each of n places of a, a multiple of 128, at which the", "low bytes of run begin.")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	dst, a, run, n := load("dst"), load("a"), load("run"), load("n")
	want := make([]vec, size)
	for j := range want {
		want[j] = broadcast(w8, run)
		SHRQ(operand.U8(8), run)
	}
	Label("places")
	for i := range 4 {
		acc := YMM()
		VPCMPEQB(operand.Mem{Base: a, Disp: 32 * i}, want[0], acc)
		for j := 1; j < size; j++ {
			hit := YMM()
			VPCMPEQB(operand.Mem{Base: a, Disp: 32*i + j}, want[j], hit)
			VPAND(hit, acc, acc)
		}
		bits := GP32()
		VPMOVMSKB(acc, bits)
		MOVL(bits, operand.Mem{Base: dst, Disp: 4 * i})
	}
	ADDQ(operand.I32(16), dst)
	ADDQ(operand.I32(128), a)
	SUBQ(operand.I32(128), n)
	JNZ(operand.LabelRef("places"))
	VZEROUPPER()
	RET()
}

// textMarked writes the kernel that looks for marks inside texts: each text's are
// brought into one word of 64, from the byte its first is in, and those of places at
// which the needle would reach past the text's end are cut off. It stops before 64 texts
// of which one has more places than such a word is sure to hold, or begins where there
// are no marks.
func textMarked() {
	TEXT("textMarked", NOSPLIT, "func(dst, start, end, marks *byte, low, span, less uint64, n int) (done int)")
	Pragma("noescape")
	Doc("textMarked writes which texts have a mark at one of their places but the last less;",
		"marks has those of span places from low on, a multiple of 8.")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	dst, start, end, marks, n, done := load("dst"), load("start"), load("end"), load("marks"), load("n"), GP64()
	low, span := YMM(), YMM()
	place := load("low")
	less, longest, seven, ones, zero := YMM(), YMM(), YMM(), YMM(), YMM()
	x, count := XMM(), load("less")
	VMOVQ(place, x)
	VPBROADCASTD(x, low)
	SHRQ(operand.U8(3), place)
	SUBQ(place, marks)
	VMOVQ(load("span"), x)
	VPBROADCASTD(x, span)
	VMOVQ(count, x)
	VPBROADCASTD(x, less)
	ADDQ(operand.I32(57), count)
	VMOVQ(count, x)
	VPBROADCASTD(x, longest)
	VMOVDQU(all64(7), seven)
	VPCMPEQD(ones, ones, ones)
	VPXOR(zero, zero, zero)
	XORQ(done, done)

	Label("words")
	CMPQ(done, n)
	JGE(operand.LabelRef("end"))
	most, far := YMM(), YMM()
	VPXOR(most, most, most)
	VPXOR(far, far, far)
	for g := range 8 {
		at, size := YMM(), YMM()
		VMOVDQU(operand.Mem{Base: start, Disp: 32 * g}, at)
		VMOVDQU(operand.Mem{Base: end, Disp: 32 * g}, size)
		VPSUBD(at, size, size)
		VPMAXSD(size, most, most)
		VPSUBD(low, at, at)
		VPMAXUD(at, far, far) // unsigned, so that a place before low stops here too
	}
	VPCMPGTD(longest, most, most)
	VPMAXUD(span, far, far)
	VPCMPEQD(span, far, far)
	VPANDN(far, most, far)
	ok := GP32()
	VPMOVMSKB(far, ok)
	CMPL(ok, operand.U32(0xffffffff))
	JNE(operand.LabelRef("end"))
	word := GP64()
	for g := range 16 {
		bits := markedGroup(g, start, end, marks, less, seven, ones, zero)
		if g == 0 {
			MOVQ(bits, word)
			continue
		}
		SHLQ(operand.U8(4*g), bits)
		ORQ(bits, word)
	}
	NOTQ(word)
	MOVQ(word, operand.Mem{Base: dst})
	ADDQ(operand.I32(8), dst)
	ADDQ(operand.I32(256), start)
	ADDQ(operand.I32(256), end)
	ADDQ(operand.I32(64), done)
	JMP(operand.LabelRef("words"))
	Label("end")
	Store(done, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// markedGroup is which of 4 texts of a word have no mark.
func markedGroup(g int, start, end, marks reg.GPVirtual, less, seven, ones, zero vec) reg.GPVirtual {
	var place [4]reg.GPVirtual
	for i := range place {
		place[i] = GP64()
		MOVL(operand.Mem{Base: start, Disp: 16*g + 4*i}, place[i].As32())
		SHRL(operand.U8(3), place[i].As32())
	}
	found := fourWords(marks, place)
	shift, size, cut := YMM(), XMM(), YMM()
	VPMOVZXDQ(operand.Mem{Base: start, Disp: 16 * g}, shift)
	VPAND(seven, shift, shift)
	VPSRLVQ(shift, found, found)
	VMOVDQU(operand.Mem{Base: end, Disp: 16 * g}, size)
	VPSUBD(operand.Mem{Base: start, Disp: 16 * g}, size, size)
	VPSUBD(less.AsX(), size, size)
	VPMAXSD(zero.AsX(), size, size)
	VPMOVZXDQ(size, cut)
	VPSLLVQ(cut, ones, cut)
	VPANDN(found, cut, found)
	VPCMPEQQ(zero, found, found)
	bits := GP64()
	VMOVMSKPD(found, bits.As32())
	return bits
}
