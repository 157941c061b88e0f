// Command csv writes the kernels of internal/csv, each for AVX2 and for AVX-512: the scan
// that finds separators, and the survey that counts quotes and lines.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Where the fields of internal/csv's scanState and surveyState lie.
const (
	scanAt, scanN, scanInside, scanBefore, scanClosed, scanClosedCR = 0, 8, 16, 24, 32, 40
	scanRows, scanLines, scanQuotes, scanDoubled, scanQuoting       = 48, 56, 64, 72, 80
	scanBytes                                                       = 88

	surveyAt, surveyInside, surveyBefore, surveyLines, surveyBad0, surveyBad1, surveyQuoting = 0, 8, 16, 24, 32, 40, 48
	surveyBytes                                                                              = 56
)

// What is looked for, in the order of the states' bytes.
const (
	delimiter = iota
	quote
	newline
	carriage
)

func main() {
	ConstraintExpr("amd64")
	ConstraintExpr("!noasm")
	for _, s := range []set{&avx2{}, &avx512{}} {
		scan(s)
		survey(s)
	}
	texts()
	weave()
	numbers4("intsAVX2", false)
	numbers4("floatsAVX2", true)
	numbers("intsAVX512", false)
	numbers("floatsAVX512", true)
	times()
	decimals()
	integers()
	Generate()
}

// set is how an instruction set finds bytes, 64 at a time, and writes places down.
type set interface {
	name() string
	// want gets ready what is looked for: n bytes from m on.
	want(m Mem, n int)
	// load takes 64 bytes.
	load(m Mem)
	// mask has a bit for each of them that is the i-th byte wanted.
	mask(i int) reg.GPVirtual
	// put writes at + the place of each bit of bits from end on, and destroys bits. n is their
	// number. It may write up to 64 places.
	put(end, at, bits, n reg.GPVirtual)
}

// prefix sets in bits what lies from an odd set bit up to the next even one, xored with
// inside: whether each byte is in quotes, the opening one included.
func prefix(bits reg.GPVirtual, inside Op, ones reg.VecVirtual) reg.GPVirtual {
	x, out := XMM(), GP64()
	VMOVQ(bits, x)
	VPCLMULQDQ(Imm(0), ones, x, x)
	VMOVQ(x, out)
	XORQ(inside, out)
	return out
}

func allOnes() reg.VecVirtual {
	x := XMM()
	VPCMPEQB(x, x, x)
	return x
}

// shiftIn moves bits up by one and takes the carry in.
func shiftIn(bits reg.GPVirtual, carry Op) {
	ADDQ(bits, bits)
	ORQ(carry, bits)
}

// andNot is the bits of a that are not in b.
func andNot(a, b reg.GPVirtual) reg.GPVirtual {
	out := GP64()
	ANDNQ(a, b, out)
	return out
}

// keepTop makes the state's carry of bits' last.
func keepTop(bits reg.GPVirtual, carry Op) {
	top := GP64()
	MOVQ(bits, top)
	SHRQ(Imm(63), top)
	MOVQ(top, carry)
}

// param is where a parameter lies on the stack.
func param(name string) Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

