package parquetio

import (
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
	enc "github.com/volley-go/volley/internal/parquetenc"
)

// values collects what the pages of a column hold. A flat column's values stand in the slot of
// their row at once, gaps for nulls made page by page while it is in the cache; values inside lists
// and structs are collected without gaps, which are made behind the last page. Its buffers are
// pooled.
type values struct {
	leaf  *leaf
	arena *arena
	flat  bool // the column is no list or struct: validity in place of levels
	rows  int  // of a flat column, all pages together

	at    int // next slot
	slots int // there is room for
	count int // values that are not null

	base  []byte  // headroom, then fixed
	fixed []byte  // slots × leaf.width
	ends  []int32 // of texts: where those before a slot end, and at [slot+1] where it ends itself
	data  []byte

	valid    []byte  // flat: a bit for each row, from the first null on; nil before it
	n        int     // not flat: entries of the levels
	def, rep []uint8 // not flat: levels of each entry

	marks *textMarks // of the page at hand, where other parts read it too
	dict  *dictionary
	keep  bool     // codes in place of values
	codes []uint32 // places in dict
	grown map[string]uint32
	ix    []uint32 // scratch
}

// headroom is the bytes before a column's first value that a page's levels may take while it is
// decompressed into place.
const headroom = 64

// integers tells whether the stored values are little-endian integers.
func (v *values) integers() bool {
	return v.leaf.physical == format.Int32 || v.leaf.physical == format.Int64
}

// reserve makes n more slots; of a flat column all at once.
func (v *values) reserve(n int) error {
	if v.at+n <= v.slots {
		return nil
	}
	slots := max(v.at+n, 2*v.slots)
	if v.flat {
		slots = v.rows
	}
	if w := v.leaf.width; !v.keep && w > 0 {
		b, err := v.arena.get(headroom + slots*w)
		if err != nil {
			return err
		}
		b = b[:headroom+slots*w]
		copy(b[headroom:], v.fixed[:v.at*w])
		v.arena.drop(v.base)
		v.base, v.fixed = b, b[headroom:]
		v.slots = slots
		return nil
	}
	was := raw(v.ends)
	if v.keep {
		was = raw(v.codes)
	}
	b, err := v.arena.get(4 * (slots + 1))
	if err != nil {
		return err
	}
	b = b[:4*(slots+1)]
	clear(b[:4])
	copy(b, was)
	v.arena.drop(was)
	if v.slots = slots; v.keep {
		v.codes = as[uint32](b)
	} else {
		v.ends = as[int32](b)
	}
	return nil
}

// release gives the buffers back early.
func (v *values) release() {
	v.arena.drop(v.base)
	v.arena.drop(raw(v.ends))
	v.arena.drop(v.data)
}

// page decodes the values of a page into slots: n rows, or entries that have a value, of which
// count in all are stored, skip of them before the slots' first and take in the slots.
func (v *values) page(e format.Encoding, src []byte, rows, count, skip, take int) error {
	if err := v.reserve(rows); err != nil {
		return err
	}
	if err := v.decode(e, src, count, skip, take); err != nil {
		return err
	}
	if take < rows {
		v.spread(v.at, rows, take, v.valid)
	}
	v.at += rows
	v.count += take
	return nil
}

// add decodes the values of a page that has no nulls.
func (v *values) add(e format.Encoding, src []byte, count, skip, take int) error {
	return v.page(e, src, take, count, skip, take)
}

func (v *values) decode(e format.Encoding, src []byte, count, skip, take int) error {
	if take == 0 {
		return nil
	}
	switch {
	case e == format.RLEDictionary || e == format.PlainDictionary:
		return v.indexed(src, skip, take)
	case v.keep:
		return v.extend(e, src, count, skip, take, nil)
	case v.leaf.physical == format.Boolean:
		return v.bools(e, src, v.fixed[v.at:v.at+take], skip)
	case v.leaf.width > 0:
		w := v.leaf.width
		return v.fixeds(e, src, v.fixed[v.at*w:(v.at+take)*w], count, skip, take)
	}
	return v.texts(e, src, count, skip, take)
}

// spread moves take values from slot at on apart, so that each stands where valid has its bit,
// among n slots.
func (v *values) spread(at, n, take int, valid []byte) {
	switch w := v.leaf.width; {
	case v.keep:
		spread(v.codes[at:at+n], take, valid, at)
	case w == 0:
		spreadEnds(v.ends[at:at+n+1], take, valid, at)
	case w == 1:
		spread(v.fixed[at:at+n], take, valid, at)
	case w == 4:
		spread(as[uint32](v.fixed[4*at:4*(at+n)]), take, valid, at)
	case w == 8:
		spread(as[uint64](v.fixed[8*at:8*(at+n)]), take, valid, at)
	default:
		from := take
		for i := n - 1; i >= 0; i-- {
			dst := v.fixed[(at+i)*w : (at+i+1)*w]
			if bitmap.Get(valid, at+i) {
				from--
				copy(dst, v.fixed[(at+from)*w:])
			} else {
				clear(dst)
			}
		}
	}
}

// spread moves count values apart in place, from the back; rows that are null get zeros. It takes
// about 0.7 ns a value, however the nulls lie: no branch depends on them.
func spread[T uint8 | uint32 | uint64](dst []T, count int, valid []byte, at int) {
	from := count
	for i := len(dst) - 1; i >= 0 && from <= i; i-- {
		bit := int(valid[(at+i)>>3]>>uint((at+i)&7)) & 1
		from -= bit
		dst[i] = dst[from] & -T(bit)
	}
}

// spreadEnds does it for the ends of texts: a null ends where the one before it does.
func spreadEnds(ends []int32, count int, valid []byte, at int) {
	from := count
	for i := len(ends) - 1; i > 0 && from < i; i-- {
		ends[i] = ends[from]
		from -= int(valid[(at+i-1)>>3]>>uint((at+i-1)&7)) & 1
	}
}

// bools unpacks booleans to bytes.
func (v *values) bools(e format.Encoding, src, dst []byte, skip int) error {
	switch e {
	case format.Plain:
		if len(src)*8 < skip+len(dst) {
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
		if err == nil {
			err = h.Skip(skip)
		}
		if err != nil {
			return err
		}
		return enc.Read(&h, dst)
	}
	return unsupported("encoding %v of %v", e, v.leaf.physical)
}

// fixeds decodes values of fixed width.
func (v *values) fixeds(e format.Encoding, src, dst []byte, count, skip, take int) error {
	w := v.leaf.width
	switch e {
	case format.Plain:
		if len(src)/w < skip+take {
			return enc.ErrShort
		}
		copy(dst, src[skip*w:])
		return nil
	case format.ByteStreamSplit:
		return enc.Split(dst, src, count, skip, take, w)
	case format.DeltaBinaryPacked:
		return v.deltas(dst, src, count, skip)
	case format.DeltaByteArray:
		return v.fixedDeltas(dst, src, count, skip, take)
	}
	return unsupported("encoding %v of %v", e, v.leaf.physical)
}

// deltas decodes all of a page's integers, as each rests on those before it.
func (v *values) deltas(dst, src []byte, count, skip int) error {
	w := v.leaf.width
	tmp := dst
	if count*w != len(dst) {
		if err := v.arena.charge(count * w); err != nil {
			return err
		}
		defer v.arena.refund(count * w)
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
