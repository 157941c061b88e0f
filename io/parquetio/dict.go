package parquetio

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	enc "github.com/volley-go/volley/internal/parquetenc"
)

// numbering gives distinct values numbers, in the order they come. Its tables are used again: what an earlier column left in a
// slot is known by a number below base.
type numbering struct {
	codes []uint32 // of each value
	ints  []uint64 // the values by code, where they have 4 or 8 bytes
	texts []enc.Text

	slots []dictSlot
	base  uint32 // added to the codes in slots
	shift uint   // a hash's upper bits are the slot
}

// dictSlot is a place of a table of open addressing, at most half full. key is the value itself, or the first 8 bytes of a text, or
// a hash of a longer one.
type dictSlot struct {
	key  uint64
	n    uint32 // length of a text
	code uint32 // + base; less is a free slot
}

const dictSlotsMin = 1 << 10

// begin empties it.
func (d *numbering) begin() {
	d.codes, d.ints, d.texts = d.codes[:0], d.ints[:0], d.texts[:0]
	d.size(dictSlotsMin)
}

// size makes all of n slots free, n being a power of two.
func (d *numbering) size(n int) {
	if cap(d.slots) < n {
		d.slots = make([]dictSlot, n)
		d.base = 1
	} else {
		d.slots = d.slots[:n]
		if d.base > 1<<31 {
			clear(d.slots[:cap(d.slots)])
			d.base = 1
		} else {
			d.base += uint32(cap(d.slots)) // more than codes were ever given
		}
	}
	d.shift = uint(64 - bits.Len(uint(n-1)))
}

func hashInt(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)
	return (hi ^ lo) * 0x9E3779B97F4A7C15
}

// addInts numbers values: 2 to 4 ns each while the table is in cache. It gives up, and returns false, at more than most distinct
// ones.
func addInts[T uint32 | uint64](d *numbering, values []T, most int) bool {
	from := len(d.codes)
	d.codes = slices.Grow(d.codes, len(values))[:from+len(values)]
	codes := d.codes[from:]
	slots, base, shift := d.slots, d.base, d.shift
	mask := uint64(len(slots) - 1)
	for i, v := range values {
		key := uint64(v)
		at := hashInt(key) >> shift
		for slots[at&mask].code >= base && slots[at&mask].key != key {
			at++
		}
		s := &slots[at&mask]
		if s.code >= base {
			codes[i] = s.code - base
			continue
		}
		n := len(d.ints)
		if n == most {
			return false
		}
		s.key, s.code = key, base+uint32(n)
		d.ints = append(d.ints, key)
		codes[i] = uint32(n)
		if 2*len(d.ints) > len(slots) {
			d.growInts()
			slots, base, shift = d.slots, d.base, d.shift
			mask = uint64(len(slots) - 1)
		}
	}
	return true
}

func (d *numbering) growInts() {
	d.size(2 * len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for i, key := range d.ints {
		at := hashInt(key) >> d.shift
		for d.slots[at&mask].code >= d.base {
			at++
		}
		d.slots[at&mask] = dictSlot{key: key, code: d.base + uint32(i)}
	}
}

// textKey is a text's first 8 bytes, with zeros for those it does not have; of a longer text a hash.
func textKey(base []byte, t enc.Text) uint64 {
	if t.N > 8 {
		return hashText(t.Of(base))
	}
	if int(t.At)+8 <= len(base) {
		return binary.LittleEndian.Uint64(base[t.At:]) & (1<<(8*t.N) - 1)
	}
	var b [8]byte
	copy(b[:], t.Of(base))
	return binary.LittleEndian.Uint64(b[:])
}

// hashText is of texts of more than 8 bytes: about 2 ns for 16 bytes.
func hashText(b []byte) uint64 {
	h := uint64(len(b)) * 0x9E3779B97F4A7C15
	for len(b) > 16 {
		hi, lo := bits.Mul64(binary.LittleEndian.Uint64(b)^0xA0761D6478BD642F, binary.LittleEndian.Uint64(b[8:])^h)
		h = hi ^ lo
		b = b[8:]
		if len(b) > 16 {
			b = b[8:]
		}
	}
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(b)^0xE7037ED1A0B428DB, binary.LittleEndian.Uint64(b[len(b)-8:])^h)
	return hi ^ lo
}

// addTexts numbers texts: 4 to 8 ns each while the table is in cache. It gives up, and returns false, at more than bytesMost bytes of
// distinct ones, lengths included.
func (d *numbering) addTexts(base []byte, texts []enc.Text, bytesMost int) bool {
	from := len(d.codes)
	d.codes = slices.Grow(d.codes, len(texts))[:from+len(texts)]
	codes := d.codes[from:]
	mask := uint64(len(d.slots) - 1)
	for i, t := range texts {
		key := textKey(base, t)
		at := hashInt(key+uint64(t.N)) >> d.shift
		for !d.fits(&d.slots[at&mask], base, t, key) {
			at++
		}
		s := &d.slots[at&mask]
		if s.code >= d.base {
			codes[i] = s.code - d.base
			continue
		}
		n := len(d.texts)
		if bytesMost -= 4 + int(t.N); bytesMost < 0 {
			return false
		}
		*s = dictSlot{key: key, n: t.N, code: d.base + uint32(n)}
		d.texts = append(d.texts, t)
		codes[i] = uint32(n)
		if 2*len(d.texts) > len(d.slots) {
			d.growTexts(base)
			mask = uint64(len(d.slots) - 1)
		}
	}
	return true
}

// fits tells whether a slot is free, or the text's.
func (d *numbering) fits(s *dictSlot, base []byte, t enc.Text, key uint64) bool {
	if s.code < d.base {
		return true
	}
	return s.key == key && s.n == t.N && (t.N <= 8 || bytes.Equal(d.texts[s.code-d.base].Of(base), t.Of(base)))
}

func (d *numbering) growTexts(base []byte) {
	d.size(2 * len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for i, t := range d.texts {
		key := textKey(base, t)
		at := hashInt(key+uint64(t.N)) >> d.shift
		for d.slots[at&mask].code >= d.base {
			at++
		}
		d.slots[at&mask] = dictSlot{key: key, n: t.N, code: d.base + uint32(i)}
	}
}
