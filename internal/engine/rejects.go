package engine

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/take"
)

// leaveOutFailed drops the rows of the errors from one on, which are told by the rows that came.
func (b *Batch) leaveOutFailed(from int) error {
	gone := map[int]bool{}
	for _, e := range b.failed[from:] {
		gone[int(e.Row)] = true
	}
	rows := b.origins()
	var kept []Kept
	out := make([]arrow.Record, len(b.Records))
	first := 0
	for i, rec := range b.Records {
		n := int(rec.NumRows())
		k := Kept{Rows: n, Mask: take.NewMask(n)}
		for row := range n {
			came := first + row
			if rows != nil {
				came = rows[came]
			}
			if !gone[came] {
				k.Mask.Set(row)
				k.Left++
			}
		}
		var err error
		if out[i], err = take.Record(rec, k.Mask, k.Left); err != nil {
			return err
		}
		kept, first = append(kept, k), first+n
	}
	b.Keep(out, kept)
	return nil
}

// keepBad copies the rows that failed, with the source's columns: those that are no longer there,
// at places of what came, are null.
func (b *Batch) keepBad(in *arrow.Schema, source []int) error {
	f, err := frame.FromRecords(b.came[0].Schema(), b.came...)
	if err != nil {
		return err
	}
	var rows []int
	for _, e := range b.failed {
		if n := len(rows); e.Row >= 0 && (n == 0 || rows[n-1] != int(e.Row)) {
			rows = append(rows, int(e.Row))
		}
	}
	if f, err = f.Take(rows); err == nil {
		b.bad = f.Records()
	}
	if source == nil {
		return err
	}
	for i, rec := range b.bad {
		cols := make([]arrow.Array, len(source))
		for c, at := range source {
			if at < 0 {
				cols[c] = take.Nulls(in.Field(c).Type, int(rec.NumRows()))
			} else {
				cols[c] = rec.Column(at)
			}
		}
		b.bad[i] = array.NewRecord(in, cols, rec.NumRows())
	}
	return err
}

// rejected is a row on its way to the sink: one that a step failed on, or one that the source could
// not decode.
type rejected struct {
	row int // among the copies; -1 if it is not there
	chunker.RejectedRow
}

// rejects are a batch's failed rows and, with refused, those its source refused, in row order.
func (b *Batch) rejects(refused bool) []rejected {
	var rows []rejected
	at, last := -1, int64(math.MinInt64)
	for i, e := range b.failed {
		if b.at[i] == last { // a second function failed on the row: one row, both reasons
			rows[len(rows)-1].Reason += "; " + e.Func + ": " + e.Err.Error()
			continue
		}
		last = b.at[i]
		copied := -1
		if b.at[i] >= 0 {
			at++
			copied = at
		}
		rows = append(rows, rejected{copied, chunker.RejectedRow{
			File: e.File, Row: e.Row, Line: e.Line, Offset: -1, Function: e.Func, Reason: e.Err.Error(),
		}})
	}
	if refused {
		rows = append(rows, b.refused()...)
	}
	if b.behind != nil { // as they came: their numbers are those of the source
		return rows
	}
	slices.SortStableFunc(rows, func(a, b rejected) int { return int(a.Row - b.Row) })
	return rows
}

// rejecter writes rejected rows to a sink.
type rejecter struct {
	in, schema *arrow.Schema
	w          chunker.Writer
	put        chunker.Write // into w
	torn       error         // of a write: what was written lacks rows, and is not committed
}

// newRejecter begins to write rejects with columns of in. It is nil if there is no sink.
func newRejecter(ctx context.Context, sink chunker.Sink, in *arrow.Schema) (*rejecter, error) {
	if sink == nil {
		return nil, nil
	}
	schema := chunker.RejectSchema(in.Fields()...)
	w, err := chunker.Create(ctx, sink, schema)
	if err != nil {
		return nil, err
	}
	put, err := w.Worker()
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return &rejecter{in: in, schema: schema, w: w, put: put}, nil
}

// add writes rejects, of which bad has copies.
func (r *rejecter) add(ctx context.Context, bad []arrow.Record, rows []rejected) error {
	if len(rows) > 0 && r.torn == nil {
		r.torn = r.write(ctx, bad, rows)
	}
	return r.torn
}

// commit makes what was written appear, unless a write failed.
func (r *rejecter) commit(ctx context.Context) error {
	if r == nil || r.torn != nil {
		return nil
	}
	return r.w.Commit(ctx)
}

func (r *rejecter) close() error {
	if r == nil {
		return nil
	}
	return r.w.Close()
}

// refused are the rows that a batch's source refused.
func (b *Batch) refused() (rows []rejected) {
	for _, e := range b.chunk.Rejects {
		rows = append(rows, rejected{-1, e.RejectedRow()})
	}
	return rows
}

func (r *rejecter) write(ctx context.Context, bad []arrow.Record, rows []rejected) error {
	rec, err := r.record(bad, rows)
	if err != nil {
		return err
	}
	put, err := r.put(ctx, chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}})
	if err != nil {
		return err
	}
	return put(ctx)
}

// record makes the sink's rows of copies of the table's; those that are not among the copies are
// null.
func (r *rejecter) record(bad []arrow.Record, rows []rejected) (arrow.Record, error) {
	copies := rowsOf(bad)
	at := make([]int, len(rows)) // each row's place among the copies and a null after them
	why := make([]chunker.RejectedRow, len(rows))
	for i, row := range rows {
		if at[i], why[i] = row.row, row.RejectedRow; row.row < 0 {
			at[i] = copies
		}
	}
	var cols []arrow.Array
	for c, field := range r.in.Fields() {
		var parts []arrow.Array
		for _, rec := range bad {
			parts = append(parts, rec.Column(c))
		}
		joined, err := take.Concat(field.Type, append(parts, take.Nulls(field.Type, 1)))
		if err != nil {
			return nil, err
		}
		col, err := take.Rows(joined, at)
		if err != nil {
			return nil, err
		}
		cols = append(cols, col)
	}
	return array.NewRecord(r.schema, append(cols, chunker.RejectColumns(why)...), int64(len(rows))), nil
}
