package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

// The loops over fields take eight of them a group, a field in each 64-bit lane of vectors. A field
// for which what the loop does is not enough is odd: its bit in the group's byte says so, whatever
// its lane holds, and the caller does it again.

// all8 is a new register with a 64-bit word in each of eight lanes.
func all8(word uint64) reg.VecVirtual {
	z := ZMM()
	VPBROADCASTQ(emit.Table(fmt.Sprintf("qword%016x", word), word), z)
	return z
}

// all4 is the memory of a 64-bit word in each of the four lanes that AVX2 has.
func all4(word uint64) Mem {
	return emit.Table(fmt.Sprintf("four%016x", word), word, word, word, word)
}

// fields is the registers of a loop with AVX-512. Of each field there is a pair of 32-bit places,
// the one before it and its end; pairs lie step bytes apart.
type fields struct {
	text, pairs, out, odd, groups reg.GPVirtual
	stepOf8                       reg.GPVirtual  // from a group's first pair to the next's
	offsets                       reg.VecVirtual // of the eight pairs
	one, low32                    reg.VecVirtual
}

// beginFields begins a kernel; the loop over its groups begins at the label "group".
func beginFields(name, signature string) *fields {
	emit.Function(name, signature)
	f := &fields{text: emit.Argument("text"), pairs: emit.Argument("pairs"), out: emit.Argument("out")}
	f.odd, f.groups, f.stepOf8 = emit.Argument("odd"), emit.Argument("groups"), emit.Argument("step")
	f.offsets, f.one, f.low32 = ZMM(), all8(1), all8(math.MaxUint32)
	multiplesOf8(name, f.stepOf8, f.offsets)
	return f
}

// multiplesOf8 sets lanes to 0 to 7 times a step, and the step to eight of it.
func multiplesOf8(name string, step reg.GPVirtual, lanes reg.VecVirtual) {
	steps := ZMM()
	VPBROADCASTQ(step, steps)
	VPMULLQ(emit.Table(name+"Lanes", 0, 1, 2, 3, 4, 5, 6, 7), steps, lanes)
	SHLQ(Imm(3), step)
}

// places loads where eight fields begin and how long they are.
func (f *fields) places() (begin, size reg.VecVirtual) {
	begin, size = ZMM(), ZMM()
	gather8(emit.Item(f.pairs, f.offsets, 1), K(), begin)
	ADDQ(f.stepOf8, f.pairs)
	VPADDD(f.one, begin, begin) // the place before the block is -1
	VPSRLQ(Imm(32), begin, size)
	VPANDQ(f.low32, begin, begin)
	VPSUBQ(begin, size, size)
	return begin, size
}

// load gathers eight bytes of each field's text.
func (f *fields) load(begin reg.VecVirtual, offset int) reg.VecVirtual {
	text := ZMM()
	gather8(emit.Item(f.text, begin, 1).Offset(offset), K(), text)
	return text
}

// gather8 loads eight words from places of a vector. The instruction clears the mask bit by bit.
func gather8(from Mem, all reg.OpmaskVirtual, to reg.VecVirtual) {
	KXNORB(all, all, all)
	VPGATHERQQ(from, all, to)
}

// end stores eight values and which of them are odd, and ends the loop.
func (f *fields) end(values reg.VecVirtual, odd reg.OpmaskVirtual) {
	VMOVDQU64(values, Mem{Base: f.out})
	ADDQ(Imm(64), f.out)
	endGroup8(odd, f.odd, f.groups)
}

// endGroup8 is endGroup for a mask register.
func endGroup8(mask reg.OpmaskVirtual, odd, groups reg.GPVirtual) {
	bits := GP64()
	KMOVB(mask, bits.As32())
	endGroup(bits, odd, groups)
}

// endGroup stores the bits of a group's odd fields; after the last group the kernel returns.
func endGroup(bits, odd, groups reg.GPVirtual) {
	MOVB(bits.As8(), Mem{Base: odd})
	INCQ(odd)
	DECQ(groups)
	JNZ(LabelRef("group"))
	emit.Return()
}

// join adds the lanes of a mask to others.
func join(mask, to reg.OpmaskVirtual) { KORB(mask, to, to) }

// Relations of VPCMPUQ's third operand to its second one, and of VCMPPD's.
const (
	less     = U8(1)
	notEqual = U8(4)
	notLess  = U8(5)
	greater  = U8(6)
)
