package parquetio

import (
	"cmp"
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/volley-go/volley/internal/offheap"
)

// largePage is how a page that more than two parts need is read: once, by the part that claims it
// first. Its memory is counted with the row group's, not with that part's.
type largePage struct {
	claimed atomic.Bool
	arrived chan struct{} // closed when it was read, or will not be

	outside *offheap.Pool // for its memory; nil is the heap

	mu   sync.Mutex
	read bool // there are head and body, or err
	head pageHeader
	body []byte       // until it is unpacked
	in   *storedRange // has body
	err  error
}

func newLargePage() *largePage { return &largePage{arrived: make(chan struct{})} }

// claim reports whether it is the caller who has to end it.
func (p *largePage) claim() bool { return p.claimed.CompareAndSwap(false, true) }

// end gives what was read, page in s, to all who wait, and takes over a use of s.
func (p *largePage) end(s *storedRange, page []byte, err error) {
	defer close(p.arrived)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read, p.err = true, err; err == nil {
		p.in = s
		p.head, p.body, p.err = cutPage(page)
	}
}

// giveUp has those who wait read the page for themselves.
func (p *largePage) giveUp() { close(p.arrived) }

// fetch returns the page as it is stored, which is at a place of the file. body is no more to be
// read once the page is unpacked; own, which may be nil, is for the caller to end behind that.
func (p *largePage) fetch(ctx context.Context, r io.ReaderAt, at location) (h pageHeader, body []byte, own *storedRange, err error) {
	if p.claim() {
		s, err := readStored(p.outside, r, byteRange{at.offset, at.end}, 1)
		if err != nil {
			p.end(nil, nil, err)
		} else {
			p.end(s, s.bytes, nil)
		}
	}
	select {
	case <-p.arrived:
	case <-ctx.Done():
		return h, nil, nil, context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read {
		return p.head, p.body, nil, p.err
	}
	if own, err = readStored(p.outside, r, byteRange{at.offset, at.end}, 1); err != nil {
		return h, nil, nil, err
	}
	h, body, err = cutPage(own.bytes)
	return h, body, own, err
}

// unpacked gives back what the page is stored in.
func (p *largePage) unpacked() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.in.done()
	p.in, p.body = nil, nil
}

// cutPage takes a stored page apart.
func cutPage(stored []byte) (h pageHeader, body []byte, err error) {
	h, n, err := readHeader(stored)
	if err != nil {
		return h, nil, err
	}
	if left := len(stored) - n; h.packed > left {
		return h, nil, corrupt("the page claims %d bytes where %d are left", h.packed, left)
	}
	return h, stored[n : n+h.packed], nil
}

// claimed is a large page that a part reads ahead.
type claimed struct {
	byteRange
	page *largePage
}

// claim returns the large pages of a column that the part is the first to need.
func (p *part) claim(l *leaf) (out []claimed) {
	c := p.group.chunks[l]
	if c == nil {
		return nil
	}
	lo, hi := c.within(p.span)
	for i, s := range c.shared[lo:hi] {
		if s != nil && s.large != nil && s.large.claim() {
			at := c.pages[lo+i]
			out = append(out, claimed{byteRange{at.offset, at.end}, s.large})
		}
	}
	return out
}

// readClaimed reads large pages ahead, those that lie near each other by one call.
func (f *fetch) readClaimed(ctx context.Context, list []claimed) {
	slices.SortFunc(list, func(a, b claimed) int { return cmp.Compare(a.off, b.off) })
	slots := make(chan struct{}, f.ahead)
	for len(list) > 0 {
		n, end := 1, list[0].end
		for ; n < len(list) && list[n].off-end <= f.gap && list[n].end-list[0].off <= f.most; n++ {
			end = list[n].end
		}
		near := list[:n]
		list = list[n:]
		f.going.Go(func() {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
			case <-ctx.Done():
				for _, c := range near {
					c.page.giveUp()
				}
				return
			}
			s, err := readStored(near[0].page.outside, f.r, byteRange{near[0].off, end}, len(near))
			for _, c := range near {
				if err != nil {
					c.page.end(nil, nil, err)
					continue
				}
				c.page.end(s, s.bytes[c.off-near[0].off:c.end-near[0].off], nil)
			}
		})
	}
}
