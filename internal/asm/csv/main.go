// Command csv writes the kernels of internal/csv: the scan that finds separators and the survey
// that counts quotes and lines (each for AVX2 and for AVX-512); the loops that make columns of
// fields, and those that make fields of columns.
package main

import (
	. "github.com/mmcloughlin/avo/build"
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
	numbersAVX2("intsAVX2", false)
	numbersAVX2("floatsAVX2", true)
	numbersAVX512("intsAVX512", false)
	numbersAVX512("floatsAVX512", true)
	times()
	decimals()
	integers()
	Generate()
}
