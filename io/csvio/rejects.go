package csvio

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
)

const (
	reportFirst = 10 // bad rows that a report has
)

// ledger counts the rows of a stream's parts, in the stream's order whatever order they are decoded
// in, holds bad ones against the limits, and writes them to their sink.
type ledger struct {
	options *ReadOptions
	rejects bool // rows that are left out are written to a sink

	mu      sync.Mutex
	waiting map[int]entry // parts that were decoded before one ahead of them
	next    int           // the part that is counted next
	file    string
	fileRow int64 // of the file, before that part
	bad     int64 // rows that are left out, or lost something
	report  Report
	writer  chunker.Writer
	put     chunker.Write // into writer
	torn    bool          // a write of the writer failed: it is not committed
	err     error         // that ended it, at the part before next
}

// Report is what reading came to: what became of the rows that are bad, each kind counted apart.
type Report struct {
	Rows     int64 // in the files, bad ones included
	LeftOut  int64 // rows that are neither in the table nor among the rejects: see [chunker.Null] and [chunker.Skip]
	Rejected int64 // rows that went to the sink of [ReadOptions.OnError]
	Nulled   int64 // rows of the table with a null for a value that could not be read or was missing
	Cut      int64 // rows of the table with more fields than columns, of which empty ones and those behind the last column were dropped
	Mended   int64 // rows of the table, or of names, with broken quotes that were read as text, and rows of names that were filled
	// First says of the first bad rows, at most 10, what is wrong with each.
	First []*chunker.Error
	// Undecided are the columns read as text whose dates could be read with the day or with the
	// month first: [ReadOptions.Dates] says which.
	Undecided []UndecidedColumn
	// UndecidedNumbers are the columns read as text whose numbers, all of them such as 1.200, could
	// have a mark of thousands or of decimals, in a file where another column shows its mark of
	// decimals: [ReadOptions.Decimal] and Thousands say which.
	UndecidedNumbers []UndecidedColumn
}

// UndecidedColumn is a column whose values can be read in two ways, and the first of them.
type UndecidedColumn struct{ Column, Example string }

// entry is what a part came to. Its rows are counted from its first, bad ones too.
type entry struct {
	file                string
	rows                int64
	bad                 []int64 // rows that were left out, or lost something, ascending
	nulled, cut, mended []int64 // rows
	losses              []*chunker.Error
	rejects             []*chunker.Error
}

// newEntry is what a chunk tells of its rows.
func newEntry(c *chunker.Chunk) entry {
	at := *c
	at.Row = 0 // rows are those of the part
	places := func(rows []int) (out []int64) {
		for _, row := range rows {
			out = append(out, at.RowOf(row))
		}
		return out
	}
	e := entry{
		file: c.File, rows: int64(c.Len() + len(c.Rejects)), bad: places(c.Lossy()),
		nulled: places(c.Nulled.Rows), cut: places(c.Cut.Rows), mended: places(c.Mended.Rows),
		losses: copies(c.FirstLosses()), rejects: copies(c.Rejects),
	}
	for _, r := range c.Rejects {
		e.bad = append(e.bad, r.Row)
	}
	slices.Sort(e.bad)
	return e
}

// cutAt leaves the first rows of a part, up to one that is bad.
func (e *entry) cutAt(bad int) {
	last := e.bad[bad]
	behind := func(row int64) bool { return row > last }
	e.rows, e.bad = last+1, e.bad[:bad+1]
	for _, rows := range []*[]int64{&e.nulled, &e.cut, &e.mended} {
		*rows = slices.DeleteFunc(*rows, behind)
	}
	for _, errs := range []*[]*chunker.Error{&e.losses, &e.rejects} {
		*errs = slices.DeleteFunc(*errs, func(e *chunker.Error) bool { return behind(e.Row) })
	}
}

// newLedger returns nil where nobody asks for counts.
func newLedger(s *source) *ledger {
	o := &s.options
	p := o.OnError
	if o.Report == nil && (p.Stops() || p.Sink() == nil && p.RowsMax == 0 && p.RatioMax == 0) {
		return nil
	}
	return &ledger{options: o, rejects: s.rejects || p.Sink() != nil, waiting: map[int]entry{}}
}

// keep has a part's rows counted when it is decoded. If the row that is one too many was in a part
// before it, that is the error. The part with that row is handed on: a row before it may be another
// end of whoever reads, and which parts were decoded first must not tell.
func (l *ledger) keep(seq int, part chunker.Part) chunker.Part {
	return func(ctx context.Context) (chunker.Chunk, error) {
		c, err := part(ctx)
		if err != nil {
			return c, err
		}
		l.settle(ctx, seq, newEntry(&c))
		if err := l.endedBefore(seq); err != nil {
			c.Release()
			return chunker.Chunk{}, err
		}
		return c, nil
	}
}

