//go:build amd64 && !noasm

package kernel

import (
	"math"
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go -C ../asm run ./kernel -out ../kernel/avx2_amd64.s -stubs ../kernel/avx2_amd64.go -table ../kernel/table_amd64.go -pkg kernel

// hasAVX2 reports whether the processor runs what the generator writes.
var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// fastest is the twins that this processor can run.
func fastest() map[string][]twin {
	if !hasAVX2 {
		return nil
	}
	return avx2()
}

// The functions below make a Go function of an assembly function: that one takes
// the lanes up to a multiple of 64, the plain form the rest. Slicing checks that
// every operand is long enough. Each costs about 3 ns a call.

func whole(n int) int { return n &^ 63 }

// first is the first byte of a slice that is not empty.
func first[T any](s []T) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(s))) }

func one[T any](k func(dst, a *byte, n int), plain func(dst, a []T)) twin {
	return conversion[T, T](k, plain)
}

func conversion[D, S any](k func(dst, a *byte, n int), plain func(dst []D, a []S)) twin {
	return twin{plain: plain, fast: func(dst []D, a []S) {
		a = a[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(a), n)
		}
		if n < len(dst) {
			plain(dst[n:], a[n:])
		}
	}}
}

func two[T any](k func(dst, a, b *byte, n int), plain func(dst, a, b []T)) twin {
	return twin{plain: plain, fast: func(dst, a, b []T) {
		a, b = a[:len(dst)], b[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(a), first(b), n)
		}
		if n < len(dst) {
			plain(dst[n:], a[n:], b[n:])
		}
	}}
}

func twoBy[T any](k func(dst, a *byte, b uint64, n int), plain func(dst, a []T, b T)) twin {
	return twin{plain: plain, fast: func(dst, a []T, b T) {
		a = a[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(a), pattern(b), n)
		}
		if n < len(dst) {
			plain(dst[n:], a[n:], b)
		}
	}}
}

func twoFrom[T any](k func(dst *byte, a uint64, b *byte, n int), plain func(dst []T, a T, b []T)) twin {
	return twin{plain: plain, fast: func(dst []T, a T, b []T) {
		b = b[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), pattern(a), first(b), n)
		}
		if n < len(dst) {
			plain(dst[n:], a, b[n:])
		}
	}}
}

func mulAdd[T any](k func(dst, a, b, c *byte, n int), plain func(dst, a, b, c []T)) twin {
	return twin{plain: plain, fast: func(dst, a, b, c []T) {
		a, b, c = a[:len(dst)], b[:len(dst)], c[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(a), first(b), first(c), n)
		}
		if n < len(dst) {
			plain(dst[n:], a[n:], b[n:], c[n:])
		}
	}}
}

func mulByAdd[T any](k func(dst, a *byte, b uint64, c *byte, n int), plain func(dst, a []T, b T, c []T)) twin {
	return twin{plain: plain, fast: func(dst, a []T, b T, c []T) {
		a, c = a[:len(dst)], c[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(a), pattern(b), first(c), n)
		}
		if n < len(dst) {
			plain(dst[n:], a[n:], b, c[n:])
		}
	}}
}

func mulAddBy[T any](k func(dst, a, b *byte, c uint64, n int), plain func(dst, a, b []T, c T)) twin {
	return twin{plain: plain, fast: func(dst, a, b []T, c T) {
		a, b = a[:len(dst)], b[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(a), first(b), pattern(c), n)
		}
		if n < len(dst) {
			plain(dst[n:], a[n:], b[n:], c)
		}
	}}
}

func mulByAddBy[T any](k func(dst, a *byte, b, c uint64, n int), plain func(dst, a []T, b, c T)) twin {
	return twin{plain: plain, fast: func(dst, a []T, b, c T) {
		a = a[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(a), pattern(b), pattern(c), n)
		}
		if n < len(dst) {
			plain(dst[n:], a[n:], b, c)
		}
	}}
}

func relation[T any](k func(dst, a, b *byte, n int), plain func(dst Bits, a, b []T)) twin {
	return twin{plain: plain, fast: func(dst Bits, a, b []T) {
		b = b[:len(a)]
		n := whole(len(a))
		dst = dst[:WordsFor(len(a))]
		if n > 0 {
			k(first(dst), first(a), first(b), n)
		}
		if n < len(a) {
			plain(dst[n/64:], a[n:], b[n:])
		}
	}}
}

func relationBy[T any](k func(dst, a *byte, b uint64, n int), plain func(dst Bits, a []T, b T)) twin {
	return twin{plain: plain, fast: func(dst Bits, a []T, b T) {
		n := whole(len(a))
		dst = dst[:WordsFor(len(a))]
		if n > 0 {
			k(first(dst), first(a), pattern(b), n)
		}
		if n < len(a) {
			plain(dst[n/64:], a[n:], b)
		}
	}}
}

func relationFrom[T any](k func(dst *byte, a uint64, b *byte, n int), plain func(dst Bits, a T, b []T)) twin {
	return twin{plain: plain, fast: func(dst Bits, a T, b []T) {
		n := whole(len(b))
		dst = dst[:WordsFor(len(b))]
		if n > 0 {
			k(first(dst), pattern(a), first(b), n)
		}
		if n < len(b) {
			plain(dst[n/64:], a, b[n:])
		}
	}}
}

