package engine

import (
	"context"
	"errors"
	"math"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/index"
)

// Counts is what came in the batches settled so far, and what became of rows that are bad.
type Counts struct {
	Chunks  int // that the source gave
	Rows    int // that the source gave
	Pruned  int // that it did not decode, since no condition can be true for them
	Refused int // that it could not decode: none of Rows
	Failed  int // of Rows: those on which some step failed

	LeftOut     int // of Refused and of Failed: rows that neither go on nor are among the rejects
	Rejected    int // rows that are among the rejects: of Refused, and of Failed
	Unchosen    int // of Failed: those on which a condition, or the function of their chunk, failed
	NullResults int // of Failed: those written, or made into new rows, with nulls for the results of functions that failed
	Nulled      int // of Rows: those in which the source made a value null that it could not decode or that was missing
	Cut         int // of Rows: those whose surplus fields the source dropped
	Mended      int // of Rows: those whose broken quotes the source read as text, and rows of names that it mended so or filled

	First struct { // what is wrong with the first of them, at most 10 each
		Failed                       []*chunker.RowError
		Refused, Nulled, Cut, Mended []*chunker.Error
	}
	bad      bads  // rows that count against limits
	firstBad error // of the first of them
	firstOwn error // of the first that the source refused, or that lost something
	behind   int   // rows that were seen behind the last that a limit let through
}

// Seen is how many rows the source has come to.
func (c *Counts) Seen() int { return c.Rows + c.Refused + c.Pruned }

// wanted is how many of the rows that were seen are held against a share that may be bad: not those
// behind the last that a limit let through, whose number depends on how the stream was cut.
func (c *Counts) wanted() int { return c.Seen() - c.behind }

// firstMax is how many errors of a kind are kept.
const firstMax = 10

// Settle takes a batch in, in the order of the table: numbers its rows, counts, writes its rejects.
// It returns the error that ends the run, if one does. Rows behind the one that ends it are neither
// counted nor rejected: how many of them were seen depends on how the table was cut.
func (f *Flow) Settle(ctx context.Context, b *Batch) error {
	bad, upTo, why := f.worse(b)
	if upTo != nil {
		b.cutAt(upTo)
	}
	if b.behind == nil {
		f.numberer.NumberRows(&b.chunk, b.rowsCounted())
		f.counts.read(b, f.refusedAreRejects())
		if f.origins != nil {
			f.origins.add(b.number, &b.chunk)
		}
	}
	if s := f.segmentOf(b); s.number != f.segment {
		f.segment, f.handed = s.number, 0
	}
	f.handed += rowsOf(b.came)
	f.counts.bad.all += bad.all
	f.counts.bad.own += bad.own
	if !f.env.Alone {
		f.counts.behind += b.beyond
	}
	f.countFailed(b)
	f.number(b)
	f.counts.First.Failed = firstOf(f.counts.First.Failed, b.failed)
	if f.counts.firstBad == nil {
		f.counts.firstBad = b.firstBad()
	}
	if f.counts.firstOwn == nil {
		f.counts.firstOwn = b.firstOwn()
	}
	if err := f.reject(ctx, b); err != nil {
		return err
	}
	switch {
	case upTo != nil:
		return why()
	case b.refusal != nil:
		return f.refusedAt(b)
	case b.over():
		return f.tooMany()
	}
	return nil
}

// refusedAt is the error of a source about the row behind those of a batch, which are numbered. Its
// Row is made one that [Flow.Fail] counts from there.
func (f *Flow) refusedAt(b *Batch) error {
	if e, ok := b.refusal.(*chunker.Error); ok && e.Row >= 0 {
		e.Row = max(e.Row-int64(b.given+len(b.chunk.Rejects)), 0)
	}
	return b.refusal
}

// reject writes the rejects of a batch whose rows are numbered.
func (f *Flow) reject(ctx context.Context, b *Batch) error {
	if f.rejecter != nil {
		if err := f.rejecter.add(ctx, b.bad, b.rejects(f.refusedAreRejects())); err != nil {
			return err
		}
	}
	if f.refused != nil && b.behind == nil {
		return f.refused.add(ctx, nil, b.refused())
	}
	return nil
}