// copies are errors of a chunk: whoever has it numbers its own.
func copies(errs []*chunker.Error) (out []*chunker.Error) {
	for _, e := range errs {
		own := *e
		out = append(out, &own)
	}
	return out
}

// endedBefore is the error that ended the stream, if that was in a part before one. It is nil of a
// nil ledger.
func (l *ledger) endedBefore(seq int) error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next > seq {
		return nil
	}
	return l.err
}

// settle counts a part, and those that waited for it.
func (l *ledger) settle(ctx context.Context, seq int, e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting[seq] = e
	for l.err == nil {
		e, ok := l.waiting[l.next]
		if !ok {
			break
		}
		delete(l.waiting, l.next)
		l.next++
		l.err = l.count(ctx, e)
	}
}

func (l *ledger) count(ctx context.Context, e entry) error {
	if e.file != l.file {
		l.file, l.fileRow = e.file, 0
	}
	over := l.tooMuch(&e)
	bad := slices.Concat(e.rejects, e.losses)
	for _, b := range bad {
		if b.Row >= 0 {
			b.Row += l.fileRow
		}
	}
	l.fileRow += e.rows
	l.bad += int64(len(e.bad))
	l.report.count(e, bad, l.rejects)
	if err := l.write(ctx, e.rejects); err != nil {
		l.torn = true
		return err
	}
	if over {
		return l.tooMany()
	}
	return nil
}

// tooMuch reports whether a row of a part is one too many, and leaves of the part the rows up to
// it.
func (l *ledger) tooMuch(e *entry) bool {
	for i, row := range e.bad {
		if l.options.OnError.Exceeded(int(l.bad)+i+1, int(l.report.Rows+row+1)) {
			e.cutAt(i)
			return true
		}
	}
	return false
}

// count takes in a part, and its bad rows.
func (r *Report) count(e entry, bad []*chunker.Error, kept bool) {
	r.Rows += e.rows
	r.Nulled += int64(len(e.nulled))
	r.Cut += int64(len(e.cut))
	r.Mended += int64(len(e.mended))
	if kept {
		r.Rejected += int64(len(e.rejects))
	} else {
		r.LeftOut += int64(len(e.rejects))
	}
	slices.SortStableFunc(bad, func(x, y *chunker.Error) int { return cmp.Compare(x.Row, y.Row) })
	r.First = append(r.First, bad[:min(len(bad), reportFirst-len(r.First))]...)
}

// tooMany is the error of more bad rows than may be, up to the first that was too many.
func (l *ledger) tooMany() error {
	e := &chunker.TooManyError{Failed: int(l.bad), Policy: l.options.OnError}
	if len(l.report.First) > 0 {
		e.First = l.report.First[0]
	}
	return e
}

// write puts rows into the sink, which is created with the first part.
func (l *ledger) write(ctx context.Context, rejects []*chunker.Error) error {
	sink := l.options.OnError.Sink()
	if sink == nil {
		return nil
	}
	if l.writer == nil {
		w, err := chunker.Create(ctx, sink, chunker.RejectSchema())
		if err != nil {
			return err
		}
		l.writer = w
		if l.put, err = w.Worker(); err != nil {
			return err
		}
	}
	if len(rejects) == 0 {
		return nil
	}
	rows := make([]chunker.RejectedRow, len(rejects))
	for i, e := range rejects {
		rows[i] = e.RejectedRow()
	}
	rec := array.NewRecord(chunker.RejectSchema(), chunker.RejectColumns(rows), int64(len(rows)))
	put, err := l.put(ctx, chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}})
	if err != nil {
		return err
	}
	return put(ctx)
}

// close commits what was written, also where reading ended with an error: it says why. Where a
// write failed nothing is. It returns the error that ended the stream, which no part may have told.
// With complete the share of bad rows is looked at once more.
func (l *ledger) close(complete bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.options.Report != nil {
		*l.options.Report = l.report
	}
	errs := []error{l.err}
	if complete && l.err == nil && l.options.OnError.ExceededAtEnd(int(l.bad), int(l.report.Rows)) {
		errs = append(errs, l.tooMany())
	}
	if l.writer != nil {
		if !l.torn {
			errs = append(errs, l.writer.Commit(context.Background()))
		}
		errs = append(errs, l.writer.Close())
		l.writer = nil
	}
	return errors.Join(errs...)
}
