package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/volley-go/volley/internal/asm/emit"
)

// mask is all ones in the lanes where a relation holds.
type mask func(a, b op) vec

// relation is lt, le or eq of lanes of one type.
type relation struct {
	name    string
	ordered bool // whether the order of operands counts
	l       lane
	holds   mask
}

// relations are those that have kernels. The unsigned integers have no eq of their own: that of
// lanes of their width serves them and the signed.
func relations() (all []relation) {
	for _, l := range numbers {
		lt, le, eq := relationsOf(l)
		all = append(all, relation{"lt", true, l, lt}, relation{"le", true, l, le})
		switch l.name[0] {
		case 'F':
			all = append(all, relation{"eq", false, l, eq})
		case 'I':
			all = append(all, relation{"eq", false, lane{"W" + l.name[1:], l.bytes}, eq})
		}
	}
	return all
}

func relationsOf(l lane) (lt, le, eq mask) {
	switch l {
	case f64:
		return floatRelations(VCMPPD)
	case f32:
		return floatRelations(VCMPPS)
	}
	lt = lessOf(l)
	return lt, notGreaterOf(lt), equalOf(l)
}

// floatRelations are those of floats, none of which holds for a NaN.
func floatRelations(compare inst) (lt, le, eq mask) {
	by := func(predicate uint8) mask {
		return func(a, b op) vec {
			r := YMM()
			compare(operand.U8(predicate), b, load(a), r)
			return r
		}
	}
	return by(17), by(18), by(0)
}

// lessOf is b > a, for which there are instructions. They are for signed integers: the unsigned are
// compared with the top bit turned.
func lessOf(l lane) mask {
	greater := map[int]inst{8: VPCMPGTQ, 4: VPCMPGTD, 2: VPCMPGTW, 1: VPCMPGTB}[l.bytes]
	return func(a, b op) vec {
		x, y, r := load(a), load(b), YMM()
		if strings.HasPrefix(l.name, "U") {
			p, q := YMM(), YMM()
			VPXOR(topBit(l), x, p)
			VPXOR(topBit(l), y, q)
			x, y = p, q
		}
		greater(x, y, r)
		return r
	}
}

// topBit is the top bit of each lane.
func topBit(l lane) op {
	switch l.bytes {
	case 8:
		return all64(1 << 63)
	case 4:
		return all32(1 << 31)
	case 2:
		return all16(1 << 15)
	}
	return all8(1 << 7)
}

// notGreaterOf is a <= b of integers: not b < a.
func notGreaterOf(lt mask) mask {
	return func(a, b op) vec {
		r, ones := lt(b, a), YMM()
		VPCMPEQD(ones, ones, ones)
		VPXOR(ones, r, r)
		return r
	}
}

func equalOf(l lane) mask {
	equal := map[int]inst{8: VPCMPEQQ, 4: VPCMPEQD, 2: VPCMPEQW, 1: VPCMPEQB}[l.bytes]
	return func(a, b op) vec {
		r := YMM()
		equal(b, load(a), r)
		return r
	}
}

// comparisons writes the kernels from lanes to bits.
func comparisons() {
	for _, k := range relations() {
		for _, form := range formsOf(k.ordered) {
			asm := k.name + form.suffix + k.l.name
			compare(asm, "writes a "+k.name+" b as bits"+form.doc+".", k.l, form.names, k.holds)
			enter(k.name+form.suffix, "relation"+form.suffix, asm, form.plain("Relation", title(k.name)+"[$T]"), k.l)
		}
	}
}

// compare writes a kernel that makes a word of each 64 lanes.
func compare(name, doc string, l lane, names []string, f mask) {
	p := begin(name, doc, l, append([]string{"dst"}, names...)...)
	bytes := 64 * l.bytes
	Label("loop")
	word := gatherBits(l, func(i int) vec { return f(p.at("a", 32*i), p.at("b", 32*i)) })
	MOVQ(word, p.at("dst", 0))
	p.loop("loop", 64, map[string]int{"dst": 8, "a": bytes, "b": bytes})
}

