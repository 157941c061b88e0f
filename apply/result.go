package apply

import (
	"fmt"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/take"
)

// column is a result column that many workers fill at the same time, each its own rows.
//
// Values of fixed width lie in one buffer, made before the first row: rows are
// disjoint, so writing them needs no lock. Bits do not respect that: rows of two
// workers share a byte where their ranges meet, so bitmaps are written under the
// lock, a vector at a time. Parts of variable width are kept as runs under the
// lock and joined in row order at the end.
type column struct {
	output
	rows   int
	values []byte // fixed width

	mu     sync.Mutex
	valid  []byte // made when the first null comes
	nulls  int
	texts  []textRun  // variable width
	arrays []arrayRun // results of Batch
}

type textRun struct {
	row int
	bind.Text
}

type arrayRun struct {
	row    int
	values arrow.Array
}

func newColumn(o output, rows int) *column {
	c := &column{output: o, rows: rows}
	switch size := bind.FixedBytes(o.packer.Width, rows); {
	case o.packer.Type == nil || o.packer.Width < 0:
	case o.packer.Width == 0: // zeros behind the last row
		c.values = bufpool.Aligned(size)
	default: // every row is written, or the pass fails
		c.values = bufpool.Fresh(size)
	}
	return c
}

// at is the memory of row row and on.
func (c *column) at(row int) []byte { return c.values[row*c.packer.Width:] }

// setBits writes n bits of a boolean column.
func (c *column) setBits(row, n int, bits []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bitmap.Copy(c.values, row, bits, 0, n)
}

// setValid marks rows as null whose bit is unset.
func (c *column) setValid(row, n int, valid []byte) {
	nulls := n - bitmap.Count(valid, 0, n)
	if nulls == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.valid == nil {
		c.valid = bufpool.Aligned(bitmap.Bytes(c.rows))
		bitmap.Fill(c.valid, 0, c.rows, true)
	}
	bitmap.Copy(c.valid, row, valid, 0, n)
	c.nulls += nulls
}

func (c *column) addText(run textRun) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts = append(c.texts, run)
}

func (c *column) addArray(run arrayRun) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.arrays = append(c.arrays, run)
}

// cut leaves out what lies behind the first rows. It reports whether these are all there, as far as
// it can tell: not where they are of fixed width.
func (c *column) cut(rows int) bool {
	slices.SortFunc(c.texts, func(a, b textRun) int { return a.row - b.row })
	slices.SortFunc(c.arrays, func(a, b arrayRun) int { return a.row - b.row })
	next := 0
	for i := range c.texts {
		t := &c.texts[i]
		if t.row >= rows {
			c.texts = c.texts[:i]
			break
		}
		if t.row != next {
			return false
		}
		t.Ends = t.Ends[:min(len(t.Ends), rows-next)]
		t.Data = t.Data[:t.Ends[len(t.Ends)-1]]
		next += len(t.Ends)
	}
	for i := range c.arrays {
		a := &c.arrays[i]
		if a.row >= rows {
			c.arrays = c.arrays[:i]
			break
		}
		if a.row != next {
			return false
		}
		if a.values.Len() > rows-next {
			a.values = array.NewSlice(a.values, 0, int64(rows-next))
		}
		next += a.values.Len()
	}
	return c.values != nil || next == rows
}

// finish makes the arrays of the column, one for each record batch: starts are the
// batches' first rows, and the number of rows last. No worker runs any more.
func (c *column) finish(starts []int) ([]arrow.Array, error) {
	slices.SortFunc(c.texts, func(a, b textRun) int { return a.row - b.row })
	slices.SortFunc(c.arrays, func(a, b arrayRun) int { return a.row - b.row })
	var whole arrow.Array
	if c.values != nil {
		whole = bind.MakeFixed(c.packer.Type, c.rows, c.nulls, c.valid, c.values)
	}
	out := make([]arrow.Array, len(starts)-1)
	for i := range out {
		lo, hi := starts[i], starts[i+1]
		var err error
		switch {
		case whole == nil && c.packer.Type == nil:
			out[i], err = c.joinArrays(hi)
		case whole == nil:
			out[i], err = c.joinTexts(lo, hi)
		case lo == 0 && hi == c.rows:
			out[i] = whole
		default:
			out[i] = array.NewSlice(whole, int64(lo), int64(hi))
		}
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", c.field.Name, err)
		}
	}
	return out, nil
}

// joinTexts takes the runs of rows up to hi off the list. Runs do not cross batches.
func (c *column) joinTexts(lo, hi int) (arrow.Array, error) {
	k := 0
	var runs []bind.Text
	for k < len(c.texts) && c.texts[k].row < hi {
		runs = append(runs, c.texts[k].Text)
		k++
	}
	c.texts = c.texts[k:]
	n := hi - lo
	if c.nulls == 0 {
		return bind.MakeText(c.packer.Type, n, 0, nil, runs)
	}
	valid := bufpool.Aligned(bitmap.Bytes(n))
	bitmap.Copy(valid, 0, c.valid, lo, n)
	return bind.MakeText(c.packer.Type, n, n-bitmap.Count(valid, 0, n), valid, runs)
}

func (c *column) joinArrays(hi int) (arrow.Array, error) {
	k := 0
	var parts []arrow.Array
	for k < len(c.arrays) && c.arrays[k].row < hi {
		parts = append(parts, c.arrays[k].values)
		k++
	}
	c.arrays = c.arrays[k:]
	return take.Concat(c.field.Type, parts)
}
