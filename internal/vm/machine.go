package vm

import (
	"errors"
	"math"
	"unsafe"

	"github.com/volley-go/volley/internal/kernel"
)

// Machine is the registers of a program and the place it is at. It belongs to one goroutine.
type Machine struct {
	code    *Code
	columns []*columnData // of the record batch at hand

	n       int // lanes of this vector
	row     int // of the record batch: the first one
	v       []vec
	fails   []failBits // one for each operation that can fail
	now     *failBits  // of the running step
	any     bool       // some row of this vector failed
	spare   [kernel.Words]uint64
	hashes  []uint64 // scratch of hash
	zone    zoneCache
	tables  []*table          // of lookups
	err     error             // what ends the evaluation as a whole
	calls   map[*failBits]any // of registered functions, by step
	vectors uint64            // done, and one
}

// vec is one register: a vector of fixed lanes, of bits, or of texts. The
// lanes lie in own memory, or, for columns and results, in the caller's.
type vec struct {
	p     unsafe.Pointer // first lane, or first word of bits
	nulls bool           // whether valid counts
	valid [kernel.Words]uint64

	start, end []int32 // texts: value i is data[start[i]:end[i]]
	data       []byte
	packed     bool // the texts follow each other: end[i] == start[i+1]

	own  []uint64 // memory behind p, for registers that have some
	ends []int32  // memory of start and end: text i is data[ends[i]:ends[i+1]]
	text []byte   // memory of data
}

// failBits are the rows of a vector in which one operation failed.
type failBits struct {
	bits   []uint64
	causes map[int]error // of rows whose cause is not the operation's usual one
}

// cause keeps the cause of lane i and marks it as failed.
func (f *failBits) cause(i int, err error) {
	if f.causes == nil {
		f.causes = map[int]error{}
	}
	f.causes[i] = err
	f.bits[i>>6] |= 1 << (i & 63)
}

// step computes one register of a vector, and reports whether some lane failed.
type step func(m *Machine) bool

// lanesOf is a register's lanes as a slice of their type.
func lanesOf[T any](m *Machine, r int) []T {
	return unsafe.Slice((*T)(m.v[r].p), m.n)
}

// bitsOf is a register's bits.
func (m *Machine) bitsOf(r int) []uint64 {
	return unsafe.Slice((*uint64)(m.v[r].p), kernel.WordsFor(m.n))
}

// andValid sets register d valid where all of a are.
func (m *Machine) andValid(d int, a []int) {
	words := kernel.WordsFor(m.n)
	var acc [kernel.Words]uint64
	nulls := false
	for _, r := range a {
		v := &m.v[r]
		if !v.nulls {
			continue
		}
		if !nulls {
			acc, nulls = v.valid, true
			continue
		}
		for w := range words {
			acc[w] &= v.valid[w]
		}
	}
	if m.v[d].nulls = nulls; nulls {
		m.v[d].valid = acc
	}
}

// validOf is a register's validity with all bits set where it has no nulls.
func (m *Machine) validOf(r int) [kernel.Words]uint64 {
	if m.v[r].nulls {
		return m.v[r].valid
	}
	var all [kernel.Words]uint64
	kernel.FillBits(all[:], true)
	return all
}

// truths is the lanes in which a condition is true: false and null are not.
func (m *Machine) truths(r int) (t [kernel.Words]uint64) {
	copy(t[:], m.bitsOf(r))
	if v := &m.v[r]; v.nulls {
		for w := range t {
			t[w] &= v.valid[w]
		}
	}
	return t
}

// failed makes the failing lanes of step k null and drops those that were null
// before: the value under a null is no error.
func (m *Machine) failed(k, d int) {
	f, v := &m.fails[k], &m.v[d]
	if !v.nulls {
		kernel.FillBits(v.valid[:], true)
		v.nulls = true
	}
	if m.n%64 != 0 {
		f.bits[m.n/64] &= kernel.TailMask(m.n)
	}
	var some uint64
	for w := range kernel.WordsFor(m.n) {
		f.bits[w] &= v.valid[w]
		v.valid[w] &^= f.bits[w]
		some |= f.bits[w]
	}
	m.any = m.any || some != 0
}

// textAt is value i of a text register.
func (v *vec) textAt(i int) []byte { return v.data[v.start[i]:v.end[i]] }

// own memory of a text result: append to v.text and close each value.
func (v *vec) beginText(n int) {
	if cap(v.ends) < n+1 {
		v.ends = make([]int32, n+1, kernel.Rows+1)
	}
	v.ends = v.ends[:n+1]
	v.ends[0] = 0
	v.text = v.text[:0]
}

func (v *vec) endText(m *Machine, n int) {
	if len(v.text) > maxText {
		m.err = errTextTooLong
		clear(v.ends)
	}
	v.start, v.end, v.data, v.packed = v.ends[:n], v.ends[1:n+1], v.text, true
}

// maxText is the most bytes of text in one vector or result range.
const maxText = math.MaxInt32

var errTextTooLong = errors.New("expr: the texts of one range exceed 2 GiB: evaluate fewer rows at a time")
