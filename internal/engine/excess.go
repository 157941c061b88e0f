package engine

import (
	"slices"

	"github.com/volley-go/volley/chunker"
)

// prefix is the rows of a batch up to one that is bad, and with it.
type prefix struct {
	last    int64 // the order of that row among those that came, or of the one before a refused row
	place   int64 // of the row among all of the chunk's, refused ones and those left out included
	rows    int   // of those that came
	refused int   // of the chunk's Rejects
	failed  int   // errors of the batch
	own     int   // of its rows: refused ones, and those that lost something
	pruned  int64 // rows that the source left out before the row
}

// orderOf is where a row stands among the rows of a batch: as they came, those whose origin is not
// known behind them.
func orderOf(row int64) int64 {
	if row < 0 {
		return unknownFrom - row
	}
	return row
}

const ratioFrom = 1000 // rows: from there on a policy looks at what share is bad

const (
	unknownFrom = int64(1) << 62
	noRow       = unknownFrom + 1<<61 // is behind all
)

// eachBad goes over the rows of a batch that is not numbered yet which the source refused, which
// lost something, or on which steps failed, each once, in their order. row is as that of an error.
func (b *Batch) eachBad(yield func(p prefix, row int64) bool) {
	var refused []*chunker.Error
	var lossy []int
	if b.behind == nil {
		refused, lossy = b.chunk.Rejects, b.chunk.Lossy()
	}
	p := prefix{}
	for {
		row, order := int64(-1), noRow
		if len(lossy) > 0 {
			row, order = int64(lossy[0]), int64(lossy[0])
		}
		own := p.own
		if p.failed < len(b.failed) && orderOf(b.failed[p.failed].Row) < order {
			row = b.failed[p.failed].Row
			order = orderOf(row)
		}
		switch n := int64(p.refused); {
		case len(refused) > p.refused && refused[p.refused].Row <= order+n:
			row, order = -1, max(refused[p.refused].Row-n, 0)-1
			p.refused++
			p.own = own + 1
		case order == noRow:
			return
		}
		for len(lossy) > 0 && int64(lossy[0]) == order {
			lossy = lossy[1:]
			p.own = own + 1
		}
		for p.failed < len(b.failed) && orderOf(b.failed[p.failed].Row) == order {
			p.failed++
		}
		if !yield(b.upTo(p, order), row) {
			return
		}
	}
}

// upTo completes a prefix.
func (b *Batch) upTo(p prefix, order int64) prefix {
	all := int64(b.given)
	p.last, p.rows, p.pruned = order, int(min(order+1, all)), b.chunk.Pruned
	p.place = order + int64(p.refused)
	if b.chunk.Kept != nil && all > 0 {
		c := b.chunk
		c.Row = 0
		p.place = c.RowOf(max(p.rows-1, 0))
		p.pruned -= c.RowOf(int(all)-1) - all - (p.place - int64(p.rows))
	}
	return p
}

// bads are rows that count against the limits of the policy, and those of them that count against
// the limits of the source's own.
type bads struct{ all, own int }

// worse counts the rows of a batch that are bad and were not before. If one of them ends the run it
// is the last that is counted, upTo is the rows up to it, and why is the error, once they are
// counted.
func (f *Flow) worse(b *Batch) (bad bads, upTo *prefix, why func() error) {
	met := idSet{}
	b.eachBad(func(p prefix, row int64) bool {
		if !f.again(b, row, met) {
			bad.all++
		}
		bad.own = p.own
		switch seen := f.seen(b, p); {
		case f.env.Own.Exceeded(f.counts.bad.own+bad.own, seen):
			why = f.tooManyOwn
		case f.env.Policy.Stops() && p.failed > 0:
			why = func() error { return b.failed[0] }
		case f.env.Policy.Exceeded(f.counts.bad.all+bad.all, seen):
			why = f.tooMany
		default:
			return true
		}
		upTo = &p
		return false
	})
	return bad, upTo, why
}

// again reports whether a row was bad before, in front of a step that needs all rows, or in this
// batch, where a row may be several times behind one.
func (f *Flow) again(b *Batch, row int64, met idSet) bool {
	if b.behind == nil || f.origins == nil {
		return false
	}
	id := b.id(int(row))
	return id != unknown && (f.bad.has(id) || !met.add(id))
}