// number tells the errors of a batch which rows of the source they are of, if that is known.
func (f *Flow) number(b *Batch) {
	in := &b.chunk
	b.at = make([]int64, len(b.failed))
	for i, e := range b.failed {
		b.at[i] = e.Row
		switch at := int(e.Row); {
		case at >= 0 && b.behind == nil:
			e.File, e.Row, e.Line = in.File, in.RowOf(at), in.Lines.Of(at)
		case at >= 0 && b.ids != nil:
			e.File, e.Row, e.Line = f.origins.of(b.ids[at])
		default:
			e.Row = -1
		}
	}
}

// refusedAreRejects reports whether rows that the source left out go to the policy's sink: not if
// the source skips them by a policy of its own, or has a sink of its own.
func (f *Flow) refusedAreRejects() bool {
	own := f.env.Own
	return f.env.Policy.Rejects() && (!own.Given() || own.Rejects() && own.Sink() == nil)
}

// read counts what the source gave, of a batch whose rows are numbered.
func (c *Counts) read(b *Batch, rejected bool) {
	in := &b.chunk
	c.Chunks++
	c.Rows += b.rowsCounted()
	c.Pruned += int(in.Pruned)
	c.Refused += len(in.Rejects)
	c.Nulled += len(in.Nulled.Rows)
	c.Cut += len(in.Cut.Rows)
	c.Mended += len(in.Mended.Rows)
	if rejected {
		c.Rejected += len(in.Rejects)
	} else {
		c.LeftOut += len(in.Rejects)
	}
	c.First.Refused = firstOf(c.First.Refused, in.Rejects)
	c.First.Nulled = firstOf(c.First.Nulled, in.Nulled.First)
	c.First.Cut = firstOf(c.First.Cut, in.Cut.First)
	c.First.Mended = firstOf(c.First.Mended, in.Mended.First)
}

// countFailed counts the rows on which steps failed, of a batch whose failed rows are not numbered
// yet. One that failed before is not counted a second time.
func (f *Flow) countFailed(b *Batch) {
	c := &f.counts
	failed := distinct(b.failed)
	if f.origins != nil {
		c.Failed += f.mark(b)
	} else {
		c.Failed += failed
	}
	c.Unchosen += len(b.unchosen)
	switch policy := f.env.Policy; {
	case policy.Rejects():
		c.Rejected += failed
	case policy.LeavesOut():
		c.LeftOut += failed
	case policy.Nulls():
		c.LeftOut += len(b.unchosen)
		c.NullResults += f.nullResults(b)
	}
}

// mark keeps which rows failed, and which count against the policy's limits. It returns how many
// failed that had not before.
func (f *Flow) mark(b *Batch) (failed int) {
	if b.behind == nil {
		for _, row := range b.chunk.Lossy() {
			if row >= 0 {
				f.bad.add(b.id(row))
			}
		}
	}
	last := int64(math.MinInt64)
	for _, e := range b.failed {
		if e.Row == last {
			continue
		}
		last = e.Row
		id := b.id(int(e.Row))
		if id == unknown || f.failed.add(id) {
			failed++
		}
		if id != unknown {
			f.bad.add(id)
		}
	}
	return failed
}

// nullResults is how many rows on which a function failed go on from a batch, as far as that is
// known: rows whose ids a table carries are counted when they leave the last step.
func (f *Flow) nullResults(b *Batch) (n int) {
	if f.segmentOf(b).carries() || b.err != nil || b.ids == nil && len(b.failed) == 0 {
		return 0
	}
	if b.ids == nil && b.origins() == nil {
		return distinct(b.failed)
	}
	here := b.failedRows()
	for _, came := range b.left() {
		if b.counted != nil && orderOf(int64(came)) > b.counted.last {
			continue
		}
		id := int64(unknown)
		if b.ids != nil {
			id = b.id(came)
		}
		if id == unknown && here[int64(came)] || id != unknown && f.failed.has(id) {
			n++
		}
	}
	return n
}

