package csvio

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// settle does what the options say about rows of the window that are bad; line is the lines of the
// block before it.
func (p *piece) settle(b *block, line int) error {
	defer func() { b.bad = b.bad[:0] }()
	if len(b.index.Bad) == 0 && len(b.bad) == 0 && len(p.losses) == 0 {
		return nil
	}
	policy := p.stream.source.options.OnError
	if policy.Stops() {
		return p.first(b, line)
	}
	if p.stream.source.wider != nil {
		if err := p.widen(b, line); err != nil {
			return err
		}
	}
	if policy.Nulls() {
		p.lose(b, line)
		b.bad = b.bad[:0] // values that do not fit are null already
	}
	for _, e := range p.told(b, line) {
		if !policy.Rejects() && !policy.Nulls() {
			e.Raw = ""
		}
		p.problems = append(p.problems, e)
	}
	return nil
}

// lose notes the rows of the window that come out with less than they had: with a null for a value
// that does not fit or was missing, without their surplus fields, or with broken quotes as text.
func (p *piece) lose(b *block, line int) {
	bad := p.firstBad(b)
	null := func(until int) { // the rows before it with a value that does not fit
		for ; len(bad) > 0 && bad[0].row < until; bad = bad[1:] {
			p.nulled.Add(b.rows+bad[0].row, func() *chunker.Error { return p.badField(b, bad[0], line) })
		}
	}
	for ; len(p.losses) > 0 && p.losses[0].at < b.done+len(b.text); p.losses = p.losses[1:] {
		l := p.losses[0]
		row, found := b.rowThatBegins(l.at - b.done)
		if !found { // it is bad still, and left out
			continue
		}
		what := func() *chunker.Error { return p.lossyRow(b, row, l) }
		null(row)
		switch {
		case l.fields == 0:
			p.mended.Add(b.rows+row, what)
		case l.fields > len(p.stream.columns):
			p.cut.Add(b.rows+row, what)
		case len(bad) == 0 || bad[0].row > row:
			p.nulled.Add(b.rows+row, what)
		}
	}
	null(b.index.Rows)
}

// firstBad are the first bad values of the window's rows, by row.
func (p *piece) firstBad(b *block) []badValue {
	slices.SortStableFunc(b.bad, func(x, y badValue) int { return x.row - y.row })
	return slices.CompactFunc(slices.Clone(b.bad), func(x, y badValue) bool { return x.row == y.row })
}

// rowThatBegins finds the row of the window that begins at a place.
func (b *block) rowThatBegins(at int) (row int, ok bool) {
	row = sort.Search(b.index.Rows, func(row int) bool { lo, _ := b.rowAt(row); return lo >= at })
	if row == b.index.Rows {
		return 0, false
	}
	lo, _ := b.rowAt(row)
	return row, lo == at
}

// lossyRow says what a row lost.
func (p *piece) lossyRow(b *block, row int, l loss) *chunker.Error {
	lo, hi := b.rowAt(row)
	lines := chunker.Lines{First: p.line + 1, Extra: p.breaks}
	return &chunker.Error{
		Op: "read", File: p.file, Line: lines.Of(b.rows + row), Row: int64(p.rows) + b.position(row),
		Offset: p.fileOffset(b.done + lo), Raw: p.rawText(b.done+lo, b.done+hi), Err: l.reason(len(p.stream.columns)),
	}
}

// reason says what is wrong with the row, and what became of it.
func (l loss) reason(columns int) error {
	switch {
	case l.fields == 0:
		return errMended
	case l.fields < columns:
		return fmt.Errorf("%w: null stands for what is missing", countError(l.fields, columns))
	}
	var dropped []string
	if l.empty > 0 {
		dropped = append(dropped, count.Of(l.empty, "empty field"))
	}
	if l.dropped != "" {
		dropped = append(dropped, strconv.Quote(l.dropped))
	}
	return fmt.Errorf("%w: dropped %s", countError(l.fields, columns), strings.Join(dropped, " and "))
}

var errMended = errors.New("the quotes of the row are broken: they are read as text")

// widen is the error that has a file read again with floats where samples were of integers: nothing
// is bad about those.
func (p *piece) widen(b *block, line int) error {
	wider := p.wider(b)
	maps.DeleteFunc(wider, func(_ string, t arrow.DataType) bool { return t.ID() != arrow.FLOAT64 })
	if len(wider) == 0 {
		return nil
	}
	e := p.badField(b, b.bad[0], line)
	e.Err = &valueError{want: p.stream.columns[b.bad[0].column].Type, found: true, wider: arrow.PrimitiveTypes.Float64, columns: wider}
	return e
}