// gatherBits makes a word of the top bits of 64 lanes; lanes(i) are those of
// vector i.
func gatherBits(l lane, lanes func(i int) vec) gp {
	word := GP64()
	for i, per := 0, 0; i*32 < 64*l.bytes; i++ {
		bits := GP64()
		switch l.bytes {
		case 8:
			VMOVMSKPD(lanes(i), bits.As32())
			per = 4
		case 4:
			VMOVMSKPS(lanes(i), bits.As32())
			per = 8
		case 2: // two vectors of words make one of bytes
			if i%2 != 0 {
				continue
			}
			v := YMM()
			VPACKSSWB(lanes(i+1), lanes(i), v)
			VPERMQ(operand.U8(0xd8), v, v)
			VPMOVMSKB(v, bits.As32())
			per = 16
		case 1:
			VPMOVMSKB(lanes(i), bits.As32())
			per = 32
		}
		if i == 0 {
			MOVQ(bits, word)
			continue
		}
		SHLQ(operand.U8(per*i), bits)
		ORQ(bits, word)
	}
	return word
}

// selections writes the kernels that choose lanes by bits or by a relation.
func selections() {
	for _, l := range patterns {
		selectBits(l)
		enter("select", "choice", "select"+l.name, "Select[$T]", lane{"U" + l.name[1:], l.bytes})
	}
	for _, k := range relations() {
		selectBy(k)
	}
}

// selectBy writes the kernels that choose by a relation.
func selectBy(k relation) {
	choose := func(in []op) vec {
		r := YMM()
		blend(k.l, k.holds(in[0], in[1]), in[2], load(in[3]), r)
		return r
	}
	name := "select" + title(k.name)
	plain := fmt.Sprintf("Select%s[$T, %s]", title(k.name), goTypes["U"+k.l.name[1:]][0])
	for _, form := range formsOf(k.ordered) {
		asm := name + form.suffix + k.l.name
		lanewise(asm, "writes x where a "+k.name+" b, else y"+form.doc+".", k.l, append(form.names, "x", "y"), choose)
		enter(name+form.suffix, "pick"+form.suffix, asm, form.plain("Select", plain), k.l)
	}
}

// blend is x where the mask's top bit is set, else y.
func blend(l lane, m vec, x op, y, r vec) {
	switch l.bytes {
	case 8:
		VBLENDVPD(m, x, y, r)
	case 4:
		VBLENDVPS(m, x, y, r)
	default:
		VPBLENDVB(m, x, y, r)
	}
}

// selectBits writes the kernel that chooses by bits.
func selectBits(l lane) {
	p := begin("select"+l.name, "writes x where the bit is set, else y.", l, "dst", "cond", "x", "y")
	Label("loop")
	for i := range 2 * l.bytes {
		lanes := 32 / l.bytes
		chosen := bitsToLanes(l, i, emit.At(p.ptr["cond"], i*lanes/8))
		r := YMM()
		blend(l, chosen, p.at("x", 32*i), load(p.at("y", 32*i)), r)
		VMOVDQU(r, p.at("dst", 32*i))
	}
	bytes := 64 * l.bytes
	p.loop("loop", 64, map[string]int{"dst": bytes, "cond": 8, "x": bytes, "y": bytes})
}

// bitsToLanes is a mask of vector i of 64 lanes, from the bits at a place. It brings bit i to the
// top of lane i, or compares it with a lane of that bit alone where no instruction shifts lanes of
// that width apart.
func bitsToLanes(l lane, i int, bits operand.Mem) vec {
	m := YMM()
	switch l.bytes {
	case 8:
		VPBROADCASTB(bits, m)
		if i%2 == 0 {
			VPSLLVQ(each64("top64even", 63, 62, 61, 60), m, m)
		} else { // the byte's upper four
			VPSLLVQ(each64("top64odd", 59, 58, 57, 56), m, m)
		}
	case 4:
		VPBROADCASTB(bits, m)
		VPSLLVD(each64("top32", 30<<32|31, 28<<32|29, 26<<32|27, 24<<32|25), m, m)
	case 2:
		VPBROADCASTW(bits, m)
		bit := each64("bit16", 0x0008000400020001, 0x0080004000200010, 0x0800040002000100, 0x8000400020001000)
		VPAND(bit, m, m)
		VPCMPEQW(bit, m, m)
	case 1:
		VPBROADCASTD(bits, m)
		VPSHUFB(each64("spread8", 0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303), m, m)
		bit := each64("bit8", 0x8040201008040201, 0x8040201008040201, 0x8040201008040201, 0x8040201008040201)
		VPAND(bit, m, m)
		VPCMPEQB(bit, m, m)
	}
	return m
}
