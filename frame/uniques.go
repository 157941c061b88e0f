package frame

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"unsafe"
)

// uniques counts different values by their hashes, of which it keeps the smallest: up to that many
// the count is exact, and beyond it the largest of them tells how densely the hashes lie (Bar-Yossef and
// others, 2002). The count depends on the set of values alone. Adding a value costs about 2 ns.
type uniques struct {
	keep   int
	bound  uint64   // larger hashes are not kept
	hashes []uint64 // up to twice keep, some of them more than once
	lately [256]uint64
}

func newUniques(keep int) *uniques { return &uniques{keep: keep, bound: math.MaxUint64} }

func (d *uniques) add(hash uint64) {
	if hash == 0 {
		hash = 1 // 0 marks a place in lately that is free
	}
	if hash > d.bound {
		return
	}
	slot := &d.lately[hash%uint64(len(d.lately))]
	if *slot == hash {
		return
	}
	*slot = hash
	d.hashes = append(d.hashes, hash)
	if len(d.hashes) >= 2*d.keep {
		d.shrink()
	}
}

// shrink leaves each of the smallest hashes once.
func (d *uniques) shrink() {
	slices.Sort(d.hashes)
	d.hashes = slices.Compact(d.hashes)
	if len(d.hashes) > d.keep {
		d.hashes = d.hashes[:d.keep]
		d.bound = d.hashes[d.keep-1]
	}
}

func (d *uniques) merge(o *uniques) {
	d.bound = min(d.bound, o.bound)
	for _, h := range o.hashes {
		d.add(h)
	}
}

// count is how many different values there were.
func (d *uniques) count() int {
	d.shrink()
	if d.bound == math.MaxUint64 {
		return len(d.hashes)
	}
	return int(math.Round(float64(d.keep-1) / (float64(d.bound) / (1 << 64))))
}

// mix spreads 64 bits over 64 bits, one to one (the end of SplitMix64).
func mix(v uint64) uint64 {
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

// hashText is a hash of a text, the same in every process.
func hashText(s string) uint64 {
	h := uint64(len(s))
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	for ; len(b) >= 8; b = b[8:] {
		h = fold(h^binary.LittleEndian.Uint64(b), 0x9e3779b97f4a7c15)
	}
	var last [8]byte
	copy(last[:], b)
	return mix(fold(h^binary.LittleEndian.Uint64(last[:]), 0x9e3779b97f4a7c15))
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x2545f4914f6cdd1d, b)
	return hi ^ lo
}
