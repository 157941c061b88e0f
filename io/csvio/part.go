package csvio

import (
	"bytes"
	"context"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/charset"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/take"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

// piece is a part of the stream: text of whole rows, or the section of a file in which they are,
// and what becomes known of it while it is decoded.
type piece struct {
	stream  *stream
	section *section // where its text is yet to be read from; nil where it is
	file    string
	buf     []byte // of the pool, holds text
	text    []byte
	lines   int           // of the text
	line    int64         // lines of the file before it
	at      charset.Place // of it in the file
	read    int64

	encoding Encoding
	multi    bool             // see input
	raw      []byte           // the text as it was read, where it was written anew
	made     []byte           // of the pool, what was made of it
	moved    []dialect.Shifts // how, in that order

	rows     int // before the window, bad ones too
	breaks   []chunker.ExtraLine
	extra    int64 // lines more than rows, so far
	problems []*chunker.Error
	gone     []int  // rows of the record that are to be left out
	losses   []loss // of rows of the text, before they are counted in one of these:
	nulled   chunker.Losses
	cut      chunker.Losses
	mended   chunker.Losses
}

var indexes = sync.Pool{New: func() any { return new(csv.Index) }}

// decode parses the block into a chunk.
func (p *piece) decode(ctx context.Context) (chunker.Chunk, error) {
	if ctx.Err() != nil {
		bufpool.Put(p.buf)
		return chunker.Chunk{}, context.Cause(ctx)
	}
	if p.section != nil {
		if err := p.section.give(p); err != nil {
			return chunker.Chunk{}, err
		}
	}
	defer func() { bufpool.Put(p.buf); bufpool.Put(p.made) }()
	s := p.stream
	x := indexes.Get().(*csv.Index)
	defer indexes.Put(x)
	p.flatten()
	if s.source.options.OnError.Nulls() {
		p.mend(x, len(s.columns))
	}
	text := p.text
	if len(p.moved) > 0 {
		p.lines = bytes.Count(text, []byte{s.dialect.Newline})
	}
	// A row has a line, and at least a byte for each column.
	most := min(p.lines, len(text)/len(s.columns)) + 1
	b := &block{index: x, quote: s.dialect.Quote, most: most, size: len(text), converted: p.encoding != charset.UTF8}
	columns := make([]filler, len(s.wanted))
	for i, k := range s.wanted {
		columns[i] = s.columns[k].filler(b, k)
	}
	lines := 0
	for b.done < len(text) {
		b.text = text[b.done:]
		b.text = b.text[:x.Some(b.text, windowBytes, s.dialect, len(s.columns))]
		b.utf8 = !s.texts && !b.converted || charset.Valid(b.text, true)
		for i, c := range columns {
			b.nulls = s.columns[s.wanted[i]].Nulls
			c.fill(b)
		}
		p.places(b, lines)
		err := p.checkLengths(b)
		if err != nil {
			b.free()
			return chunker.Chunk{}, err
		}
		if err := p.settle(b, lines); err != nil {
			return p.before(b, columns, err), err
		}
		b.rows += x.Rows
		p.rows += x.Rows + len(x.Bad)
		b.done += len(b.text)
		lines += x.Lines
	}
	return p.chunk(b, columns)
}

// before is the chunk of the rows before the first that is bad, where reading stops there.
func (p *piece) before(b *block, columns []filler, err error) chunker.Chunk {
	e, ok := err.(*chunker.Error)
	if !ok || e.Row < int64(p.rows) || !p.stream.source.options.OnError.Stops() {
		b.free()
		return chunker.Chunk{}
	}
	rows := int64(b.rows) + e.Row - int64(p.rows)
	b.rows += b.index.Rows
	c, failed := p.chunk(b, columns)
	if failed != nil {
		return chunker.Chunk{}
	}
	c.Record = c.Record.NewSlice(0, rows)
	return c
}

// chunk makes a chunk of the columns.
func (p *piece) chunk(b *block, columns []filler) (chunker.Chunk, error) {
	cols := make([]arrow.Array, len(columns))
	for i, f := range columns {
		cols[i] = f.array(b)
	}
	c := chunker.Chunk{
		Record: array.NewRecord(p.stream.schema, cols, int64(b.rows)), Read: p.read,
		Origin:  chunker.Origin{File: p.file, Row: -1, Lines: chunker.Lines{First: p.line + 1, Extra: p.breaks}},
		Rejects: p.problems, Nulled: p.nulled, Cut: p.cut, Mended: p.mended, Free: b.free,
	}
	if err := leaveOut(p.gone, &c); err != nil {
		c.Release()
		return chunker.Chunk{}, err
	}
	return c, nil
}

// places notes the lines of the window's rows if a row does not take one line. line is the number
// of the block's lines before the window.
func (p *piece) places(b *block, line int) {
	at := func(row, line int) {
		if extra := int64(line - row); extra != p.extra {
			p.breaks = append(p.breaks, chunker.ExtraLine{Row: row, Lines: extra})
			p.extra = extra
		}
	}
	breaks := b.index.Breaks
	if b.index.Rows > 0 && (len(breaks) == 0 || breaks[0].Row > 0) {
		at(b.rows, line)
	}
	for _, br := range breaks {
		at(b.rows+br.Row, line+br.Line)
	}
}

const rawMax = 64 << 10 // of a rejected row that are kept

func clip(b []byte) []byte { return clipTo(b, rawMax) }

func clipTo(b []byte, n int) []byte {
	if len(b) > n {
		return append(bytes.Clone(b[:n]), "…"...)
	}
	return b
}

// leaveOut takes rows out of a chunk.
func leaveOut(gone []int, c *chunker.Chunk) error {
	if len(gone) == 0 {
		return nil
	}
	var kept []int
	for row := range c.Len() {
		if len(gone) > 0 && gone[0] == row {
			gone = gone[1:]
			continue
		}
		kept = append(kept, row)
	}
	lines := chunker.Lines{First: c.Lines.First}
	extra := int64(0)
	for i, row := range kept {
		if e := c.Lines.Of(row) - lines.First - int64(i); e != extra {
			lines.Extra = append(lines.Extra, chunker.ExtraLine{Row: i, Lines: e})
			extra = e
		}
	}
	cols := make([]arrow.Array, c.Record.NumCols())
	for i, col := range c.Record.Columns() {
		var err error
		if cols[i], err = take.Rows(col, kept); err != nil {
			return err
		}
	}
	c.Record = array.NewRecord(c.Record.Schema(), cols, int64(len(kept)))
	c.Lines = lines
	return nil
}
