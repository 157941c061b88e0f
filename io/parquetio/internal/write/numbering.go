package write

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/internal/reinterpret"
)

// numbering gives distinct values numbers, their codes, in the order they come. It is a table of
// open addressing, at most a quarter full: what costs is not its memory (4 bytes a slot) but a
// first look that finds another value, which the processor cannot foresee.
type numbering struct {
	codes []uint32 // of each value
	ints  []uint64 // the values by code, if they have 4 or 8 bytes
	texts []textEntry
	bytes int // of texts, lengths included

	slots []uint32 // code + 1; 0 is free
	shift uint     // a hash's upper bits are the slot
}

// textEntry is a distinct text. Its first and last 8 bytes, and its length, tell it from all others
// of up to 16 bytes.
type textEntry struct {
	enc.Text
	first, last uint64
}

const slotsMin = 1 << 10

// begin empties it and makes room for about n distinct values.
func (d *numbering) begin(n int) {
	d.codes, d.ints, d.texts = d.codes[:0], d.ints[:0], d.texts[:0]
	d.bytes = 0
	d.size(max(slotsMin, 1<<bits.Len(uint(4*n-1))))
}

// distinct is how many values there are.
func (d *numbering) distinct() int { return max(len(d.ints), len(d.texts)) }

// size makes n slots, a power of two, all free.
func (d *numbering) size(n int) {
	d.slots = resize(d.slots, n)
	clear(d.slots)
	d.shift = uint(64 - bits.Len(uint(n-1)))
}

// hashInt's upper bits are good for a table.
func hashInt(x uint64) uint64 { return (x ^ x>>32) * 0x9E3779B97F4A7C15 }

// addInts numbers values: 2 to 4 ns each while the table is in cache. It gives up, and returns
// false, at more than most distinct ones.
func addInts[T uint32 | uint64](d *numbering, values []T, most int) bool {
	from := len(d.codes)
	d.codes = slices.Grow(d.codes, len(values))[:from+len(values)]
	codes := d.codes[from:]
	slots, shift, keys := d.slots, d.shift, d.ints
	for i, v := range values {
		key := uint64(v)
		at := hashInt(key) >> shift
		s := slots[at]
		if s != 0 && keys[s-1] == key {
			codes[i] = s - 1
			continue
		}
		for ; s != 0 && keys[s-1] != key; s = slots[at] {
			at = (at + 1) & uint64(len(slots)-1)
		}
		if s != 0 {
			codes[i] = s - 1
			continue
		}
		if len(keys) == most {
			d.ints = keys
			return false
		}
		keys = append(keys, key)
		slots[at] = uint32(len(keys))
		codes[i] = uint32(len(keys) - 1)
		if 4*len(keys) > len(slots) {
			d.ints = keys
			d.growInts()
			slots, shift = d.slots, d.shift
		}
	}
	d.ints = keys
	return true
}

func (d *numbering) growInts() {
	d.size(4 * len(d.slots))
	for i, key := range d.ints {
		at := hashInt(key) >> d.shift
		for d.slots[at] != 0 {
			at = (at + 1) & uint64(len(d.slots)-1)
		}
		d.slots[at] = uint32(i + 1)
	}
}

// words are a text's first and last 8 bytes, with zeros for those it does not have. No branch
// depends on its length, but near the end of base.
func words(base []byte, t enc.Text) (first, last uint64) {
	if int(t.At)+8 > len(base) {
		return wordsAtEnd(t.Of(base))
	}
	mask := uint64(1)<<(8*t.N) - 1 // a shift by 64 and more gives 0
	first = binary.LittleEndian.Uint64(base[t.At:]) & mask
	last = binary.LittleEndian.Uint64(base[t.At+max(t.N, 8)-8:]) & mask
	return first, last
}

func wordsAtEnd(b []byte) (first, last uint64) {
	var f, l [8]byte
	copy(f[:], b)
	copy(l[:], b[max(len(b)-8, 0):])
	return binary.LittleEndian.Uint64(f[:]), binary.LittleEndian.Uint64(l[:])
}

