package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// numbers8 reads numbers eight at a time, with AVX-512.
type numbers8 struct {
	*fields
	numberConstants

	size, word    reg.VecVirtual
	scratch       reg.VecVirtual
	pointPlace    reg.VecVirtual // how many digits stand behind the point, and 1; 0 where there is none
	odd, negative reg.OpmaskVirtual
	some          reg.OpmaskVirtual // scratch
}

// numberConstants are words in each of eight lanes.
type numberConstants struct {
	signBit, minus, sixtyFour, seven reg.VecVirtual
	zeros, beyondDigit, highHalves   reg.VecVirtual
	tens, hundreds, myriad           reg.VecVirtual
	firstByte, twoZerosMask          reg.VecVirtual
	twoZeros                         reg.VecVirtual
	points, ones                     reg.VecVirtual // of floats
	powers                           reg.VecVirtual // by pointPlace; the one vector of different words
}

// numbersAVX512 writes the loop over groups of eight integers or floats.
func numbersAVX512(name string, floats bool) {
	r := &numbers8{fields: beginFields(name, numberSignature(floats))}
	r.loadConstants()
	if floats {
		r.points, r.ones, r.powers = all8(emit.EachByte('.')), all8(math.MaxUint64), ZMM()
		VMOVUPD(powersOfTen(name, 8, func(place int) int { return place - 1 }), r.powers)
	}
	Label("group")
	readNumbers(r, floats)
	r.end(r.word, r.odd)
}

func (r *numbers8) loadConstants() {
	r.signBit, r.minus, r.sixtyFour, r.seven = all8(1<<63), all8('-'), all8(64), all8(7)
	r.zeros, r.beyondDigit, r.highHalves = all8(emit.EachByte('0')), all8(beyondDigit), all8(highHalves)
	r.tens, r.hundreds, r.myriad = all8(tenAndOne), all8(hundredAndOne), all8(tenThousand)
	r.firstByte, r.twoZerosMask, r.twoZeros = all8(0xFF), all8(twoZerosMask), all8(twoZeros)
}

func (r *numbers8) begin() {
	begin, size := r.places()
	r.size, r.word = size, r.load(begin, 0)
	r.odd, r.negative, r.some = K(), K(), K()
	r.scratch = ZMM()
	VPSUBQ(r.one, r.size, r.scratch) // an empty text has more than 7 then, as it is unsigned
	VPCMPUQ(greater, r.seven, r.scratch, r.odd)
}

func (r *numbers8) cutSign() {
	VPANDQ(r.firstByte, r.word, r.scratch)
	VPCMPEQQ(r.minus, r.scratch, r.negative)
	VPSRLQ(Imm(8), r.word, r.negative, r.word)
	VPSUBQ(r.one, r.size, r.negative, r.size)
}

func (r *numbers8) refusePadded() {
	VPANDQ(r.twoZerosMask, r.word, r.scratch)
	VPCMPUQ(greater, r.one, r.size, r.some)
	VPCMPEQQ(r.twoZeros, r.scratch, r.some, r.some)
	join(r.some, r.odd)
}

func (r *numbers8) alignEnd() {
	VPSLLQ(Imm(3), r.size, r.scratch)
	VPSUBQ(r.scratch, r.sixtyFour, r.scratch)
	VPSLLVQ(r.scratch, r.word, r.word)
}

// cutPoint finds the first byte that is a point: below it all bits are set in before.
func (r *numbers8) cutPoint() {
	r.pointPlace = ZMM()
	point, before, behind := ZMM(), ZMM(), ZMM()
	VPCMPEQB(r.points, r.word, r.some)
	VPMOVM2B(r.some, point)
	VPADDQ(r.ones, point, before)
	VPANDNQ(before, point, before)
	hasPoint := r.some
	VPTESTMQ(point, point, hasPoint)
	VPLZCNTQ(before, r.pointPlace)
	VPSRLQ(Imm(3), r.pointPlace, r.pointPlace)
	VPSLLQ(Imm(8), before, behind)
	VPORQ(r.firstByte, behind, behind) // for now, all but what is behind the point
	VPANDNQ(r.word, behind, behind)
	VPANDQ(r.word, before, before)
	VPSLLQ(Imm(8), before, before)
	VPORQ(before, behind, hasPoint, r.word)
	VPSUBQ(r.one, r.size, hasPoint, r.size)
	VPCMPUQ(greater, r.seven, r.pointPlace, r.some) // eight, for which there is no power
	join(r.some, r.odd)
}

func (r *numbers8) refuseEmpty() {
	VPTESTNMQ(r.size, r.size, r.some)
	join(r.some, r.odd)
}

func (r *numbers8) padZeros() {
	VPSLLQ(Imm(3), r.size, r.scratch)
	VPSRLVQ(r.scratch, r.zeros, r.scratch)
	VPORQ(r.scratch, r.word, r.word)
	VPXORQ(r.zeros, r.word, r.word)
}

func (r *numbers8) refuseStrange() {
	VPADDB(r.beyondDigit, r.word, r.scratch)
	VPORQ(r.word, r.scratch, r.scratch)
	VPTESTMQ(r.highHalves, r.scratch, r.some)
	join(r.some, r.odd)
}

func (r *numbers8) sum() { sumDigits(r.word, ZMM(), r.tens, r.hundreds, r.myriad) }

func (r *numbers8) float() {
	VCVTUQQ2PD(r.word, r.word)
	VPERMPD(r.powers, r.pointPlace, r.scratch)
	VDIVPD(r.scratch, r.word, r.word)
	VPXORQ(r.signBit, r.word, r.negative, r.word)
}

func (r *numbers8) integer() {
	VPXORQ(r.scratch, r.scratch, r.scratch)
	VPSUBQ(r.word, r.scratch, r.negative, r.word)
}
