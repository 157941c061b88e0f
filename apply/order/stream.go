package order

import (
	"context"
	"errors"
	"io"
	"math"

	"github.com/volley-go/volley/chunker"
)

// chunkBytes is what a chunk has where nobody says.
const chunkBytes = 8 << 20

// Stream begins the sorted rows. If there are more spilled runs than the budget has room to merge,
// they are made fewer first.
func (t *table) Stream(ctx context.Context, bytes int64) (chunker.Stream, error) {
	if !t.done {
		return nil, errors.New("order: the rows are read before they are committed")
	}
	if bytes <= 0 {
		bytes = chunkBytes
	}
	rows := int64(1 << 18)
	if t.limited {
		if err := t.makeFewer(ctx); err != nil {
			return nil, err
		}
		bytes = min(bytes, max(t.memory.Limit()/32, t.blockBytes))
		rows = clamp(t.memory.Limit()/32/itemBytes, 512, rows)
	}
	m := t.merger(t.runs)
	m.share = t.share
	return &stream{table: t, cutter: m.newCutter(bytes, rows, t.limit)}, nil
}

// makeFewer merges neighbouring runs, those of the fewest bytes first, until a span of all of them
// fits into what the budget has for merging.
func (t *table) makeFewer(ctx context.Context) error {
	for {
		room := max(t.merging, t.writing) + t.memory.Room()/2 - t.share.Held()
		fit, blocks := t.fit(room)
		if len(t.runs) <= fit || t.file == nil {
			return nil
		}
		n := min(fit, len(t.runs)-fit+1)
		at := lightest(t.runs, n)
		merged := t.runs[at : at+n : at+n]
		r, err := t.spilled(ctx, merged, t.share, blocks)
		if err != nil {
			return err
		}
		t.replace(at, merged, r)
	}
}

// fit is how many runs can be merged at a time, by so many blocks: each run may have two blocks in
// memory beside them, and all their rows among those that are sorted.
func (t *table) fit(room int64) (runs int, blocks int64) {
	most := int64(1)
	for _, r := range t.runs {
		for b := range r.blocks() {
			most = max(most, r.blockBytes(b)+itemBytes*(r.start(b+1)-r.start(b)))
		}
	}
	blocks = clamp(room/most/4, 1, spanBlocks)
	return int(clamp((room/most-blocks)/2, 2, math.MaxInt32)), blocks
}

// lightest is where n neighbouring runs have the fewest rows.
func lightest(runs []*run, n int) (at int) {
	rows := int64(0)
	for _, r := range runs[:n] {
		rows += r.rows
	}
	least := rows
	for i := n; i < len(runs); i++ {
		if rows += runs[i].rows - runs[i-n].rows; rows < least {
			at, least = i-n+1, rows
		}
	}
	return at
}

// stream hands out spans. Each part is sorted for itself, so that many are at the same time.
type stream struct {
	*table
	cutter *cutter
}

// Close ends the pass. The table, which holds what it reads, is closed after it.
func (s *stream) Close() error { return nil }

// Next cuts the next span off.
func (s *stream) Next(ctx context.Context) (chunker.Part, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	span, ok, err := s.cutter.cut(ctx)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, io.EOF
	}
	return func(ctx context.Context) (chunker.Chunk, error) {
		rec, err := s.cutter.record(ctx, span)
		if err != nil {
			return chunker.Chunk{}, err
		}
		return chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}}, nil
	}, nil
}
