package csvio

import (
	"bytes"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
)

// formDialect is that of values written anew: a line each.
var formDialect = csv.Dialect{Delimiter: ',', Quote: '"', Newline: '\n'}

// filler collects the values of a column.
func (c *column) filler(b *block, k int) filler {
	decode, _ := decoderFor(c.Type, c.Found)
	if c.Form.Plain() {
		return decode(b, k)
	}
	own := &block{index: new(csv.Index), quote: formDialect.Quote, nulls: c.Nulls, most: b.most, size: b.size}
	return &formed{filler: decode(own, 0), own: own, form: &c.Form, column: k}
}

// formed is a column whose values are written in a form of their own. They are
// written anew first, as a text of one column, the way the parsers take it; that costs about 50 ns
// a value, and leaves one parser for each type.
type formed struct {
	filler
	own    *block
	form   *sniff.Form
	column int
}

func (f *formed) fill(b *block) {
	f.own.text = f.write(b, f.own.text[:0])
	f.own.rows, f.own.done, f.own.bad = b.rows, b.done, f.own.bad[:0]
	f.own.index.Build(f.own.text, formDialect, 1)
	f.filler.fill(f.own)
	for _, bad := range f.own.bad {
		b.bad = append(b.bad, badValue{bad.row, f.column})
	}
}

func (f *formed) array(b *block) arrow.Array {
	f.own.rows = b.rows
	b.lent = append(b.lent, f.own.lent...)
	return f.filler.array(f.own)
}

// write writes a column of the window, a value a line. Nulls are quotes with nothing in them, which
// are null in columns that are no text.
func (f *formed) write(b *block, text []byte) []byte {
	for row := range b.index.Rows {
		field := b.index.Field(row, f.column)
		if value := csv.Trim(field.Raw(b.text)); len(value) == 0 || !field.Quoted() && b.nulls.Has(value) {
			text = append(text, `""`...)
		} else {
			text = plainValue(f.form, value, text)
		}
		text = append(text, '\n')
	}
	return text
}

// plainValue writes a value as the parsers take it, after buf. A value that is not in the form
// becomes "!", which every parser rejects.
func plainValue(f *sniff.Form, value, buf []byte) []byte {
	at := len(buf)
	ok := false
	switch {
	case f.Order != 0:
		_, buf, ok = f.Order.Plain(value, buf)
	case f.Yes != nil || f.No != nil:
		switch {
		case slices.Contains(f.Yes, string(value)):
			return append(buf, "true"...)
		case slices.Contains(f.No, string(value)):
			return append(buf, "false"...)
		}
	default:
		_, buf, ok = f.Number.Plain(value, buf)
	}
	if !ok || len(buf) == at || bytes.ContainsAny(buf[at:], "\r\n,\"") {
		return append(buf[:at], '!')
	}
	return buf
}
