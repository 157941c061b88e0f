package parquetenc

import (
	"github.com/volley-go/volley/internal/bitmap"
)

// Hybrid reads numbers of Width bits stored as runs of one value and as packed bits,
// in turn. It is used for levels, dictionary indexes and booleans.
type Hybrid struct {
	src   []byte // not yet read
	width int

	run    int    // values left of the run at hand
	value  uint32 // of a run of one value
	packed []byte // of a run of packed values
	bit    int    // next in packed
}

// NewHybrid reads src. A width over 32 is an error of the input.
func NewHybrid(src []byte, width int) (Hybrid, error) {
	if width < 0 || width > 32 {
		return Hybrid{}, ErrFormat
	}
	return Hybrid{src: src, width: width}, nil
}

// NewPacked reads n values of src in the long deprecated encoding of levels that knows no runs, and
// packs from the highest bit of each byte on.
func NewPacked(src []byte, width, n int) Hybrid {
	low := make([]byte, len(src))
	for i := range n {
		for k := range width { // the highest bit of a value comes first
			bit := i*width + k
			if bit>>3 < len(src) && src[bit>>3]>>(7-uint(bit&7))&1 == 1 {
				to := i*width + width - 1 - k
				low[to>>3] |= 1 << uint(to&7)
			}
		}
	}
	return Hybrid{width: width, packed: low, run: min(n, len(src)*8/max(width, 1))}
}

// next begins a run. Packed runs at the end of the input may be cut short, as some writers do;
// what is missing shows when it is read.
func (h *Hybrid) next() error {
	head, rest, err := uvarint(h.src)
	if err != nil {
		return err
	}
	h.packed = nil
	count := head >> 1
	if head&1 == 0 {
		n := (h.width + 7) / 8
		if len(rest) < n {
			return ErrShort
		}
		h.value = uint32(load64(rest[:n], 0))
		h.src = rest[n:]
		h.run = int(min(count, 1<<40))
		return nil
	}
	groups := min(count, 1<<40)
	if h.width > 0 {
		size := min(groups*uint64(h.width), uint64(len(rest)))
		h.packed, h.src = rest[:size], rest[size:]
		h.run = int(min(groups*8, size*8/uint64(h.width)))
	} else {
		h.src, h.run, h.value = rest, int(groups*8), 0
	}
	h.bit = 0
	return nil
}

// take returns how many of n values the run at hand has, beginning one where it has none.
func (h *Hybrid) take(n int) (int, error) {
	for empty := 0; h.run == 0; empty++ {
		if empty > 1<<16 {
			return 0, ErrFormat // runs of nothing without end
		}
		if err := h.next(); err != nil {
			return 0, err
		}
	}
	return min(n, h.run), nil
}

// Read fills dst with the next values.
func Read[T uint8 | uint32](h *Hybrid, dst []T) error {
	for len(dst) > 0 {
		n, err := h.take(len(dst))
		if err != nil {
			return err
		}
		if h.packed != nil {
			unpack(dst[:n], h.packed, h.bit, h.width)
			h.bit += n * h.width
		} else {
			fill(dst[:n], T(h.value))
		}
		h.run -= n
		dst = dst[n:]
	}
	return nil
}

// ReadIndexes fills dst with the next values and returns the largest, which tells whether all are
// places in a dictionary.
func (h *Hybrid) ReadIndexes(dst []uint32) (most uint32, err error) {
	for len(dst) > 0 {
		n, err := h.take(len(dst))
		if err != nil {
			return most, err
		}
		if h.packed != nil {
			most = max(most, unpackMost(dst[:n], h.packed, h.bit, h.width))
			h.bit += n * h.width
		} else {
			most = max(most, h.value)
			fill(dst[:n], h.value)
		}
		h.run -= n
		dst = dst[n:]
	}
	return most, nil
}

// Skip passes over n values, at a cost by run and not by value.
func (h *Hybrid) Skip(n int) error {
	for n > 0 {
		k, err := h.take(n)
		if err != nil {
			return err
		}
		h.bit += k * h.width
		h.run -= k
		n -= k
	}
	return nil
}

// One tells whether the next n values are a single run of one value, and which; it passes over them
// then.
func (h *Hybrid) One(n int) (value uint32, ok bool) {
	if n == 0 {
		return 0, false
	}
	if k, err := h.take(n); err != nil || k < n || h.packed != nil {
		return 0, false
	}
	h.run -= n
	return h.value, true
}

func fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// ReadBits writes the next n values, of width 1, to the bits of dst from at on, and
// returns how many are set. Runs of one value cost nothing per value.
func (h *Hybrid) ReadBits(dst []byte, at, n int) (set int, err error) {
	for n > 0 {
		k, err := h.take(n)
		if err != nil {
			return 0, err
		}
		switch {
		case h.packed != nil:
			bitmap.Copy(dst, at, h.packed, h.bit, k)
			set += bitmap.Count(h.packed, h.bit, k)
			h.bit += k
		case h.value > 1:
			return 0, ErrFormat
		default:
			bitmap.Fill(dst, at, k, h.value == 1)
			set += k * int(h.value)
		}
		h.run -= k
		at += k
		n -= k
	}
	return set, nil
}
