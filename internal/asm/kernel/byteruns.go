package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/volley-go/volley/internal/asm/emit"
)

// byteRuns writes the kernels that find a run of 1 to 8 bytes everywhere: one for each
// size, with the bytes in registers.
func byteRuns() {
	for size := 1; size <= 8; size++ {
		byteRun(size)
	}
}

func byteRun(size int) {
	name := fmt.Sprintf("byteRun%d", size)
	emit.Function(name, "func(dst, a *byte, run uint64, n int)")
	Doc(name+" writes a bit for each of n places of a, a multiple of 128, at which the", "low bytes of run begin.")
	dst, a, run, n := emit.Argument("dst"), emit.Argument("a"), emit.Argument("run"), emit.Argument("n")
	want := make([]vec, size)
	for j := range want {
		want[j] = broadcast(w8, run)
		SHRQ(operand.U8(8), run)
	}
	Label("places")
	for i := range 4 {
		acc := YMM()
		VPCMPEQB(emit.At(a, 32*i), want[0], acc)
		for j := 1; j < size; j++ {
			hit := YMM()
			VPCMPEQB(emit.At(a, 32*i+j), want[j], hit)
			VPAND(hit, acc, acc)
		}
		bits := GP32()
		VPMOVMSKB(acc, bits)
		MOVL(bits, emit.At(dst, 4*i))
	}
	ADDQ(operand.I32(16), dst)
	ADDQ(operand.I32(128), a)
	SUBQ(operand.I32(128), n)
	JNZ(operand.LabelRef("places"))
	emit.Return()
}
