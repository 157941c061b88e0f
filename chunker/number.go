package chunker

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
// numbered: rejected rows before it count.
func (c *Chunk) RowOf(i int) int64 {
	row := c.Row + int64(i)
	for _, r := range c.Rejects {
		if r.Row > row {
			break
		}
		row++
	}
	return row
}
