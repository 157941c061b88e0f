package parquetio

import (
	"context"
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/offheap"
)

// arena lends the buffers of a part, and holds it to its limit.
type arena struct {
	*allowance
	lent []loan
	kept bool // buffers are the garbage collector's

	outside *offheap.Pool // for buffers outside the heap; nil is the heap
}

// allowance is the memory that a part may take while it is decoded. What takes more than a share of
// it waits until no other part of the stream does: files that decode to a thousand times their size
// do so one part at a time.
type allowance struct {
	ctx        context.Context
	left, most int64
	*turn
	held bool
}

// turn is what the parts of a stream have in common.
type turn struct {
	large chan struct{} // has room for the one part that is large
	share int64         // what others may take
	spare atomic.Int64  // bytes left for pages and dictionaries that several parts use

	outside offheap.Pool // for those that take much
}

// newTurn shares out the limit ChunkBytes. One large part at a time may take all of it. The other
// parts have a quarter together, a part of it for each core, or four times size each if that is
// more. Pages and dictionaries that several parts use have a quarter.
func newTurn(l Limits, size int64) *turn {
	t := &turn{large: make(chan struct{}, 1), share: min(l.ChunkBytes, max(l.ChunkBytes/4/int64(runtime.GOMAXPROCS(0)), 4*size))}
	t.spare.Store(l.ChunkBytes / 4)
	return t
}

// borrow takes n bytes of what is left for sharing, if there are so many.
func (t *turn) borrow(n int) bool {
	if t.spare.Add(-int64(n)) >= 0 {
		return true
	}
	t.spare.Add(int64(n))
	return false
}

func (t *turn) giveBack(n int) { t.spare.Add(int64(n)) }

// newArena makes an arena of most bytes; without a turn it waits for no one.
func newArena(ctx context.Context, most int64, t *turn) *arena {
	return &arena{allowance: &allowance{ctx: ctx, left: most, most: most, turn: t}}
}

// keeping lends buffers under the same limit that do not go back with the chunk: whoever takes rows
// of dictionaries and views shares what is behind them, and may keep it for longer than the chunk.
func (a *arena) keeping() *arena { return &arena{allowance: a.allowance, kept: true} }

// beyond lends buffers under the same limit from outside the heap.
func (a *arena) beyond(outside *offheap.Pool) *arena {
	return &arena{allowance: a.allowance, outside: outside}
}

// charge counts n bytes against the limit.
func (a *allowance) charge(n int) error {
	if a.left -= int64(n); a.left < 0 || n < 0 {
		return limited("a piece of a row group takes more than %d bytes of memory (ChunkBytes)", a.most)
	}
	if a.held || a.turn == nil || a.most-a.left <= a.share {
		return nil
	}
	select {
	case a.large <- struct{}{}:
		a.held = true
		return nil
	case <-a.ctx.Done():
		return context.Cause(a.ctx)
	}
}

// refund takes n bytes back that were charged.
func (a *allowance) refund(n int) { a.left += int64(n) }

// end lets the next large part begin.
func (a *allowance) end() {
	if a.held {
		a.held = false
		<-a.large
	}
}

// get lends a buffer with room for n bytes and length 0. What is in it is arbitrary.
func (a *arena) get(n int) ([]byte, error) {
	if err := a.charge(n); err != nil {
		return nil, err
	}
	if a.kept {
		return bufpool.Aligned(n)[:0], nil
	}
	l := lend(a.outside, n)
	a.lent = append(a.lent, l)
	return l.bytes[:0], nil
}

// grow makes room for n more bytes behind b, which it takes back where it is too small. More is
// what is expected to follow.
func (a *arena) grow(b []byte, n, more int) ([]byte, error) {
	if cap(b)-len(b) >= n {
		return b, nil
	}
	if int64(len(b)+n+more) > a.left {
		more = 0
	}
	wider, err := a.get(len(b) + n + more)
	if err != nil {
		return nil, err
	}
	wider = append(wider, b...)
	a.drop(b)
	return wider, nil
}

// drop takes a buffer back early.
func (a *arena) drop(b []byte) {
	if cap(b) == 0 {
		return
	}
	for i, have := range a.lent {
		if unsafe.SliceData(have.bytes) == unsafe.SliceData(b) {
			a.refund(len(have.bytes))
			have.end()
			a.lent[i] = a.lent[len(a.lent)-1]
			a.lent = a.lent[:len(a.lent)-1]
			return
		}
	}
}

// free ends all loans. A nil arena has none.
func (a *arena) free() {
	if a == nil {
		return
	}
	for _, l := range a.lent {
		l.end()
	}
	a.lent = nil
}
