package parquetio

import (
	"context"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
	enc "github.com/volley-go/volley/internal/parquetenc"
)

// pages is the loop over the pages of a column chunk: header, limits, checksum, decompression that
// cannot give more than the header says, values no more than the page has.
type pages struct {
	limits Limits
	codec  format.CompressionCodec
	src    []byte        // the pages not yet read
	page   int           // next
	shared []*sharedPage // for each data page, if parts share pages; nil for those that one part has alone
	out    *values

	skip, take int        // rows to leave out and to keep
	keep       []uint64   // of those to keep, the ones that a filter wants; nil is all
	trial      *trial     // that finds them: nothing is decoded then
	row        int        // among those to keep
	places     []location // of the unread data pages; set if row numbers come from the page index
	rows       int64      // behind the last of places
	last       int        // rows of the page at hand
	seen       int64
	entries    int64 // the column chunk's, by its metadata
}

// read decodes pages until there are take rows, or no more pages.
func (p *pages) read(ctx context.Context) error {
	for len(p.src) > 0 && (p.take > 0 || p.whole()) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if p.whole() && p.seen >= p.entries {
			break
		}
		h, n, err := readHeader(p.src)
		if err != nil {
			return err
		}
		p.src = p.src[n:]
		if h.packed > len(p.src) {
			return corrupt("the page claims %d bytes where %d are left", h.packed, len(p.src))
		}
		body := p.src[:h.packed]
		p.src = p.src[h.packed:]
		if err := p.one(&h, body); err != nil {
			return err
		}
		p.page++
	}
	return nil
}

// ended reports, as an error, that there are fewer pages than there should be.
func (p *pages) ended() error {
	if p.take > 0 && !p.whole() {
		return corrupt("the pages end %d rows too early", p.take)
	}
	if p.whole() && p.seen != p.entries {
		return corrupt("the pages have %d values, the column chunk says %d", p.seen, p.entries)
	}
	return nil
}

// whole tells whether all entries are wanted, in however many rows: of a column inside lists or
// structs that is not read in ranges.
func (p *pages) whole() bool { return !p.out.flat && p.places == nil }

func (p *pages) one(h *pageHeader, body []byte) error {
	if int64(h.plain) > p.limits.PageBytes {
		return limited("the page has %d bytes (PageBytes %d)", h.plain, p.limits.PageBytes)
	}
	switch {
	case h.kind == format.DictionaryPage && p.trial != nil: // which has been read
		return nil
	case h.kind == format.DictionaryPage && h.whole:
		return p.dictionary(h, body)
	case (h.kind == format.DataPage || h.kind == format.DataPageV2) && h.whole:
		return p.data(h, body)
	case h.kind == format.IndexPage:
		return nil
	}
	return unsupported("a page of type %v", h.kind)
}

// checksum holds the page against its checksum, where it has one.
func (h *pageHeader) checksum(body []byte) error {
	if !h.summed {
		return nil
	}
	if got := crc32.ChecksumIEEE(body); got != h.crc {
		return corrupt("the page's checksum is %08x, its bytes give %08x", h.crc, got)
	}
	return nil
}

// entry returns which of a page's n entries are wanted; none where the page lies before them.
func (p *pages) entry(n int) (skip, take int, err error) {
	if n > p.limits.PageValues {
		return 0, 0, limited("the page has %d values (PageValues %d)", n, p.limits.PageValues)
	}
	p.seen += int64(n)
	if p.seen > p.entries {
		return 0, 0, corrupt("the pages have more values than the %d of the column chunk", p.entries)
	}
	if p.whole() {
		return 0, n, nil
	}
	if !p.out.flat {
		n = int(p.pageRows())
	}
	skip = min(p.skip, n)
	p.skip -= skip
	take = min(p.take, n-skip)
	p.take -= take
	return skip, take, nil
}

// pageRows is how many rows the next of places has.
func (p *pages) pageRows() int64 {
	end := p.rows
	if len(p.places) > 1 {
		end = p.places[1].first
	}
	return end - p.places[0].first
}

// data decodes a page's levels and values.
func (p *pages) data(h *pageHeader, body []byte) error {
	if p.places != nil && len(p.places) == 0 {
		return corrupt("there are more pages than were found")
	}
	skip, take, err := p.entry(h.values)
	var shared *sharedPage
	if len(p.shared) > 0 {
		shared, p.shared = p.shared[0], p.shared[1:]
		p.last = int(p.pageRows())
		p.places = p.places[1:]
		if p.out.leaf.maxRep == 0 && h.values != p.last {
			return corrupt("the page has %d values, by the page index %d", h.values, p.last)
		}
	}
	if err != nil || take == 0 {
		return err
	}
	row := p.row
	p.row += take
	switch {
	case p.trial != nil:
		return p.filterPage(shared, h, body, skip, take, row)
	case p.keep != nil:
		if k := bitmap.Count(raw(p.keep), row, take); k < take {
			return p.decodeSelected(shared, h, body, skip, take, row, k)
		}
	}
	if take == h.values && shared == nil {
		if done, err := p.direct(h, body); done || err != nil {
			return err
		}
	}
	o, done, err := p.open(shared, h, body)
	if err != nil {
		return err
	}
	defer done()
	v := p.out
	if !v.flat {
		count, err := v.levels(o.rep, o.def, h)
		before, within := 0, count
		if err == nil && !p.whole() {
			before, within, err = v.cut(h.values, p.last, skip, take)
		}
		if err != nil {
			return err
		}
		return v.page(h.encoding, o.values, within, count, before, within)
	}
	count, before, within := h.values, skip, take
	if v.leaf.maxDef > 0 {
		if count, before, within, err = v.validity(o.def, h, skip, take); err != nil {
			return err
		}
	}
	return v.page(h.encoding, o.values, take, count, before, within)
}

