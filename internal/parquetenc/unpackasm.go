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

// Gather64 sets dst[i] to dict[ix[i]], for places that are known to be in dict. With AVX2 it writes
// past the caches, for columns that are too large for those: a stream of such columns takes a fifth
// less time.
func Gather64(dst, dict []uint64, ix []uint32) {
	dst = dst[:len(ix)]
	head := 0
	if hasAVX2 && len(ix) >= 64 {
		head = min(len(ix), int(-uintptr(unsafe.Pointer(unsafe.SliceData(dst)))&31)/8)
		gather(dst[:head], dict, ix[:head])
		n := (len(ix) - head) / 8
		gather64AVX2(&dst[head], unsafe.SliceData(dict), &ix[head], n)
		head += 8 * n
	}
	gather(dst[head:], dict, ix[head:])
}
