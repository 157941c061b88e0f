package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/volley-go/volley/internal/asm/emit"
)

// functions writes the kernels of functions of float64.
func functions() {
	unary("sqrt", "the square root", f64, "Sqrt", func(a op) vec {
		r := YMM()
		VSQRTPD(a, r)
		return r
	})
	for _, k := range []struct {
		name string
		mode uint8
	}{{"floor", 9}, {"ceil", 10}, {"trunc", 11}} {
		unary(k.name, k.name+"(a)", f64, title(k.name), func(a op) vec {
			r := YMM()
			VROUNDPD(operand.U8(k.mode), a, r)
			return r
		})
	}
	roundScaled("roundTimes", "writes round(a*p)/p", VMULPD, VDIVPD)
	roundScaled("roundOver", "writes round(a/p)*p", VDIVPD, VMULPD)
	enter("roundTimes", "twoBy", "roundTimesF64", "RoundTimes", f64)
	enter("roundOver", "twoBy", "roundOverF64", "RoundOver", f64)
	pairwise("exp", "writes e**a", exp)
	pairwise("log", "writes the natural logarithm of a", logarithm)
	sum()
}

// roundScaled writes a kernel that scales by a power of ten, rounds, and scales back.
func roundScaled(name, doc string, scale, back inst) {
	lanewise(name+"F64", doc+", and a where that is not finite.", f64, []string{"a", "=p"}, func(in []op) vec {
		x, r := load(in[0]), YMM()
		scale(in[1], x, r)
		r = round(r)
		back(in[1], r, r)
		return finite(r, x)
	})
}

// pair is two vectors that are computed side by side: the functions are chains of
// some twenty operations, each waiting for the one before.
type pair [2]vec

// pairwise is lanewise for long functions of one operand, a pair at a time.
func pairwise(name, doc string, f func(pair) pair) {
	enter(name, "one", name+"F64", title(name), f64)
	p := begin(name+"F64", doc+".", f64, "dst", "a")
	Label("loop")
	r := f(pair{load(p.at("a", 0)), load(p.at("a", 32))})
	VMOVUPD(r[0], p.at("dst", 0))
	VMOVUPD(r[1], p.at("dst", 32))
	p.loop("loop", 8, map[string]int{"dst": 64, "a": 64})
}

// apply is an instruction on both vectors; its operands are pairs or the same for both.
func apply(f inst, operands ...any) (r pair) {
	for i := range r {
		r[i] = YMM()
		f(append(both(i, operands), r[i])...)
	}
	return r
}

// update is apply for instructions that have their result in the last operand.
func update(f inst, r pair, operands ...any) pair {
	for i := range r {
		f(append(both(i, operands), r[i])...)
	}
	return r
}

func both(i int, operands []any) (ops []op) {
	for _, o := range operands {
		if p, ok := o.(pair); ok {
			ops = append(ops, p[i])
		} else {
			ops = append(ops, o.(op))
		}
	}
	return ops
}

func times(a pair, b any) pair           { return apply(VMULPD, b, a) }
func plus(a pair, b any) pair            { return apply(VADDPD, b, a) }
func minus(a pair, b any) pair           { return apply(VSUBPD, b, a) }
func over(a pair, b any) pair            { return apply(VDIVPD, b, a) }
func constant(v float64) pair            { return pair{load(allF64(v)), load(allF64(v))} }
func shift(f inst, n uint8, a pair) pair { return apply(f, operand.U8(n), a) }

// fma is a*b+c with one rounding, in a's registers.
func fma(a, b pair, c any) pair { return update(VFMADD213PD, a, c, b) }

// round goes half away from zero: the part cut off decides whether 1 is added, with
// the sign of x, so that -0 stays.
func round(x vec) vec {
	whole, part, one := YMM(), YMM(), YMM()
	VROUNDPD(operand.U8(11), x, whole)
	VSUBPD(whole, x, part)
	VANDPD(all64(1<<63-1), part, part)
	VCMPPD(operand.U8(29), allF64(0.5), part, one) // at least
	VANDPD(allF64(1), one, one)
	VANDPD(all64(1<<63), x, part)
	VORPD(part, one, one)
	VADDPD(one, whole, whole)
	return whole
}

// finite is r, and x where r is not finite.
func finite(r, x vec) vec {
	size, out := YMM(), YMM()
	VANDPD(all64(1<<63-1), r, size)
	VCMPPD(operand.U8(17), allF64(math.Inf(1)), size, size) // less
	VBLENDVPD(size, r, x, out)
	return out
}

// The constants of exp and log, as in internal/kernel/math.go.
const (
	log2e   = 1.44269504088896338700e+00
	ln2Hi   = 6.93147180369123816490e-01
	ln2Lo   = 1.90821492927058770002e-10
	round52 = 3 << 51
	expMax  = 710
	expMin  = -746

	sqrtHalfBits = 0x3FE6A09E667F3BCD
)

