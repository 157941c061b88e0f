package parquetio

import (
	"encoding/binary"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
	enc "github.com/volley-go/volley/internal/parquetenc"
)

// values collects what the pages of a column hold, as physical values without gaps for nulls; the gaps
// are made once, behind the last page. Its buffers are pooled.
type values struct {
	leaf  *leaf
	arena *arena
	flat  bool // the column is no list or struct: validity in place of levels

	n     int    // entries: rows where the column is flat
	count int    // values that are not null
	fixed []byte // count × leaf.width
	ends  []int32
	data  []byte // of byte arrays, which end at ends

	valid    []byte  // flat and optional: a bit for each row
	def, rep []uint8 // not flat: levels of each entry

	dict  dictionary
	keep  bool     // codes in place of values
	codes []uint32 // places in dict
	ix    []uint32 // scratch
}

// integers tells whether the stored values are little-endian integers.
func (v *values) integers() bool {
	return v.leaf.physical == format.Int32 || v.leaf.physical == format.Int64
}

// dictionary is a decoded dictionary page.
type dictionary struct {
	there bool
	n     int
	fixed []byte
	ends  []int32
	data  []byte
}

// arena lends the buffers of a part, and holds it to its limit.
type arena struct {
	left *int64
	most int64
	lent [][]byte
	kept bool // buffers are the garbage collector's
}

func newArena(most int64) *arena {
	left := most
	return &arena{left: &left, most: most}
}

// keeping lends buffers under the same limit that do not go back with the chunk: whoever takes rows of dictionaries and
// views shares what is behind them, and may keep it for longer than the chunk.
func (a *arena) keeping() *arena { return &arena{left: a.left, most: a.most, kept: true} }

// get lends a buffer with room for n bytes and length 0.
func (a *arena) get(n int) ([]byte, error) {
	if *a.left -= int64(n); *a.left < 0 {
		return nil, limited("a piece of a row group takes more than %d bytes of memory (ChunkBytes)", a.most)
	}
	if a.kept {
		return bufpool.Aligned(n)[:0], nil
	}
	b := bufpool.Get(n)
	a.lent = append(a.lent, b)
	return b[:0], nil
}

// grow makes room for n more bytes behind b.
func (a *arena) grow(b []byte, n int) ([]byte, error) {
	if cap(b)-len(b) >= n {
		return b, nil
	}
	wider, err := a.get(max(len(b)+n, 2*cap(b)))
	if err != nil {
		return nil, err
	}
	return append(wider, b...), nil
}

func (a *arena) free() {
	for _, b := range a.lent {
		bufpool.Put(b)
	}
	a.lent = nil
}

// add decodes the values of a page: count there are, of which the first skip are left out and
// the next take kept.
func (v *values) add(e format.Encoding, src []byte, count, skip, take int) (err error) {
	if take == 0 {
		return nil
	}
	indexed := e == format.RLEDictionary || e == format.PlainDictionary
	switch {
	case indexed:
		err = v.indexed(src, skip, take)
	case v.keep:
		err = v.extend(e, src, count, skip, take)
	case v.leaf.physical == format.Boolean:
		err = v.bools(e, src, skip, take)
	case v.leaf.width > 0:
		err = v.fixeds(e, src, count, skip, take)
	default:
		err = v.texts(e, src, count, skip, take)
	}
	v.count += take
	return err
}

// extend keeps the values of a page that does not use the dictionary as new entries of it.
func (v *values) extend(e format.Encoding, src []byte, count, skip, take int) error {
	d := &values{leaf: v.leaf, arena: v.arena, count: v.dict.n, fixed: v.dict.fixed, ends: v.dict.ends, data: v.dict.data}
	if err := d.add(e, src, count, skip, take); err != nil {
		return err
	}
	for i := range take {
		v.codes = append(v.codes, uint32(v.dict.n+i))
	}
	v.dict = dictionary{there: v.dict.there, n: d.count, fixed: d.fixed, ends: d.ends, data: d.data}
	return nil
}

