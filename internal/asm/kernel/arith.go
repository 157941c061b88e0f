package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// inst is an instruction of two sources: f(b, a, r) is r = a op b.
type inst = func(ops ...op)

// three makes an inst of a function of just as many operands.
func three(f func(b, a, r op)) inst { return func(o ...op) { f(o[0], o[1], o[2]) } }

// binary is r = a op b with one instruction.
func binary(f inst) func([]op) vec {
	return func(in []op) vec {
		r := YMM()
		f(in[1], load(in[0]), r)
		return r
	}
}

// forms writes a kernel of two operands, with the second one for all rows, and,
// where the order counts, with the first one for all rows.
func forms(name, doc string, l lane, ordered bool, f func([]op) vec) {
	for _, form := range formsOf(ordered) {
		asm := name + form.suffix + l.name
		lanewise(asm, "writes "+doc+form.doc+".", l, form.names, f)
		enter(name+form.suffix, "two"+form.suffix, asm, form.plain("", title(name)+"[$T]"), l)
	}
}

// form is one of the ways in which a kernel of operands a and b takes them.
type form struct {
	suffix, doc string // of the kernel's name and of what it says of itself
	names       []string
}

// formsOf are the forms of kernels of which the order of operands counts or does not.
func formsOf(ordered bool) []form {
	forms := []form{{"", "", []string{"a", "b"}}, {"By", ", one b for all", []string{"a", "=b"}}}
	if ordered {
		forms = append(forms, form{"From", ", one a for all", []string{"=a", "b"}})
	}
	return forms
}

// plain is the Go function that defines a kernel of the form, made of the one that takes both
// operands row by row; kind is what the functions that make it begin with.
func (f form) plain(kind, both string) string {
	if f.suffix == "" {
		return both
	}
	return kind + f.suffix + "(" + both + ")"
}

// unary writes a kernel of one operand.
func unary(name, doc string, l lane, plain string, f func(a op) vec) {
	lanewise(name+l.name, "writes "+doc+".", l, []string{"a"}, func(in []op) vec { return f(in[0]) })
	enter(name, "one", name+l.name, plain, l)
}

func arithmetic() {
	for _, k := range []struct {
		l             lane
		add, sub, mul inst
	}{
		{f64, VADDPD, VSUBPD, VMULPD},
		{f32, VADDPS, VSUBPS, VMULPS},
		{w64, VPADDQ, VPSUBQ, three(mul64)},
		{w32, VPADDD, VPSUBD, VPMULLD},
		{w16, VPADDW, VPSUBW, VPMULLW},
		{w8, VPADDB, VPSUBB, three(mul8)},
	} {
		forms("add", "a+b", k.l, false, binary(k.add))
		forms("sub", "a-b", k.l, true, binary(k.sub))
		forms("mul", "a*b", k.l, false, binary(k.mul))
		mulAdd(k.l, k.mul, k.add)
	}
	forms("div", "a/b", f64, true, binary(VDIVPD))
	forms("div", "a/b", f32, true, binary(VDIVPS))
	bitwise()
	extremes()
	signs()
}

// mulAdd writes the kernels of a*b+c, with and without one b and one c for all.
func mulAdd(l lane, mul, add inst) {
	f := func(in []op) vec {
		p, r := YMM(), YMM()
		mul(in[1], load(in[0]), p)
		add(in[2], p, r)
		return r
	}
	for _, k := range []struct {
		suffix, doc string
		names       []string
	}{
		{"Add", "a*b+c with two roundings", []string{"a", "b", "c"}},
		{"ByAdd", "a*b+c, one b for all", []string{"a", "=b", "c"}},
		{"AddBy", "a*b+c, one c for all", []string{"a", "b", "=c"}},
		{"ByAddBy", "a*b+c, one b and one c for all", []string{"a", "=b", "=c"}},
	} {
		lanewise("mul"+k.suffix+l.name, "writes "+k.doc+".", l, k.names, f)
		enter("mul"+k.suffix, "mul"+k.suffix, "mul"+k.suffix+l.name, "Mul"+k.suffix+"[$T]", l)
	}
}

// mul64 is the low half of the product, from three products of halves.
func mul64(b, a, r op) {
	y := load(b)
	ah, bh, cross, other := YMM(), YMM(), YMM(), YMM()
	VPSRLQ(operand.U8(32), a, ah)
	VPSRLQ(operand.U8(32), y, bh)
	VPMULUDQ(y, ah, cross)
	VPMULUDQ(bh, a, other)
	VPADDQ(other, cross, cross)
	VPSLLQ(operand.U8(32), cross, cross)
	VPMULUDQ(y, a, r)
	VPADDQ(cross, r, r)
}

// mul8 multiplies even and odd bytes as words.
func mul8(b, a, r op) {
	y := load(b)
	even, odd, high := YMM(), YMM(), YMM()
	VPMULLW(y, a, even)
	VPAND(all16(0xff), even, even)
	VPSRLW(operand.U8(8), a, odd)
	VPSRLW(operand.U8(8), y, high)
	VPMULLW(high, odd, odd)
	VPSLLW(operand.U8(8), odd, odd)
	VPOR(odd, even, r)
}

