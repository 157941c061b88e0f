//go:build amd64 && !noasm

package csv

import "golang.org/x/sys/cpu"

func addForms(f map[string]form) {
	if cpu.X86.HasAVX2 {
		scan, survey := withAVX2()
		f["AVX2"] = form{scan, survey}
	}
	if cpu.X86.HasAVX512VBMI2 {
		scan, survey := withAVX512()
		f["AVX-512"] = form{scan, survey}
	}
}

func init() {
	type loops = struct {
		ints   func([]byte, []uint32, int, []int64, []uint8) int
		floats func([]byte, []uint32, int, []float64, []uint8) int
	}
	if cpu.X86.HasAVX2 {
		groupLoops = append(groupLoops, loops{eightLanes(intsAVX2), eightLanes(floatsAVX2)})
	}
	if cpu.X86.HasAVX512VBMI2 {
		groupLoops = append(groupLoops, loops{eightLanes(intsAVX512), eightLanes(floatsAVX512)})
	}
}