var (
	expP = map[int]float64{2: 0.5, 3: 0.1666666666666667, 4: 0.04166666666666667, 5: 0.008333333333326136, 6: 0.0013888888888883748,
		7: 0.00019841269874820627, 8: 2.4801587325547743e-05, 9: 2.7557255400206422e-06, 10: 2.75572736431103e-07,
		11: 2.5105217004720745e-08, 12: 2.0914686968086876e-09}
	logL = []float64{6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01,
		2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01}
)

// exp does what exp in internal/kernel/math.go does, operation by operation.
func exp(a pair) pair {
	x := apply(VMINPD, a, load(allF64(expMax))) // the second source, where one is NaN
	x = apply(VMAXPD, x, load(allF64(expMin)))
	t := fma(constant(log2e), x, allF64(round52))
	k := minus(t, allF64(round52))
	hi := update(VFNMADD231PD, x, allF64(ln2Hi), k)
	lo := times(k, allF64(ln2Lo))
	r := minus(hi, lo)
	c := minus(minus(hi, r), lo)
	rr := times(r, r)
	even, odd := constant(expP[12]), constant(expP[11])
	for i := 10; i >= 2; i -= 2 {
		even = fma(even, rr, allF64(expP[i]))
		if i > 2 {
			odd = fma(odd, rr, allF64(expP[i-1]))
		}
	}
	q := fma(odd, r, even)
	y := plus(plus(fma(q, rr, c), r), allF64(1))
	h := shift(VPSRAD, 1, t)
	rest := apply(VPSUBD, h, t)
	return times(times(y, pow2(h)), pow2(rest))
}

// pow2 is 2**n of the low halves.
func pow2(n pair) pair { return shift(VPSLLQ, 52, apply(VPADDQ, all64(1023), n)) }

// logarithm does what log in internal/kernel/math.go does.
func logarithm(a pair) pair {
	small := compared(17, allF64(0x1p-1022), a)
	x := apply(blendPD, small, times(a, allF64(0x1p54)), a)
	bias := apply(blendPD, small, allF64(1023+54), load(allF64(1023)))
	u := apply(VPADDQ, all64(1023<<52-sqrtHalfBits), x)
	k := apply(three(VPOR), allF64(1<<52), shift(VPSRLQ, 52, u))
	k = minus(minus(k, allF64(1<<52)), bias)
	m := apply(VPADDQ, all64(sqrtHalfBits), apply(three(VPAND), all64(1<<52-1), u))
	f := minus(m, allF64(1))
	s := over(f, plus(f, allF64(2)))
	s2 := times(s, s)
	s4 := times(s2, s2)
	t1 := fma(constant(logL[6]), s4, allF64(logL[4]))
	t1 = fma(t1, s4, allF64(logL[2]))
	t1 = times(fma(t1, s4, allF64(logL[0])), s2)
	t2 := fma(constant(logL[5]), s4, allF64(logL[3]))
	t2 = times(fma(t2, s4, allF64(logL[1])), s4)
	hfsq := times(times(f, allF64(0.5)), f)
	tail := fma(plus(plus(t1, t2), hfsq), s, times(k, allF64(ln2Lo)))
	r := minus(minus(hfsq, tail), f)
	r = update(VFMSUB231PD, r, allF64(ln2Hi), k)
	return logHoles(a, r)
}

// logHoles puts in what is no logarithm of a positive number.
func logHoles(a, r pair) pair {
	r = apply(blendPD, compared(17, allF64(math.Inf(1)), a), r, a) // all but +Inf and NaN
	none := zero()
	r = apply(blendPD, compared(0, none, a), allF64(math.Inf(-1)), r)
	return apply(blendPD, compared(17, none, a), all64(0x7FF8000000000001), r)
}

// compared is all ones where a holds the relation to b.
func compared(relation uint8, b any, a pair) pair { return apply(VCMPPD, operand.U8(relation), b, a) }

// blendPD is VBLENDVPD as an inst: the mask, where set, where not, the result.
func blendPD(o ...op) { VBLENDVPD(o[0], o[1], o[2], o[3]) }

// sum writes the kernel that adds lane i to sum i%16.
func sum() {
	enter("sum", "total", "sumF64", "SumInto", f64)
	p := begin("sumF64", "adds lane i to acc[i%16].", f64, "acc", "a")
	var acc [4]vec
	for i := range acc {
		acc[i] = load(p.at("acc", 32*i))
	}
	Label("loop")
	for i := range acc {
		VADDPD(p.at("a", 32*i), acc[i], acc[i])
	}
	ADDQ(operand.I32(128), p.ptr["a"])
	SUBQ(operand.I32(16), p.n)
	JNZ(operand.LabelRef("loop"))
	for i := range acc {
		VMOVUPD(acc[i], p.at("acc", 32*i))
	}
	emit.Return()
}
