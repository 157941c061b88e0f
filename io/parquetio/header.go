package parquetio

import (
	"math"

	"github.com/parquet-go/parquet-go/format"
)

// pageHeader is what reading needs of a page's header. It is read by hand: the library takes ten
// times as long, and shows a checksum that is missing as zero.
type pageHeader struct {
	kind          format.PageType
	plain, packed int // bytes, decompressed and as stored
	crc           uint32
	summed        bool // there is a checksum
	whole         bool // what its kind needs is there

	values               int // entries, nulls counted
	encoding, defs, reps format.Encoding

	nulls, rows        int // of version 2 alone
	defBytes, repBytes int
	bare               bool // not compressed, whatever the column chunk says
}

// headerMax is more than any sensible page header takes, statistics of long texts included.
const headerMax = 16 << 20

// readHeader reads the header at the beginning of src and returns how many bytes it takes.
func readHeader(src []byte) (h pageHeader, n int, err error) {
	f := fence{src: src[:min(len(src), headerMax)], most: 1 << 16}
	seen := 0
	err = f.fields(0, func(id int, kind byte) (bool, error) {
		seen |= 1 << min(uint(id), 31)
		switch {
		case kind == thriftS && (id == 5 || id == 7 || id == 8):
			h.whole = true
			return true, f.fields(1, func(sub int, kind byte) (bool, error) { return h.detail(&f, 100*id+sub, kind) })
		case kind != thriftI32:
			return false, nil
		}
		switch id {
		case 1:
			k, err := f.int32()
			h.kind = format.PageType(k)
			return true, err
		case 2:
			return true, f.count(&h.plain)
		case 3:
			return true, f.count(&h.packed)
		case 4:
			k, err := f.int32()
			h.crc, h.summed = uint32(k), true
			return true, err
		}
		return false, nil
	})
	if err == nil && seen&0b1110 != 0b1110 {
		err = corrupt("a page header lacks its type or size")
	}
	return h, f.at, err
}

// detail reads a field of the header of a kind of page, numbered 100 × the kind's field + its own.
func (h *pageHeader) detail(f *fence, id int, kind byte) (bool, error) {
	if id == 807 && (kind == thriftTrue || kind == thriftFalse) {
		h.bare = kind == thriftFalse
		return true, nil
	}
	if kind != thriftI32 {
		return false, nil
	}
	switch id {
	case 501, 701, 801:
		return true, f.count(&h.values)
	case 502, 702, 804:
		return true, f.encoding(&h.encoding)
	case 503:
		return true, f.encoding(&h.defs)
	case 504:
		return true, f.encoding(&h.reps)
	case 802:
		return true, f.count(&h.nulls)
	case 803:
		return true, f.count(&h.rows)
	case 805:
		return true, f.count(&h.defBytes)
	case 806:
		return true, f.count(&h.repBytes)
	}
	return false, nil
}

// fields visits the fields of a structure; those that visit does not read are passed over.
func (f *fence) fields(depth int, visit func(id int, kind byte) (bool, error)) error {
	last := 0
	for {
		head, err := f.byte()
		if err != nil || head == 0 {
			return err
		}
		if last += int(head >> 4); head>>4 == 0 {
			u, err := f.uvarint()
			if err != nil {
				return err
			}
			last = int(int16(u>>1) ^ -int16(u&1))
		}
		read, err := visit(last, head&15)
		if err == nil && !read {
			err = f.skip(head&15, depth+1, false)
		}
		if err != nil {
			return err
		}
	}
}

func (f *fence) int32() (int, error) {
	u, err := f.uvarint()
	v := int64(u>>1) ^ -int64(u&1)
	if err == nil && (v < math.MinInt32 || v > math.MaxInt32) {
		err = corrupt("a number of 32 bits is %d", v)
	}
	return int(v), err
}

// count reads a number that cannot be negative.
func (f *fence) count(n *int) (err error) {
	if *n, err = f.int32(); err == nil && *n < 0 {
		err = corrupt("a page header has a size of %d", *n)
	}
	return err
}

func (f *fence) encoding(e *format.Encoding) error {
	k, err := f.int32()
	*e = format.Encoding(k)
	return err
}
