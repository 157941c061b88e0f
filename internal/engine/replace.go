package engine

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// Replace puts other rows in the stead of those that are there. Nobody knows which rows they came
// from.
func (b *Batch) Replace(schema *arrow.Schema, records []arrow.Record) {
	free := b.free()
	b.rows = make([]int, rowsOf(records))
	for i := range b.rows {
		b.rows[i] = free - i
	}
	b.Set(schema, records)
}

// free is a number below 0 that no row has, nor one that failed; nor has any row one below it. Two
// rows of one number would fail together.
func (b *Batch) free() int {
	last := 0
	if rows := b.origins(); len(rows) > 0 {
		last = min(last, slices.Min(rows))
	}
	for _, e := range b.failed {
		last = min(last, int(e.Row))
	}
	return last - 1
}

// PlaceOf is where a row that is there was read: its file and, if the source knows them by now, its
// row there and its line; -1 and 0 if it does not.
func (b *Batch) PlaceOf(row int) (file string, at, line int64) {
	if rows := b.origins(); rows != nil {
		row = rows[row]
	}
	file, at = b.chunk.File, -1
	if row < 0 || b.behind != nil { // behind a table it is known once the batch is settled
		return file, at, 0
	}
	if c := b.chunk; c.Row >= 0 {
		c.Row = 0 // as that of its rejects is before it is numbered
		at = b.chunk.Row + c.RowOf(row)
	}
	return file, at, b.chunk.Lines.Of(row)
}
