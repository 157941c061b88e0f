package kernel

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// twin is a kernel's fast form and its plain one: two functions of one type.
type twin struct{ fast, plain any }

// twins are all of this processor's, by name: see [Twin].
var twins = sync.OnceValue(fastest)

// plainOnly is set by [Plain], strict by [Strict].
var plainOnly, strict bool

// Twin returns the fastest form of a kernel on this processor: the twin of that
// name and type where there is one, else the plain form itself. It takes about
// 0.1 µs, the first time in a process 50.
func Twin[F any](name string, plain F) F {
	if plainOnly {
		return plain
	}
	forms, known := twins()[name]
	if strict && !known && len(twins()) > 0 {
		panic("kernel: no twin is called " + name)
	}
	for _, t := range forms {
		if f, ok := t.fast.(F); ok {
			return f
		}
	}
	return plain
}

// Plain makes Twin return plain forms, and the kernels of texts run theirs, until the function it
// returns is called. It is for tests that hold the two against each other.
func Plain() (end func()) {
	plainOnly = true
	return func() { plainOnly = false }
}

// Strict makes Twin panic for a name that no twin of this processor has, until the function it
// returns is called: a mistyped name would get the plain form, slower and without a word. It is for
// tests that ask for all kernels.
func Strict() (end func()) {
	strict = true
	return func() { strict = false }
}

// By makes a kernel of two operands one whose second operand is the same for all
// lanes: the definition that the twins of that form must equal.
func By[T any](k func(dst, a, b []T)) func(dst, a []T, b T) {
	var f sameLanes[T]
	return func(dst, a []T, b T) {
		same := f.of(b)
		for lo := 0; lo < len(dst); lo += len(same) {
			hi := min(lo+len(same), len(dst))
			k(dst[lo:hi], a[lo:hi], same[:hi-lo])
		}
	}
}

// From is [By] for the first operand.
func From[T any](k func(dst, a, b []T)) func(dst []T, a T, b []T) {
	var f sameLanes[T]
	return func(dst []T, a T, b []T) {
		same := f.of(a)
		for lo := 0; lo < len(dst); lo += len(same) {
			hi := min(lo+len(same), len(dst))
			k(dst[lo:hi], same[:hi-lo], b[lo:hi])
		}
	}
}

// RelationBy is [By] for relations.
func RelationBy[T any](k func(dst Bits, a, b []T)) func(dst Bits, a []T, b T) {
	var f sameLanes[T]
	return func(dst Bits, a []T, b T) {
		same := f.of(b)
		for lo := 0; lo < len(a); lo += len(same) {
			hi := min(lo+len(same), len(a))
			k(dst[lo/64:], a[lo:hi], same[:hi-lo])
		}
	}
}

// RelationFrom is [From] for relations.
func RelationFrom[T any](k func(dst Bits, a, b []T)) func(dst Bits, a T, b []T) {
	var f sameLanes[T]
	return func(dst Bits, a T, b []T) {
		same := f.of(a)
		for lo := 0; lo < len(b); lo += len(same) {
			hi := min(lo+len(same), len(b))
			k(dst[lo/64:], same[:hi-lo], b[lo:hi])
		}
	}
}

// sameLanes keeps lanes of the last constant asked for: an instruction has one alone.
type sameLanes[T any] struct{ last atomic.Pointer[[256]T] }

func (f *sameLanes[T]) of(v T) *[256]T {
	if p := f.last.Load(); p != nil && pattern(p[0]) == pattern(v) {
		return p
	}
	p := new([256]T)
	for i := range p {
		p[i] = v
	}
	f.last.Store(p)
	return p
}

// pattern is a lane's bits, lowest first, as a twin takes one lane for all.
func pattern[T any](v T) (p uint64) {
	*(*T)(unsafe.Pointer(&p)) = v
	return p
}
