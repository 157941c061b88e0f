package order

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/spill"
	"github.com/volley-go/volley/internal/take"
)

// table is a sort under way.
type table struct {
	*bound
	sizes
	memory *chunker.Memory
	share  *chunker.Share
	dir    string
	desks  chan struct{} // a place for each worker that sorts

	mu     sync.Mutex
	runs   []*run // in the order of the stream
	broken error  // of a Write or an Append
	done   bool

	spilling sync.Mutex // held by the one that merges runs
	file     *spill.File

	bar atomic.Pointer[bar] // of the first rows: what is behind it cannot be among them
}

// sizes are how a budget is used.
type sizes struct {
	limited    bool
	pieceRows  int64 // are sorted at a time
	pieceBytes int64
	blockBytes int64
	desk       int64 // what sorting a piece takes beside its rows
	writing    int64 // set aside while rows come in: for the desks, and for one that spills
	merging    int64 // set aside for merging
}

// sizesFor cuts a budget up. Half of what is set aside suffices for a single worker at a time; the
// rest of the budget is for rows.
func sizesFor(limit int64, workers int) sizes {
	if limit == 0 {
		return sizes{pieceRows: 1 << 17, pieceBytes: 1 << 62, blockBytes: 128 << 10, desk: itemBytes << 17}
	}
	s := sizes{limited: true}
	s.blockBytes = clamp(limit/1024, 8<<10, 128<<10)
	s.pieceRows = clamp(limit/8/int64(workers)/itemBytes, 512, 1<<16)
	s.pieceBytes = max(limit/16, 16<<10)
	s.desk = itemBytes * s.pieceRows
	s.writing = s.desk*int64(workers+1) + 4*s.blockBytes
	s.merging = max(limit/8, 24*s.blockBytes+s.desk)
	return s
}

func clamp(n, least, most int64) int64 { return min(max(n, least), most) }

// Table begins a sort.
func (b *bound) Table(_ context.Context, env chunker.Env) (chunker.Table, error) {
	if env.First > 0 {
		b = b.atMost(env.First)
	}
	memory, workers := env.Memory, max(env.Workers, 1)
	if memory == nil {
		memory = chunker.NewMemory(0)
	}
	t := &table{bound: b, memory: memory, sizes: sizesFor(memory.Limit(), workers), dir: env.Dir, desks: make(chan struct{}, workers)}
	var err error
	if t.share, err = memory.Share(b.String(), max(t.writing, t.merging)); err != nil {
		return nil, err
	}
	t.share.Add(t.writing)
	return t, nil
}

// atMost is the step with a limit, if it has no lower one.
func (b *bound) atMost(rows int64) *bound {
	if b.limit >= 0 && b.limit <= rows {
		return b
	}
	out := *b
	out.limit = rows
	return &out
}

// Worker returns what any number of workers may use.
func (t *table) Worker() (chunker.Write, error) { return t.write, nil }

