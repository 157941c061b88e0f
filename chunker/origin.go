package chunker

// Origin says where the rows of a chunk came from. It holds no rows: whoever needs their places
// after the chunk is released keeps the Origin, about 100 bytes, and the chunk's Rejects, which
// [Chunk.RowOf] counts.
// The zero Origin is that of rows in memory, from row 0 on.
type Origin struct {
	// File names the input the rows were read from; empty for memory.
	File string
	// Row is the position in File of the first row, counted from 0 over data rows, rejected ones
	// included (headers and blank lines are none); -1 if the source cannot know it before the
	// chunks ahead of this one are decoded. Whoever takes the chunks in order then knows: see
	// [Numberer]. [RowUnknown] if nobody can.
	Row int64
	// Kept has a bit for each row of File from Row on, the first lowest, if the source left out
	// rows between others: the chunk holds those whose bits are set. Nil: it holds them all.
	Kept []uint64
	// Lines finds the line, in a text file, of a row of the chunk.
	Lines Lines
}

// Lines maps the rows of a chunk to lines of a text file. Most chunks have one line a row, and hold
// no more than First; a row that spans lines, or blank lines between rows, adds an entry to Extra.
type Lines struct {
	First int64       // line of row 0, counted from 1; 0 if lines mean nothing
	Extra []ExtraLine // by ascending row
}

// ExtraLine says that rows from Row on lie Lines further down than one line a row would put them,
// counted from the start of the chunk.
type ExtraLine struct {
	Row   int
	Lines int64
}

// Of returns the line on which row begins, or 0 if lines mean nothing here.
func (l Lines) Of(row int) int64 {
	if l.First == 0 {
		return 0
	}
	lo, hi := 0, len(l.Extra)
	for lo < hi {
		mid := (lo + hi) / 2
		if l.Extra[mid].Row <= row {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	line := l.First + int64(row)
	if lo > 0 {
		line += l.Extra[lo-1].Lines
	}
	return line
}