// bools unpacks booleans to bytes.
func (v *values) bools(e format.Encoding, src []byte, skip, take int) (err error) {
	if v.fixed, err = v.arena.grow(v.fixed, take); err != nil {
		return err
	}
	dst := v.fixed[len(v.fixed) : len(v.fixed)+take]
	v.fixed = v.fixed[:len(v.fixed)+take]
	switch e {
	case format.Plain:
		if len(src)*8 < skip+take {
			return enc.ErrShort
		}
		for i := range dst {
			dst[i] = src[(skip+i)>>3] >> uint((skip+i)&7) & 1
		}
		return nil
	case format.RLE:
		if len(src) < 4 {
			return enc.ErrShort
		}
		h, err := enc.NewHybrid(src[4:], 1)
		if err != nil {
			return err
		}
		if err := discard(&h, skip); err != nil {
			return err
		}
		return enc.Read(&h, dst)
	}
	return unsupported("encoding %v of %v", e, v.leaf.physical)
}

// discard reads n values past.
func discard(h *enc.Hybrid, n int) error {
	var scratch [1024]uint8
	for n > 0 {
		k := min(n, len(scratch))
		if err := enc.Read(h, scratch[:k]); err != nil {
			return err
		}
		n -= k
	}
	return nil
}

// fixeds decodes values of fixed width.
func (v *values) fixeds(e format.Encoding, src []byte, count, skip, take int) (err error) {
	w := v.leaf.width
	if v.fixed, err = v.arena.grow(v.fixed, take*w); err != nil {
		return err
	}
	at := len(v.fixed)
	dst := v.fixed[at : at+take*w]
	switch e {
	case format.Plain:
		if len(src) < (skip+take)*w {
			return enc.ErrShort
		}
		copy(dst, src[skip*w:])
	case format.ByteStreamSplit:
		err = enc.Split(dst, src, count, skip, take, w)
	case format.DeltaBinaryPacked:
		err = v.deltas(dst, src, count, skip)
	case format.DeltaByteArray:
		err = v.fixedDeltas(dst, src, count, skip, take)
	default:
		err = unsupported("encoding %v of %v", e, v.leaf.physical)
	}
	v.fixed = v.fixed[:at+take*w]
	return err
}

// deltas decodes all of a page's integers, as each rests on those before it.
func (v *values) deltas(dst, src []byte, count, skip int) error {
	w := v.leaf.width
	tmp := dst
	if count*w != len(dst) {
		if int64(count*w) > v.arena.most {
			return limited("a page has %d values", count)
		}
		tmp = bufpool.Get(count * w)
		defer bufpool.Put(tmp)
	}
	var err error
	switch v.leaf.physical {
	case format.Int32:
		_, err = enc.Delta(as[int32](tmp), src)
	case format.Int64:
		_, err = enc.Delta(as[int64](tmp), src)
	default:
		return unsupported("encoding DELTA_BINARY_PACKED of %v", v.leaf.physical)
	}
	if count*w != len(dst) {
		copy(dst, tmp[skip*w:])
	}
	return err
}

// fixedDeltas decodes values of a fixed length that are stored as byte arrays are.
func (v *values) fixedDeltas(dst, src []byte, count, skip, take int) error {
	if v.leaf.physical != format.FixedLenByteArray {
		return unsupported("encoding DELTA_BYTE_ARRAY of %v", v.leaf.physical)
	}
	at, w := 0, v.leaf.width
	return v.deltaTexts(src, count, func(i int, b []byte) error {
		if len(b) != w {
			return corrupt("a value has %d bytes, its type %d", len(b), w)
		}
		if i >= skip && i < skip+take {
			at += copy(dst[at:], b)
		}
		return nil
	})
}

// texts decodes byte arrays.
func (v *values) texts(e format.Encoding, src []byte, count, skip, take int) error {
	if err := v.room(take); err != nil {
		return err
	}
	switch e {
	case format.Plain:
		return v.plainTexts(src, skip, take)
	case format.DeltaLengthByteArray:
		return v.lengthTexts(src, count, skip, take)
	case format.DeltaByteArray:
		return v.deltaTexts(src, count, func(i int, b []byte) error {
			if i < skip || i >= skip+take {
				return nil
			}
			return v.text(b)
		})
	}
	return unsupported("encoding %v of %v", e, v.leaf.physical)
}

