package csvio

import (
	"context"
	"errors"
	"sync"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
)

const ratioRows = 1000 // from here on a share of bad rows is looked at

// ledger counts the rows of a stream's parts, in the stream's order whatever order they are decoded in,
// holds bad ones against the limits, and writes them to their sink.
type ledger struct {
	options *ReadOptions

	mu      sync.Mutex
	waiting map[int]entry // parts that were decoded before one ahead of them
	next    int           // the part that is counted next
	file    string
	fileRow int64 // of the file, before that part
	rows    int64
	bad     int64
	first   *chunker.Error
	writer  chunker.Writer
	torn    bool  // a write of the writer failed: it is not committed
	err     error // that ended it
}

// entry is what a part came to.
type entry struct {
	file    string
	rows    int64
	nulled  int64 // of them
	rejects []*chunker.Error
}

// newLedger returns nil where nobody asks for counts.
func newLedger(o *ReadOptions) *ledger {
	if o.OnBad == Stop || o.Rejects == nil && o.BadMax == 0 && o.BadRatio == 0 {
		return nil
	}
	return &ledger{options: o, waiting: map[int]entry{}}
}

// keep has a part's rows counted when it is decoded.
func (l *ledger) keep(seq int, part chunker.Part) chunker.Part {
	return func(ctx context.Context) (chunker.Chunk, error) {
		c, err := part(ctx)
		if err != nil {
			return c, err
		}
		e := entry{file: c.File, rows: int64(c.Len() + len(c.Rejects)), nulled: int64(c.Nulled)}
		for _, r := range c.Rejects {
			own := *r // whoever has the chunk numbers its own
			e.rejects = append(e.rejects, &own)
		}
		if err := l.settle(ctx, seq, e); err != nil {
			c.Release()
			return chunker.Chunk{}, err
		}
		return c, nil
	}
}

// settle counts a part, and those that waited for it.
func (l *ledger) settle(ctx context.Context, seq int, e entry) error {
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
	return l.err
}

func (l *ledger) count(ctx context.Context, e entry) error {
	if e.file != l.file {
		l.file, l.fileRow = e.file, 0
	}
	for i := range e.rejects {
		e.rejects[i].Row += l.fileRow
	}
	l.fileRow += e.rows
	l.rows += e.rows
	l.bad += e.nulled + int64(len(e.rejects))
	if l.first == nil && len(e.rejects) > 0 {
		l.first = e.rejects[0]
	}
	if err := l.write(ctx, e.rejects); err != nil {
		l.torn = true
		return err
	}
	o := l.options
	if o.BadMax > 0 && l.bad > int64(o.BadMax) || o.BadRatio > 0 && float64(l.bad) > o.BadRatio*float64(max(l.rows, ratioRows)) {
		return l.tooMany()
	}
	return nil
}

func (l *ledger) tooMany() error { return &TooManyError{Bad: l.bad, Rows: l.rows, First: l.first} }

// write puts rows into the sink, which is created with the first part.
func (l *ledger) write(ctx context.Context, rejects []*chunker.Error) error {
	if l.options.Rejects == nil {
		return nil
	}
	if l.writer == nil {
		w, err := chunker.Create(ctx, l.options.Rejects, chunker.RejectSchema())
		if err != nil {
			return err
		}
		l.writer = w
	}
	if len(rejects) == 0 {
		return nil
	}
	rows := make([]chunker.Reject, len(rejects))
	for i, e := range rejects {
		rows[i] = e.Reject()
	}
	rec := array.NewRecord(chunker.RejectSchema(), chunker.RejectColumns(rows), int64(len(rows)))
	put, err := l.writer.Write(ctx, chunker.Chunk{Record: rec, Row: -1})
	if err != nil {
		return err
	}
	return put(ctx)
}

// close commits what was written, also where reading ended with an error: it says why. Where a write
// failed nothing is. With complete the share of bad rows is looked at once more.
func (l *ledger) close(complete bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	if o := l.options; complete && l.err == nil && o.BadRatio > 0 && float64(l.bad) > o.BadRatio*float64(l.rows) {
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
