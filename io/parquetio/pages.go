package parquetio

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
	enc "github.com/volley-go/volley/internal/parquetenc"
)

// pages is the loop over the pages of a column chunk: header, limits, checksum, decompression that cannot
// give more than the header says, values no more than the page has.
type pages struct {
	limits Limits
	codec  format.CompressionCodec
	src    []byte // the pages not yet read
	page   int    // next
	out    *values

	skip, take int // rows to leave out and to keep; only flat columns skip
	seen       int64
	entries    int64 // the column chunk's, by its metadata
}

// headerMax is more than any sensible page header takes, statistics of long texts included.
const headerMax = 16 << 20

// read decodes pages until there are take rows.
func (p *pages) read(ctx context.Context) error {
	for len(p.src) > 0 && (p.take > 0 || !p.flat()) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !p.flat() && p.seen >= p.entries {
			break
		}
		var h format.PageHeader
		n, err := unthrift(p.src[:min(len(p.src), headerMax)], headerMax, &h)
		if err != nil {
			return err
		}
		p.src = p.src[n:]
		size := int(h.CompressedPageSize)
		if size < 0 || size > len(p.src) {
			return corrupt("the page claims %d bytes where %d are left", size, len(p.src))
		}
		body := p.src[:size]
		p.src = p.src[size:]
		if err := p.one(&h, body); err != nil {
			return err
		}
		p.page++
	}
	if p.take > 0 && p.flat() {
		return corrupt("the pages end %d rows too early", p.take)
	}
	if !p.flat() && p.seen != p.entries {
		return corrupt("the pages have %d values, the column chunk says %d", p.seen, p.entries)
	}
	return nil
}

func (p *pages) flat() bool { return p.out.flat }

func (p *pages) one(h *format.PageHeader, body []byte) error {
	if h.UncompressedPageSize < 0 || int64(h.UncompressedPageSize) > p.limits.PageBytes {
		return limited("the page has %d bytes (PageBytes %d)", h.UncompressedPageSize, p.limits.PageBytes)
	}
	switch {
	case h.Type == format.DictionaryPage && h.DictionaryPageHeader.Valid:
		return p.dictionary(h, body)
	case h.Type == format.DataPage && h.DataPageHeader.Valid:
		return p.v1(h, body)
	case h.Type == format.DataPageV2 && h.DataPageHeaderV2.Valid:
		return p.v2(h, body)
	case h.Type == format.IndexPage:
		return nil
	}
	return unsupported("a page of type %v", h.Type)
}

func (p *pages) dictionary(h *format.PageHeader, body []byte) error {
	n := int(h.DictionaryPageHeader.V.NumValues)
	if n < 0 {
		return corrupt("the dictionary has %d values", n)
	}
	plain, free, err := p.plain(h, body, int(h.UncompressedPageSize))
	if err != nil {
		return err
	}
	defer free()
	return p.out.setDictionary(h.DictionaryPageHeader.V.Encoding, plain, n)
}

// plain is the page's body checked and decompressed; free gives its buffer back.
func (p *pages) plain(h *format.PageHeader, body []byte, size int) ([]byte, func(), error) {
	if err := checksum(h, body); err != nil {
		return nil, nil, err
	}
	if p.codec == format.Uncompressed {
		return body, func() {}, nil
	}
	buf := bufpool.Get(size)
	if err := decompress(p.codec, buf, body); err != nil {
		return nil, nil, err
	}
	return buf, func() { bufpool.Put(buf) }, nil
}

// checksum holds the page against its checksum, where it has one: the library shows a missing one as zero.
func checksum(h *format.PageHeader, body []byte) error {
	if h.CRC == 0 {
		return nil
	}
	if got := crc32.ChecksumIEEE(body); got != uint32(h.CRC) {
		return corrupt("the page's checksum is %08x, its bytes give %08x", uint32(h.CRC), got)
	}
	return nil
}

// entry returns which of a page's n entries are wanted; none where the page lies before them.
func (p *pages) entry(n int) (skip, take int, err error) {
	if n < 0 || n > p.limits.PageValues {
		return 0, 0, limited("the page has %d values (PageValues %d)", n, p.limits.PageValues)
	}
	p.seen += int64(n)
	if p.seen > p.entries {
		return 0, 0, corrupt("the pages have more values than the %d of the column chunk", p.entries)
	}
	if !p.flat() {
		return 0, n, nil
	}
	skip = min(p.skip, n)
	p.skip -= skip
	take = min(p.take, n-skip)
	p.take -= take
	return skip, take, nil
}

func (p *pages) v1(h *format.PageHeader, body []byte) error {
	d := &h.DataPageHeader.V
	n := int(d.NumValues)
	skip, take, err := p.entry(n)
	if err != nil || take == 0 {
		return err
	}
	src, free, err := p.plain(h, body, int(h.UncompressedPageSize))
	if err != nil {
		return err
	}
	defer free()
	var rep, def []byte
	if rep, src, err = cutLevels(src, p.out.leaf.maxRep, d.RepetitionLevelEncoding, n); err != nil {
		return err
	}
	if def, src, err = cutLevels(src, p.out.leaf.maxDef, d.DefinitionLevelEncoding, n); err != nil {
		return err
	}
	return p.data(d.Encoding, rep, def, src, n, skip, take)
}

