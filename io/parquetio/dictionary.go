package parquetio

import (
	"encoding/binary"
	"unsafe"

	"github.com/parquet-go/parquet-go/format"

	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/io/parquetio/internal/codecs"
)

// dictionary is a decoded dictionary page. Parts of one row group share it; no one writes to it.
type dictionary struct {
	n       int
	fixed   []byte  // of values of fixed width
	starts  []int32 // of texts: n+1 places in data
	data    []byte  // with overreach bytes of room behind its last text
	longest int
}

// overreach is how many bytes copies of texts may read and write beyond the end.
const overreach = 16

// dictionary makes one of what was collected.
func (v *values) dictionary() *dictionary {
	d := &dictionary{n: v.at, data: v.data}
	if v.leaf.width > 0 {
		d.fixed = v.fixed[:v.at*v.leaf.width]
		return d
	}
	if d.starts = []int32{0}; v.at > 0 {
		d.starts = v.ends[:v.at+1]
	}
	for i := range v.at {
		d.longest = max(d.longest, int(d.starts[i+1]-d.starts[i]))
	}
	return d
}

// dictionary is a column chunk's dictionary page: its values are left where they were unpacked, for
// a dictionary may be as large as all chunks under way.
func (p *pages) dictionary(h *pageHeader, body []byte) error {
	v := p.out
	switch {
	case v.dict != nil:
		return corrupt("there is a second dictionary")
	case h.encoding != format.Plain && h.encoding != format.PlainDictionary:
		return unsupported("encoding %v of a dictionary", h.encoding)
	case v.leaf.physical == format.Boolean:
		return corrupt("booleans have a dictionary")
	}
	if err := h.checksum(body); err != nil {
		return err
	}
	data, err := p.plainDictionary(h, body)
	if err != nil {
		return err
	}
	if w := v.leaf.width; w > 0 {
		v.dict = &dictionary{n: h.values, fixed: data[:h.values*w]}
		return nil
	}
	starts, err := v.arena.get(4 * (h.values + 1))
	if err == nil {
		v.dict, err = newTexts(data, as[int32](starts[:4*(h.values+1)]))
	}
	return err
}

// plainDictionary unpacks a dictionary page, which has room for its values.
func (p *pages) plainDictionary(h *pageHeader, body []byte) ([]byte, error) {
	size, least := h.plain, p.out.leaf.width
	if p.codec == format.Uncompressed {
		size = len(body)
	}
	if least == 0 {
		least = 4 // a text's length
	}
	if h.values > size/least {
		return nil, corrupt("a dictionary of %d values has %d bytes", h.values, size)
	}
	data, err := p.out.arena.get(size + overreach)
	if err != nil {
		return nil, err
	}
	if data = data[:size]; p.codec == format.Uncompressed {
		copy(data, body)
		return data, nil
	}
	return data, codecs.Decompress(p.codec, data, body)
}

// newTexts is a dictionary of the texts that stand behind their lengths in data, one less than
// starts: it moves them together, in place, and sets where each begins.
func newTexts(data []byte, starts []int32) (*dictionary, error) {
	end, src := 0, data
	starts[0] = 0
	longest := 0
	for i := range starts[1:] {
		if len(src) < 4 {
			return nil, enc.ErrShort
		}
		n := int(binary.LittleEndian.Uint32(src))
		if n > len(src)-4 {
			return nil, corrupt("a text claims %d bytes where %d are left", n, len(src)-4)
		}
		copy(data[end:], src[4:4+n])
		end += n
		starts[i+1] = int32(end)
		longest = max(longest, n)
		src = src[4+n:]
	}
	return &dictionary{n: len(starts) - 1, starts: starts, data: data[:end], longest: longest}, nil
}

// block is how many indexes are unpacked at a time: they stay in the first cache.
const block = 4096

// indexed decodes values that are given by their place in the dictionary.
func (v *values) indexed(src []byte, skip, take int) error {
	if v.dict == nil {
		return corrupt("a page needs a dictionary, and there is none")
	}
	h, err := codes(src, skip)
	if err != nil {
		return err
	}
	if v.keep {
		return v.dict.read(&h, v.codes[v.at:v.at+take])
	}
	for done := 0; done < take; done += block {
		ix := v.indexes(min(take-done, block))
		if err := v.dict.read(&h, ix); err != nil {
			return err
		}
		if err := v.gather(v.at+done, ix); err != nil {
			return err
		}
	}
	return nil
}

// codes reads indexes into a dictionary, behind skip of them.
func codes(src []byte, skip int) (enc.Hybrid, error) {
	if len(src) == 0 {
		return enc.Hybrid{}, enc.ErrShort
	}
	h, err := enc.NewHybrid(src[1:], int(src[0]))
	if err == nil {
		err = h.Skip(skip)
	}
	return h, err
}

// indexes is scratch for n of them.
func (v *values) indexes(n int) []uint32 {
	if cap(v.ix) < n {
		v.ix = make([]uint32, n)
	}
	return v.ix[:n]
}

// read fills ix with places in the dictionary.
func (d *dictionary) read(h *enc.Hybrid, ix []uint32) error {
	most, err := h.ReadIndexes(ix)
	if err == nil && int(most) >= d.n && len(ix) > 0 {
		err = corrupt("an index of %d into a dictionary of %d values", most, d.n)
	}
	return err
}

// pastCaches is the size from which on a column is written past the caches: it would not stay in
// them.
const pastCaches = 1 << 19

