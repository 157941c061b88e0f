package kernel

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Needle is a constant text that texts are compared with or searched for. It is
// immutable.
type Needle struct {
	text []byte

	// The first 16 bytes as two words, the second from byte back on; where there are
	// at most 8, both are the same, and mask has the bytes that count.
	mask, first, second uint64
	back                int
}

// NewNeedle takes a copy of the text.
func NewNeedle(text []byte) *Needle {
	k := &Needle{text: bytes.Clone(text)}
	var b [16]byte
	n := copy(b[:], text)
	k.first, k.mask = binary.LittleEndian.Uint64(b[:]), ^uint64(0)
	if n <= 8 {
		k.mask = 1<<(8*n) - 1 // all ones for 8, as Go shifts
	} else {
		k.back = n - 8
	}
	k.second = binary.LittleEndian.Uint64(b[k.back:])
	return k
}

// Equal writes which texts equal the needle: about 0.5 ns a text, without a branch on
// their bytes.
func (k *Needle) Equal(dst Bits, start, end []int32, data []byte) {
	n := int32(len(k.text))
	k.head(dst, start, start, end, data, n, n)
}

// Prefix writes which texts begin with the needle.
func (k *Needle) Prefix(dst Bits, start, end []int32, data []byte) {
	k.head(dst, start, start, end, data, int32(len(k.text)), math.MaxInt32)
}

// Suffix writes which texts end with the needle. There are at most [Rows] of them.
func (k *Needle) Suffix(dst Bits, start, end []int32, data []byte) {
	var at [Rows]int32
	n := int32(len(k.text))
	for i, e := range end[:len(start)] {
		at[i] = max(e-n, 0)
	}
	k.head(dst, at[:len(start)], start, end, data, n, math.MaxInt32)
}

// head writes which texts have a size from least to most and the needle at their place.
func (k *Needle) head(dst Bits, at, start, end []int32, data []byte, least, most int32) {
	end = end[:len(start)]
	for lo := 0; lo < len(at); {
		lo += headWords(dst[lo/64:], at[lo:], start[lo:], end[lo:], data, k, least, most)
		if lo < len(at) {
			hi := min(lo+64, len(at))
			dst[lo/64] = k.headWord(at[lo:hi], start[lo:hi], end[lo:hi], data, least, most)
			lo = hi
		}
	}
	if len(k.text) > 16 {
		k.verify(dst, len(at), func(i int) bool { return bytes.HasPrefix(data[at[i]:end[i]], k.text) })
	}
}

// headWord is head for up to 64 texts: the definition. The words reach past a text,
// but past the data only for the last texts, which are compared byte by byte.
func (k *Needle) headWord(at, start, end []int32, data []byte, least, most int32) (m uint64) {
	last := len(data) - 8 - k.back
	short := k.text[:min(len(k.text), 16)]
	for i, p := range at {
		size := end[i] - start[i]
		fits := bit(size >= least) & bit(size <= most)
		if int(p) > last {
			if fits != 0 {
				m |= bit(bytes.HasPrefix(data[p:end[i]], short)) << (uint(i) & 63)
			}
			continue
		}
		x := binary.LittleEndian.Uint64(data[p:])&k.mask ^ k.first
		y := binary.LittleEndian.Uint64(data[int(p)+k.back:])&k.mask ^ k.second
		m |= fits & bit(x|y == 0) << (uint(i) & 63)
	}
	return m
}

// verify clears the bits of the first n for which f does not hold.
func (k *Needle) verify(dst Bits, n int, f func(i int) bool) {
	for w := range WordsFor(n) {
		m := dst[w]
		if w == n/64 {
			m &= TailMask(n)
		}
		for ; m != 0; m &= m - 1 {
			if low := m & -m; !f(w*64 + trailing(m)) {
				dst[w] &^= low
			}
		}
	}
}

// searchMax is the bytes of a vector up to which all places are looked at, before the
// texts: longer texts are searched one after the other.
const searchMax = 1 << 16

// In writes which texts contain the needle. Where they are packed (each begins where the
// one before ends) and short, one pass over their bytes marks every place where the
// needle begins, 32 places at a time and without a branch, and a second one looks
// for marks inside each text: about 2 ns for a text of 20 bytes, however many
// contain it.
func (k *Needle) In(dst Bits, start, end []int32, data []byte, packed bool) {
	n := len(start)
	switch {
	case n == 0:
		return
	case len(k.text) == 0:
		FillBits(dst[:WordsFor(n)], true)
		return
	case !packed:
		MatchText(dst, start, end, data, func(s []byte) bool { return bytes.Contains(s, k.text) })
		return
	}
	lo, hi := int(start[0])&^7, int(end[n-1])
	var places [searchMax/64 + 4]uint64
	if hi-lo > searchMax || !k.mark(places[:], data[lo:], hi-lo) {
		ContainsPacked(dst, start, end, data, k.text)
		return
	}
	for from := 0; from < n; {
		from += markedWords(dst[from/64:], start[from:], end[from:], places[:], lo, hi, len(k.text)-1)
		if from < n {
			to := min(from+64, n)
			dst[from/64] = markedWord(start[from:to], end[from:to], places[:], lo, len(k.text)-1)
			from = to
		}
	}
	if len(k.text) > 8 {
		k.verify(dst, n, func(i int) bool { return bytes.Contains(data[start[i]:end[i]], k.text) })
	}
}

// markedWord is which of up to 64 texts have a mark at one of their places but the last
// less: the definition. The marks begin at place lo, a multiple of 8.
func markedWord(start, end []int32, places Bits, lo, less int) (m uint64) {
	marks := wordBytes(places)
	for i, s := range start {
		count, s := int(end[i]-s)-less, int(s)-lo
		if count > 57 {
			m |= bit(anySet(places, s, count)) << (uint(i) & 63)
			continue
		}
		x := binary.LittleEndian.Uint64(marks[s>>3:]) >> (uint(s) & 7)
		m |= bit(x&(1<<(uint(max(count, 0))&63)-1) != 0) << (uint(i) & 63)
	}
	return m
}

// mark sets the bits of the places among n bytes where the needle's first 8 bytes
// are. It is false where that has no fast form.
func (k *Needle) mark(places Bits, data []byte, n int) bool {
	short := k.text[:min(len(k.text), 8)]
	done := runPlaces(places, data, k, n)
	for p := done; p+len(short) <= n; p++ {
		if bytes.HasPrefix(data[p:], short) {
			places[p>>6] |= 1 << (p & 63)
		}
	}
	return done > 0
}

// anySet reports whether one of n bits from bit i on is set.
func anySet(b Bits, i, n int) bool {
	for ; n > 0; i, n = i+1, n-1 {
		if b[i>>6]>>(i&63)&1 != 0 {
			return true
		}
		if b[i>>6]>>(i&63) == 0 { // on to the next word
			skip := 63 - i&63
			i, n = i+skip, n-skip
		}
	}
	return false
}
