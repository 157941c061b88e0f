package order

import (
	"context"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/take"
)

// bar is a row that as many rows as come out are before, or are it. Of rows that come later, only
// those before it can be among the first: of equal rows, the earlier are first.
type bar struct{ keys []column }

// candidates drops items that a single word shows to be behind the bar.
func (t *table) candidates(s *sorter, items []item) []item {
	b := t.bar.Load()
	if b == nil {
		return items
	}
	s.words(items, 0, 0)
	word := b.keys[0].word(0, 0)
	kept := items[:0]
	for _, it := range items {
		if it.word <= word {
			kept = append(kept, it)
		}
	}
	return kept
}

// lower makes the last row of a sorted record the bar, if the record has all rows that come out and
// the row is before the bar that is there. Its rows have their place in the stream.
func (t *table) lower(rec arrow.Record) error {
	if t.limit <= 0 || rec == nil || rec.NumRows() < t.limit {
		return nil
	}
	b := new(bar)
	for k, at := range t.at {
		value, err := valueOf(rec.Column(at), int(t.limit)-1)
		if err != nil {
			return err
		}
		b.keys = append(b.keys, newColumn(value, t.keys[k]))
	}
	if old := t.bar.Load(); old == nil || compareKeys(b.keys, 0, old.keys, 0) < 0 {
		t.bar.Store(b)
	}
	return nil
}

const (
	firstRuns = 64      // in memory are made one where they have twice the rows that come out
	firstRows = 1 << 15 // beyond twice those that come out are, however few runs they are in
)

// cutToFirst makes one run of those that are in memory, with no more rows than come out, once there
// are many more.
func (t *table) cutToFirst(ctx context.Context) error {
	if t.limit < 0 || !t.spilling.TryLock() {
		return nil
	}
	defer t.spilling.Unlock()
	runs, rows := t.inFront()
	if many := rows >= 2*t.limit+firstRows || len(runs) >= firstRuns && rows >= 2*t.limit; !many || len(runs) < 2 {
		return nil
	}
	beside := itemBytes * rows
	for _, r := range runs {
		beside += r.bytes
	}
	if !t.share.Grow(beside) { // then it is spilled, which cuts too
		return nil
	}
	defer t.share.Add(-beside)
	r, err := sortSpan(ctx, t.merger(runs), spanOf(runs), func(from []slice, picks []take.Pick) (*run, error) {
		rec, err := gather(t.schema, from, picks[:min(int64(len(picks)), t.limit)])
		if err != nil {
			return nil, err
		}
		return t.inMemory(rec, t.blockBytes), nil
	})
	if err != nil {
		return err
	}
	t.replace(0, runs, r)
	return t.lower(r.rec)
}

// inFront are the runs before the first that is spilled.
func (t *table) inFront() (runs []*run, rows int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, r := range t.runs {
		if r.rec == nil {
			return t.runs[:i:i], rows
		}
		rows += r.rows
	}
	return t.runs[:len(t.runs):len(t.runs)], rows
}
