package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/volley-go/volley/internal/asm/emit"
)

// compressions writes the kernels that move the lanes with set bits together: a
// permutation for each group of bits, from a table. They write whole vectors and
// end before a word for which dst may not have room.
func compressions() {
	compress(w64, 4)
	compress(w32, 8)
}

// orders is the table for groups of so many lanes: for each pattern of bits, which lanes come
// first, as bytes, each the number of a lane of 4 bytes.
func orders(lanes int) operand.Mem {
	table := make([]uint64, 1<<lanes)
	for pattern := range table {
		table[pattern] = orderOf(pattern, lanes)
	}
	return emit.Table(fmt.Sprintf("order%d", lanes), table...)
}

func orderOf(pattern, lanes int) (order uint64) {
	k := 0
	for lane := range lanes {
		if pattern>>lane&1 == 0 {
			continue
		}
		for half := range 8 / lanes { // lanes of 8 bytes move as two of 4
			order |= uint64(lane*8/lanes+half) << (8 * k)
			k++
		}
	}
	return order
}

// compressor is the registers of a kernel that moves lanes together.
type compressor struct {
	dst, src, bits, n gp
	room              gp // the last place at which a word's lanes have room
	at, words         gp // lanes written, words done
	orders            gp
}

// compress writes a kernel of which a permutation takes so many lanes at once.
func compress(l lane, lanes int) {
	table := orders(lanes)
	emit.Function("compress"+l.name[1:], "func(dst, src, mask *byte, room int, n int) (at int, words int)")
	Doc("compress"+l.name[1:]+" moves the lanes of n words of bits together, as long as there is room for",
		"68 lanes; at is the lanes written, words the words done.")
	c := beginCompress(table, lanes)
	Label("words")
	CMPQ(c.words, c.n)
	JGE(operand.LabelRef("end"))
	CMPQ(c.at, c.room)
	JG(operand.LabelRef("end"))
	c.compressWord(l, lanes)

	Label("next")
	ADDQ(operand.I32(64*l.bytes), c.src)
	INCQ(c.words)
	JMP(operand.LabelRef("words"))

	Label("end")
	Store(c.at, ReturnIndex(0))
	Store(c.words, ReturnIndex(1))
	emit.Return()
}

func beginCompress(table operand.Mem, lanes int) *compressor {
	c := &compressor{dst: emit.Argument("dst"), src: emit.Argument("src"), bits: emit.Argument("mask")}
	c.room, c.n = emit.Argument("room"), emit.Argument("n")
	c.at, c.words, c.orders = GP64(), GP64(), GP64()
	XORQ(c.at, c.at)
	XORQ(c.words, c.words)
	LEAQ(table, c.orders)
	SUBQ(operand.I32(64+lanes), c.room)
	return c
}

// compressWord moves the lanes of a word, a whole vector at a time however many of its lanes count;
// of a word without bits it moves none.
func (c *compressor) compressWord(l lane, lanes int) {
	bits := GP64()
	MOVQ(emit.Item(c.bits, c.words, 8), bits)
	TESTQ(bits, bits)
	JZ(operand.LabelRef("next"))
	for group := range 64 / lanes {
		pattern, count := GP64(), GP64()
		MOVQ(bits, pattern)
		ANDQ(operand.U32(1<<lanes-1), pattern)
		POPCNTQ(pattern, count)
		order, moved := YMM(), YMM()
		VPMOVZXBD(emit.Item(c.orders, pattern, 8), order)
		VPERMD(emit.At(c.src, 32*group), order, moved)
		VMOVDQU(moved, emit.Item(c.dst, c.at, uint8(l.bytes)))
		ADDQ(count, c.at)
		SHRQ(operand.U8(lanes), bits)
	}
}
