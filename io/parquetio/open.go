package parquetio

import (
	"encoding/binary"
	"sync"
	"sync/atomic"

	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/offheap"
	enc "github.com/volley-go/volley/internal/parquetenc"
	"github.com/volley-go/volley/io/parquetio/internal/codecs"
)

// opened is a page, checked and decompressed: its levels and values.
type opened struct {
	rep, def, values []byte
	buf              []byte // behind some of them
	loan             loan   // buf's
	outside          *offheap.Pool
	marks            textMarks // of values, if they are plain texts
}

// room makes buf n bytes.
func (o *opened) room(n int) {
	o.loan = lend(o.outside, n)
	o.buf = o.loan.bytes
}

func (o *opened) close() { o.loan.end() }

// open checks and decompresses a page. Where own says so, nothing of it lies in body. Its memory is
// pooled, or outside the heap if there is a pool for that.
func open(codec format.CompressionCodec, h *pageHeader, l *leaf, body []byte, own bool, outside *offheap.Pool) (o *opened, err error) {
	if err := h.checksum(body); err != nil {
		return nil, err
	}
	page := &opened{outside: outside}
	defer func() {
		if o == nil { // also where a decoder panics
			page.close()
		}
	}()
	if err := page.version1(codec, h, l, body, own); err != nil {
		return nil, err
	}
	return page, nil
}

// version1 opens a page of version 1, levels and values packed together, or a dictionary.
func (o *opened) version1(codec format.CompressionCodec, h *pageHeader, l *leaf, body []byte, own bool) (err error) {
	if h.kind == format.DataPageV2 {
		return o.version2(codec, h, body, own)
	}
	o.values = body
	if codec != format.Uncompressed || own {
		o.room(h.plain)
		o.values = o.buf
		if err := codecs.Decompress(codec, o.buf, body); err != nil {
			return err
		}
	}
	if h.kind == format.DictionaryPage {
		return nil
	}
	if o.rep, o.values, err = cutLevels(o.values, l.maxRep, h.reps, h.values); err != nil {
		return err
	}
	o.def, o.values, err = cutLevels(o.values, l.maxDef, h.defs, h.values)
	return err
}

// version2 opens a page of version 2, whose levels are not compressed.
func (o *opened) version2(codec format.CompressionCodec, h *pageHeader, body []byte, own bool) error {
	levels, values, err := h.cut(body)
	if err != nil {
		return err
	}
	size := h.plain - len(levels)
	packed := codec != format.Uncompressed && !h.bare && (size > 0 || len(values) > 0)
	if own {
		o.room(len(levels) + max(size, len(values)))
		copy(o.buf, levels)
		levels = o.buf[:len(levels)]
	}
	if packed {
		if !own {
			o.room(size)
		}
		plain := o.buf[len(o.buf)-size:]
		if err := codecs.Decompress(codec, plain, values); err != nil {
			return err
		}
		values = plain
	} else if own {
		values = o.buf[len(levels):][:copy(o.buf[len(levels):], values)]
	}
	o.rep, o.def, o.values = levels[:h.repBytes], levels[h.repBytes:], values
	return nil
}

// cut takes the levels of a page of version 2 off its front.
func (h *pageHeader) cut(body []byte) (levels, values []byte, err error) {
	n := h.repBytes + h.defBytes
	if n < 0 || n > len(body) || n > h.plain {
		return nil, nil, corrupt("the page's levels claim %d and %d of its %d bytes", h.repBytes, h.defBytes, len(body))
	}
	return body[:n], body[n:], nil
}