// failedRows are those that failed in the batch.
func (b *Batch) failedRows() map[int64]bool {
	failed := map[int64]bool{}
	for _, e := range b.failed {
		failed[e.Row] = true
	}
	return failed
}

// left lists which of the rows that came are left.
func (b *Batch) left() []int {
	if rows := b.origins(); rows != nil {
		return rows
	}
	return index.All(b.Len())
}

// firstBad is the first row of a batch that a step failed on, or that was not read whole; nil if
// all are fine.
func (b *Batch) firstBad() error {
	own := b.firstOwn()
	if len(b.failed) > 0 && (own == nil || b.at[0] >= 0 && b.failed[0].Row < own.(*chunker.Error).Row) {
		return b.failed[0]
	}
	return own
}

// firstOwn is the first row of a batch that was not read whole; nil if all were.
func (b *Batch) firstOwn() (first error) {
	if b.behind != nil {
		return nil
	}
	row := int64(math.MaxInt64)
	for _, list := range [][]*chunker.Error{b.chunk.Rejects, b.chunk.FirstLosses()} {
		for _, e := range list {
			if e.Row < row {
				first, row = e, e.Row
			}
		}
	}
	return first
}

// firstOf appends what there is still room for.
func firstOf[E any](list, more []E) []E {
	return append(list, more[:min(len(more), firstMax-len(list))]...)
}

// Fail makes the row of a source's error the row in the file: that of the part after the batches
// that were settled.
func (f *Flow) Fail(err error) error { return f.numberer.Fail(err) }

// tooMany is the error of a run in which more rows failed than may.
func (f *Flow) tooMany() error {
	return &chunker.TooManyError{Failed: f.counts.bad.all, Policy: f.env.Policy, First: f.counts.firstBad}
}

// tooManyOwn is that of one whose source could not read more rows whole than its own policy allows.
func (f *Flow) tooManyOwn() error {
	return &chunker.TooManyError{Failed: f.counts.bad.own, Policy: f.env.Own, First: f.counts.firstOwn}
}

// Commit ends the run: rejects that were settled are committed, also if the run ended with an
// error; if it did and there are none, or if a write of theirs failed, nothing is. With complete it
// looks at the policy's limits once more. Close comes after it.
func (f *Flow) Commit(ctx context.Context, complete bool) error {
	var errs []error
	bad, rows := f.counts.bad, f.counts.wanted()
	switch {
	case complete && f.env.Own.ExceededAtEnd(bad.own, rows):
		errs = append(errs, f.tooManyOwn())
	case complete && f.env.Policy.ExceededAtEnd(bad.all, rows):
		errs = append(errs, f.tooMany())
	}
	if complete || bad.all > 0 {
		errs = append(errs, f.refused.commit(ctx), f.rejecter.commit(ctx))
	}
	return errors.Join(errs...)
}

// Close frees what the run holds, and what was spilled. Rejects that were not committed are gone.
func (f *Flow) Close() error {
	var errs []error
	for _, s := range f.segments {
		if s.table != nil {
			errs = append(errs, s.table.close())
		}
	}
	if f.origins != nil {
		f.origins.share.Close()
	}
	errs = append(errs, f.refused.close(), f.rejecter.close())
	return errors.Join(errs...)
}

// Done is how much of what was read of the source is done: a part of it for each step that needs
// all rows and has not handed them on yet.
func (f *Flow) Done(read int64) int64 {
	done := 1.0 // segments
	if f.segment > 0 {
		done = float64(f.segment) + min(1, float64(f.handed)/float64(max(1, f.counts.Rows)))
	}
	return int64(float64(read) * done / float64(len(f.segments)))
}

// Counts tells what came in the batches settled so far.
func (f *Flow) Counts() Counts { return f.counts }
