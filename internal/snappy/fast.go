//go:build amd64 && !noasm

package snappy

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go -C ../asm run ./snappy -out ../snappy/decode_amd64.s -stubs ../snappy/decode_amd64.go -pkg snappy

var hasAVX2 = cpu.X86.HasAVX2

// reach is how far the fast loop reads and writes past its limits: a literal of 60 bytes, a copy of
// 64 behind it, and what stores of 32 bytes are too wide.
const reach = 160

// tables are read by the assembly by their places.
var tables = func() (t struct {
	pattern [8][16]byte // by offset: the places, in the eight bytes before, of 16 that repeat
	whole   [8]byte     // by offset: how many of the 16 are whole rounds
}) {
	for offset := 1; offset < 8; offset++ {
		for i := range 16 {
			t.pattern[offset][i] = byte(8 - offset + i%offset)
		}
		t.whole[offset] = byte(16 / offset * offset)
	}
	return t
}()

// stride is how much a call decodes, about 30 µs of work: assembly cannot be preempted, and the
// collector, which stops all goroutines now and then, would wait for it.
const stride = 32 << 10

// decodeFast decodes elements while both ends are far and eight bytes are there to look back at,
// and leaves one that is not short.
func decodeFast(dst, src []byte, d, at int) (int, int) {
	if !hasAVX2 || len(dst)-d <= reach || len(src)-at <= reach || d < 8 {
		return d, at
	}
	return decodeShort(unsafe.SliceData(dst), d, min(len(dst)-reach, d+stride), unsafe.SliceData(src), at, len(src)-reach, (*byte)(unsafe.Pointer(&tables)))
}