// gather puts the dictionary's values at ix, which are in range, into the slots from at on.
func (v *values) gather(at int, ix []uint32) error {
	w := v.leaf.width
	if w == 0 {
		return v.gatherTexts(at, ix)
	}
	dst := v.fixed[at*w : (at+len(ix))*w]
	switch w {
	case 4:
		gather(as[uint32](dst), as[uint32](v.dict.fixed), ix)
	case 8:
		if len(v.fixed) >= pastCaches {
			enc.Gather64(as[uint64](dst), as[uint64](v.dict.fixed), ix)
			break
		}
		gather(as[uint64](dst), as[uint64](v.dict.fixed), ix)
	case 16:
		gather(as[[2]uint64](dst), as[[2]uint64](v.dict.fixed), ix)
	default:
		for i, k := range ix {
			copy(dst[i*w:(i+1)*w], v.dict.fixed[int(k)*w:])
		}
	}
	return nil
}

// gather takes about 0.5 ns a value: indexes are checked by the block, not one by one.
func gather[T uint32 | uint64 | [2]uint64](dst, dict []T, ix []uint32) {
	dst = dst[:len(ix)]
	from := unsafe.Pointer(unsafe.SliceData(dict))
	size := unsafe.Sizeof(dict[0])
	for i, k := range ix {
		dst[i] = *(*T)(unsafe.Add(from, uintptr(k)*size))
	}
}

func (v *values) gatherTexts(at int, ix []uint32) error {
	total := 0
	if len(ix)*v.dict.longest+overreach > cap(v.data)-len(v.data) {
		for _, k := range ix {
			total += int(v.dict.starts[k+1] - v.dict.starts[k])
		}
		if err := v.textRoom(total, at, len(ix)); err != nil {
			return err
		}
	} else if len(v.data) > textMax-len(ix)*v.dict.longest {
		return limited("texts of a chunk take more than %d bytes; ask for smaller chunks", textMax)
	}
	end := v.dict.copyTexts(v.data[:cap(v.data)], len(v.data), v.ends[at+1:at+1+len(ix)], ix)
	v.data = v.data[:end]
	return nil
}

// copyTexts copies the texts at ix to dst from end on, which has overreach bytes more than they
// need, and sets where each ends. Most texts are short: one copy of 16 bytes, whatever the length,
// takes 1.5 ns.
func (d *dictionary) copyTexts(dst []byte, end int, ends []int32, ix []uint32) int {
	to := unsafe.Pointer(unsafe.SliceData(dst))
	from := unsafe.Pointer(unsafe.SliceData(d.data[:cap(d.data)]))
	starts := unsafe.Pointer(unsafe.SliceData(d.starts))
	ends = ends[:len(ix)]
	for i, k := range ix {
		at := (*[2]int32)(unsafe.Add(starts, 4*uintptr(k)))
		start, n := uintptr(at[0]), int(at[1]-at[0])
		*(*[16]byte)(unsafe.Add(to, end)) = *(*[16]byte)(unsafe.Add(from, start))
		if n > 16 {
			copy(dst[end+16:end+n], d.data[start+16:start+uintptr(n)])
		}
		end += n
		ends[i] = int32(end)
	}
	return end
}

// extend keeps the values of a page that does not use the dictionary as further entries, each once:
// those in mask, where there is one.
func (v *values) extend(e format.Encoding, src []byte, count, skip, take int, mask []uint64) error {
	page := &values{leaf: v.leaf, arena: v.arena}
	if err := page.add(e, src, count, skip, take); err != nil {
		return err
	}
	if v.grown == nil {
		v.grown = map[string]uint32{}
		if v.dict == nil {
			v.dict = &dictionary{starts: []int32{0}}
		}
		for i := range v.dict.n {
			v.grown[string(v.dict.value(v.leaf, i))] = uint32(i)
		}
		d := *v.dict // others share it
		d.fixed, d.data, d.starts = d.fixed[:len(d.fixed):len(d.fixed)], d.data[:len(d.data):len(d.data)], d.starts[:len(d.starts):len(d.starts)]
		v.dict = &d
	}
	more := page.dictionary()
	had := v.dict.bytes()
	at := v.at
	for i := range take {
		if mask == nil || mask[i>>6]>>(i&63)&1 != 0 {
			v.codes[at] = v.dict.place(v.leaf, v.grown, more.value(v.leaf, i))
			at++
		}
	}
	page.release()
	return v.arena.charge(v.dict.bytes() - had)
}

// bytes is about what the dictionary takes while it grows, the map of its values too.
func (d *dictionary) bytes() int { return 2*(len(d.fixed)+len(d.data)) + 64*d.n }

// size is how many bytes the dictionary takes.
func (d *dictionary) size() int { return len(d.fixed) + cap(d.data) + 4*len(d.starts) }

// place is where the dictionary has b, appended where it has not.
func (d *dictionary) place(l *leaf, known map[string]uint32, b []byte) uint32 {
	if k, ok := known[string(b)]; ok {
		return k
	}
	k := uint32(d.n)
	known[string(b)] = k
	d.n++
	if l.width > 0 {
		d.fixed = append(d.fixed, b...)
	} else {
		d.data = append(d.data, b...)
		d.starts = append(d.starts, int32(len(d.data)))
	}
	return k
}

func (d *dictionary) value(l *leaf, i int) []byte {
	if l.width > 0 {
		return d.fixed[i*l.width : (i+1)*l.width]
	}
	return d.data[d.starts[i]:d.starts[i+1]]
}
