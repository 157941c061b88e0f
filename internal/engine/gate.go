package engine

import (
	"context"
	"io"
	"sync"
)

// gate lets a stream be read as far as its rows are wanted: no chunk is begun if those that are
// decoded and those under way have all of them. How many rows a chunk has is known once it is
// decoded; until then it is taken to have as many as the largest before it. So the first is decoded
// alone. Of a chunk that has more rows than are wanted the steps get those.
type gate struct {
	wants int64 // -1 is all

	mu       sync.Mutex
	rows     int64 // decoded
	most     int64 // of a chunk
	underWay int64 // chunks
	decoded  chan struct{}
	sizes    map[int]int64 // rows of chunks that were decoded before one ahead of them
	starts   []int64       // rows before each chunk, as far as they are known
	moved    chan struct{} // closed when a chunk is decoded
}

func newGate(wants int64) *gate {
	return &gate{wants: wants, decoded: make(chan struct{}, 1), sizes: map[int]int64{}, starts: []int64{0}, moved: make(chan struct{})}
}

// next waits until another chunk is wanted. It returns io.EOF if none is any more.
func (g *gate) next(ctx context.Context) error {
	if g.wants < 0 {
		return nil
	}
	for {
		switch enter, over := g.enter(); {
		case over:
			return io.EOF
		case enter:
			return nil
		}
		select {
		case <-g.decoded:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (g *gate) enter() (enter, over bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rows >= g.wants {
		return false, true
	}
	enter = g.underWay == 0 || g.most > 0 && g.rows+g.underWay*g.most < g.wants
	if enter {
		g.underWay++
	}
	return enter, false
}

// tell takes in that a chunk is decoded, and returns how many of its first rows are wanted. It
// waits for the chunks before it, on which that depends. A chunk that failed has none.
func (g *gate) tell(ctx context.Context, number, rows int) (wanted int, err error) {
	if g.wants < 0 {
		return rows, nil
	}
	g.keep(number, int64(rows))
	for {
		before, moved := g.before(number)
		if before >= 0 {
			return int(min(max(g.wants-before, 0), int64(rows))), nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// full reports whether a chunk that was told, and those before it, have all rows that are wanted.
func (g *gate) full(number int) bool {
	if g.wants < 0 {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.starts[number+1] >= g.wants
}

// keep counts the rows of a chunk.
func (g *gate) keep(number int, rows int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.underWay--
	g.rows += rows
	g.most = max(g.most, rows)
	select {
	case g.decoded <- struct{}{}:
	default:
	}
	g.sizes[number] = rows
	for n, ok := g.sizes[len(g.starts)-1]; ok; n, ok = g.sizes[len(g.starts)-1] {
		delete(g.sizes, len(g.starts)-1)
		g.starts = append(g.starts, g.starts[len(g.starts)-1]+n)
	}
	close(g.moved)
	g.moved = make(chan struct{})
}

// before is how many rows the chunks before one have, and -1 if that is not known until moved is
// closed.
func (g *gate) before(number int) (rows int64, moved <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if number < len(g.starts) {
		return g.starts[number], nil
	}
	return -1, g.moved
}
