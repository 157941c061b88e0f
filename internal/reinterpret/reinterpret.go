// Package reinterpret sees bytes as numbers and numbers as bytes, in the machine's order and
// without copying: what is written to the one shows in the other.
package reinterpret

import "unsafe"

// As returns b as values of T: as many as lie in it whole, nil where there is none. The bytes must
// be aligned for T, as buffers of internal/bufpool are.
func As[T any](b []byte) []T {
	var zero T
	size := int(unsafe.Sizeof(zero))
	if len(b) < size {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/size)
}

// Bytes returns the memory of s.
func Bytes[T any](s []T) []byte {
	var zero T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(zero)))
}
