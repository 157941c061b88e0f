package order

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/spill"
	"github.com/volley-go/volley/internal/take"
)

// run is sorted rows, in memory or spilled. It is cut into blocks, of which the first row's keys
// are at hand, the block's head: so ranges of keys are found without reading.
type run struct {
	rows  int64
	bytes int64 // that are counted for it, of the rows or of the heads

	rec       arrow.Record // in memory
	blockRows int
	weigh     weigher // of rec

	spilled *spill.Run
	starts  []int64 // of each spilled block: its first row
	file    *spill.File

	heads []column // of rec, or of a row for each spilled block
	sums  []int64  // bits of the rows before each block, and of all: see weigher
}

func (r *run) blocks() int {
	if r.spilled != nil {
		return r.spilled.Blocks()
	}
	return int(r.rows+int64(r.blockRows)-1) / r.blockRows
}

// start is the first row of a block; of the block behind the last, the number of rows.
func (r *run) start(block int) int64 {
	switch {
	case block >= r.blocks():
		return r.rows
	case r.spilled != nil:
		return r.starts[block]
	}
	return int64(block) * int64(r.blockRows)
}

// blockOf is the block that a row is in.
func (r *run) blockOf(row int64) int {
	if r.spilled == nil {
		return int(row) / r.blockRows
	}
	return sort.Search(len(r.starts), func(b int) bool { return r.starts[b] > row }) - 1
}

// slice is rows of a run in memory.
func (r *run) slice(lo, hi int64) slice {
	return slice{rec: r.rec, keys: r.heads, weigh: r.weigh, lo: int(lo), hi: int(hi)}
}

// head is where the keys of a block's first row are.
func (r *run) head(block int) (keys []column, row int) {
	if r.spilled != nil {
		return r.heads, block
	}
	return r.heads, block * r.blockRows
}

// blockBytes is what a block takes in memory once it is read.
func (r *run) blockBytes(block int) int64 {
	if r.spilled != nil {
		_, bytes := r.spilled.Block(block)
		return bytes
	}
	return r.bytes * (r.start(block+1) - r.start(block)) / max(r.rows, 1)
}

// keysOf are the keys' columns of a record.
func (b *bound) keysOf(rec arrow.Record) []column {
	out := make([]column, len(b.at))
	for i, at := range b.at {
		out[i] = newColumn(rec.Column(at), b.keys[i])
	}
	return out
}

// compareKeys compares rows of two records by their keys.
func compareKeys(a []column, row int, b []column, other int) int {
	for k := range a {
		if order := a[k].compare(row, &b[k], other); order != 0 {
			return order
		}
	}
	return 0
}

// slice is neighbouring rows of a record.
type slice struct {
	rec    arrow.Record
	keys   []column
	weigh  weigher
	lo, hi int
}

func (s slice) len() int { return s.hi - s.lo }

// firstBehind is the first row that does not come before the first of a block of another run. Of
// equal rows, those of the earlier run come first.
func (s slice) firstBehind(at int, runs []*run, e entry) int {
	keys, row := runs[e.run].head(int(e.block))
	equalIsBehind := at > int(e.run)
	return s.lo + sort.Search(s.len(), func(i int) bool {
		order := compareKeys(s.keys, s.lo+i, keys, row)
		return order > 0 || order == 0 && equalIsBehind
	})
}

// columnBytes is about what an array takes beside its values.
const columnBytes = 512

// bytesOf is what a record of its own takes.
func bytesOf(rec arrow.Record) int64 { return chunker.Bytes(rec) + columnBytes*rec.NumCols() }

// copyBytes is about what a copy of a record takes, which has no more entries of a dictionary than
// rows.
func copyBytes(rec arrow.Record) int64 {
	n := columnBytes * rec.NumCols()
	cols := make([]arrow.Array, rec.NumCols())
	fields := slices.Clone(rec.Schema().Fields())
	for i, c := range rec.Columns() {
		if cols[i] = c; c.DataType().ID() != arrow.DICTIONARY {
			continue
		}
		words := c.(*array.Dictionary).Dictionary()
		entries, bytes := int64(words.Len()), int64(words.Data().SizeInBytes())
		n += bytes * min(entries, rec.NumRows()) / max(entries, 1)
		cols[i] = c.(*array.Dictionary).Indices()
		fields[i].Type = cols[i].DataType()
	}
	return n + chunker.Bytes(array.NewRecord(arrow.NewSchema(fields, nil), cols, rec.NumRows()))
}

// inMemory makes a run of a sorted record that nobody else has.
func (b *bound) inMemory(rec arrow.Record, blockBytes int64) *run {
	settle(rec)
	rows, bytes := rec.NumRows(), bytesOf(rec)
	blockRows := min(max(blockBytes*rows/bytes, 1), 1024)
	r := &run{rows: rows, bytes: bytes, rec: rec, blockRows: int(blockRows), weigh: weigherOf(rec), heads: b.keysOf(rec)}
	r.sums = r.weigh.sumsOf(int(rows), r.blockRows)
	return r
}

