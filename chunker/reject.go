package chunker

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// RejectedRow is a row that was left out: one that its source could not decode, or on which a
// function failed. Whoever keeps such rows writes them in the same columns, so that all of a run
// can lie in one file, and files of several runs can be read as one table. What is not known, or
// means nothing, is null there.
type RejectedRow struct {
	File     string
	Row      int64  // in the file, from 0; -1 unknown
	Line     int64  // in the file, from 1; 0 unknown
	Offset   int64  // byte in the (decompressed) file; -1 unknown
	Column   string // whose value does not fit
	Function string // the columns that the function writes; empty where the source refused the row
	Reason   string
	Text     string // the row as it stands in the file, if its source could not decode it
}

// RejectedRow is the row that an error of a source is about.
func (e *Error) RejectedRow() RejectedRow {
	reason := Error{Row: -1, Offset: -1, Value: e.Value, Err: e.Err} // the place has columns of its own
	return RejectedRow{File: e.File, Row: e.Row, Line: e.Line, Offset: e.Offset, Column: e.Column, Reason: reason.Error(), Text: e.Raw}
}

var rejectFields = []arrow.Field{
	{Name: "reject_file", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "reject_row", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "reject_line", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "reject_offset", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "reject_column", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "reject_function", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "reject_reason", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "reject_text", Type: arrow.BinaryTypes.String, Nullable: true},
}

// RejectSchema is the columns of the rows, none or those of the table that they are left out of,
// and then reject_file, reject_row, reject_line, reject_offset, reject_column, reject_function,
// reject_reason and reject_text. If the rows have one of these columns, being rejects themselves,
// they keep it, and all of the new ones are numbered.
func RejectSchema(rows ...arrow.Field) *arrow.Schema {
	taken := func(name string) bool {
		return slices.ContainsFunc(rows, func(f arrow.Field) bool { return f.Name == name })
	}
	suffix := ""
	for n := 2; slices.ContainsFunc(rejectFields, func(f arrow.Field) bool { return taken(f.Name + suffix) }); n++ {
		suffix = fmt.Sprintf("_%d", n)
	}
	fields := slices.Clone(rows)
	for _, f := range rejectFields {
		f.Name += suffix
		fields = append(fields, f)
	}
	return arrow.NewSchema(fields, nil)
}

// RejectColumns are the columns of [RejectSchema] behind those of the rows. A Text with bytes that
// are no UTF-8 has them as \xE9, and its backslashes doubled, and so has one with \x in it: a text
// with \x can be undone, others are as they were. In other columns such bytes become U+FFFD.
func RejectColumns(rejects []RejectedRow) []arrow.Array {
	text := func(of func(*RejectedRow) string) arrow.Array {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		for i := range rejects {
			if s := of(&rejects[i]); s == "" {
				b.AppendNull()
			} else {
				b.Append(strings.ToValidUTF8(s, "\uFFFD"))
			}
		}
		return b.NewArray()
	}
	number := func(of func(*RejectedRow) int64, least int64) arrow.Array {
		b := array.NewInt64Builder(memory.DefaultAllocator)
		for i := range rejects {
			if n := of(&rejects[i]); n < least {
				b.AppendNull()
			} else {
				b.Append(n)
			}
		}
		return b.NewArray()
	}
	return []arrow.Array{
		text(func(r *RejectedRow) string { return r.File }),
		number(func(r *RejectedRow) int64 { return r.Row }, 0),
		number(func(r *RejectedRow) int64 { return r.Line }, 1),
		number(func(r *RejectedRow) int64 { return r.Offset }, 0),
		text(func(r *RejectedRow) string { return r.Column }),
		text(func(r *RejectedRow) string { return r.Function }),
		text(func(r *RejectedRow) string { return r.Reason }),
		text(func(r *RejectedRow) string { return escaped(r.Text) }),
	}
}

// escaped is s in UTF-8, so that its bytes can be found again.
func escaped(s string) string {
	if utf8.ValidString(s) && !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		c, n := utf8.DecodeRuneInString(s)
		switch {
		case c == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02X`, s[0])
		case c == '\\':
			b.WriteString(`\\`)
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}