func choice[U any](k func(dst, cond, x, y *byte, n int), plain func(dst []U, cond Bits, x, y []U)) twin {
	return twin{plain: plain, fast: func(dst []U, cond Bits, x, y []U) {
		x, y, cond = x[:len(dst)], y[:len(dst)], cond[:WordsFor(len(dst))]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(cond), first(x), first(y), n)
		}
		if n < len(dst) {
			plain(dst[n:], cond[n/64:], x[n:], y[n:])
		}
	}}
}

func pick[T, U any](k func(dst, a, b, x, y *byte, n int), plain func(dst []U, a, b []T, x, y []U)) twin {
	return twin{plain: plain, fast: func(dst []U, a, b []T, x, y []U) {
		a, b, x, y = a[:len(dst)], b[:len(dst)], x[:len(dst)], y[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(a), first(b), first(x), first(y), n)
		}
		if n < len(dst) {
			plain(dst[n:], a[n:], b[n:], x[n:], y[n:])
		}
	}}
}

func pickBy[T, U any](k func(dst, a *byte, b uint64, x, y *byte, n int), plain func(dst []U, a []T, b T, x, y []U)) twin {
	return twin{plain: plain, fast: func(dst []U, a []T, b T, x, y []U) {
		a, x, y = a[:len(dst)], x[:len(dst)], y[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), first(a), pattern(b), first(x), first(y), n)
		}
		if n < len(dst) {
			plain(dst[n:], a[n:], b, x[n:], y[n:])
		}
	}}
}

func pickFrom[T, U any](k func(dst *byte, a uint64, b, x, y *byte, n int), plain func(dst []U, a T, b []T, x, y []U)) twin {
	return twin{plain: plain, fast: func(dst []U, a T, b []T, x, y []U) {
		b, x, y = b[:len(dst)], x[:len(dst)], y[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(first(dst), pattern(a), first(b), first(x), first(y), n)
		}
		if n < len(dst) {
			plain(dst[n:], a, b[n:], x[n:], y[n:])
		}
	}}
}

func total(k func(acc, a *byte, n int), plain func(acc *[16]float64, a []float64)) twin {
	return twin{plain: plain, fast: func(acc *[16]float64, a []float64) {
		n := whole(len(a))
		if n > 0 {
			k((*byte)(unsafe.Pointer(acc)), first(a), n)
		}
		plain(acc, a[n:])
	}}
}

// headWords is [Needle.head] in whole words, from the first text on. It tells how many
// texts it did: 0 without AVX2.
func headWords(dst Bits, at, start, end []int32, data []byte, k *Needle, least, most int32) int {
	n, last := whole(len(at)), min(len(data)-8-k.back, math.MaxInt32)
	if n == 0 || last < 0 || !hasAVX2 || plainOnly {
		return 0
	}
	_, _, _ = start[n-1], end[n-1], dst[n/64-1]
	sizes := [4]uint64{uint64(least) - 1, uint64(most)}
	head := [4]uint64{k.mask, k.first, k.second}
	return textHead(first(dst), first(at), first(start), first(end), first(data), &sizes, &head, uint64(last), uint64(k.back), n)
}

// runPlaces sets the bits of the places in a at which the needle's first bytes are. It
// tells how many places it did, of n or some more: 0 without AVX2.
func runPlaces(dst Bits, a []byte, k *Needle, n int) int {
	size := min(len(k.text), 8)
	n = min((n+127)&^127, (len(a)-size+1)&^127)
	if n <= 0 || !hasAVX2 || plainOnly {
		return 0
	}
	_ = dst[n/64-1]
	d, p := first(dst), first(a)
	switch size {
	case 1:
		byteRun1(d, p, k.first, n)
	case 2:
		byteRun2(d, p, k.first, n)
	case 3:
		byteRun3(d, p, k.first, n)
	case 4:
		byteRun4(d, p, k.first, n)
	case 5:
		byteRun5(d, p, k.first, n)
	case 6:
		byteRun6(d, p, k.first, n)
	case 7:
		byteRun7(d, p, k.first, n)
	default:
		byteRun8(d, p, k.first, n)
	}
	return n
}

// markedWords is [markedWord] for whole words of texts, from the first on. It tells how
// many texts it did: 0 without AVX2.
func markedWords(dst Bits, start, end []int32, places Bits, lo, hi, less int) int {
	n := whole(len(start))
	if n == 0 || !hasAVX2 || plainOnly {
		return 0
	}
	_, _ = end[n-1], dst[n/64-1]
	return textMarked(first(dst), first(start), first(end), first(places), uint64(lo), uint64(hi-lo), uint64(less), n)
}

// compressWords is [Compress] of the first words of the mask: as many as leave room for
// a whole word's lanes and the vector that is written behind the last of them.
func compressWords[U any](dst, src []U, mask Bits) (at, words int) {
	var k func(dst, src, mask *byte, room, n int) (at, words int)
	switch unsafe.Sizeof(*new(U)) {
	case 8:
		k = compress64
	case 4:
		k = compress32
	}
	n := len(src) / 64
	if k == nil || n == 0 || len(dst) == 0 || !hasAVX2 || plainOnly {
		return 0, 0
	}
	_ = mask[n-1]
	return k(first(dst), first(src), first(mask), len(dst), n)
}
