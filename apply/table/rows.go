package table

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/index"
)

// Limit keeps the first rows of what comes in, in its order. Once they are there nothing more is
// read. If no step before it drops rows, no more than the chunk with the last of them is read; else
// steps before it may have computed some rows that are then dropped. Behind a sort, if the steps
// between hand every row on, the sort keeps no more rows than these. Bad rows behind the last
// count for nothing, but under [chunker.Stop] one in the same chunk may be told all the same.
func Limit(rows int64) chunker.Step { return limit{rows} }

type limit struct{ rows int64 }

func (l limit) String() string { return fmt.Sprintf("limit %d", l.rows) }

// Bind begins the count.
func (l limit) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	if l.rows < 0 {
		return nil, fmt.Errorf("limit: %d rows: give a number from 0", l.rows)
	}
	return &limited{limit: l, schema: in, left: l.rows}, nil
}

type limited struct {
	limit
	schema *arrow.Schema
	left   int64
}

// Most is how many rows it lets through: a sort before it keeps no more.
func (l limit) Most() int64 { return l.rows }

func (l *limited) Schema() *arrow.Schema { return l.schema }
func (l *limited) Reads() []int          { return nil }
func (l *limited) Fails() bool           { return false }
func (l *limited) Passes() []int         { return index.All(l.schema.NumFields()) }

// Wants is what comes out, and no more than the limit.
func (l *limited) Wants(rows int64) int64 {
	if rows < 0 {
		return l.rows
	}
	return min(rows, l.rows)
}

// Narrow begins the count for other columns.
func (l *limited) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return l.Bind(ctx, in)
}

// Next cuts the chunk that has the last row.
func (l *limited) Next(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	n := int64(c.Len())
	if n < l.left {
		l.left -= n
		return c, nil
	}
	c = c.Slice(0, int(l.left))
	l.left = 0
	return c, io.EOF
}

// RowNumber adds a column of the rows' numbers in the order of what comes in, from 0.
func RowNumber(column string) chunker.Step { return rowNumber{column} }

type rowNumber struct{ column string }

func (r rowNumber) String() string { return "row number " + r.column }

// Bind begins the count.
func (r rowNumber) Bind(_ context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	if r.column == "" || slices.Contains(chunker.Names(in), r.column) {
		return nil, fmt.Errorf("row number: column %q is there already, or has no name: give it another", r.column)
	}
	meta := in.Metadata()
	schema := arrow.NewSchema(append(slices.Clone(in.Fields()), arrow.Field{Name: r.column, Type: arrow.PrimitiveTypes.Int64}), &meta)
	return &numbered{rowNumber: r, schema: schema}, nil
}

type numbered struct {
	rowNumber
	schema *arrow.Schema
	next   int64
}

func (r *numbered) Schema() *arrow.Schema  { return r.schema }
func (r *numbered) Reads() []int           { return nil }
func (r *numbered) Fails() bool            { return false }
func (r *numbered) Wants(rows int64) int64 { return rows }

func (r *numbered) Passes() []int {
	out := index.All(r.schema.NumFields())
	out[len(out)-1] = -1
	return out
}

// Narrow begins the count beside other columns.
func (r *numbered) Narrow(ctx context.Context, in *arrow.Schema) (chunker.BoundStep, error) {
	return r.Bind(ctx, in)
}

// Next adds the numbers of a chunk's rows.
func (r *numbered) Next(_ context.Context, c chunker.Chunk) (chunker.Chunk, error) {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	b.Reserve(c.Len())
	for range c.Len() {
		b.UnsafeAppend(r.next)
		r.next++
	}
	cols := append(slices.Clone(c.Record.Columns()), b.NewArray())
	return c.With(array.NewRecord(r.schema, cols, c.Record.NumRows())), nil
}
