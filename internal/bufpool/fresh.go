package bufpool

import (
	"strings"
	"unsafe"
)

const (
	// freshMin is the size from which clearing memory costs more than the way round it.
	freshMin = 32 << 10
	// hugeMin is the size from which a buffer asks for huge pages.
	hugeMin = 8 << 20
)

// Fresh is [Aligned] without the zeros: the contents are arbitrary, so every byte
// must be written. A result of ten million float64 takes 5 to 10 ms less. Where its
// memory was never used before, the system clears it as it is touched, by whichever
// worker touches it; huge pages make that three times as cheap as small ones.
func Fresh(n int) []byte {
	if n < freshMin {
		return Aligned(n)
	}
	// A Builder is the one way to memory that the runtime does not clear and yet collects.
	var b strings.Builder
	b.Grow(n + 63)
	b.WriteByte(0)
	p := unsafe.Pointer(unsafe.StringData(b.String()))
	off := int(-uintptr(p) & 63)
	buf := unsafe.Slice((*byte)(p), n+63)[off : off+n : off+n]
	if n >= hugeMin {
		adviseHuge(buf)
	}
	poison(buf)
	return buf
}
