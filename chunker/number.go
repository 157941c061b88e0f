package chunker

import (
	"math/bits"
	"slices"
	"sort"
)

// Numberer gives the chunks of a stream, taken in its order, their row numbers:
// what a source that decodes chunks at the same time cannot know. The zero value
// is ready at the start of a stream.
type Numberer struct {
	file string
	next int64
}

// RowUnknown is the Row of a chunk whose rows nobody can number: those of a part of a file before
// which rows were not counted. A [Numberer] makes it -1, and leaves the Row of rejects and losses.
const RowUnknown = -2

// Number sets the chunk's Row, where the source left it at -1, and makes the rows
// of its Rejects and losses those of the file.
func (n *Numberer) Number(c *Chunk) { n.NumberRows(c, c.Len()) }

// NumberRows is Number for a chunk whose record is gone, or has other rows than came: it came with
// rows rows.
func (n *Numberer) NumberRows(c *Chunk, rows int) {
	if c.Row == RowUnknown {
		c.Row = -1
		return
	}
	c.Row = n.pass(c.File, c.Row, rows+len(c.Rejects))
	for _, e := range slices.Concat(c.Rejects, c.FirstLosses()) {
		e.Row += c.Row
	}
}

// pass goes behind rows of a file, and returns where they begin: at row, unless that is -1.
func (n *Numberer) pass(file string, row int64, rows int) int64 {
	if file != n.file {
		n.file, n.next = file, 0
	}
	if row < 0 {
		row = n.next
	}
	n.next = row + int64(rows)
	return row
}

// Fail makes the row of an error the row in the file: that of the part behind the chunks that were
// numbered, whose [Error] counts from the part's first row. It changes the error and returns it.
func (n *Numberer) Fail(err error) error {
	if e, ok := err.(*Error); ok && e.Row >= 0 && e.File == n.file {
		e.Row += n.next
	}
	return err
}

// RowOf returns the position in the file of row i of the chunk's record, once the chunk is
// numbered: rows before it that were rejected or left out count. -1 is not known. It costs a search
// among the Rejects, or a pass over Kept.
func (c *Chunk) RowOf(i int) int64 {
	if c.Row < 0 {
		return -1
	}
	if c.Kept != nil {
		return c.Row + int64(nth(c.Kept, i))
	}
	row := c.Row + int64(i)
	before := sort.Search(len(c.Rejects), func(k int) bool { return c.Rejects[k].Row-int64(k) > row })
	return row + int64(before)
}

// nth is the place of set bit i.
func nth(words []uint64, i int) int {
	for w, m := range words {
		if k := bits.OnesCount64(m); i >= k {
			i -= k
			continue
		}
		for ; i > 0; i-- {
			m &= m - 1
		}
		return 64*w + bits.TrailingZeros64(m)
	}
	return 64 * len(words)
}
