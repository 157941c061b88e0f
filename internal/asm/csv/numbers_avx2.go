package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// numbers4 reads numbers four at a time, with AVX2, whose masks are vectors: all ones in the lanes
// that they hold for. A group is two parts of four.
type numbers4 struct {
	text, pairs, step, groups, out, oddBytes reg.GPVirtual
	zero, offsets                            reg.VecVirtual // offsets of the four pairs
	oddBits, partBits                        reg.GPVirtual  // of the group and of the part
	powers                                   reg.GPVirtual  // by how many bytes stand before the point; 8 where there is none

	// Of the part.
	begins, size, word    reg.VecVirtual
	power                 reg.VecVirtual
	odd, negative         reg.VecVirtual
	all, scratch, another reg.VecVirtual
}

// numbersAVX2 writes the loop over groups of eight integers or floats.
func numbersAVX2(name string, floats bool) {
	emit.Function(name, numberSignature(floats))
	r := beginNumbers4(name)
	if floats {
		LEAQ(powersOfTen(name, 9, func(before int) int { return 7 - before }), r.powers)
	}
	SHLQ(Imm(2), r.step) // from a part's first pair to the next's

	Label("group")
	XORQ(r.oddBits, r.oddBits)
	for part := range 2 {
		readNumbers(r, floats)
		r.endPart(part)
	}
	endGroup(r.oddBits, r.oddBytes, r.groups)
}

func beginNumbers4(name string) *numbers4 {
	r := &numbers4{text: emit.Argument("text"), pairs: emit.Argument("pairs"), step: emit.Argument("step")}
	r.groups, r.out, r.oddBytes = emit.Argument("groups"), emit.Argument("out"), emit.Argument("odd")
	r.zero, r.offsets = YMM(), YMM()
	steps := YMM()
	VPXOR(r.zero, r.zero, r.zero)
	VMOVQ(r.step, steps.AsX())
	VPBROADCASTQ(steps.AsX(), steps)
	VPMULUDQ(emit.Table(name+"Lanes", 0, 1, 2, 3), steps, r.offsets)
	r.oddBits, r.partBits, r.powers = GP64(), GP64(), GP64()
	return r
}

func (r *numbers4) begin() {
	r.places()
	r.word, r.odd, r.negative, r.scratch = YMM(), YMM(), YMM(), YMM()
	r.gather(VPGATHERQQ, emit.Item(r.text, r.begins, 1), r.word)
	VPCMPGTQ(all4(8), r.size, r.odd)
}

// places loads where four fields begin and how long they are.
func (r *numbers4) places() {
	pair := YMM()
	r.begins, r.size, r.all = YMM(), YMM(), YMM()
	r.gather(VPGATHERQQ, emit.Item(r.pairs, r.offsets, 1), pair)
	ADDQ(r.step, r.pairs)
	VPADDD(all4(1), pair, pair) // the place before the block is -1
	VPSRLQ(Imm(32), pair, r.size)
	VPAND(all4(math.MaxUint32), pair, r.begins)
	VPSUBQ(r.begins, r.size, r.size)
}

// gather loads four words by an instruction that clears its mask. What is loaded to is cleared
// first, so that the instruction need not wait for what was there.
func (r *numbers4) gather(instruction func(_, _, _ Op), from Mem, to reg.VecVirtual) {
	VPCMPEQQ(r.all, r.all, r.all)
	VPXOR(to, to, to)
	instruction(r.all, from, to)
}

func (r *numbers4) cutSign() {
	VPAND(all4(0xFF), r.word, r.scratch)
	VPCMPEQQ(all4('-'), r.scratch, r.negative)
	VPSRLQ(Imm(8), r.word, r.scratch)
	VPBLENDVB(r.negative, r.scratch, r.word, r.word)
	VPADDQ(r.negative, r.size, r.size) // all ones are -1
}

func (r *numbers4) refusePadded() {
	padded := YMM()
	VPAND(all4(twoZerosMask), r.word, padded)
	VPCMPEQQ(all4(twoZeros), padded, padded)
	VPCMPGTQ(all4(1), r.size, r.scratch)
	VPAND(r.scratch, padded, padded)
	r.refuse(padded)
}

