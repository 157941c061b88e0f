// Package parquetenc is Parquet's value encodings as loops over slices: the hybrid of
// run lengths and packed bits (levels, dictionary indexes, booleans), the delta family and
// byte stream split, in both directions.
//
// Decoders fill a slice whose length the caller has chosen, and never allocate by what the
// input says: a run of two thousand million values in a file of 20 KB fills no more
// than the caller's slice. Input that ends early, or contradicts itself, is an error.
package parquetenc

import "errors"

// ErrShort says that encoded values end before there are as many as there should be.
var ErrShort = errors.New("the encoded values end too early")

// ErrFormat says that encoded values contradict themselves.
var ErrFormat = errors.New("the encoded values are malformed")

// uvarint reads an unsigned LEB128 number and what follows it. The standard library's
// version signals both faults by its count; here they are one error.
func uvarint(src []byte) (uint64, []byte, error) {
	var v uint64
	for i, b := range src {
		if i == 10 {
			return 0, nil, ErrFormat
		}
		v |= uint64(b&0x7f) << (7 * uint(i))
		if b < 0x80 {
			return v, src[i+1:], nil
		}
	}
	return 0, nil, ErrShort
}

// varint reads a zig-zag number.
func varint(src []byte) (int64, []byte, error) {
	u, rest, err := uvarint(src)
	return int64(u>>1) ^ -int64(u&1), rest, err
}

// load64 is the 8 bytes at src[i:], with zeros past the end.
func load64(src []byte, i int) uint64 {
	if len(src)-i >= 8 {
		s := src[i : i+8 : i+8]
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	}
	var v uint64
	for k := len(src) - 1; k >= i; k-- {
		v = v<<8 | uint64(src[k])
	}
	return v
}

// unsigned is what packed bits are unpacked to.
type unsigned interface{ ~uint8 | ~uint32 | ~uint64 }

// unpack fills dst with numbers of width bits that begin at bit of src. src holds them all.
// About 0.7 ns a value: one unaligned load, shift and mask each.
func unpack[T unsigned](dst []T, src []byte, bit, width int) {
	if width > 56 {
		unpackWide(dst, src, bit, width)
		return
	}
	mask := uint64(1)<<uint(width) - 1
	// Loads in the first loop never reach past src.
	fast := 0
	if room := len(src)*8 - bit - 64; room > 0 && width > 0 {
		fast = min(len(dst), room/width)
	}
	for i := range dst[:fast] {
		s := src[bit>>3:]
		_ = s[7]
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		dst[i] = T(w >> uint(bit&7) & mask)
		bit += width
	}
	for i := fast; i < len(dst); i++ {
		dst[i] = T(load64(src, bit>>3) >> uint(bit&7) & mask)
		bit += width
	}
}

// unpackWide is unpack for numbers that may straddle nine bytes.
func unpackWide[T unsigned](dst []T, src []byte, bit, width int) {
	mask := ^uint64(0) >> uint(64-width)
	for i := range dst {
		w := load64(src, bit>>3) >> uint(bit&7)
		if s := uint(bit & 7); s != 0 && bit>>3+8 < len(src) {
			w |= uint64(src[bit>>3+8]) << (64 - s)
		}
		dst[i] = T(w & mask)
		bit += width
	}
}
