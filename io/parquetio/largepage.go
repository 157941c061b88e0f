package parquetio

import (
	"cmp"
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"
)

// largePage is how a page that more than two parts need is read: once, by the part that claims it
// first. Its memory is counted with the row group's, not with that part's.
type largePage struct {
	claimed atomic.Bool
	arrived chan struct{} // closed when it was read, or will not be

	mu   sync.Mutex
	read bool // there are head and body, or err
	head pageHeader
	body []byte // until it is unpacked
	err  error
}

func newLargePage() *largePage { return &largePage{arrived: make(chan struct{})} }

// claim reports whether it is the caller who has to end it.
func (p *largePage) claim() bool { return p.claimed.CompareAndSwap(false, true) }

// end gives what was read to all who wait.
func (p *largePage) end(stored []byte, err error) {
	defer close(p.arrived)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read, p.err = true, err; err == nil {
		p.head, p.body, p.err = cutPage(stored)
	}
}

// giveUp has those who wait read the page for themselves.
func (p *largePage) giveUp() { close(p.arrived) }

// fetch returns the page as it is stored, which is at a place of the file; body is nil once it is
// unpacked.
func (p *largePage) fetch(ctx context.Context, r io.ReaderAt, at location) (h pageHeader, body []byte, err error) {
	if p.claim() {
		p.end(readStored(r, at.offset, at.end))
	}
	select {
	case <-p.arrived:
	case <-ctx.Done():
		return h, nil, context.Cause(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read {
		return p.head, p.body, p.err
	}
	if body, err = readStored(r, at.offset, at.end); err != nil {
		return h, nil, err
	}
	return cutPage(body)
}

func (p *largePage) unpacked() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.body = nil
}

// readStored reads a range of the file into memory of the garbage collector's, since several may
// have it.
func readStored(r io.ReaderAt, off, end int64) (b []byte, err error) {
	defer guard(&err)
	b = make([]byte, end-off)
	if n, err := r.ReadAt(b, off); n < len(b) {
		return nil, cmp.Or(err, io.ErrUnexpectedEOF)
	}
	return b, nil
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
			b, err := readStored(f.r, near[0].off, end)
			for _, c := range near {
				if err != nil {
					c.page.end(nil, err)
					continue
				}
				c.page.end(b[c.off-near[0].off:c.end-near[0].off], nil)
			}
		})
	}
}