// cutLevels takes a page's levels, which say their length, off its front.
func cutLevels(src []byte, most uint8, e format.Encoding, n int) (levels, rest []byte, err error) {
	if most == 0 {
		return nil, src, nil
	}
	if e == format.BitPacked {
		return nil, nil, unsupported("levels in the encoding BIT_PACKED")
	}
	if len(src) < 4 {
		return nil, nil, enc.ErrShort
	}
	size := binary.LittleEndian.Uint32(src)
	if uint64(size) > uint64(len(src)-4) {
		return nil, nil, corrupt("levels claim %d bytes where %d are left", size, len(src)-4)
	}
	return src[4 : 4+size], src[4+size:], nil
}

func (p *pages) v2(h *format.PageHeader, body []byte) error {
	d := &h.DataPageHeaderV2.V
	n := int(d.NumValues)
	skip, take, err := p.entry(n)
	if err != nil || take == 0 {
		return err
	}
	if err := checksum(h, body); err != nil {
		return err
	}
	r, l := int(d.RepetitionLevelsByteLength), int(d.DefinitionLevelsByteLength)
	size := int(h.UncompressedPageSize) - r - l
	if r < 0 || l < 0 || r > len(body) || l > len(body)-r || size < 0 {
		return corrupt("the page's levels claim %d and %d of its %d bytes", r, l, len(body))
	}
	rep, def, src := body[:r], body[r:r+l], body[r+l:]
	if p.codec != format.Uncompressed && (!d.IsCompressed.Valid || d.IsCompressed.V) && (size > 0 || len(src) > 0) {
		buf := bufpool.Get(size)
		defer bufpool.Put(buf)
		if err := decompress(p.codec, buf, src); err != nil {
			return err
		}
		src = buf
	}
	return p.data(d.Encoding, rep, def, src, n, skip, take)
}

// data decodes a page's levels and values.
func (p *pages) data(e format.Encoding, rep, def, src []byte, n, skip, take int) error {
	v := p.out
	if p.flat() && v.leaf.maxDef == 0 {
		v.n += take
		return v.add(e, src, n, skip, take)
	}
	if p.flat() {
		count, before, within, err := v.validity(def, n, skip, take)
		if err != nil {
			return err
		}
		return v.add(e, src, count, before, within)
	}
	count, err := v.levels(rep, def, n)
	if err != nil {
		return err
	}
	return v.add(e, src, count, 0, count)
}

// validity decodes the levels of a flat column as a bitmap, and returns how many values the page
// has, how many of them come before the wanted rows, and how many are in them.
func (v *values) validity(def []byte, n, skip, take int) (count, before, within int, err error) {
	h, err := enc.NewHybrid(def, 1)
	if err != nil {
		return 0, 0, 0, err
	}
	if skip == 0 && take == n {
		count, err = h.ReadBits(v.valid, v.n, n)
		v.n += n
		return count, 0, count, err
	}
	bits := bufpool.Get(bitmap.Bytes(n))
	defer bufpool.Put(bits)
	if count, err = h.ReadBits(bits, 0, n); err != nil {
		return 0, 0, 0, err
	}
	bitmap.Copy(v.valid, v.n, bits, skip, take)
	v.n += take
	return count, bitmap.Count(bits, 0, skip), bitmap.Count(bits, skip, take), nil
}

// levels decodes the levels of a column inside lists or structs.
func (v *values) levels(rep, def []byte, n int) (count int, err error) {
	if v.rep, err = v.level(v.rep, rep, n, v.leaf.maxRep); err != nil {
		return 0, err
	}
	if v.def, err = v.level(v.def, def, n, v.leaf.maxDef); err != nil {
		return 0, err
	}
	if v.n == 0 && n > 0 && v.leaf.maxRep > 0 && v.rep[0] != 0 {
		return 0, corrupt("the first value continues a row")
	}
	for _, d := range v.def[v.n:] {
		if d == v.leaf.maxDef {
			count++
		}
	}
	v.n += n
	return count, nil
}

// level appends n levels, all zero where there can be no others.
func (v *values) level(dst []uint8, src []byte, n int, most uint8) ([]uint8, error) {
	dst, err := v.arena.grow(dst, n)
	if err != nil {
		return nil, err
	}
	at := len(dst)
	dst = dst[:at+n]
	if most == 0 {
		clear(dst[at:])
		return dst, nil
	}
	h, err := enc.NewHybrid(src, enc.Width(uint32(most)))
	if err != nil {
		return nil, err
	}
	if err := enc.Read(&h, dst[at:]); err != nil {
		return nil, err
	}
	for _, l := range dst[at:] {
		if l > most {
			return nil, corrupt("a level of %d where %d is the most", l, most)
		}
	}
	return dst, nil
}

// readRange reads bytes of the file into a pooled buffer.
func readRange(r io.ReaderAt, off, n int64) ([]byte, error) {
	buf := bufpool.Get(int(n))
	if k, err := r.ReadAt(buf, off); k < len(buf) {
		bufpool.Put(buf)
		return nil, err
	}
	return buf, nil
}
