package parquetenc

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