// told lists the window's bad rows, in their order: those without the right fields, and those with
// a value that does not fit, its first.
func (p *piece) told(b *block, line int) []*chunker.Error {
	var out []*chunker.Error
	for _, r := range b.index.Bad {
		out = append(out, p.badRow(b, r, line))
	}
	for _, v := range p.firstBad(b) {
		p.gone = append(p.gone, b.rows+v.row)
		out = append(out, p.badField(b, v, line))
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

// badRow says what is wrong with a row that is no row of the table. Of one that opens a quote and
// never closes it, the line and byte are those of the quote.
func (p *piece) badRow(b *block, r csv.BadRow, line int) *chunker.Error {
	at, swallowed := r.Start, 0
	line += r.Line
	if r.Problem == csv.Unclosed {
		var w dialect.Row
		newline := []byte{p.stream.dialect.Newline}
		p.plainRules().Next(b.text[r.Start:r.End], 0, &w)
		at += max(w.QuoteAt, 0)
		line += bytes.Count(b.text[r.Start:at], newline)
		swallowed = bytes.Count(bytes.TrimSuffix(b.text[at:r.End], newline), newline)
	}
	return &chunker.Error{
		Op: "read", File: p.file, Line: p.line + int64(line) + 1, Row: int64(p.rows + r.Row), Offset: p.fileOffset(b.done + at),
		Raw: p.rawText(b.done+r.Start, b.done+r.End), Err: p.reason(r, swallowed),
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
		Column: p.stream.columns[v.column].name, Value: string(clipTo(p.encoding.Raw(value), 100)), Raw: p.rawText(b.done+lo, b.done+hi), Err: p.misfit(v.column, value),
	}
}

// fileOffset is the byte of the file, in its own encoding, that a place in the block was read from.
func (p *piece) fileOffset(at int) int64 {
	return p.at.Offset(p.place(at))
}

// rawText is a row as it stood in the text that was read.
func (p *piece) rawText(lo, hi int) string {
	from, to := p.place(lo), p.place(hi)
	if len(p.moved) > 0 {
		// What follows the row was moved with it or apart from it: it ends before the next row's
		// line end.
		to = max(p.place(min(hi+1, len(p.text))), from)
		return string(clip(p.encoding.Raw(bytes.TrimRight(p.source()[from:to], "\r\n"))))
	}
	return string(clip(p.encoding.Raw(p.source()[from:to])))
}

var errNeverClosed = errors.New("a quote is opened in this row and never closed")

// reason is why a row is bad. swallowed is how many lines of what may have been rows are behind a
// quote that is never closed.
func (p *piece) reason(r csv.BadRow, swallowed int) error {
	want := len(p.stream.columns)
	switch {
	case r.Problem == csv.TextAfterQuote:
		return errors.New("there is text behind a closing quote: double the quotes inside a quoted field")
	case r.Problem == csv.Unclosed && swallowed == 0:
		return errNeverClosed
	case r.Problem == csv.Unclosed && swallowed == 1:
		return fmt.Errorf("%w: the line behind it, up to the end of the file, is in this row", errNeverClosed)
	case r.Problem == csv.Unclosed:
		return fmt.Errorf("%w: the %s behind it, up to the end of the file, %s in this row", errNeverClosed, count.Of(swallowed, "line"), count.Word(swallowed, "is", "are"))
	}
	return countError(r.Fields, want)
}

func countError(fields, columns int) error {
	return fmt.Errorf("the row has %s, there %s %s", count.Of(fields, "field"), count.Word(columns, "is", "are"), count.Of(columns, "column"))
}

// misfit is why a value does not fit its column, and what would.
func (p *piece) misfit(column int, value []byte) error {
	c := &p.stream.columns[column]
	if id := c.Type.ID(); id == arrow.STRING || id == arrow.BINARY {
		return p.notText(value)
	}
	e := &valueError{want: c.Type, found: c.Found, wider: arrow.BinaryTypes.String, dates: isTimeType(c.Type) && sniff.IsDate(csv.Trim(value))}
	number := csv.Trim(value)
	if marks := cmp.Or(c.Form.Number, c.Marks); marks.Decimal == ',' || marks.Thousands != 0 {
		number, _, _ = marks.Plain(number, nil)
	}
	if c.Type.ID() == arrow.INT64 && len(number) > 0 && sniff.OnlyFloat(number) {
		e.wider = arrow.PrimitiveTypes.Float64
	}
	return e
}

func isTimeType(t arrow.DataType) bool {
	return t.ID() == arrow.DATE32 || t.ID() == arrow.TIMESTAMP
}

// checkLengths finds rows and fields beyond their limits, in a window that is large enough to have
// one.
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
