// Command parquet writes the assembly of internal/parquetenc: unpacking of packed bits, and looking
// numbers up in a dictionary.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"

	"github.com/volley-go/volley/internal/asm/emit"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	unpack()
	gather()
	Generate()
}

// Where the fields of internal/parquetenc's packing lie; its tests hold them against it.
const packingShuffle, packingShift, packingMask, packingLane, packingWidth = 0, 32, 64, 68, 72

// unpacker is the registers of unpack.
type unpacker struct {
	out, in, groups      Register
	shuffle, shift, mask VecVirtual
	most                 VecVirtual // the largest number of each lane so far
	lane, width          Register   // bytes of half a group, and of a group
}

// unpack turns groups of eight numbers of up to 25 bits into 32 bits each, four groups a round
// while there are as many. What is loaded reaches lane + 16 bytes past the beginning of the last
// group.
func unpack() {
	TEXT("unpackAVX2", NOSPLIT, "func(dst *uint32, src *byte, groups int, p *byte) uint32")
	Doc("unpackAVX2 unpacks groups of eight numbers and returns the largest; p is a packing.")
	u := beginUnpack()

	Label("four")
	CMPQ(u.groups, Imm(4))
	JL(LabelRef("one"))
	u.unpackGroups(4)
	JMP(LabelRef("four"))

	Label("one")
	TESTQ(u.groups, u.groups)
	JZ(LabelRef("done"))
	u.unpackGroups(1)
	JMP(LabelRef("one"))

	Label("done")
	Store(largest(u.most), ReturnIndex(0))
	emit.Return()
}

func beginUnpack() *unpacker {
	u := &unpacker{out: emit.Argument("dst"), in: emit.Argument("src"), groups: emit.Argument("groups")}
	packing := emit.Argument("p")
	u.shuffle, u.shift, u.mask, u.most = YMM(), YMM(), YMM(), YMM()
	u.lane, u.width = GP64(), GP64()
	VMOVDQU(emit.At(packing, packingShuffle), u.shuffle)
	VMOVDQU(emit.At(packing, packingShift), u.shift)
	VPBROADCASTD(emit.At(packing, packingMask), u.mask)
	MOVLQZX(emit.At(packing, packingLane), u.lane)
	MOVLQZX(emit.At(packing, packingWidth), u.width)
	VPXOR(u.most, u.most, u.most)
	return u
}

// unpackGroups does n groups and goes past them.
func (u *unpacker) unpackGroups(n int) {
	for i := range n {
		u.unpackGroup(32 * i)
	}
	ADDQ(Imm(uint64(32*n)), u.out)
	if n == 1 {
		DECQ(u.groups)
	} else {
		SUBQ(Imm(uint64(n)), u.groups)
	}
}

// unpackGroup brings four numbers each by two loads of 16 bytes; a shuffle moves the four bytes
// that hold a number to its place, a shift and a mask cut it out.
func (u *unpacker) unpackGroup(offset int) {
	numbers := YMM()
	VMOVDQU(Mem{Base: u.in}, numbers.AsX())
	VINSERTI128(Imm(1), emit.Item(u.in, u.lane, 1), numbers, numbers)
	VPSHUFB(u.shuffle, numbers, numbers)
	VPSRLVD(u.shift, numbers, numbers)
	VPAND(u.mask, numbers, numbers)
	VPMAXUD(numbers, u.most, u.most)
	VMOVDQU(numbers, emit.At(u.out, offset))
	ADDQ(u.width, u.in)
}

// largest is the largest of eight lanes, which are halved three times.
func largest(lanes VecVirtual) Register {
	half, out := XMM(), GP32()
	VEXTRACTI128(Imm(1), lanes, half)
	VPMAXUD(half, lanes.AsX(), half)
	swapped := XMM()
	VPSHUFD(Imm(0x4e), half, swapped)
	VPMAXUD(swapped, half, half)
	VPSHUFD(Imm(0xb1), half, swapped)
	VPMAXUD(swapped, half, half)
	VMOVD(half, out)
	return out
}

// gather looks up numbers of 64 bits, eight at a time, and writes them past the caches: a column is
// larger than those, and a store that goes through them reads what it is about to overwrite. The
// fence at the end makes such stores seen in order by others.
func gather() {
	TEXT("gather64AVX2", NOSPLIT, "func(dst *uint64, dict *uint64, ix *uint32, groups int)")
	Doc("gather64AVX2 sets groups of eight numbers; dst is aligned to 32 bytes.")
	out, dictionary := emit.Argument("dst"), emit.Argument("dict")
	indexes, groups := emit.Argument("ix"), emit.Argument("groups")

	Label("loop")
	TESTQ(groups, groups)
	JZ(LabelRef("done"))
	for half := range 2 {
		numbers := lookUpFour(dictionary, emit.At(indexes, 16*half))
		VMOVNTDQ(numbers, emit.At(out, 32*half))
	}
	ADDQ(Imm(64), out)
	ADDQ(Imm(32), indexes)
	DECQ(groups)
	JMP(LabelRef("loop"))

	Label("done")
	SFENCE()
	emit.Return()
}

// lookUpFour loads the numbers of four indexes one by one, as the processor's own gather is slow on
// many.
func lookUpFour(dictionary Register, indexes Mem) VecVirtual {
	var pairs [2]VecVirtual
	for i := range pairs {
		first, second := GP64(), GP64()
		pairs[i] = XMM()
		MOVL(indexes.Offset(8*i), first.As32())
		MOVL(indexes.Offset(8*i+4), second.As32())
		VMOVQ(emit.Item(dictionary, first, 8), pairs[i])
		VMOVHPS(emit.Item(dictionary, second, 8), pairs[i], pairs[i])
	}
	four := YMM()
	VINSERTI128(Imm(1), pairs[1], pairs[0].AsY(), four)
	return four
}
