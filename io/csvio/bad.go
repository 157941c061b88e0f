package csvio

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/csv"
)

// settle does what the options say about rows of the window that are bad; line is the lines of the block
// before it.
func (p *piece) settle(b *block, line int) error {
	defer func() { b.bad = b.bad[:0] }()
	if len(b.index.Bad) == 0 && len(b.bad) == 0 && len(p.cut) == 0 {
		return nil
	}
	policy := p.stream.source.options.OnBad
	if policy == Stop {
		return p.first(b, line)
	}
	if p.stream.source.wider != nil {
		if err := p.widen(b, line); err != nil {
			return err
		}
	}
	if policy == Null {
		p.nulled += p.lossy(b)
		b.bad = b.bad[:0] // values that do not fit are null already
	}
	for _, e := range p.told(b, line) {
		if policy == Skip {
			e.Raw = ""
		}
		p.problems = append(p.problems, e)
	}
	return nil
}

// lossy counts rows of the window with a value that became null, or a field that was missing or cut off.
func (p *piece) lossy(b *block) int {
	rows := map[int]bool{}
	for _, v := range b.bad {
		rows[v.row] = true
	}
	for len(p.cut) > 0 && p.cut[0] < b.done+len(b.text) {
		at := p.cut[0] - b.done
		p.cut = p.cut[1:]
		row := sort.Search(b.index.Rows, func(row int) bool { lo, _ := b.rowAt(row); return lo >= at })
		if row < b.index.Rows {
			if lo, _ := b.rowAt(row); lo == at { // else it is bad still, and left out
				rows[row] = true
			}
		}
	}
	return len(rows)
}

// widen is the error that has a file read again with floats where samples were of integers: nothing is bad
// about those.
func (p *piece) widen(b *block, line int) error {
	wider := p.wider(b)
	maps.DeleteFunc(wider, func(_ string, t arrow.DataType) bool { return t.ID() != arrow.FLOAT64 })
	if len(wider) == 0 {
		return nil
	}
	e := p.badField(b, b.bad[0], line)
	e.Err = &valueError{want: p.stream.columns[b.bad[0].column].t, found: true, wider: arrow.PrimitiveTypes.Float64, columns: wider}
	return e
}

// told lists the window's bad rows, in their order: those without the right fields, and those with a value
// that does not fit, its first.
func (p *piece) told(b *block, line int) []*chunker.Error {
	var out []*chunker.Error
	for _, r := range b.index.Bad {
		out = append(out, p.badRow(b, r, line))
	}
	slices.SortStableFunc(b.bad, func(x, y badValue) int { return x.row - y.row })
	last := -1
	for _, v := range b.bad {
		if v.row != last {
			last = v.row
			p.gone = append(p.gone, b.rows+v.row)
			out = append(out, p.badField(b, v, line))
		}
	}
	slices.SortStableFunc(out, func(x, y *chunker.Error) int { return int(x.Row - y.Row) })
	return out
}

// first is the first that told would list.
func (p *piece) first(b *block, line int) error {
	var first *badValue
	for i, v := range b.bad {
		if first == nil || v.row < first.row {
			first = &b.bad[i]
		}
	}
	if first == nil || len(b.index.Bad) > 0 && int64(b.index.Bad[0].Row) < b.position(first.row) {
		return p.badRow(b, b.index.Bad[0], line)
	}
	e := p.badField(b, *first, line)
	if ve, ok := e.Err.(*valueError); ok {
		ve.columns = p.wider(b)
	}
	return e
}

// wider are types that are wide enough for all values of the window, by columns: reading again
// widens them together.
func (p *piece) wider(b *block) map[string]arrow.DataType {
	out := map[string]arrow.DataType{}
	for _, v := range b.bad {
		name := p.stream.columns[v.column].name
		if t := out[name]; t != nil && t.ID() == arrow.STRING {
			continue
		}
		value, _ := b.index.Field(v.row, v.column).Text(b.text, b.quote, nil)
		if e, ok := p.misfit(v.column, value).(*valueError); ok && e.found {
			out[name] = e.wider
		}
	}
	return out
}

