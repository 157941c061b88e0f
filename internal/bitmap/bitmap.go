// Package bitmap is the bit operations of validity and boolean columns, right at
// any bit offset of either side (arrow v17's own are not: its bitutil.BitmapAnd
// and kin leave the last byte of some slices unwritten).
//
// A bitmap is a byte slice with the first bit lowest, as in Arrow. Every
// function works on the n bits from a bit position and touches no other bit;
// the loops go by words of 64 bits, about 0.1 ns a bit.
package bitmap

import (
	"encoding/binary"
	"math/bits"
)

// Bytes is the number of bytes that hold n bits.
func Bytes(n int) int { return (n + 7) / 8 }

// Get tells bit i.
func Get(b []byte, i int) bool { return b[i>>3]&(1<<(i&7)) != 0 }

// Set sets bit i.
func Set(b []byte, i int) { b[i>>3] |= 1 << (i & 7) }

// Clear clears bit i.
func Clear(b []byte, i int) { b[i>>3] &^= 1 << (i & 7) }

// Mask is a word whose lowest n bits are set, 0 ≤ n ≤ 64.
func Mask(n int) uint64 { return ^uint64(0) >> (64 - uint(n)) }

// Load returns the n ≤ 64 bits from bit i on, the first lowest.
func Load(b []byte, i, n int) uint64 {
	at, shift := i>>3, uint(i&7)
	if len(b)-at >= 9 {
		w := binary.LittleEndian.Uint64(b[at:]) >> shift
		if shift != 0 {
			w |= uint64(b[at+8]) << (64 - shift)
		}
		return w & Mask(n)
	}
	if n == 0 {
		return 0
	}
	// Near the end of the buffer: byte by byte.
	var w uint64
	last := (i + n - 1) >> 3
	for k := last; k > at; k-- {
		if off := uint(k-at)*8 - shift; off < 64 {
			w |= uint64(b[k]) << off
		}
	}
	return (w | uint64(b[at])>>shift) & Mask(n)
}

// Store writes the lowest n ≤ 64 bits of w to bit i and on.
func Store(b []byte, i, n int, w uint64) {
	at, shift := i>>3, uint(i&7)
	if shift == 0 && n == 64 {
		binary.LittleEndian.PutUint64(b[at:], w)
		return
	}
	if n == 64 && len(b)-at >= 9 { // the first and the last byte are shared
		binary.LittleEndian.PutUint64(b[at:], uint64(b[at])&Mask(int(shift))|w<<shift)
		b[at+8] = b[at+8]&^byte(Mask(int(shift))) | byte(w>>(64-shift))
		return
	}
	for n > 0 {
		k := min(8-int(shift), n)
		m := byte(Mask(k)) << shift
		b[at] = b[at]&^m | byte(w)<<shift&m
		w >>= uint(k)
		n -= k
		at, shift = at+1, 0
	}
}

// Count returns how many of n bits are set.
func Count(b []byte, i, n int) int {
	c := 0
	for ; n > 0; i, n = i+64, n-64 {
		c += bits.OnesCount64(Load(b, i, min(n, 64)))
	}
	return c
}

// Fill sets n bits to v.
func Fill(b []byte, i, n int, v bool) {
	w := uint64(0)
	if v {
		w = ^w
	}
	for ; n > 0; i, n = i+64, n-64 {
		Store(b, i, min(n, 64), w)
	}
}

// Copy copies n bits. The ranges may not overlap.
func Copy(dst []byte, di int, src []byte, si, n int) {
	for ; n > 0; di, si, n = di+64, si+64, n-64 {
		k := min(n, 64)
		Store(dst, di, k, Load(src, si, k))
	}
}

// And writes a AND b.
func And(dst []byte, di int, a []byte, ai int, b []byte, bi, n int) {
	for ; n > 0; di, ai, bi, n = di+64, ai+64, bi+64, n-64 {
		k := min(n, 64)
		Store(dst, di, k, Load(a, ai, k)&Load(b, bi, k))
	}
}

// Extract moves the bits of w that mask has set together, the lowest first: some 0.5 ns for each,
// none where mask is full.
func Extract(w, mask uint64) (out uint64) {
	if mask == ^uint64(0) || w&mask == 0 {
		return w & mask
	}
	for k := 0; mask != 0; k++ {
		out |= w >> bits.TrailingZeros64(mask) & 1 << k
		mask &= mask - 1
	}
	return out
}

// Deposit moves the lowest bits of w to where mask has bits set: what Extract moved together.
func Deposit(w, mask uint64) (out uint64) {
	if mask == ^uint64(0) || w == 0 {
		return w
	}
	for ; mask != 0; w >>= 1 {
		out |= -(w & 1) & mask & -mask
		mask &= mask - 1
	}
	return out
}
