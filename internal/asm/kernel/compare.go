package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// mask is all ones in the lanes where a relation holds.
type mask func(a, b op) vec

// relations are lt, le and eq of lanes of one type.
func relations(l lane) map[string]mask {
	ordered := func(f inst, predicate uint8) mask {
		return func(a, b op) vec {
			r := YMM()
			f(operand.U8(predicate), b, load(a), r)
			return r
		}
	}
	switch l {
	case f64:
		return map[string]mask{"lt": ordered(VCMPPD, 17), "le": ordered(VCMPPD, 18), "eq": ordered(VCMPPD, 0)}
	case f32:
		return map[string]mask{"lt": ordered(VCMPPS, 17), "le": ordered(VCMPPS, 18), "eq": ordered(VCMPPS, 0)}
	}
	greater := map[int]inst{8: VPCMPGTQ, 4: VPCMPGTD, 2: VPCMPGTW, 1: VPCMPGTB}[l.bytes]
	equal := map[int]inst{8: VPCMPEQQ, 4: VPCMPEQD, 2: VPCMPEQW, 1: VPCMPEQB}[l.bytes]
	top := map[int]func() op{
		8: func() op { return all64(1 << 63) }, 4: func() op { return all32(1 << 31) },
		2: func() op { return all16(1 << 15) }, 1: func() op { return all8(1 << 7) },
	}[l.bytes]
	lt := func(a, b op) vec { // b > a; the unsigned are compared with the top bit turned
		x, y, r := load(a), load(b), YMM()
		if strings.HasPrefix(l.name, "U") {
			p, q := YMM(), YMM()
			VPXOR(top(), x, p)
			VPXOR(top(), y, q)
			x, y = p, q
		}
		greater(x, y, r)
		return r
	}
	return map[string]mask{
		"lt": lt,
		"le": func(a, b op) vec {
			r, ones := lt(b, a), YMM()
			VPCMPEQD(ones, ones, ones)
			VPXOR(ones, r, r)
			return r
		},
		"eq": func(a, b op) vec {
			r := YMM()
			equal(b, load(a), r)
			return r
		},
	}
}

var relationNames = []string{"lt", "le", "eq"}

// equalOf are the lanes whose eq the signed integers' serve as well.
func equalOf(l lane) lane {
	if l.name[0] == 'I' {
		l.name = "W" + l.name[1:]
	}
	return l
}

// comparisons writes the kernels from lanes to bits.
func comparisons() {
	for _, l := range numbers {
		rel := relations(l)
		for _, name := range relationNames {
			l, unordered := l, name == "eq"
			if unordered && l.name[0] == 'U' {
				continue
			}
			if unordered {
				l = equalOf(l)
			}
			plain := title(name) + "[$T]"
			write := func(suffix, doc, shape, plain string, names ...string) {
				compare(name+suffix+l.name, "writes a "+name+" b as bits"+doc+".", l, names, rel[name])
				enter(name+suffix, shape, name+suffix+l.name, plain, l)
			}
			write("", "", "relation", plain, "a", "b")
			write("By", ", one b for all", "relationBy", "RelationBy("+plain+")", "a", "=b")
			if !unordered {
				write("From", ", one a for all", "relationFrom", "RelationFrom("+plain+")", "=a", "b")
			}
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
	for _, l := range numbers {
		rel := relations(l)
		for _, name := range relationNames {
			l, unordered := l, name == "eq"
			if unordered && l.name[0] == 'U' {
				continue
			}
			if unordered {
				l = equalOf(l)
			}
			f := func(in []op) vec {
				r := YMM()
				blend(l, rel[name](in[0], in[1]), in[2], load(in[3]), r)
				return r
			}
			full := "select" + title(name)
			plain := fmt.Sprintf("Select%s[$T, %s]", title(name), goTypes["U"+l.name[1:]][0])
			write := func(suffix, doc, shape, plain string, names ...string) {
				lanewise(full+suffix+l.name, "writes x where a "+name+" b, else y"+doc+".", l, append(names, "x", "y"), f)
				enter(full+suffix, shape, full+suffix+l.name, plain, l)
			}
			write("", "", "pick", plain, "a", "b")
			write("By", ", one b for all", "pickBy", "SelectBy("+plain+")", "a", "=b")
			if !unordered {
				write("From", ", one a for all", "pickFrom", "SelectFrom("+plain+")", "=a", "b")
			}
		}
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

// selectBits brings bit i to the top of lane i, or compares it with a lane of that
// bit alone where no instruction shifts lanes of that width apart.
func selectBits(l lane) {
	p := begin("select"+l.name, "writes x where the bit is set, else y.", l, "dst", "cond", "x", "y")
	Label("loop")
	for i := range 2 * l.bytes {
		per := 32 / l.bytes
		m := YMM()
		at := operand.Mem{Base: p.ptr["cond"], Disp: i * per / 8}
		switch l.bytes {
		case 8:
			VPBROADCASTB(at, m)
			if i%2 == 0 {
				VPSLLVQ(each64("top64even", 63, 62, 61, 60), m, m)
			} else {
				VPSLLVQ(each64("top64odd", 59, 58, 57, 56), m, m)
			}
		case 4:
			VPBROADCASTB(at, m)
			VPSLLVD(each64("top32", 30<<32|31, 28<<32|29, 26<<32|27, 24<<32|25), m, m)
		case 2:
			VPBROADCASTW(at, m)
			bit := each64("bit16", 0x0008000400020001, 0x0080004000200010, 0x0800040002000100, 0x8000400020001000)
			VPAND(bit, m, m)
			VPCMPEQW(bit, m, m)
		case 1:
			VPBROADCASTD(at, m)
			VPSHUFB(each64("spread8", 0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303), m, m)
			bit := each64("bit8", 0x8040201008040201, 0x8040201008040201, 0x8040201008040201, 0x8040201008040201)
			VPAND(bit, m, m)
			VPCMPEQB(bit, m, m)
		}
		r := YMM()
		blend(l, m, p.at("x", 32*i), load(p.at("y", 32*i)), r)
		VMOVDQU(r, p.at("dst", 32*i))
	}
	bytes := 64 * l.bytes
	p.loop("loop", 64, map[string]int{"dst": bytes, "cond": 8, "x": bytes, "y": bytes})
}
