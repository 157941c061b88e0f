package kernel

import (
	"encoding/binary"
	"math/bits"
)

const (
	hashSeed  = 0x9E3779B97F4A7C15
	hashMul1  = 0xBF58476D1CE4E5B9
	hashMul2  = 0x94D049BB133111EB
	hashOfNil = 0xD6E8FEB86659FD93
)

// Mix is the finisher of splitmix64: every bit of x reaches every bit of the
// result.
func Mix(x uint64) uint64 {
	x = (x ^ x>>30) * hashMul1
	x = (x ^ x>>27) * hashMul2
	return x ^ x>>31
}

// HashStart fills dst with the hash of nothing.
func HashStart(dst []uint64) {
	for i := range dst {
		dst[i] = hashSeed
	}
}

// HashWords folds one word a lane into the hashes.
func HashWords(dst, a []uint64) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = Mix(dst[i]*3 + a[i])
	}
}

// HashNull folds a null into the hash h.
func HashNull(h uint64) uint64 { return Mix(h*3 + hashOfNil) }

// HashText folds a text into the hash h: by words, the length last, so that no
// text is a prefix of another.
func HashText(h uint64, s []byte) uint64 {
	n := uint64(len(s))
	for len(s) >= 8 {
		h = Mix(h*3 + binary.LittleEndian.Uint64(s))
		s = s[8:]
	}
	var b [8]byte
	copy(b[:], s)
	return Mix(bits.RotateLeft64(h, 17)*3 + (binary.LittleEndian.Uint64(b[:]) ^ n<<56))
}