// write sorts a chunk, in pieces, and keeps or spills them.
func (t *table) write(ctx context.Context, c chunker.Chunk) (chunker.Append, error) {
	defer c.Release()
	runs, err := t.sorted(ctx, c.Record)
	if err != nil {
		t.fail(err)
		return nil, err
	}
	return func(context.Context) error {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.runs = append(t.runs, runs...)
		for _, r := range runs {
			if err := t.lower(r.rec); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (t *table) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken = errors.Join(t.broken, err)
}

func (t *table) sorted(ctx context.Context, rec arrow.Record) (runs []*run, err error) {
	if t.share.Wanted() {
		if err := t.spillAll(ctx); err != nil {
			return nil, err
		}
	}
	n := rec.NumRows()
	step := t.pieceRows
	if bytes := copyBytes(rec); bytes > t.pieceBytes {
		step = min(step, max(1, n*t.pieceBytes/bytes))
	}
	for lo := int64(0); lo < n; lo += step {
		r, err := t.piece(ctx, rec.NewSlice(lo, min(lo+step, n)))
		if err != nil {
			return nil, err
		}
		if r != nil {
			runs = append(runs, r)
		}
	}
	return runs, t.cutToFirst(ctx)
}

// piece sorts rows into a run; nil if none of them can be among the first.
func (t *table) piece(ctx context.Context, rec arrow.Record) (*run, error) {
	select {
	case t.desks <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-t.desks }()
	from := []slice{{rec: rec, keys: t.keysOf(rec), hi: int(rec.NumRows())}}
	return withItems(from, func(items, spare []item) (*run, error) {
		s := sorter{[][]column{from[0].keys}}
		items = t.candidates(&s, items)
		s.sort(items, spare, 0, 0)
		if items = t.first(items); len(items) == 0 {
			return nil, nil
		}
		return t.keep(ctx, from, picksOf(items, spare))
	})
}

// withItems lends f an item for each row of slices, in their order, and as many to sort them with.
func withItems[T any](from []slice, f func(items, spare []item) (T, error)) (T, error) {
	n := 0
	for _, s := range from {
		n += s.len()
	}
	buf := bufpool.Get(itemBytes * n)
	defer bufpool.Put(buf)
	all := unsafe.Slice((*item)(unsafe.Pointer(unsafe.SliceData(buf))), 2*n)
	at := 0
	for i, s := range from {
		for row := s.lo; row < s.hi; row++ {
			all[at].at = take.Pick{Array: int32(i), Row: int32(row)}
			at++
		}
	}
	return f(all[:n], all[n:])
}

// picksOf are the places of items, written where they are no longer needed to sort them.
func picksOf(items, spare []item) []take.Pick {
	out := unsafe.Slice((*take.Pick)(unsafe.Pointer(unsafe.SliceData(spare))), len(items))
	for i := range items {
		out[i] = items[i].at
	}
	return out
}

// first cuts sorted items to the limit.
func (t *table) first(items []item) []item {
	if t.limit >= 0 && int64(len(items)) > t.limit {
		return items[:t.limit]
	}
	return items
}

// keep makes a run of sorted rows: in memory if there is room once what is there is spilled, else
// in the file at once.
func (t *table) keep(ctx context.Context, from []slice, picks []take.Pick) (*run, error) {
	rec := from[0].rec
	bytes := copyBytes(rec)*int64(len(picks))/rec.NumRows() + columnBytes
	if !t.share.Grow(bytes) {
		switch r, err := t.spillFor(ctx, bytes, from, picks); {
		case err != nil:
			return nil, err
		case r != nil:
			return r, nil
		}
	}
	out, err := gather(t.schema, from, picks)
	if err != nil {
		t.share.Add(-bytes)
		return nil, err
	}
	r := t.inMemory(out, t.blockBytes)
	t.share.Add(r.bytes - bytes)
	return r, nil
}

// spillFor makes room. If there is too little, it spills the rows themselves and returns their run.
func (t *table) spillFor(ctx context.Context, bytes int64, from []slice, picks []take.Pick) (*run, error) {
	t.spilling.Lock()
	defer t.spilling.Unlock()
	if t.share.Grow(bytes) { // another has spilled meanwhile
		return nil, nil
	}
	if err := t.spillRuns(ctx); err != nil {
		return nil, err
	}
	if t.share.Grow(bytes) {
		return nil, nil
	}
	if err := t.open(); err != nil {
		return nil, err
	}
	out := t.spillTo(t.file, t.blockBytes)
	if err := out.add(ctx, from, picks); err != nil {
		return nil, err
	}
	r, err := out.done(ctx)
	if err == nil {
		t.share.Add(r.bytes)
	}
	return r, err
}

// spillAll spills what is in memory and in its place.
func (t *table) spillAll(ctx context.Context) error {
	t.spilling.Lock()
	defer t.spilling.Unlock()
	return t.spillRuns(ctx)
}

// open begins the file, for whoever spills.
func (t *table) open() (err error) {
	if t.file == nil {
		t.file, err = spill.Create(t.dir)
	}
	return err
}

// spillRuns merges neighbouring runs in memory into spilled ones.
func (t *table) spillRuns(ctx context.Context) error {
	for at := 0; ; at++ {
		t.mu.Lock()
		lo := at
		for lo < len(t.runs) && t.runs[lo].rec == nil {
			lo++
		}
		hi := lo
		for hi < len(t.runs) && t.runs[hi].rec != nil {
			hi++
		}
		runs := slices.Clone(t.runs[lo:hi])
		t.mu.Unlock()
		if len(runs) == 0 {
			return nil
		}
		if err := t.open(); err != nil {
			return err
		}
		r, err := t.spilled(ctx, runs, nil, spanBlocks)
		if err != nil {
			return err
		}
		t.replace(lo, runs, r)
		at = lo
	}
}

// replace puts a run in the stead of those that it was made of.
func (t *table) replace(at int, runs []*run, r *run) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.share.Add(r.bytes)
	for _, old := range runs { // which may be a part of t.runs
		t.share.Add(-old.bytes)
	}
	t.runs = slices.Replace(t.runs, at, at+len(runs), r)
}

// spilled merges runs into one in the file, by so many blocks at a time. share is asked for memory;
// nil where that is set aside.
func (t *table) spilled(ctx context.Context, runs []*run, share *chunker.Share, blocks int64) (*run, error) {
	out := t.spillTo(t.file, t.blockBytes)
	m := t.merger(runs)
	m.share = share
	c := m.newCutter(blocks*t.blockBytes, t.pieceRows, t.limit)
	c.rough = true
	for {
		s, ok, err := c.cut(ctx)
		if err != nil {
			return nil, err
		}
		if !ok {
			return out.done(ctx)
		}
		_, err = sortSpan(ctx, m, s, func(from []slice, picks []take.Pick) (none struct{}, err error) {
			return none, out.add(ctx, from, picks)
		})
		if err != nil {
			return nil, err
		}
	}
}

// spanBlocks is how many blocks are written at a time where there is room.
const spanBlocks = 16

// Commit ends the coming in of rows. Where some were spilled, the others are too.
func (t *table) Commit(ctx context.Context) error {
	t.mu.Lock()
	err, file := t.broken, t.file
	t.mu.Unlock()
	if err == nil && file != nil {
		err = t.spillAll(ctx)
	}
	if err != nil {
		t.fail(err)
		return err
	}
	t.share.Add(-t.writing)
	t.writing, t.done = 0, true
	return nil
}

// Close ends what was spilled, and gives the memory back.
func (t *table) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.runs = nil
	t.bar.Store(nil)
	t.share.Close()
	if t.file == nil {
		return nil
	}
	return t.file.Close()
}
