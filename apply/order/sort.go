package order

import (
	"math/bits"
	"unsafe"

	"github.com/volley-go/volley/internal/take"
)

// view is a text's bytes, not copied.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// item is a row that is sorted: a word of it, and where it is.
type item struct {
	word uint64
	at   take.Pick
}

// itemBytes is what sorting takes beside the rows: an item, and one to move it to.
const itemBytes = 32

// sorter sorts rows of several arrays.
type sorter struct {
	cols [][]column // of each array: its keys
}

const (
	fewItems  = 3  // are sorted by comparing the rows
	someItems = 32 // are sorted by moving each word to its place
)

// sort sorts items by the words of a key from a depth on, and by the keys behind it. Equal ones
// stay as they are. Of spare it needs as many.
func (s *sorter) sort(items, spare []item, key, depth int) {
	for {
		if len(items) <= fewItems {
			s.sortFew(items, key)
			return
		}
		s.words(items, key, depth)
		sortWords(items, spare)
		if items[0].word != items[len(items)-1].word {
			break
		}
		if key, depth = s.next(items[0], key, depth); key == len(s.cols[0]) {
			return
		}
	}
	for lo := 0; lo < len(items); {
		hi := lo + 1
		for hi < len(items) && items[hi].word == items[lo].word {
			hi++
		}
		if hi-lo > 1 {
			if k, d := s.next(items[lo], key, depth); k < len(s.cols[0]) {
				s.sort(items[lo:hi], spare, k, d)
			}
		}
		lo = hi
	}
}

// next is what tells items apart whose word is the same.
func (s *sorter) next(of item, key, depth int) (int, int) {
	if s.cols[of.at.Array][key].exact(of.word, depth) {
		return key + 1, 0
	}
	return key, depth + 1
}

// words sets the words of a depth.
func (s *sorter) words(items []item, key, depth int) {
	for lo := 0; lo < len(items); {
		c := &s.cols[items[lo].at.Array][key]
		hi := lo
		for array := items[lo].at.Array; hi < len(items) && items[hi].at.Array == array; hi++ {
			items[hi].word = c.word(int(items[hi].at.Row), depth)
		}
		lo = hi
	}
}

// compare compares two rows from a key on.
func (s *sorter) compare(a, b take.Pick, key int) int {
	one, other := s.cols[a.Array], s.cols[b.Array]
	for k := key; k < len(one); k++ {
		if order := one[k].compare(int(a.Row), &other[k], int(b.Row)); order != 0 {
			return order
		}
	}
	return 0
}

func (s *sorter) sortFew(items []item, key int) {
	for i := 1; i < len(items); i++ {
		it := items[i]
		k := i
		for ; k > 0 && s.compare(it.at, items[k-1].at, key) < 0; k-- {
			items[k] = items[k-1]
		}
		items[k] = it
	}
}

// sortWords sorts by the words alone. Equal ones stay as they are.
func sortWords(items, spare []item) {
	differ, sorted := uint64(0), true
	for i := 1; i < len(items); i++ {
		differ |= items[i].word ^ items[i-1].word
		sorted = sorted && items[i-1].word <= items[i].word
	}
	switch {
	case sorted:
	case len(items) <= someItems:
		insert(items)
	case len(items) < 512:
		merge(items, spare[:len(items)])
	default:
		radix(items, spare[:len(items)], differ)
	}
}

func insert(items []item) {
	for i := 1; i < len(items); i++ {
		it := items[i]
		k := i
		for ; k > 0 && it.word < items[k-1].word; k-- {
			items[k] = items[k-1]
		}
		items[k] = it
	}
}

// merge sorts halves, and merges them.
func merge(items, spare []item) {
	if len(items) <= someItems/2 {
		insert(items)
		return
	}
	half := len(items) / 2
	merge(items[:half], spare[:half])
	merge(items[half:], spare[half:])
	if items[half-1].word <= items[half].word {
		return
	}
	copy(spare[:half], items[:half])
	left, right := spare[:half], items[half:]
	for at := 0; len(left) > 0; at++ {
		if len(right) > 0 && right[0].word < left[0].word {
			items[at], right = right[0], right[1:]
		} else {
			items[at], left = left[0], left[1:]
		}
	}
}

// radixDigits is by how many of the bytes that differ a radix sort goes at most: three tell nearly
// all words of 100,000 apart, and the rest is sorted among those that are equal so far.
const radixDigits = 3

// radix sorts by the first bytes in which words differ, from the last of these to the first.
func radix(items, spare []item, differ uint64) {
	var shifts []int
	for shift := bits.Len64(differ) - 8; len(shifts) < radixDigits; shift -= 8 {
		shift = max(shift, 0)
		if differ>>shift&0xff != 0 {
			shifts = append(shifts, shift)
		}
		if shift == 0 {
			break
		}
	}
	var counts [radixDigits][256]uint32
	for i := range items {
		for d, shift := range shifts {
			counts[d][byte(items[i].word>>shift)]++
		}
	}
	from, to := items, spare
	for d := len(shifts) - 1; d >= 0; d-- {
		scatter(to, from, &counts[d], shifts[d])
		from, to = to, from
	}
	if len(shifts)%2 == 1 {
		copy(items, spare)
	}
	if last := shifts[len(shifts)-1]; differ&(1<<last-1) != 0 {
		eachEqual(items, last, func(lo, hi int) { sortWords(items[lo:hi], spare) })
	}
}

// scatter moves items to the places that their digit has.
func scatter(to, from []item, counts *[256]uint32, shift int) {
	at := uint32(0)
	for i, n := range counts {
		counts[i], at = at, at+n
	}
	for _, it := range from {
		c := &counts[byte(it.word>>shift)]
		to[*c] = it
		*c++
	}
}

// eachEqual calls f for neighbours whose words are equal from a bit up.
func eachEqual(items []item, bit int, f func(lo, hi int)) {
	for lo := 0; lo < len(items); {
		hi := lo + 1
		for hi < len(items) && items[hi].word>>bit == items[lo].word>>bit {
			hi++
		}
		if hi-lo > 1 {
			f(lo, hi)
		}
		lo = hi
	}
}
