package parquetio

import (
	"encoding/binary"
	"errors"
)

// The hybrid of run lengths and bit packing that levels and dictionary indexes
// are in: runs, each with a header whose lowest bit says which of the two it is.

var errHybrid = errors.New("a run of levels or dictionary indexes goes past the end of the page")

// hybridReader decodes at most as many values as it is asked for, whatever the run
// lengths say: those are not to be believed.
type hybridReader struct {
	b     []byte
	width int // bits of a value
	run   int // values left of the run
	value uint32
	pack  []byte // of a bit-packed run; nil of a repeated value
	at    int    // values taken of pack
}

// read fills dst.
func (h *hybridReader) read(dst []uint32) error {
	for len(dst) > 0 {
		if h.run == 0 {
			if err := h.next(); err != nil {
				return err
			}
			continue
		}
		n := min(h.run, len(dst))
		if h.pack == nil {
			for i := range dst[:n] {
				dst[i] = h.value
			}
		} else {
			unpack(dst[:n], h.pack, h.at, h.width)
			h.at += n
		}
		h.run -= n
		dst = dst[n:]
	}
	return nil
}

// next begins a run.
func (h *hybridReader) next() error {
	head, n := binary.Uvarint(h.b)
	if n <= 0 || head>>1 > 1<<31 {
		return errHybrid
	}
	h.b = h.b[n:]
	if head&1 == 0 {
		size := (h.width + 7) / 8
		if len(h.b) < size {
			return errHybrid
		}
		h.value, h.pack, h.run = 0, nil, int(head>>1)
		for i := range size {
			h.value |= uint32(h.b[i]) << (8 * i)
		}
		h.b = h.b[size:]
		if h.run == 0 {
			return errHybrid // an endless file could hold nothing but those
		}
		return nil
	}
	values := int(head>>1) * 8
	size := int(head>>1) * h.width
	if size > len(h.b) { // the last run may be cut short
		size = len(h.b)
		values = 0
		if h.width > 0 {
			values = size * 8 / h.width
		}
	}
	if values == 0 {
		return errHybrid
	}
	h.pack, h.at, h.run = h.b[:size], 0, values
	h.b = h.b[size:]
	return nil
}

// unpack reads values of width bits, the first being number at.
func unpack(dst []uint32, b []byte, at, width int) {
	if width == 0 {
		clear(dst)
		return
	}
	mask := uint64(1)<<width - 1
	bit := at * width
	for i := range dst {
		k := bit >> 3
		var w uint64
		if k+8 <= len(b) {
			w = binary.LittleEndian.Uint64(b[k:])
		} else {
			for j := k; j < len(b); j++ {
				w |= uint64(b[j]) << (8 * (j - k))
			}
		}
		dst[i] = uint32(w >> (bit & 7) & mask)
		bit += width
	}
}

// appendHybrid writes values of width bits: runs of equal ones as such, the rest packed.
func appendHybrid(dst []byte, vals []uint32, width int) []byte {
	packed := 0 // begin of values not yet written
	for i := 0; i < len(vals); {
		k := i + 1
		for k < len(vals) && vals[k] == vals[i] {
			k++
		}
		// A run is worth its header from some length on; packed groups are of eight.
		if from := packed + (i-packed+7)/8*8; k-from >= 16 || from == packed && k == len(vals) && k-i >= 8 {
			dst = appendPacked(dst, vals[packed:from], width)
			dst = binary.AppendUvarint(dst, uint64(k-from)<<1)
			for s := 0; s < (width+7)/8; s++ {
				dst = append(dst, byte(vals[i]>>(8*s)))
			}
			packed = k
		}
		i = k
	}
	return appendPacked(dst, vals[packed:], width)
}

// appendPacked writes a bit-packed run, filled up to a multiple of eight with zeros.
func appendPacked(dst []byte, vals []uint32, width int) []byte {
	if len(vals) == 0 {
		return dst
	}
	groups := (len(vals) + 7) / 8
	dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
	var w uint64
	bits := 0
	for i := range groups * 8 {
		if i < len(vals) {
			w |= uint64(vals[i]) << bits
		}
		bits += width
		for bits >= 8 {
			dst = append(dst, byte(w))
			w >>= 8
			bits -= 8
		}
	}
	return dst
}
