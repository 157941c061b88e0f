package csvio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bufpool"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/internal/take"
)

// piece is a block of whole rows that is not parsed yet.
type piece struct {
	stream  *stream
	section *section // where its text is yet to be read from; nil where it is
	file    string
	buf     []byte // of the pool, holds text
	text    []byte
	lines   int   // of the text
	line    int64 // lines of the file before it
	offset  int64 // bytes of the file before it
	read    int64

	rows     int // before the window, bad ones too
	breaks   []chunker.ExtraLine
	extra    int64 // lines more than rows, so far
	problems []*chunker.Error
	gone     []int // rows of the record that are to be left out
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
	defer bufpool.Put(p.buf)
	s := p.stream
	x := indexes.Get().(*csv.Index)
	defer indexes.Put(x)
	text := p.text
	if s.source.options.OnBad == Null {
		text = mend(text, s.dialect, len(s.columns), x)
	}
	// A row has a line, and at least a byte for each column.
	most := min(p.lines, len(text)/len(s.columns)) + 1
	b := &block{index: x, quote: s.dialect.Quote, nulls: s.nulls, most: most, size: len(text)}
	columns := make([]filler, len(s.wanted))
	for i, k := range s.wanted {
		decode, _ := decoderFor(s.columns[k].t)
		columns[i] = decode(b, k)
	}
	lines := 0
	for b.done < len(text) {
		b.text = text[b.done:]
		b.text = b.text[:x.Some(b.text, windowBytes, s.dialect, len(s.columns))]
		for _, c := range columns {
			c.fill(b)
		}
		p.places(b, lines)
		if err := p.settle(b, lines); err != nil {
			b.free()
			return chunker.Chunk{}, err
		}
		b.rows += x.Rows
		p.rows += x.Rows + len(x.Bad)
		b.done += len(b.text)
		lines += x.Lines
	}
	return p.chunk(b, columns)
}

// chunk makes a chunk of the columns.
func (p *piece) chunk(b *block, columns []filler) (chunker.Chunk, error) {
	cols := make([]arrow.Array, len(columns))
	for i, f := range columns {
		cols[i] = f.array(b)
	}
	c := chunker.Chunk{
		Record: array.NewRecord(p.stream.schema, cols, int64(b.rows)), File: p.file, Row: -1, Read: p.read,
		Lines: chunker.Lines{First: p.line + 1, Extra: p.breaks}, Rejects: p.problems, Free: b.free,
	}
	if err := leaveOut(p.gone, &c); err != nil {
		c.Release()
		return chunker.Chunk{}, err
	}
	return c, nil
}

// places notes where the window's rows lie that do not take a line each; line is the lines of the block before it.
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

// settle does what the options say about rows of the window that are bad.
func (p *piece) settle(b *block, line int) error {
	if len(b.index.Bad) == 0 && len(b.bad) == 0 {
		return nil
	}
	policy := p.stream.source.options.OnBad
	if policy == Null && len(b.index.Bad) == 0 {
		b.bad = b.bad[:0]
		return nil // values that do not fit are null already
	}
	all := p.told(b, line)
	if policy != Reject {
		return all[0]
	}
	p.problems = append(p.problems, all...)
	b.bad = b.bad[:0]
	return nil
}

// told lists the window's bad rows, in their order: those without the right fields, and those with a value
// that does not fit, its first.
func (p *piece) told(b *block, line int) []*chunker.Error {
	var out []*chunker.Error
	base := p.offset + int64(b.done)
	for _, r := range b.index.Bad {
		out = append(out, &chunker.Error{
			Op: "read", File: p.file, Line: p.line + int64(line+r.Line) + 1, Row: int64(p.rows + r.Row), Offset: base + int64(r.Start),
			Raw: string(clip(b.text[r.Start:r.End])), Err: p.reason(r),
		})
	}
	slices.SortStableFunc(b.bad, func(x, y badValue) int { return x.row - y.row })
	lines := chunker.Lines{First: p.line + 1, Extra: p.breaks}
	last := -1
	for _, v := range b.bad {
		if v.row == last {
			continue
		}
		last = v.row
		p.gone = append(p.gone, b.rows+v.row)
		f := b.index.Field(v.row, v.column)
		value, _ := f.Text(b.text, b.quote, nil)
		out = append(out, &chunker.Error{
			Op: "read", File: p.file, Line: lines.Of(b.rows + v.row), Row: int64(p.rows) + b.position(v.row), Offset: base + int64(f.Start),
			Column: p.stream.columns[v.column].name, Value: string(clipTo(value, 100)), Raw: string(clip(b.rowText(v.row))), Err: p.stream.misfit(v.column, value),
		})
	}
	slices.SortStableFunc(out, func(x, y *chunker.Error) int { return int(x.Row - y.Row) })
	return out
}

