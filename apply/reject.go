package apply

import (
	"context"
	"errors"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/take"
)

// without leaves the rows of bad out of f, and returns which rows of the first table are left.
func without(f *frame.Frame, bad []*RowError, rowOf []int, total int) (*frame.Frame, []int, error) {
	if rowOf == nil {
		rowOf = make([]int, total)
		for i := range rowOf {
			rowOf[i] = i
		}
	}
	gone := make(map[int]bool, len(bad))
	for _, e := range bad {
		gone[int(e.Row)] = true // rows of the first table by now
	}
	mask := make([]bool, f.NumRows())
	var kept []int
	for i, row := range rowOf {
		if mask[i] = !gone[row]; mask[i] {
			kept = append(kept, row)
		}
	}
	out, err := f.Filter(mask)
	return out, kept, err
}

func sortRows(failed []*RowError) {
	slices.SortStableFunc(failed, func(a, b *RowError) int { return int(a.Row - b.Row) })
}

// distinctRows counts rows, of which several functions may have failed.
func distinctRows(failed []*RowError) int {
	n, last := 0, int64(-1)
	for _, e := range failed {
		if e.Row != last {
			n, last = n+1, e.Row
		}
	}
	return n
}

// rejected is a row on its way to the sink: of a function's error, or one that the
// source could not decode.
type rejected struct {
	row int // in the table, -1 where it is not there
	chunker.Reject
}

func ofRowErrors(failed []*RowError, rowIn func(*RowError) int) []rejected {
	var out []rejected
	last := int64(-1)
	for _, e := range failed {
		if e.Row == last { // a second function failed on the row: one row, both reasons
			out[len(out)-1].Reason += "; " + e.Func + ": " + e.Err.Error()
			continue
		}
		last = e.Row
		out = append(out, rejected{rowIn(e), chunker.Reject{File: e.File, Row: e.Row, Line: e.Line, Offset: -1, Function: e.Func, Reason: e.Err.Error()}})
	}
	return out
}

// rejectRecord makes the sink's rows of a table's.
func rejectRecord(schema *arrow.Schema, f *frame.Frame, rows []rejected) (arrow.Record, error) {
	there := []int{}             // rows to take
	at := make([]int, len(rows)) // each row's place among them, a null's behind
	why := make([]chunker.Reject, len(rows))
	for i, r := range rows {
		why[i] = r.Reject
		if at[i] = -1; r.row >= 0 {
			at[i] = len(there)
			there = append(there, r.row)
		}
	}
	for i := range at {
		if at[i] < 0 {
			at[i] = len(there)
		}
	}
	taken, err := f.Take(there)
	if err != nil {
		return nil, err
	}
	var cols []arrow.Array
	for c, field := range f.Schema().Fields() {
		parts := []arrow.Array{take.Nulls(field.Type, 1)}
		if len(there) > 0 {
			parts = []arrow.Array{taken.Records()[0].Column(c), parts[0]}
		}
		joined, err := take.Concat(field.Type, parts)
		if err != nil {
			return nil, err
		}
		col, err := take.Rows(joined, at)
		if err != nil {
			return nil, err
		}
		cols = append(cols, col)
	}
	return array.NewRecord(schema, append(cols, chunker.RejectColumns(why)...), int64(len(rows))), nil
}

// writeRejects writes a frame's rejected rows to a sink, whole.
func writeRejects(ctx context.Context, sink chunker.Sink, f *frame.Frame, failed []*RowError) (err error) {
	r, err := newRejecter(ctx, sink, f.Schema())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.w.Close()) }()
	rows := ofRowErrors(failed, func(e *RowError) int { return int(e.Row) })
	if err := r.add(ctx, f, rows); err != nil {
		return err
	}
	return r.w.Commit(ctx)
}

// rejecter writes rejected rows to a sink.
type rejecter struct {
	schema *arrow.Schema
	w      chunker.Writer
	torn   error // of a write: what was written lacks rows, and is not committed
}

func newRejecter(ctx context.Context, sink chunker.Sink, in *arrow.Schema) (*rejecter, error) {
	schema := chunker.RejectSchema(in.Fields()...)
	w, err := chunker.Create(ctx, sink, schema)
	return &rejecter{schema: schema, w: w}, err
}

func (r *rejecter) add(ctx context.Context, f *frame.Frame, rows []rejected) error {
	if len(rows) > 0 && r.torn == nil {
		r.torn = r.write(ctx, f, rows)
	}
	return r.torn
}

func (r *rejecter) write(ctx context.Context, f *frame.Frame, rows []rejected) error {
	rec, err := rejectRecord(r.schema, f, rows)
	if err != nil {
		return err
	}
	put, err := r.w.Write(ctx, chunker.Chunk{Record: rec, Row: -1})
	if err != nil {
		return err
	}
	return put(ctx)
}