// cut keeps of the n entries at the end of the levels, which are those of rows whole rows, take
// rows behind skip. It returns how many values come before those, and how many are in them.
func (v *values) cut(n, rows, skip, take int) (before, within int, err error) {
	from := v.n - n
	rep, def := v.rep[from:], v.def[from:]
	row, lo, hi := -1, n, n
	for i, r := range rep {
		if r == 0 {
			if row++; row == skip {
				lo = i
			} else if row == skip+take {
				hi = i
			}
		}
		if i == 0 && row < 0 {
			return 0, 0, corrupt("the page begins inside a row")
		}
		if def[i] == v.leaf.maxDef {
			if row < skip {
				before++
			} else if row < skip+take {
				within++
			}
		}
	}
	if row+1 != rows {
		return 0, 0, corrupt("the page has %d rows, and should have %d", row+1, rows)
	}
	v.n = from + copy(rep, rep[lo:hi])
	copy(def, def[lo:hi])
	v.rep, v.def = v.rep[:v.n], v.def[:v.n]
	return before, within, nil
}

// open decompresses a page, once for all parts that need it. done gives back what it took. A trial
// is no part's use of a shared page: that is when the column is decoded.
func (p *pages) open(s *sharedPage, h *pageHeader, body []byte) (_ *opened, done func(), err error) {
	a := p.out.arena
	p.out.marks = nil
	if s != nil {
		done = func() { s.done(a.turn) }
		if p.trial != nil {
			done = func() {}
		}
		if o, err := s.open(a.turn, p.codec, h, p.out.leaf, body); err != nil {
			return nil, done, err
		} else if o != nil {
			p.out.marks = &o.marks
			return o, done, nil
		}
		defer done()
	}
	if err := a.charge(h.plain); err != nil {
		return nil, nil, err
	}
	o, err := open(p.codec, h, p.out.leaf, body, false, nil)
	if err != nil {
		return nil, nil, err
	}
	return o, func() { o.close(); a.refund(h.plain) }, nil
}

// validity decodes the levels of a flat column as a bitmap, and returns how many values the page
// has, how many of them come before the wanted rows, and how many are in them. The bitmap begins
// with the first null.
func (v *values) validity(def []byte, h *pageHeader, skip, take int) (count, before, within int, err error) {
	n := h.values
	run, err := newLevels(def, 1, h.defs, n)
	if err != nil {
		return 0, 0, 0, err
	}
	if all := run; v.valid == nil {
		if one, ok := all.One(n); ok && one == 1 {
			return n, skip, take, nil
		}
		if err := v.beginValidity(); err != nil {
			return 0, 0, 0, err
		}
	}
	if skip == 0 && take == n {
		count, err = run.ReadBits(v.valid, v.at, n)
		return count, 0, count, err
	}
	bits := bufpool.Get(bitmap.Bytes(n))
	defer bufpool.Put(bits)
	if count, err = run.ReadBits(bits, 0, n); err != nil {
		return 0, 0, 0, err
	}
	bitmap.Copy(v.valid, v.at, bits, skip, take)
	return count, bitmap.Count(bits, 0, skip), bitmap.Count(bits, skip, take), nil
}

// levels decodes the levels of a column inside lists or structs.
func (v *values) levels(rep, def []byte, h *pageHeader) (count int, err error) {
	n := h.values
	if v.rep, err = v.level(v.rep, rep, n, v.leaf.maxRep, h.reps); err != nil {
		return 0, err
	}
	if v.def, err = v.level(v.def, def, n, v.leaf.maxDef, h.defs); err != nil {
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
func (v *values) level(dst []uint8, src []byte, n int, most uint8, e format.Encoding) ([]uint8, error) {
	dst, err := v.arena.grow(dst, n, len(dst))
	if err != nil {
		return nil, err
	}
	at := len(dst)
	dst = dst[:at+n]
	if most == 0 {
		clear(dst[at:])
		return dst, nil
	}
	run, err := newLevels(src, most, e, n)
	if err != nil {
		return nil, err
	}
	if err := enc.Read(&run, dst[at:]); err != nil {
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
	l, err := readLoan(nil, r, off, n)
	return l.bytes, err
}
