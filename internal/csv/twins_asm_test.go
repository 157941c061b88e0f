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