// position is a good row's place among all rows of the window.
func (b *block) position(row int) int64 {
	for _, r := range b.index.Bad {
		if r.Row > row {
			break
		}
		row++
	}
	return int64(row)
}

// rowText is a row as it stands in the window.
func (b *block) rowText(row int) []byte {
	first, last := b.index.Field(row, 0), b.index.Field(row, b.index.Columns-1)
	lo, hi := first.Start, last.End
	if first.Quoted() {
		lo--
	}
	if last.Quoted() {
		hi++
	}
	return b.text[lo:hi]
}

const rawMax = 64 << 10 // of a rejected row that are kept

func clip(b []byte) []byte { return clipTo(b, rawMax) }

func clipTo(b []byte, n int) []byte {
	if len(b) > n {
		return append(bytes.Clone(b[:n]), "…"...)
	}
	return b
}

func (p *piece) reason(r csv.BadRow) error {
	want := len(p.stream.columns)
	switch r.Problem {
	case csv.TextAfterQuote:
		return errors.New("there is text behind a closing quote: double the quotes inside a quoted field")
	case csv.Unclosed:
		return errors.New("a quote is opened in this row and never closed")
	}
	return fmt.Errorf("the row has %d fields, there are %d columns", r.Fields, want)
}

// misfit is why a value does not fit its column, and what would.
func (s *stream) misfit(column int, value []byte) error {
	c := s.columns[column]
	e := &valueError{want: c.t, found: c.found, wider: arrow.BinaryTypes.String}
	if _, isFloat := csv.Float(trim(value)); isFloat && c.t.ID() == arrow.INT64 && bytes.ContainsAny(value, ".eEnN") {
		e.wider = arrow.PrimitiveTypes.Float64
	}
	return e
}

// surprise takes the column, and a type that is wide enough, out of an error about a value that does
// not fit a type found from samples.
func surprise(err error) (column string, wider arrow.DataType) {
	var ce *chunker.Error
	var ve *valueError
	if errors.As(err, &ce) && errors.As(err, &ve) && ve.found {
		return ce.Column, ve.wider
	}
	return "", nil
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

// mend makes short rows longer and long ones shorter, for those who want nulls in
// place of errors, by writing the text anew. Text behind closing quotes stays an error.
func mend(text []byte, d csv.Dialect, columns int, x *csv.Index) []byte {
	x.Build(text, d, columns)
	ragged := slices.ContainsFunc(x.Bad, func(r csv.BadRow) bool { return r.Problem == csv.TooFew || r.Problem == csv.TooMany })
	if !ragged {
		return text
	}
	var out []byte
	at := 0
	one := new(csv.Index)
	for _, r := range x.Bad {
		if r.Problem != csv.TooFew && r.Problem != csv.TooMany {
			continue
		}
		out = append(out, text[at:r.Start]...)
		at = r.End
		row := text[r.Start:r.End]
		if r.Problem == csv.TooFew {
			out = append(append(out, row...), strings.Repeat(string(d.Delimiter), columns-r.Fields)...)
			continue
		}
		one.Build(row, d, 0)
		f := one.Field(0, columns-1)
		end := f.End
		if f.Quoted() {
			end++
		}
		out = append(out, row[:end]...)
	}
	return append(out, text[at:]...)
}
