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
	stream *stream
	file   string
	text   []byte
	line   int64 // lines of the file before it
	offset int64 // bytes of the file before it
	read   int64
}

var indexes = sync.Pool{New: func() any { return new(csv.Index) }}

// decode parses the block into a chunk.
func (p *piece) decode(ctx context.Context) (chunker.Chunk, error) {
	defer bufpool.Put(p.text)
	if ctx.Err() != nil {
		return chunker.Chunk{}, context.Cause(ctx)
	}
	s := p.stream
	x := indexes.Get().(*csv.Index)
	defer indexes.Put(x)
	text := p.text
	if s.source.options.OnBad == Null {
		text = mend(text, s.dialect, len(s.columns), x)
	} else {
		x.Build(text, s.dialect, len(s.columns))
	}
	b := &block{text: text, index: x, quote: s.dialect.Quote, nulls: s.nulls}
	cols := make([]arrow.Array, len(s.wanted))
	for i, k := range s.wanted {
		decode, _ := decoderFor(s.columns[k].t)
		cols[i] = decode(b, k, s.columns[k].t)
	}
	c := chunker.Chunk{
		Record: array.NewRecord(s.schema, cols, int64(x.Rows)), File: p.file, Row: -1, Read: p.read,
		Lines: p.lines(x), Free: b.free,
	}
	if err := p.settle(b, &c); err != nil {
		c.Release()
		return chunker.Chunk{}, err
	}
	return c, nil
}

func (b *block) free() {
	for _, buf := range b.lent {
		bufpool.Put(buf)
	}
}

func (p *piece) lines(x *csv.Index) chunker.Lines {
	l := chunker.Lines{First: p.line + 1}
	for _, br := range x.Breaks {
		l.Extra = append(l.Extra, chunker.ExtraLine{Row: br.Row, Lines: int64(br.Line - br.Row)})
	}
	return l
}

// settle does what the options say about rows that are bad.
func (p *piece) settle(b *block, c *chunker.Chunk) error {
	if len(b.index.Bad) == 0 && len(b.bad) == 0 {
		return nil
	}
	policy := p.stream.source.options.OnBad
	if policy == Null && len(b.index.Bad) == 0 {
		return nil // values that do not fit are null already
	}
	all := p.problems(b, c.Lines)
	if policy != Reject {
		return all[0]
	}
	c.Rejects = all
	return b.leaveOut(c)
}

// problems lists bad rows, in their order: those without the right fields, and those with a value
// that does not fit, its first.
func (p *piece) problems(b *block, lines chunker.Lines) []*chunker.Error {
	var out []*chunker.Error
	for _, r := range b.index.Bad {
		out = append(out, &chunker.Error{
			Op: "read", File: p.file, Line: p.line + int64(r.Line) + 1, Row: int64(r.Row), Offset: p.offset + int64(r.Start),
			Raw: string(clip(b.text[r.Start:r.End])), Err: p.reason(r),
		})
	}
	slices.SortStableFunc(b.bad, func(x, y badValue) int { return x.row - y.row })
	last := -1
	for _, v := range b.bad {
		if v.row == last {
			continue
		}
		last = v.row
		f := b.field(v.row, v.column)
		value, _ := f.Text(b.text, b.quote, nil)
		raw := b.rowText(v.row)
		out = append(out, &chunker.Error{
			Op: "read", File: p.file, Line: lines.Of(v.row), Row: b.position(v.row), Offset: p.offset + int64(f.Start),
			Column: p.stream.columns[v.column].name, Value: string(clipTo(value, 100)), Raw: string(clip(raw)), Err: p.stream.misfit(v.column, value),
		})
	}
	slices.SortStableFunc(out, func(x, y *chunker.Error) int { return int(x.Row - y.Row) })
	return out
}

// position is a good row's place among all rows of the block.
func (b *block) position(row int) int64 {
	for _, r := range b.index.Bad {
		if r.Row > row {
			break
		}
		row++
	}
	return int64(row)
}

// rowText is a row as it stands in the block.
func (b *block) rowText(row int) []byte {
	first, last := b.field(row, 0), b.field(row, b.index.Columns-1)
	lo, hi := int(first.Start), int(last.Start)+len(last.Raw(b.text))
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

// leaveOut takes rows with values that do not fit out of the chunk.
func (b *block) leaveOut(c *chunker.Chunk) error {
	if len(b.bad) == 0 {
		return nil
	}
	gone := map[int]bool{}
	for _, v := range b.bad {
		gone[v.row] = true
	}
	var kept []int
	for row := range b.index.Rows {
		if !gone[row] {
			kept = append(kept, row)
		}
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
		f := one.Fields[columns-1]
		end := int(f.Start) + len(f.Raw(row))
		if f.Quoted() {
			end++
		}
		out = append(out, row[:end]...)
	}
	out = append(out, text[at:]...)
	x.Build(out, d, columns)
	return out
}