func (r *numbers4) refuse(lanes reg.VecVirtual) { VPOR(lanes, r.odd, r.odd) }

func (r *numbers4) alignEnd() {
	VPSLLQ(Imm(3), r.size, r.scratch)
	r.another = YMM()
	VMOVDQU(all4(64), r.another)
	VPSUBQ(r.scratch, r.another, r.another)
	VPSLLVQ(r.another, r.word, r.word)
}

// cutPoint finds the first byte that is a point: below it all bits are set in before.
func (r *numbers4) cutPoint() {
	r.power = YMM()
	point, before, behind, none := YMM(), YMM(), YMM(), YMM()
	VPCMPEQB(all4(emit.EachByte('.')), r.word, point)
	VPADDQ(all4(math.MaxUint64), point, before)
	VPANDN(before, point, before)
	VPCMPEQQ(r.zero, point, none)
	r.findPower(before)
	VPSLLQ(Imm(8), before, behind)
	VPOR(all4(0xFF), behind, behind) // for now, all but what is behind the point
	VPANDN(r.word, behind, behind)
	VPAND(r.word, before, before)
	VPSLLQ(Imm(8), before, before)
	VPOR(before, behind, behind)
	VPBLENDVB(none, r.word, behind, r.word)
	VPCMPEQQ(r.zero, none, r.scratch)
	VPADDQ(r.scratch, r.size, r.size) // one less where there is a point
}

// findPower counts the bytes before the point and looks the power of ten up by their number.
func (r *numbers4) findPower(before reg.VecVirtual) {
	count := r.scratch
	VPAND(all4(emit.EachByte(1)), before, count)
	VPSADBW(r.zero, count, count)
	VPCMPEQQ(r.zero, count, r.another)
	r.refuse(r.another)
	r.gather(VGATHERQPD, emit.Item(r.powers, count, 8), r.power)
}

func (r *numbers4) refuseEmpty() {
	VPCMPGTQ(r.zero, r.size, r.scratch)
	VPCMPEQQ(r.zero, r.scratch, r.scratch)
	r.refuse(r.scratch)
}

func (r *numbers4) padZeros() {
	zeros := r.another
	VPSLLQ(Imm(3), r.size, r.scratch)
	VMOVDQU(all4(emit.EachByte('0')), zeros)
	VPSRLVQ(r.scratch, zeros, r.scratch)
	VPOR(r.scratch, r.word, r.word)
	VPXOR(zeros, r.word, r.word)
}

func (r *numbers4) refuseStrange() {
	VPADDB(all4(beyondDigit), r.word, r.scratch)
	VPOR(r.word, r.scratch, r.scratch)
	VPAND(all4(highHalves), r.scratch, r.scratch)
	VPCMPEQQ(r.zero, r.scratch, r.scratch)
	VPCMPEQQ(r.zero, r.scratch, r.scratch) // not equal, which there is no instruction for
	r.refuse(r.scratch)
}

func (r *numbers4) sum() {
	sumDigits(r.word, r.scratch, all4(tenAndOne), all4(hundredAndOne), all4(tenThousand))
}

// float converts from 32 bits, which numbers below 10^8 fit into, as AVX2 cannot from 64: they are
// brought together in the lower half.
func (r *numbers4) float() {
	VPSHUFD(Imm(0x88), r.word, r.word)
	VPERMQ(Imm(0x08), r.word, r.word)
	VCVTDQ2PD(r.word.AsX(), r.word)
	VDIVPD(r.power, r.word, r.word)
	VPSLLQ(Imm(63), r.negative, r.scratch)
	VPXOR(r.scratch, r.word, r.word)
}

// integer turns all bits round and adds 1 where there was a minus.
func (r *numbers4) integer() {
	VPXOR(r.negative, r.word, r.word)
	VPSUBQ(r.negative, r.word, r.word)
}

// endPart stores four values and joins the part's odd bits to the group's.
func (r *numbers4) endPart(part int) {
	VMOVDQU(r.word, Mem{Base: r.out})
	ADDQ(Imm(32), r.out)
	VMOVMSKPD(r.odd, r.partBits.As32())
	if part == 1 {
		SHLQ(Imm(4), r.partBits)
	}
	ORQ(r.partBits, r.oddBits)
}