// bitwise writes Go's bit operators, which ask for no width but that of the one
// lane for all.
func bitwise() {
	for _, l := range patterns {
		forms("and", "a&b", l, false, binary(three(VPAND)))
		forms("or", "a|b", l, false, binary(three(VPOR)))
		forms("xor", "a^b", l, false, binary(three(VPXOR)))
		forms("andNot", "a&^b", l, true, func(in []op) vec {
			r := YMM()
			VPANDN(load(in[0]), load(in[1]), r)
			return r
		})
		unary("not", "^a", l, "Not[$T]", func(a op) vec {
			r := YMM()
			VPCMPEQD(r, r, r)
			VPXOR(a, r, r)
			return r
		})
	}
}

// extremes writes min and max: of floats with Go's rules for NaN and -0.
func extremes() {
	for _, k := range []struct {
		l        lane
		min, max inst
	}{
		{i32, VPMINSD, VPMAXSD}, {i16, VPMINSW, VPMAXSW}, {i8, VPMINSB, VPMAXSB},
		{u32, VPMINUD, VPMAXUD}, {u16, VPMINUW, VPMAXUW}, {u8, VPMINUB, VPMAXUB},
	} {
		forms("min", "min(a, b)", k.l, false, binary(k.min))
		forms("max", "max(a, b)", k.l, false, binary(k.max))
	}
	for _, l := range []lane{i64, u64} {
		forms("min", "min(a, b)", l, false, func(in []op) vec {
			a, b, r := load(in[0]), load(in[1]), YMM()
			VBLENDVPD(less(l, a, b), a, b, r)
			return r
		})
		forms("max", "max(a, b)", l, false, func(in []op) vec {
			a, b, r := load(in[0]), load(in[1]), YMM()
			VBLENDVPD(less(l, b, a), a, b, r)
			return r
		})
	}
	floatExtremes(f64, VMINPD, VMAXPD, VCMPPD)
	floatExtremes(f32, VMINPS, VMAXPS, VCMPPS)
}

// floatExtremes asks the instruction both ways round: it gives its second source
// where one is NaN and where both are zeros. Joining the answers gives -0 to min, 0
// to max, and NaN to min; max of a NaN becomes all ones, which is one.
func floatExtremes(l lane, least, greatest inst, cmp inst) {
	forms("min", "Go's min(a, b)", l, false, func(in []op) vec {
		a, b, p, q := load(in[0]), load(in[1]), YMM(), YMM()
		least(b, a, p)
		least(a, b, q)
		VORPD(p, q, q)
		return q
	})
	forms("max", "Go's max(a, b)", l, false, func(in []op) vec {
		a, b, p, q := load(in[0]), load(in[1]), YMM(), YMM()
		greatest(b, a, p)
		greatest(a, b, q)
		VANDPD(p, q, q)
		cmp(operand.U8(3), b, a, p) // unordered
		VORPD(p, q, q)
		return q
	})
}

// less is all ones where a < b, of integers of 8 bytes.
func less(l lane, a, b vec) vec {
	r := YMM()
	if l == u64 {
		x, y := YMM(), YMM()
		VPXOR(all64(1<<63), a, x)
		VPXOR(all64(1<<63), b, y)
		a, b = x, y
	}
	VPCMPGTQ(a, b, r)
	return r
}

// signs writes neg and abs.
func signs() {
	negateIntegers()
	changeSignBits()
	absoluteIntegers()
}

func negateIntegers() {
	for _, k := range []struct {
		l   lane
		sub inst
	}{{w64, VPSUBQ}, {w32, VPSUBD}, {w16, VPSUBW}, {w8, VPSUBB}} {
		unary("neg", "-a", k.l, "Neg[$T]", func(a op) vec {
			r := zero()
			k.sub(a, r, r)
			return r
		})
	}
}

// changeSignBits writes neg and abs of floats, which turn or clear the top bit of NaNs and zeros
// too.
func changeSignBits() {
	for _, k := range []struct {
		l        lane
		top, low op
	}{{f64, all64(1 << 63), all64(1<<63 - 1)}, {f32, all32(1 << 31), all32(1<<31 - 1)}} {
		unary("neg", "-a", k.l, "Neg[$T]", func(a op) vec {
			r := YMM()
			VXORPD(k.top, load(a), r)
			return r
		})
		unary("abs", "|a|", k.l, "AbsFloat[$T]", func(a op) vec {
			r := YMM()
			VANDPD(k.low, load(a), r)
			return r
		})
	}
}

// absoluteIntegers writes abs; for 8 bytes AVX2 has no instruction, but -a is ^a + 1.
func absoluteIntegers() {
	for _, k := range []struct {
		l   lane
		abs inst
	}{{i32, VPABSD}, {i16, VPABSW}, {i8, VPABSB}} {
		unary("abs", "|a|, wrapping", k.l, "AbsInt[$T]", func(a op) vec {
			r := YMM()
			k.abs(a, r)
			return r
		})
	}
	unary("abs", "|a|, wrapping", i64, "AbsInt[$T]", func(o op) vec {
		a, sign, r := load(o), zero(), YMM()
		VPCMPGTQ(a, sign, sign)
		VPXOR(sign, a, r)
		VPSUBQ(sign, r, r)
		return r
	})
}
