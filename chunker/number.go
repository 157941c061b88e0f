package chunker

import "math/bits"

// Numberer gives the chunks of a stream, taken in its order, their row numbers:
// what a source that decodes chunks at the same time cannot know. The zero value
// is ready at the start of a stream.
type Numberer struct {
	file string
	next int64
}

// Number sets the chunk's Row, where the source left it at -1, and makes the rows
// of its Rejects those of the file.
func (n *Numberer) Number(c *Chunk) {
	if c.File != n.file {
		n.file, n.next = c.File, 0
	}
	if c.Row < 0 {
		c.Row = n.next
	}
	for _, r := range c.Rejects {
		r.Row += c.Row
	}
	n.next = c.Row + int64(c.Len()+len(c.Rejects))
}

// RowOf returns the position in the file of row i of the chunk's record, once the chunk is
// numbered: rows before it that were rejected or left out count.
func (c *Chunk) RowOf(i int) int64 {
	if c.Kept != nil {
		return c.Row + int64(nth(c.Kept, i))
	}
	row := c.Row + int64(i)
	for _, r := range c.Rejects {
		if r.Row > row {
			break
		}
		row++
	}
	return row
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