func (e *textEntry) hash(base []byte) uint64 {
	h := e.first ^ bits.RotateLeft64(e.last, 29) ^ uint64(e.N)<<48
	if e.N > 16 {
		h ^= hashMiddle(e.Of(base))
	}
	return hashInt(h * 0xD6E8FEB86659FD93)
}

// hashMiddle is of what a text of more than 16 bytes has between its first and last 8.
func hashMiddle(b []byte) (h uint64) {
	for b = b[8:]; len(b) > 16; b = b[8:] {
		hi, lo := bits.Mul64(binary.LittleEndian.Uint64(b)^0xA0761D6478BD642F, h^0xE7037ED1A0B428DB)
		h = hi ^ lo
	}
	return h ^ binary.LittleEndian.Uint64(b)*0x9E3779B97F4A7C15
}

func (e *textEntry) equals(o *textEntry, base []byte) bool {
	return e.first == o.first && e.last == o.last && e.N == o.N && (e.N <= 16 || bytes.Equal(e.Of(base), o.Of(base)))
}

// addTexts numbers texts: 4 to 8 ns each while the table is in cache. It gives up, and returns
// false, at more than bytesMost bytes of distinct ones, lengths included.
func (d *numbering) addTexts(base []byte, texts []enc.Text, bytesMost int) bool {
	from := len(d.codes)
	d.codes = slices.Grow(d.codes, len(texts))[:from+len(texts)]
	codes := d.codes[from:]
	slots, shift, known := d.slots, d.shift, d.texts
	for i, t := range texts {
		e := textEntry{Text: t}
		e.first, e.last = words(base, t)
		at := e.hash(base) >> shift
		if s := slots[at]; s != 0 && known[s-1].equals(&e, base) {
			codes[i] = s - 1
			continue
		}
		code, ok := d.addText(base, &e, at, bytesMost)
		if !ok {
			return false
		}
		codes[i] = code
		slots, shift, known = d.slots, d.shift, d.texts
	}
	return true
}

// addText finds a text from a slot on, or adds it.
func (d *numbering) addText(base []byte, e *textEntry, at uint64, bytesMost int) (code uint32, ok bool) {
	for s := d.slots[at]; s != 0; s = d.slots[at] {
		if d.texts[s-1].equals(e, base) {
			return s - 1, true
		}
		at = (at + 1) & uint64(len(d.slots)-1)
	}
	if d.bytes += 4 + int(e.N); d.bytes > bytesMost {
		return 0, false
	}
	d.texts = append(d.texts, *e)
	d.slots[at] = uint32(len(d.texts))
	if 4*len(d.texts) > len(d.slots) {
		d.growTexts(base)
	}
	return uint32(len(d.texts) - 1), true
}

func (d *numbering) growTexts(base []byte) {
	d.size(4 * len(d.slots))
	for i := range d.texts {
		at := d.texts[i].hash(base) >> d.shift
		for d.slots[at] != 0 {
			at = (at + 1) & uint64(len(d.slots)-1)
		}
		d.slots[at] = uint32(i + 1)
	}
}

// takeKeys collects the dictionary's values as they are stored.
func (e *encoder) takeKeys(l *leaf) {
	k, d := &e.keys, &e.dict
	k.reset()
	e.chunk.distinct = d.distinct()
	switch {
	case l.physical == format.ByteArray:
		k.base = e.values.base
		for i := range d.texts {
			k.texts = append(k.texts, d.texts[i].Text)
		}
	case l.physical == format.FixedLenByteArray:
		out := k.room(len(d.texts), l.width)
		for _, t := range d.texts {
			out = out[copy(out, t.Of(e.values.fixed)):]
		}
	case l.width == 4:
		out := reinterpret.As[uint32](k.room(len(d.ints), 4))
		for i, v := range d.ints {
			out[i] = uint32(v)
		}
	default:
		copy(k.room(len(d.ints), 8), reinterpret.Bytes(d.ints))
	}
}