// room makes place for the ends of n more byte arrays.
func (v *values) room(n int) error {
	if cap(v.ends)-len(v.ends) >= n {
		return nil
	}
	b, err := v.arena.get(4 * max(len(v.ends)+n, 2*cap(v.ends)))
	if err != nil {
		return err
	}
	wider := as[int32](b[:cap(b)])
	v.ends = wider[:copy(wider, v.ends)]
	return nil
}

// text adds a byte array.
func (v *values) text(b []byte) (err error) {
	if v.data, err = v.arena.grow(v.data, len(b)); err != nil {
		return err
	}
	v.data = append(v.data, b...)
	if len(v.data) > textMax {
		return limited("texts of a chunk take more than %d bytes; ask for smaller chunks", textMax)
	}
	v.ends = append(v.ends, int32(len(v.data)))
	return nil
}

const textMax = 1<<31 - 1

func (v *values) plainTexts(src []byte, skip, take int) (err error) {
	for range skip {
		if src, err = afterText(src); err != nil {
			return err
		}
	}
	// Room for all that is left of the page makes the loop one of copies.
	if v.data, err = v.arena.grow(v.data, len(src)); err != nil {
		return err
	}
	data, ends := v.data, v.ends
	for range take {
		if len(src) < 4 {
			return enc.ErrShort
		}
		n := binary.LittleEndian.Uint32(src)
		if uint64(n) > uint64(len(src)-4) {
			return corrupt("a text claims %d bytes where %d are left", n, len(src)-4)
		}
		data = append(data, src[4:4+n]...)
		src = src[4+n:]
		ends = append(ends, int32(len(data)))
	}
	v.data, v.ends = data, ends
	if len(data) > textMax {
		return limited("texts of a chunk take more than %d bytes; ask for smaller chunks", textMax)
	}
	return nil
}

func afterText(src []byte) ([]byte, error) {
	if len(src) < 4 {
		return nil, enc.ErrShort
	}
	n := binary.LittleEndian.Uint32(src)
	if uint64(n) > uint64(len(src)-4) {
		return nil, corrupt("a text claims %d bytes where %d are left", n, len(src)-4)
	}
	return src[4+n:], nil
}

// lengths decodes count packed lengths, which must not be negative.
func (v *values) lengths(src []byte, count int) ([]int32, []byte, error) {
	if int64(count)*4 > v.arena.most {
		return nil, nil, limited("a page has %d values", count)
	}
	if n, err := enc.DeltaCount(src); err != nil || n != count {
		return nil, nil, corrupt("a page of %d values has %d lengths", count, n)
	}
	out := make([]int32, count)
	rest, err := enc.Delta(out, src)
	for _, n := range out {
		if n < 0 {
			return nil, nil, corrupt("a text has a length of %d", n)
		}
	}
	return out, rest, err
}

func (v *values) lengthTexts(src []byte, count, skip, take int) error {
	lengths, src, err := v.lengths(src, count)
	if err != nil {
		return err
	}
	for i, n := range lengths[:skip+take] {
		if int(n) > len(src) {
			return enc.ErrShort
		}
		if i >= skip {
			if err := v.text(src[:n]); err != nil {
				return err
			}
		}
		src = src[n:]
	}
	return nil
}

// deltaTexts visits byte arrays of which each shares a prefix with the one before it.
func (v *values) deltaTexts(src []byte, count int, visit func(i int, b []byte) error) error {
	prefixes, src, err := v.lengths(src, count)
	if err != nil {
		return err
	}
	suffixes, src, err := v.lengths(src, count)
	if err != nil {
		return err
	}
	var last []byte
	for i := range count {
		p, s := int(prefixes[i]), int(suffixes[i])
		if p > len(last) || s > len(src) {
			return enc.ErrShort
		}
		last = append(last[:p], src[:s]...)
		src = src[s:]
		if err := visit(i, last); err != nil {
			return err
		}
	}
	return nil
}