// seen is how many rows of the source are seen once those of a prefix are: all of them in a frame
// and behind a step that needs all rows.
func (f *Flow) seen(b *Batch, p prefix) int {
	switch {
	case b.behind != nil:
		return f.counts.wanted()
	case f.env.Alone:
		return rowsOf(b.came)
	}
	return f.counts.Seen() + p.rows + p.refused + int(p.pruned)
}

// cutAt makes what is known of a batch that of some first rows, as if no row behind them had come.
func (b *Batch) cutAt(p *prefix) {
	b.counted = p
	b.failed = b.failed[:p.failed]
	b.unchosen = slices.DeleteFunc(b.unchosen, func(row int64) bool { return orderOf(row) > p.last })
	b.chunk.Pruned = p.pruned
	b.cutSource(p)
}

// cutSource makes what the source told of its bad rows that of some first rows.
func (b *Batch) cutSource(p *prefix) {
	c := &b.chunk
	if b.behind == nil {
		c.Rejects = c.Rejects[:p.refused]
	}
	for _, l := range []*chunker.Losses{&c.Nulled, &c.Cut, &c.Mended} {
		l.Rows = l.Rows[:count(l.Rows, func(row int) bool { return int64(row) <= p.last })]
		l.First = l.First[:count(l.First, func(e *chunker.Error) bool { return e.Row <= p.place })]
	}
}

// count is how many first ones hold.
func count[E any](list []E, holds func(E) bool) int {
	if n := slices.IndexFunc(list, func(e E) bool { return !holds(e) }); n >= 0 {
		return n
	}
	return len(list)
}

// rowsCounted is how many rows that the source gave are counted: all of them unless one ended the
// run.
func (b *Batch) rowsCounted() int {
	if b.counted != nil {
		return b.counted.rows
	}
	return b.given
}

// endsBehind reports whether a step that ended wants no rows behind those that it let through, as a
// limit does. One that looks for its end in the rows may have needed more.
func endsBehind(s Step) bool {
	o, ok := s.(*inOrder)
	if !ok {
		return false
	}
	w, ok := o.step.(chunker.Wanting)
	return ok && w.Wants(-1) >= 0
}

// endBefore forgets the row that a run was to end at, if a step that was given the rows before it
// came to its end with them: a loop over the rows would not have come to it. stopped is the row
// before the step was run. own, and what it returns, is from where on failed are rows on which the
// step failed itself.
func (b *Batch) endBefore(stopped *chunker.RowError, own int) int {
	b.refusal = nil
	switch {
	case b.stopped == nil:
		return own
	case b.stopped == stopped:
		b.stopped, b.failed = nil, nil
	}
	return 0
}

// cutBehind forgets the bad rows behind the last that is left, where a step wants no more: how many
// there are depends on how the table was cut. Those on which that step failed itself, from own on,
// stay, and so do rows of which nobody knows where they stand.
func (b *Batch) cutBehind(own int) {
	last := int64(-1)
	if n := b.Len(); n > 0 {
		if last = int64(n) - 1; b.origins() != nil {
			last = int64(slices.Max(b.rows))
			if slices.Min(b.rows) < 0 {
				return
			}
		}
	}
	for _, e := range b.failed[own:] {
		last = max(last, e.Row)
	}
	behind := func(row int64) bool { return row > last }
	b.failed = slices.DeleteFunc(b.failed, func(e *chunker.RowError) bool { return behind(e.Row) })
	b.unchosen = slices.DeleteFunc(b.unchosen, behind)
	b.capped = nil // the row that was too many was not wanted: else the step had not come to its end
	if b.behind != nil {
		return
	}
	p, pruned := prefix{}, b.chunk.Pruned
	for p.refused < len(b.chunk.Rejects) && b.chunk.Rejects[p.refused].Row-int64(p.refused) <= last {
		p.refused++
	}
	p = b.upTo(p, last)
	b.cutSource(&p)
	b.beyond = b.given - p.rows + int(pruned-p.pruned) // refused rows behind are not seen: cutSource took them
}
