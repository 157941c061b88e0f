package parquetio

import (
	"hash/maphash"
	"math/bits"
)

// table gives distinct values numbers, in the order they come. Open addressing, at most half full; about 3 ns a
// value for integers and 10 for short texts while it fits in cache.
type table[K comparable] struct {
	slots []uint32 // 1 + place in keys; 0 is free
	keys  []K
}

// A dictionary is given up where it is not small: when more than half of the first probe values are distinct, or
// when it has more than dictionaryMax entries.
const (
	probe         = 4096
	dictionaryMax = 1 << 16
)

var seed = maphash.MakeSeed()

func hashText(s string) uint64 { return maphash.String(seed, s) }

func hashInt(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)
	return hi ^ lo
}

// encode appends the numbers of n values to codes; ok is false where it gave up.
func (t *table[K]) encode(codes []uint32, n int, value func(int) K, hash func(K) uint64) (_ []uint32, ok bool) {
	if t.slots == nil {
		t.slots = make([]uint32, 4*dictionaryMax)
	}
	// Slots are cleared by their keys' number: a table of few is cheap to use again.
	size := 1 << 12
	mask := uint64(size - 1)
	slots := t.slots[:size]
	clear(slots)
	clear(t.keys) // texts would keep a released chunk alive
	t.keys = t.keys[:0]
	for i := range n {
		if i == probe && len(t.keys) > probe/2 {
			return codes, false
		}
		k := value(i)
		at := hash(k) & mask
		for slots[at] != 0 && t.keys[slots[at]-1] != k {
			at = (at + 1) & mask
		}
		if slots[at] == 0 {
			if len(t.keys) == dictionaryMax {
				return codes, false
			}
			t.keys = append(t.keys, k)
			slots[at] = uint32(len(t.keys))
			codes = append(codes, uint32(len(t.keys)-1))
			if 2*len(t.keys) > size {
				size *= 2
				mask = uint64(size - 1)
				slots = t.slots[:size]
				t.rehash(slots, mask, hash)
			}
			continue
		}
		codes = append(codes, slots[at]-1)
	}
	return codes, n > 0
}

func (t *table[K]) rehash(slots []uint32, mask uint64, hash func(K) uint64) {
	clear(slots)
	for i, k := range t.keys {
		at := hash(k) & mask
		for slots[at] != 0 {
			at = (at + 1) & mask
		}
		slots[at] = uint32(i + 1)
	}
}