// setDictionary decodes a dictionary page of count values.
func (v *values) setDictionary(e format.Encoding, src []byte, count int) error {
	if v.dict.there {
		return corrupt("there is a second dictionary")
	}
	if e != format.Plain && e != format.PlainDictionary {
		return unsupported("encoding %v of a dictionary", e)
	}
	if v.leaf.physical == format.Boolean {
		return corrupt("booleans have a dictionary")
	}
	least := v.leaf.width
	if least == 0 {
		least = 4
	}
	if count > len(src)/least {
		return corrupt("a dictionary of %d values has %d bytes", count, len(src))
	}
	d := &values{leaf: v.leaf, arena: v.arena}
	if err := d.add(format.Plain, src, count, 0, count); err != nil {
		return err
	}
	v.dict = dictionary{there: true, n: count, fixed: d.fixed, ends: d.ends, data: d.data}
	return nil
}

// indexed decodes values that are given by their place in the dictionary.
func (v *values) indexed(src []byte, skip, take int) error {
	if !v.dict.there {
		return corrupt("a page needs a dictionary, and there is none")
	}
	if len(src) == 0 {
		return enc.ErrShort
	}
	h, err := enc.NewHybrid(src[1:], int(src[0]))
	if err != nil {
		return err
	}
	if err := discard(&h, skip); err != nil {
		return err
	}
	if v.keep {
		at := len(v.codes)
		v.codes = slices.Grow(v.codes, take)[:at+take]
		if err := enc.Read(&h, v.codes[at:]); err != nil {
			return err
		}
		return checkIndexes(v.codes[at:], v.dict.n)
	}
	if v.leaf.width == 0 {
		if err := v.room(take); err != nil {
			return err
		}
	} else if v.fixed, err = v.arena.grow(v.fixed, take*v.leaf.width); err != nil {
		return err
	}
	if v.ix == nil {
		v.ix = make([]uint32, 4096) // stays in the first cache
	}
	for take > 0 {
		ix := v.ix[:min(take, len(v.ix))]
		if err := enc.Read(&h, ix); err != nil {
			return err
		}
		if err := checkIndexes(ix, v.dict.n); err != nil {
			return err
		}
		if err := v.gather(ix); err != nil {
			return err
		}
		take -= len(ix)
	}
	return nil
}

func checkIndexes(ix []uint32, n int) error {
	most := uint32(0)
	for _, i := range ix {
		most = max(most, i)
	}
	if int(most) >= n {
		return corrupt("an index of %d into a dictionary of %d values", most, n)
	}
	return nil
}

// gather adds the dictionary's values at ix, which are in range and for which fixed has room.
func (v *values) gather(ix []uint32) error {
	w := v.leaf.width
	if w == 0 {
		return v.gatherTexts(ix)
	}
	at := len(v.fixed)
	v.fixed = v.fixed[:at+len(ix)*w]
	dst := v.fixed[at:]
	switch w {
	case 4:
		gather(as[uint32](dst), as[uint32](v.dict.fixed), ix)
	case 8:
		gather(as[uint64](dst), as[uint64](v.dict.fixed), ix)
	default:
		for i, k := range ix {
			copy(dst[i*w:(i+1)*w], v.dict.fixed[int(k)*w:])
		}
	}
	return nil
}

func gather[T uint32 | uint64](dst, dict []T, ix []uint32) {
	dst = dst[:len(ix)]
	for i, k := range ix {
		dst[i] = dict[k]
	}
}

func (v *values) gatherTexts(ix []uint32) (err error) {
	ends := v.dict.ends
	total := 0
	for _, k := range ix {
		total += int(ends[k] - before(ends, k))
	}
	if len(v.data)+total > textMax {
		return limited("texts of a chunk take more than %d bytes; ask for smaller chunks", textMax)
	}
	if v.data, err = v.arena.grow(v.data, total); err != nil {
		return err
	}
	data, out := v.data, v.ends
	for _, k := range ix {
		data = append(data, v.dict.data[before(ends, k):ends[k]]...)
		out = append(out, int32(len(data)))
	}
	v.data, v.ends = data, out
	return nil
}

func before(ends []int32, k uint32) int32 {
	if k == 0 {
		return 0
	}
	return ends[k-1]
}

// spread moves n-wide values apart so that each stands at its row, back to front and in place; rows
// that are null get zeros.
func spread[T any](dst []T, count int, valid []byte, n int) {
	var zero T
	from := count
	for i := n - 1; i >= 0 && from <= i; i-- {
		if bitmap.Get(valid, i) {
			from--
			dst[i] = dst[from]
		} else {
			dst[i] = zero
		}
	}
}
