//go:build amd64 && !noasm

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go -C ../asm run ./kernel -out ../kernel/avx2_amd64.s -stubs ../kernel/avx2_amd64.go -table ../kernel/table_amd64.go -pkg kernel

// fastest is the twins that this processor can run.
func fastest() map[string][]twin {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return nil
	}
	return avx2()
}

// The functions below make a Go function of an assembly function: that one takes
// the lanes up to a multiple of 64, the plain form the rest. Slicing checks that
// every operand is long enough. Each costs about 3 ns a call.

func whole(n int) int { return n &^ 63 }

// at is the first byte of a slice that is not empty.
func at[T any](s []T) *byte { return (*byte)(unsafe.Pointer(unsafe.SliceData(s))) }

func one[T any](k func(dst, a *byte, n int), plain func(dst, a []T)) twin {
	return conversion[T, T](k, plain)
}

func conversion[D, S any](k func(dst, a *byte, n int), plain func(dst []D, a []S)) twin {
	return twin{plain: plain, fast: func(dst []D, a []S) {
		a = a[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			k(at(dst), at(a), n)
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
			k(at(dst), at(a), at(b), n)
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
			k(at(dst), at(a), pattern(b), n)
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
			k(at(dst), pattern(a), at(b), n)
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
			k(at(dst), at(a), at(b), at(c), n)
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
			k(at(dst), at(a), pattern(b), at(c), n)
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
			k(at(dst), at(a), at(b), pattern(c), n)
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
			k(at(dst), at(a), pattern(b), pattern(c), n)
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
			k(at(dst), at(a), at(b), n)
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
			k(at(dst), at(a), pattern(b), n)
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
			k(at(dst), pattern(a), at(b), n)
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
			k(at(dst), at(cond), at(x), at(y), n)
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
			k(at(dst), at(a), at(b), at(x), at(y), n)
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
			k(at(dst), at(a), pattern(b), at(x), at(y), n)
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
			k(at(dst), pattern(a), at(b), at(x), at(y), n)
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
			k((*byte)(unsafe.Pointer(acc)), at(a), n)
		}
		plain(acc, a[n:])
	}}
}
