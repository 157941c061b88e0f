//go:build amd64 && !noasm

package parquetenc

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go -C ../asm run ./parquet -out ../parquetenc/unpack_amd64.s -stubs ../parquetenc/unpack_amd64.go -pkg parquetenc

var hasAVX2 = cpu.X86.HasAVX2

// fastGroups is how many of groups of eight numbers can be unpacked fast out of size bytes: loads
// reach past a group's end, and must stay inside.
func fastGroups(groups, size, width int) int {
	if !hasAVX2 || width == 0 || width > packedMax {
		return 0
	}
	room := size - int(packings[width].lane) - 16
	if room < 0 {
		return 0
	}
	return min(groups, room/width+1)
}

// unpackGroups unpacks whole groups and returns the largest number.
func unpackGroups(dst []uint32, src []byte, width int) uint32 {
	return unpackAVX2(unsafe.SliceData(dst), unsafe.SliceData(src), len(dst)/8, (*byte)(unsafe.Pointer(&packings[width])))
}
