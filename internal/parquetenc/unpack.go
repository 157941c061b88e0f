package parquetenc

import "unsafe"

// packing is how eight numbers of some width are brought apart by a shuffle, a shift and a mask:
// numbers 0 to 3 come from the 16 bytes at a group's beginning, 4 to 7 from those lane bytes on.
// The assembly reads its fields by their place.
type packing struct {
	shuffle [32]byte
	shift   [8]uint32
	mask    uint32
	lane    uint32
	width   uint32
}

// packedMax is the widest number whose bits never lie in more than four bytes.
const packedMax = 25

var packings = func() (all [packedMax + 1]packing) {
	for w := 1; w <= packedMax; w++ {
		p := &all[w]
		p.mask, p.lane, p.width = 1<<w-1, uint32(4*w/8), uint32(w)
		for i := range 8 {
			bit := i * w
			if i >= 4 {
				bit -= 8 * int(p.lane)
			}
			p.shift[i] = uint32(bit & 7)
			for k := range 4 {
				p.shuffle[4*i+k] = byte(bit>>3 + k)
			}
		}
	}
	return all
}()

// unpackMost fills dst with numbers of width bits that begin at bit of src, which holds them all,
// and returns the largest. About 0.15 ns a value with AVX2, for widths up to 25; 0.8 without. What
// lies behind src in its buffer may be loaded, and is masked away.
func unpackMost(dst []uint32, src []byte, bit, width int) (most uint32) {
	if head := min(len(dst), -(bit/max(width, 1))&7); head > 0 { // up to where a group begins
		unpack(dst[:head], src, bit, width)
		most = largest(dst[:head])
		dst, bit = dst[head:], bit+head*width
	}
	if n := fastGroups(len(dst)/8, cap(src)-bit>>3, width); n > 0 {
		most = max(most, unpackGroups(dst[:8*n], src[bit>>3:], width))
		dst, bit = dst[8*n:], bit+8*n*width
	}
	unpack(dst, src, bit, width)
	return max(most, largest(dst))
}

func largest(s []uint32) (most uint32) {
	for _, x := range s {
		most = max(most, x)
	}
	return most
}

func gather(dst, dict []uint64, ix []uint32) {
	from := unsafe.Pointer(unsafe.SliceData(dict))
	for i, k := range ix {
		dst[i] = *(*uint64)(unsafe.Add(from, 8*uintptr(k)))
	}
}
