package engine

import (
	"context"
	"io"
	"sync"
)

// gate lets a stream be read as far as its rows are wanted: no chunk is begun if those that are
// decoded and those under way have all of them. How many rows a chunk has is known once it is
// decoded; until then it is taken to have as many as the largest before it. So the first is decoded
// alone.
type gate struct {
	wants int64 // -1 is all

	mu       sync.Mutex
	rows     int64 // decoded
	most     int64 // of a chunk
	underWay int64 // chunks
	decoded  chan struct{}
}

func newGate(wants int64) *gate { return &gate{wants: wants, decoded: make(chan struct{}, 1)} }

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

// tell takes in that a chunk is decoded.
func (g *gate) tell(rows int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.underWay--
	g.rows += int64(rows)
	g.most = max(g.most, int64(rows))
	select {
	case g.decoded <- struct{}{}:
	default:
	}
}
