package frame

import (
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/width"
)

// Style says how much of a frame a display shows. The zero Style is that of
// [Frame.String] and [Frame.HTML].
//
//	fmt.Println(frame.Style{RowsMax: 100, WidthMax: 200}.Text(f))
type Style struct {
	// RowsMax is how many rows a frame may have to be shown whole; of a longer one a
	// quarter as many are shown from each end. 0 means 20.
	RowsMax int
	// WidthMax is the columns of a terminal that text may take; what does not fit is left
	// out from the middle, and counted. 0 means 120. HTML shows 40 columns of the
	// frame at most, whatever their width.
	WidthMax int
	// CellMax is the columns of a terminal that one value may take; longer ones
	// are cut. 0 means 32.
	CellMax int
}

func (s Style) defaults() Style {
	if s.RowsMax <= 0 {
		s.RowsMax = 20
	}
	if s.WidthMax <= 0 {
		s.WidthMax = 120
	}
	if s.CellMax <= 0 {
		s.CellMax = 32
	}
	return s
}

// String returns the frame as a table to read: names, types, the first and last
// rows, and the number of rows and columns.
//
// A null reads null. Text that could be mistaken (empty, null, blanks at an end, control
// characters) is quoted as in Go. The floats of a column are shown to the same decimals: seven
// significant digits of the largest, or at least four of the smallest. Longer values are cut,
// middle columns left out. It costs what is shown, about 50 µs, however large the frame.
func (f *Frame) String() string { return Style{}.Text(f) }

// Text returns the frame as a table to read; see [Frame.String].
func (s Style) Text(f *Frame) string {
	s = s.defaults()
	t := s.table(f, s.WidthMax, f.Schema().NumFields())
	var b strings.Builder
	if len(t.columns) > 0 {
		t.line(&b, func(c column) string { return c.name })
		t.line(&b, func(c column) string { return c.kind })
		t.line(&b, func(c column) string { return strings.Repeat("─", c.width) })
	}
	for i := range t.rows {
		if i == t.gap {
			t.line(&b, func(column) string { return "…" })
		}
		t.line(&b, func(c column) string { return c.cells[i].text })
	}
	b.WriteString(t.size)
	return b.String()
}

// table is the part of a frame that is shown.
type table struct {
	columns []column
	rows    []int  // their numbers in the frame
	gap     int    // index in rows before which rows are left out; -1: none are
	size    string // the line below
}

// column is a column of a table.
type column struct {
	name, kind string
	cells      []cell // one a row
	right      bool   // aligned to the right
	width      int
}

// cell is one value.
type cell struct {
	text string
	null bool
}

const margin = 2 // blanks between two columns

func (t *table) line(b *strings.Builder, text func(column) string) {
	var line strings.Builder
	for i, c := range t.columns {
		if i > 0 {
			line.WriteString(strings.Repeat(" ", margin))
		}
		line.WriteString(width.Pad(text(c), c.width, c.right))
	}
	b.WriteString(strings.TrimRight(line.String(), " "))
	b.WriteByte('\n')
}

// table chooses what to show: columns from both ends in turn, as long as they fit into room
// columns of text and there are no more than most.
func (s Style) table(f *Frame, room, most int) table {
	t := s.rows(f)
	n := f.Schema().NumFields()
	var left, right []column
	for taken := 0; taken < n && taken < most; taken++ {
		at := len(left)
		if taken%2 == 1 {
			at = n - 1 - len(right)
		}
		c := s.column(f, at, t.rows)
		room -= c.width + margin
		// The note on what is left out takes room as well, unless this is the last.
		if spare := room + margin; taken > 0 && (spare < 0 || taken < n-1 && spare < margin+gapWidth) {
			break
		}
		if taken%2 == 1 {
			right = append(right, c)
		} else {
			left = append(left, c)
		}
	}
	t.columns = left
	if out := n - len(left) - len(right); out > 0 {
		t.columns = append(t.columns, gapColumn(out, len(t.rows)))
	}
	for i := len(right) - 1; i >= 0; i-- {
		t.columns = append(t.columns, right[i])
	}
	t.size = fmt.Sprintf("%s × %s", count.Grouped(f.NumRows(), "row"), count.Grouped(n, "column"))
	return t
}

// rows chooses the rows to show.
func (s Style) rows(f *Frame) table {
	n, ends := f.NumRows(), max(s.RowsMax/4, 1)
	t := table{gap: -1}
	for row := 0; row < n; row++ {
		if n > s.RowsMax && n > 2*ends && row == ends {
			row = n - ends
			t.gap = ends
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// gapWidth is room for a gapColumn's "1,234 more".
const gapWidth = 10

// gapColumn stands for columns left out.
func gapColumn(columns, rows int) column {
	c := column{name: "…", kind: count.Thousands(columns) + " more", cells: make([]cell, rows)}
	c.width = width.Of(c.kind)
	for i := range c.cells {
		c.cells[i].text = "…"
	}
	return c
}

// column puts the given rows of a column in text.
func (s Style) column(f *Frame, at int, rows []int) column {
	field := f.schema.Field(at)
	c := column{
		name:  width.Cut(readable(field.Name, s.CellMax), s.CellMax),
		kind:  width.Cut(bind.Name(field.Type), s.CellMax),
		cells: make([]cell, len(rows)),
		right: isRight(field.Type),
	}
	arrays, places := make([]arrow.Array, len(rows)), make([]int, len(rows))
	for i, row := range rows {
		record, place := f.locate(row)
		arrays[i], places[i], c.cells[i].null = resolve(f.records[record].Column(at), place)
	}
	decimals := decimalsOf(arrays, places)
	c.width = max(width.Of(c.name), width.Of(c.kind))
	for i := range rows {
		text := "null"
		if !c.cells[i].null {
			text = width.Cut(cellText(arrays[i], places[i], decimals, s.CellMax), s.CellMax)
		}
		c.cells[i].text = text
		c.width = max(c.width, width.Of(text))
	}
	return c
}

// isRight tells the types whose values are aligned to the right: what has a magnitude.
func isRight(t arrow.DataType) bool {
	if d, ok := t.(*arrow.DictionaryType); ok {
		t = d.ValueType
	}
	id := t.ID()
	return arrow.IsInteger(id) || arrow.IsFloating(id) || arrow.IsDecimal(id) || id == arrow.DURATION
}
