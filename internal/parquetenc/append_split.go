package parquetenc

import (
	"encoding/binary"
	"slices"
)

// AppendSplit encodes values of width bytes as streams of their first, second … bytes: about 2 ns
// for a value of 8.
func AppendSplit(dst, values []byte, width int) []byte {
	at, n := len(dst), len(values)/width
	dst = slices.Grow(dst, n*width)[:at+n*width]
	k := 0
	for ; k+4 <= width; k += 4 {
		split4(dst[at+k*n:at+(k+4)*n], values[k:], n, width)
	}
	for ; k < width; k++ {
		stream, from := dst[at+k*n:at+(k+1)*n], values[k:]
		for i := range stream {
			stream[i] = from[i*width]
		}
	}
	return dst
}

// split4 fills four streams at once: each value is loaded once.
func split4(streams, values []byte, n, width int) {
	a, b, c, d := streams[:n:n], streams[n:2*n:2*n], streams[2*n:3*n:3*n], streams[3*n:4*n:4*n]
	for i := range n {
		v := binary.LittleEndian.Uint32(values[i*width:])
		a[i], b[i], c[i], d[i] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	}
}
