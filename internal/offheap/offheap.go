// Package offheap lends memory that is the system's and not the heap's, for buffers of which it is
// known when they end.
//
// The garbage collector lets a heap grow to twice what is alive, and finds out late what is not
// alive any more. So a page of 40 MB on the heap, decompressed from 30, costs a process 140 MB and
// more; here it costs 70, and 40 once the 30 are freed. What is freed goes back to the system at
// once, but for the last few mebibytes of a [Pool].
//
// Memory that is used after it was freed ends the process. So whoever takes a [Block] frees it in
// one place, behind all that reads it, and hands nothing out that points into it. A block that is
// never freed goes back once the collector has found that nobody has it.
//
// A block costs at most 1 µs if its pool has room for it. If not, it costs what the system takes to
// clear memory: 5 ms for 32 MiB of huge pages (Linux), 25 without. Where the system has no such
// memory the blocks are the heap's.
package offheap

import (
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	pageBytes = 4 << 10 // what the system lends a multiple of, if its own pages are no larger
	// slabBytes is a region that is cut into blocks of one size; blockMost is the largest of those.
	// A larger block is a region of its own.
	slabBytes = 2 << 20
	blockMost = slabBytes / 4
	// idleMost is how much of what is free a pool keeps.
	idleMost = 8 << 20

	minShift = 9 // blocks of 512 bytes are the smallest
	maxShift = 19
	steps    = 4 // sizes per doubling: at most a quarter of a block is unused
	sizes    = (maxShift - minShift) * steps
)

// Pool lends blocks. The zero value is ready. Its methods, and those of its blocks, may be called
// from many goroutines.
type Pool struct {
	mu    sync.Mutex
	slabs [sizes][]*slab // that have room
	idle  []*region
	bytes int64 // of idle
}

// Block is memory that a pool has lent.
type Block struct {
	Bytes []byte

	pool *Pool
	in   *region // nil once it is freed
	slab *slab   // that it is cut from; nil if the region is its own
	at   int32
}

// slab is a region that is cut into blocks of one size.
type slab struct {
	in   *region
	size int
	kind int
	free []int32 // numbers of the blocks that are not lent
	all  int
}

// region is memory of the system's. The last reference to it gives it back, if nothing else does.
type region struct {
	bytes   []byte
	cleanup runtime.Cleanup
}

var lent atomic.Int64

// Lent is how much of the system's memory all pools have, lent or idle.
func Lent() int64 { return lent.Load() }

// Get lends a block of n bytes, of which the first is aligned to 64. What is in it is arbitrary.
func (p *Pool) Get(n int) *Block {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n > blockMost {
		r := p.region(roundUp(n))
		return &Block{Bytes: r.bytes[:n:n], pool: p, in: r}
	}
	kind, size := kindOf(n)
	if len(p.slabs[kind]) == 0 {
		p.slabs[kind] = append(p.slabs[kind], p.newSlab(kind, size))
	}
	last := len(p.slabs[kind]) - 1
	s := p.slabs[kind][last]
	at := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	if len(s.free) == 0 {
		p.slabs[kind] = p.slabs[kind][:last]
	}
	from := int(at) * size
	return &Block{Bytes: s.in.bytes[from : from+n : from+n], pool: p, in: s.in, slab: s, at: at}
}

// Free takes the block back. No one may read or write it any more. A nil block has nothing to free,
// and one that was freed neither.
func (b *Block) Free() {
	if b == nil {
		return
	}
	p := b.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	r, s := b.in, b.slab
	if r == nil {
		return
	}
	poison(b.Bytes)
	b.in, b.slab, b.Bytes = nil, nil, nil
	if s == nil {
		p.rest(r)
		return
	}
	if len(s.free) == 0 {
		p.slabs[s.kind] = append(p.slabs[s.kind], s)
	}
	if s.free = append(s.free, b.at); len(s.free) == s.all {
		p.drop(s)
	}
}

// drop gives up a slab of which nothing is lent.
func (p *Pool) drop(s *slab) {
	list := p.slabs[s.kind]
	for i, have := range list {
		if have == s {
			list[i] = list[len(list)-1]
			list[len(list)-1] = nil
			p.slabs[s.kind] = list[:len(list)-1]
			break
		}
	}
	p.rest(s.in)
}

// newSlab cuts a region into blocks, which are lent from its beginning on.
func (p *Pool) newSlab(kind, size int) *slab {
	s := &slab{in: p.region(slabBytes), size: size, kind: kind, all: slabBytes / size}
	s.free = make([]int32, s.all)
	for i := range s.free {
		s.free[i] = int32(s.all - 1 - i)
	}
	return s
}

// region takes an idle region of n bytes, or a new one.
func (p *Pool) region(n int) *region {
	for i := len(p.idle) - 1; i >= 0; i-- {
		if r := p.idle[i]; len(r.bytes) == n {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			p.bytes -= int64(n)
			return r
		}
	}
	b := take(n)
	lent.Add(int64(n))
	r := &region{bytes: b}
	r.cleanup = runtime.AddCleanup(r, release, b)
	return r
}

// rest keeps a region that is free, and gives up those that are idle for longest.
func (p *Pool) rest(r *region) {
	p.idle = append(p.idle, r)
	p.bytes += int64(len(r.bytes))
	for p.bytes > idleMost {
		p.bytes -= int64(len(p.idle[0].bytes))
		p.idle[0].release()
		p.idle = append(p.idle[:0], p.idle[1:]...)
	}
}

// Trim gives back to the system what is not lent.
func (p *Pool) Trim() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.idle {
		r.release()
	}
	p.idle, p.bytes = nil, 0
}

func (r *region) release() {
	r.cleanup.Stop()
	release(r.bytes)
	r.bytes = nil
}

func release(b []byte) {
	lent.Add(-int64(len(b)))
	give(b)
}

// Size is how many bytes of the system's memory a block of n bytes takes.
func Size(n int) int {
	if n > blockMost {
		return roundUp(n)
	}
	_, size := kindOf(n)
	return size
}

// kindOf is the smallest size of blocks that holds n bytes.
func kindOf(n int) (kind, size int) {
	n = max(n, 1<<minShift+1)
	shift := bits.Len(uint(n-1)) - 1 // 1<<shift < n <= 2<<shift
	step := 1 << shift / steps
	k := (n - 1<<shift + step - 1) / step // 1..steps
	return (shift-minShift)*steps + k - 1, 1<<shift + k*step
}

// roundUp is the size of a region for n bytes: that of the next sixteenth of a power of two, so
// that regions are used again for pages that are almost of one size.
func roundUp(n int) int {
	step := max(pageBytes, 1<<(bits.Len(uint(n-1))-1)/16)
	return (n + step - 1) / step * step
}
