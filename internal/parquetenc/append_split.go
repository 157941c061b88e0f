package parquetenc

import "slices"

// AppendSplit encodes values of width bytes as streams of their first, second … bytes.
func AppendSplit(dst, values []byte, width int) []byte {
	at, n := len(dst), len(values)/width
	dst = slices.Grow(dst, n*width)[:at+n*width]
	for k := range width {
		stream := dst[at+k*n : at+(k+1)*n]
		from := values[k:]
		for i := range stream {
			stream[i] = from[i*width]
		}
	}
	return dst
}
