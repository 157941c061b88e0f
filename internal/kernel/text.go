package kernel

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// EqText writes whether two texts are equal.
func EqText(dst Bits, as, ae []int32, a []byte, bs, be []int32, b []byte) {
	for w := range WordsFor(len(as)) {
		lo := w * 64
		var m uint64
		for i := lo; i < min(lo+64, len(as)); i++ {
			if ae[i]-as[i] == be[i]-bs[i] && string(a[as[i]:ae[i]]) == string(b[bs[i]:be[i]]) {
				m |= 1 << (uint(i) & 63)
			}
		}
		dst[w] = m
	}
}

// CompareText writes whether a < b, or a <= b with equal set, by bytes.
func CompareText(dst Bits, as, ae []int32, a []byte, bs, be []int32, b []byte, equal bool) {
	limit := -int(bit(!equal)) // compare's result must be at most this
	for w := range WordsFor(len(as)) {
		lo := w * 64
		var m uint64
		for i := lo; i < min(lo+64, len(as)); i++ {
			m |= bit(bytes.Compare(a[as[i]:ae[i]], b[bs[i]:be[i]]) <= limit) << (uint(i) & 63)
		}
		dst[w] = m
	}
}

// ContainsPacked writes whether a text contains what, which is not empty. The
// texts must follow each other (end[i] == start[i+1]): one search over all of
// their bytes costs far less than one a value where hits are rare, and a hit
// that reaches over the end of a value is stepped over.
func ContainsPacked(dst Bits, start, end []int32, data, what []byte) {
	clear(dst[:WordsFor(len(start))])
	n := len(start)
	if n == 0 {
		return
	}
	pos, stop, row := int(start[0]), int(end[n-1]), 0
	for pos < stop {
		k := bytes.Index(data[pos:stop], what)
		if k < 0 {
			return
		}
		pos += k
		row = advance(end, row, int32(pos))
		if pos+len(what) <= int(end[row]) {
			dst[row>>6] |= 1 << (row & 63)
			pos = int(end[row])
		} else {
			pos++
		}
	}
}

// advance is the first row from row on that ends after pos, by galloping.
func advance(end []int32, row int, pos int32) int {
	step := 1
	for row+step < len(end) && end[row+step-1] <= pos {
		row += step
		step *= 2
	}
	for hi := min(row+step, len(end)); row < hi; {
		if mid := int(uint(row+hi) >> 1); end[mid] <= pos {
			row = mid + 1
		} else {
			hi = mid
		}
	}
	return row
}

// LookUp writes the entries of a table at the keys: about 0.5 ns a lane.
func LookUp[T any](dst, table []T, keys []uint32) {
	dst = dst[:len(keys)]
	for i, k := range keys {
		dst[i] = table[k]
	}
}

// LookUpBits is LookUp of a table of zeros and ones.
func LookUpBits(dst Bits, table []uint8, keys []uint32) {
	for w := range WordsFor(len(keys)) {
		var m uint64
		word := keys[w*64 : min(w*64+64, len(keys))]
		i := 0
		for ; i+8 <= len(word); i += 8 {
			k := word[i : i+8 : i+8]
			m |= uint64(table[k[0]]|table[k[1]]<<1|table[k[2]]<<2|table[k[3]]<<3|
				table[k[4]]<<4|table[k[5]]<<5|table[k[6]]<<6|table[k[7]]<<7) << (uint(i) & 63)
		}
		for ; i < len(word); i++ {
			m |= uint64(table[word[i]]) << (uint(i) & 63)
		}
		dst[w] = m
	}
}

// MatchText writes f of each text.
func MatchText(dst Bits, start, end []int32, data []byte, f func([]byte) bool) {
	for w := range WordsFor(len(start)) {
		lo := w * 64
		var m uint64
		for i := lo; i < min(lo+64, len(start)); i++ {
			m |= bit(f(data[start[i]:end[i]])) << (uint(i) & 63)
		}
		dst[w] = m
	}
}

// RuneCount is utf8.RuneCount by words: bytes that do not continue a rune. For
// text that is not UTF-8 it counts those bytes too.
func RuneCount(s []byte) int {
	n := len(s)
	for len(s) >= 8 {
		x := binary.LittleEndian.Uint64(s)
		n -= bits.OnesCount64(x >> 7 & (^x >> 6) & 0x0101010101010101)
		s = s[8:]
	}
	for _, c := range s {
		n -= int(c >> 7 & (^c >> 6) & 1)
	}
	return n
}

// ASCII reports whether no byte is above 0x7f.
func ASCII(s []byte) bool {
	for len(s) >= 8 {
		if binary.LittleEndian.Uint64(s)&0x8080808080808080 != 0 {
			return false
		}
		s = s[8:]
	}
	for _, c := range s {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// LowerASCII writes a with A-Z as a-z, eight bytes at a time; a must be ASCII.
func LowerASCII(dst, a []byte) { caseASCII(dst, a, 'A', 'Z') }

// UpperASCII writes a with a-z as A-Z; a must be ASCII.
func UpperASCII(dst, a []byte) { caseASCII(dst, a, 'a', 'z') }

// caseASCII flips the case bit of bytes in [first, last]. With the top bit of
// every byte free, adding 0x80-first sets it for bytes from first on.
func caseASCII(dst, a []byte, first, last uint64) {
	const ones = 0x0101010101010101
	n := len(a) &^ 7
	for i := 0; i < n; i += 8 {
		x := binary.LittleEndian.Uint64(a[i:])
		in := (x + ones*(0x80-first)) &^ (x + ones*(0x7f-last)) & (ones * 0x80)
		binary.LittleEndian.PutUint64(dst[i:], x^in>>2)
	}
	for i := n; i < len(a); i++ {
		c := a[i]
		if uint64(c) >= first && uint64(c) <= last {
			c ^= 0x20
		}
		dst[i] = c
	}
}
