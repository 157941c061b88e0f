// Command kernel writes the AVX2 twins of package internal/kernel.
//
// A twin takes pointers and a count of lanes that is a multiple of 64: the Go
// side runs what is left over. Pointers need no alignment, and the destination
// may be an operand. An operand whose name begins with = is one lane for all rows.
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	arithmetic()
	comparisons()
	selections()
	conversions()
	functions()
	texts()
	compressions()
	table := flag.String("table", "", "file for the table of twins")
	flag.Parse()
	if err := os.WriteFile(*table, twins(), 0o644); err != nil {
		log.Fatal(err)
	}
	Generate()
}

// lane is a type of lanes: its name in the twins' names, and its bytes.
type lane struct {
	name  string
	bytes int
}

var (
	f64, f32          = lane{"F64", 8}, lane{"F32", 4}
	i64, i32, i16, i8 = lane{"I64", 8}, lane{"I32", 4}, lane{"I16", 2}, lane{"I8", 1}
	u64, u32, u16, u8 = lane{"U64", 8}, lane{"U32", 4}, lane{"U16", 2}, lane{"U8", 1}
	w64, w32, w16, w8 = lane{"W64", 8}, lane{"W32", 4}, lane{"W16", 2}, lane{"W8", 1}
	floats            = []lane{f64, f32}
	signed, unsigned  = []lane{i64, i32, i16, i8}, []lane{u64, u32, u16, u8}
	patterns          = []lane{w64, w32, w16, w8}
	numbers           = append(append(append([]lane{}, floats...), signed...), unsigned...)
)

type (
	// op is an operand: memory or a register.
	op = operand.Op
	// vec is a vector register.
	vec = reg.VecVirtual
	// gp is a general register.
	gp = reg.GPVirtual
)

// params are a function's pointers by name, and the operands that are broadcast.
type params struct {
	ptr   map[string]reg.Register
	names []string // of vectors, in order
	fixed map[string]vec
	n     reg.Register
}

// signatureOf is the Go signature of a function with the given pointers and a count of lanes.
func signatureOf(names []string) string {
	signature := "func("
	for _, s := range names {
		if one, ok := strings.CutPrefix(s, "="); ok {
			signature += one + " uint64, "
		} else {
			signature += s + " *byte, "
		}
	}
	return signature + "n int)"
}

// begin opens a function with the given pointers and a count of lanes.
func begin(name, doc string, l lane, names ...string) *params {
	p := &params{ptr: map[string]reg.Register{}, fixed: map[string]vec{}}
	emit.Function(name, signatureOf(names))
	Doc(name + " " + doc)
	for _, s := range names {
		one, ok := strings.CutPrefix(s, "=")
		r := emit.Argument(one)
		if ok {
			p.fixed[one] = broadcast(l, r)
			continue
		}
		p.names = append(p.names, s)
		p.ptr[s] = r
	}
	p.n = emit.Argument("n")
	return p
}

// at is the operand of that name, bytes behind where its pointer is.
func (p *params) at(name string, bytes int) op {
	if v, ok := p.fixed[name]; ok {
		return v
	}
	return emit.At(p.ptr[name], bytes)
}

// loop closes the loop begun at the label: lanes are done, bytes of each pointer
// are passed.
func (p *params) loop(label string, lanes int, bytes map[string]int) {
	for _, name := range p.names {
		if b := bytes[name]; b != 0 {
			ADDQ(operand.I32(b), p.ptr[name])
		}
	}
	SUBQ(operand.I32(lanes), p.n)
	JNZ(operand.LabelRef(label))
	emit.Return()
}

// broadcast puts the low lane of a general register into all lanes of a vector.
func broadcast(l lane, low reg.Register) vec {
	x, r := XMM(), YMM()
	VMOVQ(low, x)
	map[int]inst{8: VPBROADCASTQ, 4: VPBROADCASTD, 2: VPBROADCASTW, 1: VPBROADCASTB}[l.bytes](x, r)
	return r
}

// load makes sure that an operand is in a register.
func load(o op) vec {
	if r, ok := o.(vec); ok {
		return r
	}
	r := YMM()
	VMOVDQU(o, r)
	return r
}

// lanewise writes a kernel whose lane i is f of the operands' lanes i.
func lanewise(name, doc string, l lane, names []string, f func(in []op) vec) {
	p := begin(name, doc, l, append([]string{"dst"}, names...)...)
	unroll := min(4, 2*l.bytes)
	Label("loop")
	for u := range unroll {
		in := make([]op, len(names))
		for i, s := range names {
			in[i] = p.at(strings.TrimPrefix(s, "="), 32*u)
		}
		VMOVDQU(f(in), p.at("dst", 32*u))
	}
	step := map[string]int{}
	for _, s := range p.names {
		step[s] = 32 * unroll
	}
	p.loop("loop", 32*unroll/l.bytes, step)
}

// all64 is a vector of one 64-bit pattern in memory.
func all64(v uint64) op { return each64(fmt.Sprintf("all64_%016x", v), v, v, v, v) }

func all32(v uint32) op { return all64(uint64(v)<<32 | uint64(v)) }
func all16(v uint16) op { return all32(uint32(v)<<16 | uint32(v)) }
func all8(v uint8) op   { return all16(uint16(v)<<8 | uint16(v)) }

func allF64(v float64) op { return all64(math.Float64bits(v)) }
func allF32(v float32) op { return all32(math.Float32bits(v)) }

// each64 is a vector of four patterns in memory.
func each64(name string, a, b, c, d uint64) op { return emit.Table(name, a, b, c, d) }
