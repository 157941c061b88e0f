package parquetenc

import (
	"encoding/binary"
	"slices"
)

// Text is a byte array's place in the bytes that hold it.
type Text struct{ At, N uint32 }

// Of is the byte array's bytes.
func (t Text) Of(base []byte) []byte { return base[t.At : uint64(t.At)+uint64(t.N)] }

// AppendPlain encodes byte arrays as they are, each behind its length.
func AppendPlain(dst, base []byte, texts []Text) []byte {
	size := 4 * len(texts)
	for _, t := range texts {
		size += int(t.N)
	}
	at := len(dst)
	dst = slices.Grow(dst, size+16)[:at+size+16] // short ones are copied as words
	out := dst[at:]
	for _, t := range texts {
		binary.LittleEndian.PutUint32(out, t.N)
		out = out[4:]
		if n := int(t.N); n <= 16 && int(t.At)+16 <= len(base) {
			*(*[16]byte)(out) = [16]byte(base[t.At:])
			out = out[n:]
		} else {
			out = out[copy(out, t.Of(base)):]
		}
	}
	return dst[:at+size]
}

// AppendLengths encodes byte arrays as their packed lengths and, behind those, their bytes
// (DELTA_LENGTH_BYTE_ARRAY).
func AppendLengths(dst, base []byte, texts []Text) []byte {
	lengths := make([]int32, len(texts))
	for i, t := range texts {
		lengths[i] = int32(t.N)
	}
	dst = AppendDelta(dst, lengths)
	for _, t := range texts {
		dst = append(dst, t.Of(base)...)
	}
	return dst
}

// AppendPrefixes encodes byte arrays as what they share with the one before, and the rest
// (DELTA_BYTE_ARRAY).
func AppendPrefixes(dst, base []byte, texts []Text) []byte {
	shared := make([]int32, len(texts))
	rest := make([]Text, len(texts))
	var last []byte
	for i, t := range texts {
		this := t.Of(base)
		n := 0
		for most := min(len(this), len(last)); n < most && this[n] == last[n]; {
			n++
		}
		shared[i], rest[i] = int32(n), Text{t.At + uint32(n), t.N - uint32(n)}
		last = this
	}
	return AppendLengths(AppendDelta(dst, shared), base, rest)
}
