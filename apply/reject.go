package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

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

// rejectFields say why and where a row was rejected.
var rejectFields = []arrow.Field{
	{Name: "reject_reason", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "reject_function", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "reject_file", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "reject_row", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "reject_line", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "reject_text", Type: arrow.BinaryTypes.String, Nullable: true},
}

// rejectSchema is the input's columns and why a row was rejected. Where the input has one of these columns, from a
// run before, it keeps it, and all of the new ones are numbered.
func rejectSchema(in *arrow.Schema) *arrow.Schema {
	suffix := ""
	for n := 2; slices.ContainsFunc(rejectFields, func(f arrow.Field) bool { return in.HasField(f.Name + suffix) }); n++ {
		suffix = fmt.Sprintf("_%d", n)
	}
	fields := slices.Clone(in.Fields())
	for _, f := range rejectFields {
		f.Name += suffix
		fields = append(fields, f)
	}
	return arrow.NewSchema(fields, nil)
}

// rejected is a row on its way to the sink: of a function's error, or one that the
// source could not decode.
type rejected struct {
	row            int // in the table, -1 where it is not there
	reason, fn     string
	file, text     string
	fileRow, lines int64
}

func ofRowErrors(failed []*RowError, rowIn func(*RowError) int) []rejected {
	var out []rejected
	last := int64(-1)
	for _, e := range failed {
		if e.Row == last { // a second function failed on the row: one row, both reasons
			out[len(out)-1].reason += "; " + e.Func + ": " + e.Err.Error()
			continue
		}
		last = e.Row
		out = append(out, rejected{row: rowIn(e), reason: e.Err.Error(), fn: e.Func, file: e.File, fileRow: e.Row, lines: e.Line})
	}
	return out
}

// rejectRecord makes the sink's rows of a table's.
func rejectRecord(schema *arrow.Schema, f *frame.Frame, rows []rejected) (arrow.Record, error) {
	in := schema.NumFields() - len(rejectFields)
	there, at := []int{}, make([]int, len(rows)) // rows to take; each row's place among them, a null's behind
	for i, r := range rows {
		if at[i] = -1; r.row >= 0 {
			at[i] = len(there)
			there = append(there, r.row)
		}
	}
	taken, err := f.Take(there)
	if err != nil {
		return nil, err
	}
	cols := make([]arrow.Array, schema.NumFields())
	for c := range in {
		null := take.Nulls(schema.Field(c).Type, 1)
		parts := []arrow.Array{null}
		if len(there) > 0 {
			parts = []arrow.Array{taken.Records()[0].Column(c), null}
		}
		joined, err := take.Concat(schema.Field(c).Type, parts)
		if err != nil {
			return nil, err
		}
		order := slices.Clone(at)
		for i := range order {
			if order[i] < 0 {
				order[i] = len(there)
			}
		}
		if cols[c], err = take.Rows(joined, order); err != nil {
			return nil, err
		}
	}
	text := func(of func(rejected) string) arrow.Array {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		for _, r := range rows {
			if s := of(r); s == "" {
				b.AppendNull()
			} else {
				b.Append(strings.ToValidUTF8(s, "\uFFFD"))
			}
		}
		return b.NewArray()
	}
	number := func(of func(rejected) int64, none int64) arrow.Array {
		b := array.NewInt64Builder(memory.DefaultAllocator)
		for _, r := range rows {
			if n := of(r); n == none {
				b.AppendNull()
			} else {
				b.Append(n)
			}
		}
		return b.NewArray()
	}
	cols[in] = text(func(r rejected) string { return r.reason })
	cols[in+1] = text(func(r rejected) string { return r.fn })
	cols[in+2] = text(func(r rejected) string { return r.file })
	cols[in+3] = number(func(r rejected) int64 { return r.fileRow }, -1)
	cols[in+4] = number(func(r rejected) int64 { return r.lines }, 0)
	cols[in+5] = text(func(r rejected) string { return r.text })
	return array.NewRecord(schema, cols, int64(len(rows))), nil
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
}

func newRejecter(ctx context.Context, sink chunker.Sink, in *arrow.Schema) (*rejecter, error) {
	schema := rejectSchema(in)
	w, err := chunker.Create(ctx, sink, schema)
	return &rejecter{schema, w}, err
}

func (r *rejecter) add(ctx context.Context, f *frame.Frame, rows []rejected) error {
	if len(rows) == 0 {
		return nil
	}
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