// badRow says what is wrong with a row that is no row of the table. Of one that opens a quote and never closes
// it, the line and byte are those of the quote.
func (p *piece) badRow(b *block, r csv.BadRow, line int) *chunker.Error {
	at := r.Start
	line += r.Line
	if r.Problem == csv.Unclosed {
		var w row
		p.plainRules().next(b.text[r.Start:r.End], 0, &w)
		at += max(w.quoteAt, 0)
		line += bytes.Count(b.text[r.Start:at], []byte{p.stream.dialect.Newline})
	}
	return &chunker.Error{
		Op: "read", File: p.file, Line: p.line + int64(line) + 1, Row: int64(p.rows + r.Row), Offset: p.fileOffset(b.done + at),
		Raw: p.rawText(b.done+r.Start, b.done+r.End), Err: p.reason(r),
	}
}

// badField says what is wrong with a value.
func (p *piece) badField(b *block, v badValue, line int) *chunker.Error {
	f := b.index.Field(v.row, v.column)
	value, _ := f.Text(b.text, b.quote, nil)
	lo, hi := b.rowAt(v.row)
	lines := chunker.Lines{First: p.line + 1, Extra: p.breaks}
	return &chunker.Error{
		Op: "read", File: p.file, Line: lines.Of(b.rows + v.row), Row: int64(p.rows) + b.position(v.row), Offset: p.fileOffset(b.done + f.Start),
		Column: p.stream.columns[v.column].name, Value: string(clipTo(value, 100)), Raw: p.rawText(b.done+lo, b.done+hi), Err: p.misfit(v.column, value),
	}
}

// fileOffset is the byte of the file, in its own encoding, that a place in the block was read from.
func (p *piece) fileOffset(at int) int64 {
	return p.offset + p.encoding.Len(p.source()[:p.place(at)])
}

// rawText is a row as it stood in the text that was read.
func (p *piece) rawText(lo, hi int) string {
	from, to := p.place(lo), p.place(hi)
	if len(p.moved) > 0 {
		// What follows the row was moved with it or apart from it: it ends before the next row's line end.
		to = max(p.place(min(hi+1, len(p.text))), from)
		return string(clip(bytes.TrimRight(p.source()[from:to], "\r\n")))
	}
	return string(clip(p.source()[from:to]))
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
func (p *piece) misfit(column int, value []byte) error {
	c := &p.stream.columns[column]
	if c.t.ID() == arrow.STRING {
		return errNotUTF8
	}
	e := &valueError{want: c.t, found: c.found, wider: arrow.BinaryTypes.String, dates: isTimeType(c.t) && isDateIn(trim(value))}
	number := trim(value)
	if c.form.number != (csv.Number{}) {
		number, _, _ = c.form.number.Plain(number, nil)
	}
	if c.t.ID() == arrow.INT64 && len(number) > 0 && numeric(number) == isFloat {
		e.wider = arrow.PrimitiveTypes.Float64
	}
	return e
}

func isTimeType(t arrow.DataType) bool {
	return t.ID() == arrow.DATE32 || t.ID() == arrow.TIMESTAMP
}

// checkLengths finds rows and fields beyond their limits, in a window that is large enough to have one.
func (p *piece) checkLengths(b *block) error {
	o := &p.stream.source.options
	rows, fields := o.rowMax(), o.fieldMax()
	if len(b.text) <= min(rows, fields) {
		return nil
	}
	for row := range b.index.Rows {
		lo, hi := b.rowAt(row)
		if hi-lo > rows {
			return p.limit(b, row, lo, "", tooLong("the row is", rows, "RowMax", "are the delimiter and line end right?"))
		}
		for k := range b.index.Columns {
			if f := b.index.Field(row, k); f.End-f.Start > fields {
				return p.limit(b, row, lo, p.stream.columns[k].name, tooLong("the field is", fields, "FieldMax", "is a quote missing?"))
			}
		}
	}
	return nil
}

func (p *piece) limit(b *block, row, at int, column string, err error) error {
	lines := chunker.Lines{First: p.line + 1, Extra: p.breaks}
	return &chunker.Error{Op: "read", File: p.file, Line: lines.Of(b.rows + row), Row: -1, Offset: p.fileOffset(b.done + at), Column: column, Err: err}
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

// rowAt is where a row lies in the window.
func (b *block) rowAt(row int) (lo, hi int) {
	first, last := b.index.Field(row, 0), b.index.Field(row, b.index.Columns-1)
	lo, hi = first.Start, last.End
	if first.Quoted() {
		lo--
	}
	if last.Quoted() {
		hi++
	}
	return lo, hi
}
