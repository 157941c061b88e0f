// Package bufpool lends byte buffers and takes them back, so that a pipeline in
// steady state allocates nothing and its garbage does not add to its memory.
//
// Buffers come in size classes of four steps per doubling, from 4 KiB to
// 64 MiB; smaller and larger ones are made afresh and left to the garbage
// collector. A class keeps its buffers in a [sync.Pool]: what is not used for two
// collections is freed. Getting and putting cost about 30 ns each.
//
// Under the build tag volley_invariants a returned buffer is overwritten, so
// that whoever still reads it fails loudly.
package bufpool

import (
	"math/bits"
	"strings"
	"sync"
	"unsafe"

	_ "github.com/volley-go/volley/internal/words" // whatever holds columns imports this package
)

const (
	minShift = 12 // 4 KiB
	maxShift = 26 // 64 MiB
	steps    = 4  // classes per doubling: at most 25 % of a buffer is unused
)

var pools [(maxShift - minShift) * steps]sync.Pool

// class returns the smallest class that holds n bytes and that class's size;
// ok is false where n has none.
func class(n int) (c, size int, ok bool) {
	if n <= 1<<(minShift-1) || n > 1<<maxShift {
		return 0, 0, false
	}
	if n <= 1<<minShift {
		n = 1<<minShift + 1
	}
	shift := bits.Len(uint(n-1)) - 1 // 1<<shift < n <= 2<<shift
	step := 1 << shift / steps
	k := (n - 1<<shift + step - 1) / step // 1..steps
	return (shift-minShift)*steps + k - 1, 1<<shift + k*step, true
}

// Get returns a buffer of n bytes whose first byte is aligned to 64. Its
// contents are arbitrary.
func Get(n int) []byte {
	c, size, ok := class(n)
	if !ok {
		return fresh(n)
	}
	if p, _ := pools[c].Get().(*byte); p != nil {
		return unsafe.Slice(p, size)[:n]
	}
	return fresh(size)[:n]
}

// fresh returns a buffer of n bytes aligned to 64 that is not cleared: [strings.Builder] is the one
// way to such memory, and clearing costs as much as a fast decoder takes to fill it.
func fresh(n int) []byte {
	var b strings.Builder
	b.Grow(n + 63)
	b.WriteByte(0)
	p := unsafe.StringData(b.String())
	off := int(-uintptr(unsafe.Pointer(p)) & 63)
	return unsafe.Slice(p, n+63)[off : off+n : off+n]
}

// Put takes back a buffer got from Get, whole: neither it nor anything sliced
// from it may be used again. Buffers that Get did not lend are ignored where
// their capacity is that of no class, so only buffers of Get may be passed.
func Put(b []byte) {
	if cap(b) == 0 {
		return
	}
	c, size, ok := class(cap(b))
	if !ok || size != cap(b) {
		return
	}
	b = b[:size]
	poison(b)
	pools[c].Put(&b[0])
}

// Aligned returns a zeroed buffer of n bytes aligned to 64, which no pool knows.
func Aligned(n int) []byte {
	raw := make([]byte, n+63)
	off := int(-uintptr(unsafe.Pointer(unsafe.SliceData(raw))) & 63)
	return raw[off : off+n : off+n]
}