// scan goes on from the state's place while a word may begin there and 64 places have room, and
// before a word whose quotes are not where they should be.
func scan(s set) {
	TEXT("scan"+s.name(), NOSPLIT, "func(text *byte, last int, ends *uint32, full *uint32, state *uint64)")
	Pragma("noescape")
	text := Load(Param("text"), GP64()).(reg.GPVirtual)
	state := Load(Param("state"), GP64()).(reg.GPVirtual)
	end := Load(Param("ends"), GP64()).(reg.GPVirtual)
	at, pending := GP64(), GP64()
	f := func(offset int) Mem { return Mem{Base: state, Disp: offset} }
	s.want(f(scanBytes), 4)
	ones := allOnes()
	MOVQ(f(scanN), at)
	LEAQ(Mem{Base: end, Index: at, Scale: 4}, end)
	MOVQ(f(scanAt), at)
	MOVQ(f(scanInside), pending) // not 0: what is behind matters to the next word
	ORQ(f(scanClosed), pending)
	ORQ(f(scanClosedCR), pending)

	Label("word")
	CMPQ(at, param("last"))
	JG(LabelRef("finish"))
	CMPQ(end, param("full"))
	JA(LabelRef("finish"))
	s.load(Mem{Base: text, Index: at, Scale: 1})
	d, q, nl := s.mask(delimiter), s.mask(quote), s.mask(newline)
	ANDQ(f(scanQuoting), q)
	ORQ(q, pending)
	JNZ(LabelRef("quoted"))
	lines := GP64()
	POPCNTQ(nl, lines)
	ADDQ(lines, f(scanLines))
	ADDQ(lines, f(scanRows))
	ORQ(nl, d)
	keepTop(d, f(scanBefore))

	Label("put")
	count := GP64()
	POPCNTQ(d, count)
	s.put(end, at, d, count)
	LEAQ(Mem{Base: end, Index: count, Scale: 4}, end)
	ADDQ(Imm(64), at)
	JMP(LabelRef("word"))

	Label("quoted")
	ORQ(nl, d)
	in := prefix(q, f(scanInside), ones)
	behind := andNot(q, in)
	shiftIn(behind, f(scanClosed)) // a closing quote is before them
	all := GP64()
	MOVQ(d, all)
	ORQ(q, all)
	after := andNot(behind, all) // neither separators nor quotes: only \r may be
	cr := s.mask(carriage)
	bad := andNot(after, cr)
	ANDQ(cr, after)
	MOVQ(after, cr)
	shiftIn(cr, f(scanClosedCR))
	ORQ(andNot(cr, nl), bad) // and \n behind it
	shiftIn(all, f(scanBefore))
	opening := andNot(q, all) // behind neither a separator nor a quote
	ANDQ(in, opening)
	ORQ(opening, bad)
	JNZ(LabelRef("finish"))

	MOVQ(d, all)
	ORQ(q, all)
	keepTop(all, f(scanBefore))
	keepTop(andNot(q, in), f(scanClosed))
	keepTop(after, f(scanClosedCR))
	MOVQ(in, pending)
	SARQ(Imm(63), pending)
	MOVQ(pending, f(scanInside))
	ORQ(f(scanClosed), pending)
	ORQ(f(scanClosedCR), pending)
	ORQ(q, f(scanQuotes))
	ANDQ(in, q)
	ANDQ(behind, q)
	ORQ(q, f(scanDoubled))
	total := GP64()
	POPCNTQ(nl, total)
	ADDQ(total, f(scanLines))
	POPCNTQ(andNot(nl, in), total)
	ADDQ(total, f(scanRows))
	MOVQ(andNot(d, in), d)
	JMP(LabelRef("put"))

	Label("finish")
	MOVQ(at, f(scanAt))
	SUBQ(param("ends"), end)
	SHRQ(Imm(2), end)
	MOVQ(end, f(scanN))
	VZEROUPPER()
	RET()
}

func survey(s set) {
	TEXT("survey"+s.name(), NOSPLIT, "func(text *byte, last int, state *uint64)")
	Pragma("noescape")
	text := Load(Param("text"), GP64()).(reg.GPVirtual)
	state := Load(Param("state"), GP64()).(reg.GPVirtual)
	last := Load(Param("last"), GP64()).(reg.GPVirtual)
	f := func(offset int) Mem { return Mem{Base: state, Disp: offset} }
	s.want(f(surveyBytes), 3)
	ones := allOnes()
	at, inside, lines, quoting := GP64(), GP64(), GP64(), GP64()
	MOVQ(f(surveyAt), at)
	MOVQ(f(surveyInside), inside)
	MOVQ(f(surveyLines), lines)
	MOVQ(f(surveyQuoting), quoting)

	Label("word")
	CMPQ(at, last)
	JG(LabelRef("finish"))
	s.load(Mem{Base: text, Index: at, Scale: 1})
	d, q, nl := s.mask(delimiter), s.mask(quote), s.mask(newline)
	n := GP64()
	POPCNTQ(nl, n)
	ADDQ(n, lines)
	ORQ(nl, d)
	ADDQ(Imm(64), at)
	ANDQ(quoting, q)
	JNZ(LabelRef("quoted"))
	keepTop(d, f(surveyBefore))
	JMP(LabelRef("word"))

	Label("quoted")
	in := prefix(q, inside, ones)
	ORQ(q, d)
	before := GP64()
	MOVQ(d, before)
	shiftIn(before, f(surveyBefore))
	keepTop(d, f(surveyBefore))
	stray := andNot(q, before) // behind neither a separator nor a quote
	MOVQ(in, inside)
	SARQ(Imm(63), inside)
	ANDQ(stray, in)
	ORQ(in, f(surveyBad0)) // opening ones, if the text began outside
	XORQ(stray, in)
	ORQ(in, f(surveyBad1)) // and if it began inside
	JMP(LabelRef("word"))

	Label("finish")
	MOVQ(at, f(surveyAt))
	MOVQ(inside, f(surveyInside))
	MOVQ(lines, f(surveyLines))
	VZEROUPPER()
	RET()
}
