package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// conversions writes the kernels between lane types that can fail on no value.
func conversions() {
	convertAtOnce()
	shortsToFloat64()
	convert(i64, f64, int64ToFloat64)
	convert(f64, f32, func(m op) vec {
		r := XMM()
		VCVTPD2PSY(m, r)
		return r
	})
	convert(i32, f32, func(m op) vec {
		r := YMM()
		VCVTDQ2PS(m, r)
		return r
	})
}

// convertAtOnce writes those for which there is an instruction.
func convertAtOnce() {
	for _, k := range []struct {
		from, to lane
		f        inst
	}{
		{i8, i16, VPMOVSXBW}, {i8, i32, VPMOVSXBD}, {i8, i64, VPMOVSXBQ},
		{i16, i32, VPMOVSXWD}, {i16, i64, VPMOVSXWQ}, {i32, i64, VPMOVSXDQ},
		{u8, u16, VPMOVZXBW}, {u8, u32, VPMOVZXBD}, {u8, u64, VPMOVZXBQ},
		{u16, u32, VPMOVZXWD}, {u16, u64, VPMOVZXWQ}, {u32, u64, VPMOVZXDQ},
		{i32, f64, VCVTDQ2PD}, {f32, f64, VCVTPS2PD},
	} {
		convert(k.from, k.to, func(m op) vec {
			r := YMM()
			k.f(m, r)
			return r
		})
	}
}

// shortsToFloat64 writes those from lanes of 1 and 2 bytes, by way of 4.
func shortsToFloat64() {
	for _, from := range []struct {
		l     lane
		widen inst
	}{{i16, VPMOVSXWD}, {i8, VPMOVSXBD}, {u16, VPMOVZXWD}, {u8, VPMOVZXBD}} {
		convert(from.l, f64, func(m op) vec {
			x, r := XMM(), YMM()
			from.widen(m, x)
			VCVTDQ2PD(x, r)
			return r
		})
	}
}

// int64ToFloat64 puts the halves into the mantissas of 3*2^67 and 2^52. The first
// subtraction is exact, so that only the addition rounds.
func int64ToFloat64(m op) vec {
	x, high, low := load(m), YMM(), YMM()
	VPSRAD(operand.U8(16), x, high)
	VPBLENDW(operand.U8(0x33), zero(), high, high)
	VPADDQ(allF64(3*math.Pow(2, 67)), high, high)
	VPBLENDW(operand.U8(0x88), allF64(math.Pow(2, 52)), x, low)
	VSUBPD(allF64(3*math.Pow(2, 67)+math.Pow(2, 52)), high, high)
	VADDPD(low, high, high)
	return high
}

func zero() vec {
	r := YMM()
	VPXOR(r, r, r)
	return r
}

// convert writes a kernel from lanes of one width to lanes of another.
func convert(from, to lane, f func(m op) vec) {
	enter("convert", "conversion", "from"+from.name+"To"+to.name, "Convert["+goTypes[to.name][0]+", $T]", from)
	p := begin("from"+from.name+"To"+to.name, "converts.", from, "dst", "a")
	lanes := 32 / max(from.bytes, to.bytes)
	Label("loop")
	for u := range 4 {
		VMOVDQU(f(p.at("a", u*lanes*from.bytes)), p.at("dst", u*lanes*to.bytes))
	}
	p.loop("loop", 4*lanes, map[string]int{"dst": 4 * lanes * to.bytes, "a": 4 * lanes * from.bytes})
}