// cutLevels takes a page's levels off its front. They say their length, but for the oldest
// encoding.
func cutLevels(src []byte, most uint8, e format.Encoding, n int) (levels, rest []byte, err error) {
	if most == 0 {
		return nil, src, nil
	}
	if e == format.BitPacked {
		size := (n*enc.Width(uint32(most)) + 7) / 8
		if size > len(src) {
			return nil, nil, enc.ErrShort
		}
		return src[:size], src[size:], nil
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

// newLevels reads n levels up to most.
func newLevels(src []byte, most uint8, e format.Encoding, n int) (enc.Hybrid, error) {
	switch e {
	case format.RLE, format.Plain: // of version 2, where nothing is said
		return enc.NewHybrid(src, enc.Width(uint32(most)))
	case format.BitPacked:
		return enc.NewPacked(src, enc.Width(uint32(most)), n), nil
	}
	return enc.Hybrid{}, unsupported("levels in the encoding %v", e)
}

// sharedPage is a page that several parts of a row group take rows of. The first to come
// decompresses it. Where what parts may share is used up it has no page, and each part decompresses
// its own.
type sharedPage struct {
	once  sync.Once
	page  *opened
	bytes int // borrowed
	err   error
	left  atomic.Int32 // parts that are not done with it

	large *largePage // more than two parts need it; nil otherwise
}

func (s *sharedPage) open(t *turn, codec format.CompressionCodec, h *pageHeader, l *leaf, body []byte) (*opened, error) {
	s.once.Do(func() {
		if s.large == nil {
			if !t.borrow(h.plain) {
				return
			}
			s.bytes = h.plain
		}
		defer guard(&s.err)
		if s.large == nil {
			s.page, s.err = open(codec, h, l, body, true, nil)
			return
		}
		defer s.large.unpacked()
		s.page, s.err = open(codec, h, l, body, true, s.large.outside)
	})
	return s.page, s.err
}

// done ends a part's use of the page, which it may not even have opened; the last gives its buffer
// back.
func (s *sharedPage) done(t *turn) {
	if s.left.Add(-1) == 0 {
		s.close(t)
	}
}

// abandon is done for all parts that never came to it: those of which a filter left no row, and
// those that failed.
func (s *sharedPage) abandon(t *turn) {
	if s.left.Swap(0) > 0 {
		s.close(t)
	}
}

func (s *sharedPage) close(t *turn) {
	if s.page != nil {
		s.page.close()
	}
	if s.large != nil {
		s.large.unpacked()
	}
	t.giveBack(s.bytes)
}

// direct decompresses a page of plain values of fixed width into their place in the column, where
// no value is null. The levels that may stand before the values come to lie on what precedes that
// place, which is put back.
func (p *pages) direct(h *pageHeader, body []byte) (bool, error) {
	v := p.out
	w := v.leaf.width
	if !v.flat || v.keep || w == 0 || v.leaf.physical == format.Boolean || h.encoding != format.Plain ||
		p.codec == format.Uncompressed || h.bare {
		return false, nil
	}
	prefix := h.plain - h.values*w
	if h.kind == format.DataPageV2 {
		if h.nulls > 0 || prefix != h.repBytes+h.defBytes || prefix > len(body) {
			return false, nil
		}
		if err := h.checksum(body); err != nil {
			return false, err
		}
		levels := body[h.repBytes:prefix]
		return p.place(h, levels, body[prefix:], 0)
	}
	if prefix < 0 || prefix > headroom {
		return false, nil
	}
	if err := h.checksum(body); err != nil {
		return false, err
	}
	return p.place(h, nil, body, prefix)
}

// place decompresses src, the first prefix bytes of which are levels.
func (p *pages) place(h *pageHeader, levels, src []byte, prefix int) (bool, error) {
	v := p.out
	n, w := h.values, v.leaf.width
	if err := v.reserve(n); err != nil {
		return false, err
	}
	dst := v.base[headroom+v.at*w-prefix : headroom+(v.at+n)*w]
	var was [headroom]byte
	copy(was[:], dst[:prefix])
	err := codecs.Decompress(p.codec, dst, src)
	var front [headroom]byte
	copy(front[:], dst[:prefix])
	copy(dst[:prefix], was[:prefix])
	if err != nil {
		return false, err
	}
	if prefix > 0 {
		var rest []byte
		if levels, rest, err = cutLevels(front[:prefix], v.leaf.maxDef, h.defs, n); err != nil || len(rest) > 0 {
			return false, nil // there are nulls after all
		}
	}
	if v.leaf.maxDef > 0 {
		run, err := newLevels(levels, 1, h.defs, n)
		if one, ok := run.One(n); err != nil || !ok || one != 1 {
			return false, nil
		}
		if v.valid != nil {
			bitmap.Fill(v.valid, v.at, n, true)
		}
	}
	v.at += n
	v.count += n
	return true, nil
}