// settle makes what arrays make when they are first asked, so that spans may share a record.
func settle(rec arrow.Record) {
	for _, c := range rec.Columns() {
		bind.CountNulls(c)
	}
}

// gather makes a record of rows of slices.
func gather(schema *arrow.Schema, from []slice, picks []take.Pick) (arrow.Record, error) {
	cols := make([]arrow.Array, schema.NumFields())
	arrays := make([]arrow.Array, len(from))
	for i, f := range schema.Fields() {
		for k, s := range from {
			arrays[k] = s.rec.Column(i)
		}
		var err error
		if cols[i], err = take.Picks(f.Type, arrays, picks); err != nil {
			return nil, fmt.Errorf("order: column %q: %w", f.Name, err)
		}
	}
	return array.NewRecord(schema, cols, int64(len(picks))), nil
}

// spiller writes a run into a file.
type spiller struct {
	bound      *bound
	blockBytes int64
	file       *spill.File
	out        *spill.Run
	starts     []int64
	sums       []int64
	rows       int64
	heads      [][]arrow.Array // of each key: the values of the blocks' first rows, one after another
}

// headsMax is how many arrays of heads there may be before they are joined.
const headsMax = 256

func (b *bound) spillTo(file *spill.File, blockBytes int64) *spiller {
	return &spiller{bound: b, blockBytes: blockBytes, file: file, out: file.Run(b.schema), sums: make([]int64, 1), heads: make([][]arrow.Array, len(b.at))}
}

// add writes rows behind those that were written, in blocks. A block that turns out larger than it
// should be is made anew as two.
func (s *spiller) add(ctx context.Context, from []slice, picks []take.Pick) error {
	rows := len(picks)
	for len(picks) > 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rows = min(rows, len(picks))
		rec, err := gather(s.bound.schema, from, picks[:rows])
		if err != nil {
			return err
		}
		if bytes := chunker.Bytes(rec); bytes > 2*s.blockBytes && rows > 1 {
			rows = max(1, int(int64(rows)*s.blockBytes/bytes))
			continue
		}
		if err := s.block(ctx, rec); err != nil {
			return err
		}
		picks = picks[rows:]
	}
	return nil
}

func (s *spiller) block(ctx context.Context, rec arrow.Record) error {
	for k, at := range s.bound.at {
		head, err := valueOf(rec.Column(at), 0)
		if err != nil {
			return err
		}
		if s.heads[k] = append(s.heads[k], head); len(s.heads[k]) < headsMax {
			continue
		}
		if head, err = s.joined(k); err != nil {
			return err
		}
		s.heads[k] = append(s.heads[k][:0], head)
	}
	s.starts = append(s.starts, s.rows)
	s.rows += rec.NumRows()
	weigh := weigherOf(rec)
	s.sums = append(s.sums, s.sums[len(s.sums)-1]+weigh.bits(0, int(rec.NumRows())))
	put, err := s.out.Write(ctx, chunker.Chunk{Record: rec, Origin: chunker.Origin{Row: -1}})
	if err != nil {
		return err
	}
	return put(ctx)
}

// valueOf is an array of one row's value, without the dictionary or the run that it is in.
func valueOf(arr arrow.Array, row int) (arrow.Array, error) {
	if arr.IsNull(row) {
		return take.Nulls(plain(arr.DataType()), 1), nil
	}
	switch a := arr.(type) {
	case *array.Dictionary:
		return valueOf(a.Dictionary(), a.GetValueIndex(row))
	case *array.RunEndEncoded:
		return valueOf(a.Values(), a.GetPhysicalIndex(row))
	case array.ExtensionArray:
		return valueOf(a.Storage(), row)
	}
	return take.Picks(arr.DataType(), []arrow.Array{arr}, []take.Pick{{Row: int32(row)}})
}

// blockIndexBytes is about what the place of a block takes in memory.
const blockIndexBytes = 72

// done ends the run.
func (s *spiller) done(ctx context.Context) (*run, error) {
	if err := s.out.Commit(ctx); err != nil {
		return nil, err
	}
	r := &run{rows: s.rows, spilled: s.out, starts: s.starts, sums: s.sums, file: s.file, bytes: blockIndexBytes * int64(len(s.starts))}
	for k, key := range s.bound.keys {
		heads, err := s.joined(k)
		if err != nil {
			return nil, err
		}
		r.bytes += int64(heads.Data().SizeInBytes())
		r.heads = append(r.heads, newColumn(heads, key))
	}
	return r, nil
}

func (s *spiller) joined(k int) (arrow.Array, error) {
	picks := make([]take.Pick, 0, len(s.starts))
	for i, a := range s.heads[k] {
		for row := range a.Len() {
			picks = append(picks, take.Pick{Array: int32(i), Row: int32(row)})
		}
	}
	return take.Picks(plain(s.bound.schema.Field(s.bound.at[k]).Type), s.heads[k], picks)
}

// plain is the type that valueOf gives of a column.
func plain(t arrow.DataType) arrow.DataType {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return plain(t.ValueType)
	case *arrow.RunEndEncodedType:
		return plain(t.Encoded())
	case arrow.ExtensionType:
		return plain(t.StorageType())
	}
	return t
}
