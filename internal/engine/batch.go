package engine

import (
	"math"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/index"
	"github.com/volley-go/volley/internal/take"
)

// Batch is rows on their way through the steps: a chunk of a stream, or all of a frame.
type Batch struct {
	// Records are the rows. A chunk has one, or none where a step dropped all of its rows.
	Records []arrow.Record
	// Schema is that of Records.
	Schema *arrow.Schema

	chunk   chunker.Chunk  // as it came, for numbers; its memory may be given back by now
	came    []arrow.Record // the rows as they came
	given   int            // rows that the source gave, of which more may be than are wanted and came
	number  int            // among those that the source gave, from 0
	behind  *table         // whose rows came; nil if they are the source's
	ids     []int64        // of the rows that came, behind a table; nil if they are not known
	rows    []int          // which of these rows are left; nil is all, but for those in dropped
	dropped []Kept         // what was left by the last condition, not yet in rows

	failed   []*chunker.RowError // in the order of the rows that came, which Row counts
	unchosen []int64             // of failed: those on which a step failed that drops such rows
	stopped  *chunker.RowError   // of failed, under a policy that stops at the first: the rows behind are gone
	refusal  error               // of the source, about the row behind those that came
	err      error               // what ended the batch
	capped   error               // a step ended with it: it was not run on the rows behind one that was too many
	beyond   int                 // rows of the source behind the last that a limit let through
	counted  *prefix             // the rows that are counted, once the batch is settled; nil is all
	at       []int64             // of failed, once they are numbered: which of the rows that came
	bad      []arrow.Record      // copies of the rows that were rejected, with the source's columns

	item Item
	gate *gate // of the stream that it came from
	put  chunker.Append
}

// Kept says which of some rows, one after another, a step keeps.
type Kept struct {
	Rows int       // there were
	Left int       // are left
	Mask take.Mask // a bit for each row; nil is all
}

// newBatch is a batch of records that came.
func newBatch(schema *arrow.Schema, c chunker.Chunk, records []arrow.Record) *Batch {
	return &Batch{Records: records, Schema: schema, chunk: c, came: records, given: rowsOf(records)}
}

// Len is the number of rows.
func (b *Batch) Len() int { return rowsOf(b.Records) }

func rowsOf(records []arrow.Record) (n int) {
	for _, r := range records {
		n += int(r.NumRows())
	}
	return n
}

// Set puts other columns in the stead of those that are there, for the same rows.
func (b *Batch) Set(schema *arrow.Schema, records []arrow.Record) {
	b.Schema, b.Records = schema, records
}

// Keep puts records in the stead of those that are there, of rows of theirs: kept says which.
func (b *Batch) Keep(records []arrow.Record, kept []Kept) {
	b.origins()
	b.Records, b.dropped = records, kept
}

// origins lists which of the rows that came are left; nil is all.
func (b *Batch) origins() []int {
	if b.dropped == nil {
		return b.rows
	}
	left := []int{} // not nil, which is all
	first := 0
	for _, k := range b.dropped {
		for _, row := range k.list() {
			left = append(left, first+row)
		}
		first += k.Rows
	}
	b.dropped = nil
	b.rows = through(b.rows, left)
	return b.rows
}

func (k Kept) list() []int {
	if k.Mask != nil {
		return k.Mask.Rows(k.Rows, k.Left)
	}
	return index.All(k.Rows)
}

// through is what rows of rows are. Those whose origin is not known are below 0, each another
// number.
func through(rows, of []int) []int {
	if rows == nil {
		return of
	}
	for i, row := range of {
		if row >= 0 {
			of[i] = rows[row]
		}
	}
	return of
}

// Fail keeps the errors of rows, whose Row is one of the rows that are there. drops says that such
// rows do not go on, whatever the policy.
func (b *Batch) Fail(failed []*chunker.RowError, drops bool) {
	if len(failed) == 0 {
		return
	}
	if rows := b.origins(); rows != nil {
		for _, e := range failed {
			if e.Row >= 0 {
				e.Row = int64(rows[e.Row])
			}
		}
	}
	b.failed = append(b.failed, failed...)
	if drops {
		for _, e := range failed {
			b.unchosen = append(b.unchosen, e.Row)
		}
	}
}

// Stop keeps the error of the first row that a step failed on, under a policy that stops there. Row
// is one of the rows that are there, of which the step then hands on those before it: if a later
// step fails on one of these, that is the error that a loop over the rows ends with, and takes its
// place.
func (b *Batch) Stop(e *chunker.RowError) {
	b.failed, b.unchosen = nil, nil
	b.Fail([]*chunker.RowError{e}, false)
	b.stopped = e
}

// First leaves the first rows of those that are there, with other columns: what a step made of
// them before it ended because of a row that failed.
func (b *Batch) First(rows int, schema *arrow.Schema, records []arrow.Record) {
	left := b.origins()
	if left == nil {
		left = make([]int, rows)
		for i := range left {
			left[i] = i
		}
	}
	b.rows = left[:rows]
	b.Set(schema, records)
}

// distinct counts rows, on which several functions may have failed. The errors are in row order.
func distinct(failed []*chunker.RowError) int {
	n, last := 0, int64(math.MinInt64)
	for _, e := range failed {
		if e.Row != last {
			n, last = n+1, e.Row
		}
	}
	return n
}
