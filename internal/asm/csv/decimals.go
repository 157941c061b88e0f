package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// decimalWriter writes floats with a number of digits behind the point.
type decimalWriter struct {
	*writer
	places, power          reg.VecVirtual // digits behind the point, and 10 to the power of them
	one, seven, eight      reg.VecVirtual
	ones, zeros            reg.VecVirtual
	sign, limit            reg.VecVirtual
	most                   reg.VecVirtual // zeros that may be left out
	float, word            reg.VecVirtual // later word is the text
	scratch, digits, mask  reg.VecVirtual
	whole                  reg.VecVirtual // bytes before the point
	odd, negative, unequal reg.OpmaskVirtual
}

// decimals writes the loop that writes floats with a number of digits behind the point. A float
// that needs more bytes or digits, or less digits, is odd.
func decimals() {
	w := beginDecimals()
	Label("group")
	w.scale()
	eightDigits(w.word, w.digits)
	w.refuseLastZero()
	w.putWhole()
	w.putFraction()
	size := ZMM()
	VPADDQ(w.places, w.whole, size)
	VPADDQ(w.one, size, size)
	putMinus(w.word, w.scratch, w.negative)
	VPADDQ(w.one, size, w.negative, size)
	w.end(w.word, size, w.eight, w.odd, w.unequal)
}

func beginDecimals() *decimalWriter {
	w := &decimalWriter{writer: beginWriter("decimals", "func(vals *float64, slots *byte, width int, groups int, lens *uint32, odd *uint8, digits int, ten float64)")}
	w.places, w.power = ZMM(), ZMM()
	VPBROADCASTQ(emit.OnStack("digits"), w.places)
	VPBROADCASTQ(emit.OnStack("ten"), w.power)
	w.one, w.seven, w.eight, w.ones = all8(1), all8(7), all8(8), all8(math.MaxUint64)
	w.zeros, w.sign, w.limit = all8(emit.EachByte('0')), all8(1<<63), all8(1e8)
	w.most = ZMM()
	VPSUBQ(w.places, w.seven, w.most)
	return w
}

// scale makes integers of the floats' digits. One is odd if that is no integer below 10^8 from
// which the float comes back.
func (w *decimalWriter) scale() {
	w.float, w.word, w.scratch, w.digits, w.mask = ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
	w.odd, w.negative, w.unequal = K(), K(), K()
	w.load(w.float)
	VPTESTMQ(w.sign, w.float, w.negative)
	VPANDNQ(w.float, w.sign, w.float)
	VMULPD(w.power, w.float, w.scratch)
	VCVTPD2UQQ(w.scratch, w.word)
	VPCMPUQ(notLess, w.limit, w.word, w.odd) // so is what is made of no number
	VCVTUQQ2PD(w.word, w.scratch)
	VDIVPD(w.power, w.scratch, w.scratch)
	VCMPPD(notEqual, w.float, w.scratch, w.unequal)
	join(w.unequal, w.odd)
}

// refuseLastZero finds odd what ends in 0, which is one digit too many, unless it is the only one.
func (w *decimalWriter) refuseLastZero() {
	isZero, notOnly := w.unequal, K()
	VPSRLQ(Imm(56), w.digits, w.scratch)
	VPTESTNMQ(w.scratch, w.scratch, isZero)
	VPCMPUQ(notEqual, w.one, w.places, notOnly)
	KANDB(notOnly, isZero, isZero)
	join(isZero, w.odd)
}

// putWhole makes the word's first bytes: the digits before the point, without leading zeros, of
// which one stays, and the point. It leaves how many bits are before the point in scratch.
func (w *decimalWriter) putWhole() {
	leading := leadingZeros(w.digits, w.most)
	w.whole = ZMM()
	VPSUBQ(w.places, w.eight, w.whole)
	VPSUBQ(leading, w.whole, w.whole)
	VPORQ(w.zeros, w.digits, w.digits)
	VPSLLQ(Imm(3), leading, w.scratch)
	VPSRLVQ(w.scratch, w.digits, w.word)
	VPSLLQ(Imm(3), w.whole, w.scratch)
	VPSLLVQ(w.scratch, w.ones, w.mask)
	VPANDNQ(w.word, w.mask, w.word)
	point := w.mask
	VPSLLVQ(w.scratch, all8('.'), point)
	VPORQ(point, w.word, w.word)
}

// putFraction puts the last digits, which lie in the highest bytes, behind the point.
func (w *decimalWriter) putFraction() {
	others := w.mask
	VPSLLQ(Imm(3), w.places, others)
	VPSUBQ(others, all8(64), others)
	VPSRLVQ(others, w.digits, w.digits)
	VPADDQ(w.eight, w.scratch, w.scratch)
	VPSLLVQ(w.scratch, w.digits, w.digits)
	VPORQ(w.digits, w.word, w.word)
}
