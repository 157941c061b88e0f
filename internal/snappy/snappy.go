// Package snappy decompresses Snappy's block format into a buffer of known size.
//
// It exists for columns of numbers, whose compressed form is a short literal and a short copy for
// every value: there it is two to three times as fast as the libraries, which are made for texts.
// Nothing is allocated, nothing is written past the buffer, and input that is damaged is an error.
package snappy

import (
	"encoding/binary"
	"errors"
)

// ErrCorrupt says that the input is not Snappy, or ends too early.
var ErrCorrupt = errors.New("the compressed bytes are damaged")

// Len returns the size that src says it has decompressed, and how many bytes say so.
func Len(src []byte) (size, head int, err error) {
	n, k := binary.Uvarint(src)
	if k <= 0 || n > 1<<32-1 {
		return 0, 0, ErrCorrupt
	}
	return int(n), k, nil
}

// Decode decompresses src into dst, whose length must be what src says it has.
func Decode(dst, src []byte) error {
	size, at, err := Len(src)
	if err != nil {
		return err
	}
	if size != len(dst) {
		return ErrCorrupt
	}
	d := 0
	for at < len(src) {
		if d, at = decodeFast(dst, src, d, at); at < 0 {
			return ErrCorrupt
		}
		if d, at, err = element(dst, src, d, at); err != nil {
			return err
		}
	}
	if d != len(dst) || at != len(src) {
		return ErrCorrupt
	}
	return nil
}

// element decodes the element at src[at:] to dst[d:].
func element(dst, src []byte, d, at int) (int, int, error) {
	tag := src[at]
	if tag&3 == 0 {
		return literal(dst, src, d, at)
	}
	extra := int(tag & 3)
	if extra == 3 {
		extra = 4
	}
	if len(src)-at <= extra {
		return 0, 0, ErrCorrupt
	}
	n, offset := 1+int(tag>>2), 0
	switch extra {
	case 1:
		n, offset = 4+int(tag>>2&7), int(tag>>5)<<8|int(src[at+1])
	case 2:
		offset = int(binary.LittleEndian.Uint16(src[at+1:]))
	default:
		offset = int(binary.LittleEndian.Uint32(src[at+1:]))
	}
	if offset <= 0 || offset > d || n > len(dst)-d {
		return 0, 0, ErrCorrupt
	}
	for left := n; left > 0; { // each round doubles what the pattern is long
		k := copy(dst[d:d+left], dst[d-offset:d])
		d, left, offset = d+k, left-k, offset+k
	}
	return d, at + 1 + extra, nil
}

// literal decodes an element of bytes as they are.
func literal(dst, src []byte, d, at int) (int, int, error) {
	n := int(src[at] >> 2)
	at++
	if n >= 60 {
		extra := n - 59
		if len(src)-at < extra {
			return 0, 0, ErrCorrupt
		}
		n = 0
		for k := range extra {
			n |= int(src[at+k]) << (8 * k)
		}
		at += extra
	}
	n++
	if n <= 0 || n > len(src)-at || n > len(dst)-d {
		return 0, 0, ErrCorrupt
	}
	copy(dst[d:], src[at:at+n])
	return d + n, at + n, nil
}
