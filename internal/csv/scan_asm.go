//go:build amd64 && !noasm

package csv

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go -C ../asm run ./csv -out ../csv/scan_amd64.s -stubs ../csv/scan_amd64.go -pkg csv

func init() {
	x := cpu.X86
	if !x.HasAVX2 || !x.HasPCLMULQDQ || !x.HasBMI1 || !x.HasPOPCNT {
		return
	}
	scanWords, surveyWords = withAVX2()
	textRun = textRunAVX2
	intGroups, floatGroups = eightLanes(intsAVX2), eightLanes(floatsAVX2)
	weaveRows = func(out []byte, at int, strands []Strand, rows int) int {
		return weaveAVX2(&out[0], at, (*byte)(unsafe.Pointer(&strands[0])), len(strands), rows)
	}
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512DQ && x.HasAVX512VBMI2 {
		scanWords, surveyWords = withAVX512()
		intGroups, floatGroups, timeGroups = eightLanes(intsAVX512), eightLanes(floatsAVX512), timesOfEight
		decimalGroups, integerGroups = decimalsOfEight, integersOfEight
	}
}

func withAVX2() (scanFunc, surveyFunc)   { return twins(scanAVX2, surveyAVX2) }
func withAVX512() (scanFunc, surveyFunc) { return twins(scanAVX512, surveyAVX512) }

// twins wraps the loops in assembly, which take the last place where a word may begin and the
// last from which 64 places have room.
func twins(scan func(*byte, int, *uint32, *uint32, *uint64), survey func(*byte, int, *uint64)) (scanFunc, surveyFunc) {
	return func(block []byte, limit int, ends []uint32, s *scanState) {
			limit = min(limit, len(block))
			if int(s.at)+64 > limit || int(s.n)+64 > len(ends) {
				return
			}
			scan(&block[0], limit-64, &ends[0], &ends[len(ends)-64], &s.at)
		}, func(block []byte, s *surveyState) {
			if len(block) >= 64 {
				survey(&block[0], len(block)-64, &s.at)
			}
		}
}

// eightLanes wraps a loop over groups of eight fields.
func eightLanes[T any](loop func(text *byte, pairs *uint32, step, groups int, out *T, odd *uint8)) func([]byte, []uint32, int, []T, []uint8) int {
	return func(text []byte, pairs []uint32, step int, out []T, odd []uint8) int {
		loop(&text[0], &pairs[0], 4*step, len(out)/8, &out[0], &odd[0])
		return len(out) &^ 7
	}
}

func timesOfEight(text []byte, pairs []uint32, step int, perSecond int64, out []int64, odd []uint8) int {
	timesAVX512(&text[0], &pairs[0], 4*step, len(out)/8, perSecond, &out[0], &odd[0])
	return len(out) &^ 7
}

func textRunAVX2(x *Index, pairs []uint32, step int, offsets []int32, data []byte, at int, nulls *Words) (done, end int) {
	quote, strip := -1, 0
	if x.state.quotes != 0 {
		quote = int(x.d.Quote)
	}
	if x.state.doubled == 0 {
		strip = 1
	}
	return textsAVX2(&x.padded[0], &pairs[0], 4*step, len(offsets), &data[0], at, &offsets[0], &nulls.first[0], quote, strip)
}

func decimalsOfEight(vals []float64, slots []byte, width, digits int, lens []uint32, odd []uint8) int {
	n := len(vals) &^ 7
	if n > 0 {
		decimalsAVX512(&vals[0], &slots[0], width, n/8, &lens[0], &odd[0], digits, powers[digits])
	}
	return n
}

func integersOfEight(vals []int64, slots []byte, width int, lens []uint32, odd []uint8) int {
	n := len(vals) &^ 7
	if n > 0 {
		integersAVX512(&vals[0], &slots[0], width, n/8, &lens[0], &odd[0])
	}
	return n
}
