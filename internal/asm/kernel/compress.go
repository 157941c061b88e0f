package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// compressions writes the kernels that move the lanes with set bits together: a
// permutation for each group of bits, from a table. They write whole vectors and
// end before a word for which dst may not have room.
func compressions() {
	compress(w64, 4)
	compress(w32, 8)
}

// orders is the table for groups of so many lanes: for each pattern of bits, which
// lanes come first, as bytes.
func orders(lanes int) operand.Mem {
	m := GLOBL(fmt.Sprintf("order%d", lanes), attr.RODATA|attr.NOPTR)
	for pattern := range 1 << lanes {
		places, k := uint64(0), 0
		for lane := range lanes {
			if pattern>>lane&1 == 0 {
				continue
			}
			for half := range 8 / lanes { // lanes of 8 bytes move as two of 4
				places |= uint64(lane*8/lanes+half) << (8 * k)
				k++
			}
		}
		DATA(8*pattern, operand.U64(places))
	}
	return m
}

func compress(l lane, lanes int) {
	table := orders(lanes)
	TEXT("compress"+l.name[1:], NOSPLIT, "func(dst, src, mask *byte, room int, n int) (at int, words int)")
	Pragma("noescape")
	Doc("compress"+l.name[1:]+" moves the lanes of n words of bits together, as long as there is room for",
		"68 lanes; at is the lanes written, words the words done.")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	dst, src, mask, room, n := load("dst"), load("src"), load("mask"), load("room"), load("n")
	at, words, places := GP64(), GP64(), GP64()
	XORQ(at, at)
	XORQ(words, words)
	LEAQ(table, places)
	SUBQ(operand.I32(64+lanes), room) // at may be at most this
	Label("words")
	CMPQ(words, n)
	JGE(operand.LabelRef("end"))
	CMPQ(at, room)
	JG(operand.LabelRef("end"))
	m := GP64()
	MOVQ(operand.Mem{Base: mask, Index: words, Scale: 8}, m)
	TESTQ(m, m)
	JZ(operand.LabelRef("next"))
	for g := range 64 / lanes {
		group, count := GP64(), GP64()
		MOVQ(m, group)
		ANDQ(operand.U32(1<<lanes-1), group)
		POPCNTQ(group, count)
		perm, v := YMM(), YMM()
		VPMOVZXBD(operand.Mem{Base: places, Index: group, Scale: 8}, perm)
		VPERMD(operand.Mem{Base: src, Disp: 32 * g}, perm, v)
		VMOVDQU(v, operand.Mem{Base: dst, Index: at, Scale: uint8(l.bytes)})
		ADDQ(count, at)
		SHRQ(operand.U8(lanes), m)
	}
	Label("next")
	ADDQ(operand.I32(64*l.bytes), src)
	INCQ(words)
	JMP(operand.LabelRef("words"))
	Label("end")
	Store(at, ReturnIndex(0))
	Store(words, ReturnIndex(1))
	VZEROUPPER()
	RET()
}
