package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// bytes8 repeats a byte.
func bytes8(c byte) uint64 { return uint64(c) * 0x0101010101010101 }

// table puts qwords into the read-only data.
func table(name string, values ...uint64) Mem {
	m := GLOBL(name, attr.RODATA|attr.NOPTR)
	for i, v := range values {
		DATA(8*i, U64(v))
	}
	return m
}

var constants = map[uint64]Mem{}

// constant is a qword in all lanes.
func constant(v uint64) reg.VecVirtual {
	m, ok := constants[v]
	if !ok {
		m = table(fmt.Sprintf("qword%016x", v), v)
		constants[v] = m
	}
	z := ZMM()
	VPBROADCASTQ(m, z)
	return z
}

// lanes is a loop over eight fields of a column at a time. A pair of 32-bit places a field, the one
// before it and its end, lie step bytes apart.
type lanes struct {
	text, pairs, out, odd, groups, step8 reg.GPVirtual
	index, one, low32                    reg.VecVirtual
}

func begin(name, signature string) *lanes {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	l := &lanes{}
	l.text = Load(Param("text"), GP64()).(reg.GPVirtual)
	l.pairs = Load(Param("pairs"), GP64()).(reg.GPVirtual)
	l.out = Load(Param("out"), GP64()).(reg.GPVirtual)
	l.odd = Load(Param("odd"), GP64()).(reg.GPVirtual)
	l.groups = Load(Param("groups"), GP64()).(reg.GPVirtual)
	l.step8 = Load(Param("step"), GP64()).(reg.GPVirtual)
	l.index, l.one, l.low32 = ZMM(), constant(1), constant(math.MaxUint32)
	step := ZMM()
	VPBROADCASTQ(l.step8, step)
	VPMULLQ(table(name+"Lanes", 0, 1, 2, 3, 4, 5, 6, 7), step, l.index)
	SHLQ(Imm(3), l.step8)
	return l
}

// fields loads where eight fields begin and how long they are.
func (l *lanes) fields() (lo, n reg.VecVirtual) {
	lo, n = ZMM(), ZMM()
	k := K()
	KXNORB(k, k, k)
	VPGATHERQQ(Mem{Base: l.pairs, Index: l.index, Scale: 1}, k, lo)
	ADDQ(l.step8, l.pairs)
	VPADDD(l.one, lo, lo) // the place before the block is -1
	VPSRLQ(Imm(32), lo, n)
	VPANDQ(l.low32, lo, lo)
	VPSUBQ(lo, n, n)
	return lo, n
}

// load gathers eight bytes of each field's text.
func (l *lanes) load(lo reg.VecVirtual, offset int) reg.VecVirtual {
	w, k := ZMM(), K()
	KXNORB(k, k, k)
	VPGATHERQQ(Mem{Base: l.text, Index: lo, Scale: 1, Disp: offset}, k, w)
	return w
}

// end stores eight values and which of them are odd.
func (l *lanes) end(v reg.VecVirtual, odd reg.OpmaskVirtual) {
	VMOVDQU64(v, Mem{Base: l.out})
	ADDQ(Imm(64), l.out)
	bits := GP64()
	KMOVB(odd, bits.As32())
	MOVB(bits.As8(), Mem{Base: l.odd})
	INCQ(l.odd)
	DECQ(l.groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// sum is the place value of digits, first ones in low bytes: two by two, four by four, all eight.
func sum(x, tens, hundreds, myriad reg.VecVirtual) {
	hi := ZMM()
	VPMADDUBSW(tens, x, x)
	VPMADDWD(hundreds, x, x)
	VPSRLQ(Imm(32), x, hi)
	VPMULUDQ(myriad, x, x)
	VPADDQ(hi, x, x)
}

// numbers writes the loop over integers or floats of up to eight bytes: the text is moved up in its
// lane, so that its last byte is the highest, the point taken out, zeros put before it.
func numbers(name string, floats bool) {
	l := begin(name, "func(text *byte, pairs *uint32, step int, groups int, out *"+map[bool]string{false: "int64", true: "float64"}[floats]+", odd *uint8)")
	sign, minus, bits64, seven := constant(1<<63), constant('-'), constant(64), constant(7)
	zeros, six, high := constant(bytes8('0')), constant(bytes8(6)), constant(bytes8(0xF0))
	tens, hundreds, myriad := constant(0x010A010A010A010A), constant(0x0001006400010064), constant(10000)
	byte0, two, padded := constant(0xFF), constant(0xF0FF), constant(0x3030)
	var dots, ones, powers reg.VecVirtual
	if floats {
		dots, ones, powers = constant(bytes8('.')), constant(math.MaxUint64), ZMM()
		p := make([]uint64, 8) // by one more than the digits behind the point; none where there is no point
		for i := range p {
			p[i] = math.Float64bits(math.Pow10(max(i-1, 0)))
		}
		VMOVUPD(table(name+"Powers", p...), powers)
	}

	Label("group")
	lo, n := l.fields()
	w := l.load(lo, 0)
	odd, neg, k := K(), K(), K()
	t := ZMM()
	VPSUBQ(l.one, n, t)
	VPCMPUQ(Imm(6), seven, t, odd) // longer than eight, or empty
	VPANDQ(byte0, w, t)
	VPCMPEQQ(minus, t, neg)
	VPSRLQ(Imm(8), w, neg, w)
	VPSUBQ(l.one, n, neg, n)
	VPANDQ(two, w, t)
	VPCMPUQ(Imm(6), l.one, n, k)
	VPCMPEQQ(padded, t, k, k) // a zero before other digits: the caller knows what it means
	KORB(k, odd, odd)
	VPSLLQ(Imm(3), n, t)
	VPSUBQ(t, bits64, t)
	VPSLLVQ(t, w, w)
	fraction := ZMM()
	if floats {
		dot, low, rest := ZMM(), ZMM(), ZMM()
		VPCMPEQB(dots, w, k)
		VPMOVM2B(k, dot)
		VPADDQ(ones, dot, low)
		VPANDNQ(low, dot, low) // the bits below the first point
		VPTESTMQ(dot, dot, k)
		VPLZCNTQ(low, fraction)
		VPSRLQ(Imm(3), fraction, fraction)
		VPSLLQ(Imm(8), low, rest)
		VPORQ(byte0, rest, rest)
		VPANDNQ(w, rest, rest)
		VPANDQ(w, low, low)
		VPSLLQ(Imm(8), low, low)
		VPORQ(low, rest, k, w)
		VPSUBQ(l.one, n, k, n)
		VPCMPUQ(Imm(6), seven, fraction, k) // a point first
		KORB(k, odd, odd)
	}
	VPTESTNMQ(n, n, k)
	KORB(k, odd, odd)
	VPSLLQ(Imm(3), n, t)
	VPSRLVQ(t, zeros, t)
	VPORQ(t, w, w)
	VPXORQ(zeros, w, w)
	VPADDB(six, w, t)
	VPORQ(w, t, t)
	VPTESTMQ(high, t, k)
	KORB(k, odd, odd)
	sum(w, tens, hundreds, myriad)
	if floats {
		VCVTUQQ2PD(w, w)
		VPERMPD(powers, fraction, t)
		VDIVPD(t, w, w)
		VPXORQ(sign, w, neg, w)
	} else {
		VPXORQ(t, t, t)
		VPSUBQ(w, t, neg, w)
	}
	l.end(w, odd)
}
