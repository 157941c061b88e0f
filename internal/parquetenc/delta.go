package parquetenc

import "math/bits"

// integer is what delta encoding holds.
type integer interface{ ~int32 | ~int64 }

// deltaHead is the beginning of delta-packed integers.
type deltaHead struct {
	block, minis, total int
	first               int64
}

func readDeltaHead(src []byte) (h deltaHead, rest []byte, err error) {
	var n [3]uint64
	for i := range n {
		if n[i], src, err = uvarint(src); err != nil {
			return h, nil, err
		}
	}
	if h.first, src, err = varint(src); err != nil {
		return h, nil, err
	}
	if n[0] == 0 || n[0] > 1<<20 || n[0]%128 != 0 || n[1] == 0 || n[0]%n[1] != 0 || n[0]/n[1]%32 != 0 || n[2] > 1<<31 {
		return h, nil, ErrFormat
	}
	h.block, h.minis, h.total = int(n[0]), int(n[1]), int(n[2])
	return h, src, nil
}

// Delta fills dst with integers packed as differences, and returns what follows them in
// src. There must be exactly as many as dst holds.
func Delta[T integer](dst []T, src []byte) ([]byte, error) {
	h, src, err := readDeltaHead(src)
	if err != nil {
		return nil, err
	}
	if h.total != len(dst) {
		return nil, ErrFormat
	}
	if len(dst) == 0 {
		return src, nil
	}
	dst[0] = T(h.first)
	last := uint64(h.first)
	dst = dst[1:]
	per := h.block / h.minis
	scratch := make([]uint64, min(per, len(dst)))
	for len(dst) > 0 {
		least, rest, err := varint(src)
		if err != nil {
			return nil, err
		}
		if len(rest) < h.minis {
			return nil, ErrShort
		}
		widths := rest[:h.minis]
		src = rest[h.minis:]
		for _, width := range widths {
			if len(dst) == 0 {
				break // widths of miniblocks that are not there mean nothing
			}
			if width > 64 {
				return nil, ErrFormat
			}
			n := min(per, len(dst))
			size := per * int(width) / 8
			if size > len(src) { // the last miniblock may be cut after its last value
				if size = (n*int(width) + 7) / 8; size > len(src) {
					return nil, ErrShort
				}
			}
			unpack(scratch[:n], src[:size], 0, int(width))
			src = src[size:]
			for i, d := range scratch[:n] {
				last += d + uint64(least)
				dst[i] = T(last)
			}
			dst = dst[n:]
		}
	}
	return src, nil
}

// DeltaCount is how many integers delta-packed input says it has.
func DeltaCount(src []byte) (int, error) {
	h, _, err := readDeltaHead(src)
	return h.total, err
}

const (
	deltaBlock = 128
	deltaMinis = 4
)

// AppendDelta encodes integers as packed differences.
func AppendDelta[T integer](dst []byte, values []T) []byte {
	dst = appendUvarint(dst, deltaBlock)
	dst = appendUvarint(dst, deltaMinis)
	dst = appendUvarint(dst, uint64(len(values)))
	if len(values) == 0 {
		return append(dst, 0)
	}
	dst = appendVarint(dst, int64(values[0]))
	var deltas [deltaBlock]T
	for at := 1; at < len(values); at += deltaBlock {
		n := min(deltaBlock, len(values)-at)
		for i := range n {
			deltas[i] = values[at+i] - values[at+i-1] // wraps, and wraps back
		}
		dst = appendDeltaBlock(dst, deltas[:n])
	}
	return dst
}

func appendDeltaBlock[T integer](dst []byte, deltas []T) []byte {
	least := deltas[0]
	for _, d := range deltas {
		least = min(least, d)
	}
	dst = appendVarint(dst, int64(least))
	const per = deltaBlock / deltaMinis
	at := len(dst)
	dst = append(dst, make([]byte, deltaMinis)...)
	for m := 0; m*per < len(deltas); m++ {
		var packed [per]uint64
		var all uint64
		for i, d := range deltas[m*per : min(len(deltas), (m+1)*per)] {
			packed[i] = distance(d, least)
			all |= packed[i]
		}
		width := bits.Len64(all)
		dst[at+m] = byte(width)
		dst = appendWide(dst, packed[:], width)
	}
	return dst
}

// distance is d - least without overflow: the result is unsigned in T's own width.
func distance[T integer](d, least T) uint64 {
	if _, is32 := any(d).(int32); is32 {
		return uint64(uint32(d) - uint32(least))
	}
	return uint64(d) - uint64(least)
}

// appendWide packs numbers of any width up to 64.
func appendWide(dst []byte, values []uint64, width int) []byte {
	var acc uint64
	held := 0
	for _, v := range values {
		acc |= v << uint(held)
		if held+width < 64 {
			held += width
			continue
		}
		for k := range 8 {
			dst = append(dst, byte(acc>>(8*uint(k))))
		}
		used := 64 - held
		held = width - used
		acc = 0
		if used < 64 {
			acc = v >> uint(used)
		}
	}
	for ; held > 0; held -= 8 {
		dst = append(dst, byte(acc))
		acc >>= 8
	}
	return dst
}

func appendVarint(dst []byte, v int64) []byte {
	return appendUvarint(dst, uint64(v)<<1^uint64(v>>63))
}
