package chunker

import (
	"strconv"
	"strings"

	"github.com/volley-go/volley/internal/paths"
	"github.com/volley-go/volley/internal/terminal"
)

// ErrChanged is the cause of an [Error] about a file that was written to, or cut, while it was
// read: its rows are partly those of before. Size and time of the last write are compared when all
// of it was read, before any output appears. Pipes and other streams, and a file that another one
// replaced by a rename, are read as they were opened. It is also the cause if a file, of which a
// part is read, is another than when it was split; a copy of a file has the file's time if it was
// copied with it, as by cp -p.
var ErrChanged = paths.ErrChanged

// Error says what is wrong with an input or output, and where. Fields that mean
// nothing for a format, or are not known, are zero (Row and Offset: -1).
type Error struct {
	Op     string // what was being done: "read", "write", "open"
	File   string // the file's name
	Line   int64  // line in the file, from 1
	Row    int64  // data row in the file, from 0
	Offset int64  // byte in the (decompressed) file, from 0
	Column string // column name
	Value  string // the text or value that does not fit, shortened
	Raw    string // the whole row as it stands in the file; empty if the error is of no row
	Err    error  // the cause
}

// Error builds the sentence: place first, cause last.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Op != "" && e.File != "" {
		b.WriteByte(' ')
	}
	b.WriteString(terminal.Escape(e.File))
	if e.Line > 0 {
		b.WriteByte(':')
		b.WriteString(strconv.FormatInt(e.Line, 10))
	}
	sep := ": "
	if b.Len() == 0 {
		sep = ""
	}
	part := func(s string) {
		b.WriteString(sep)
		b.WriteString(s)
		sep = ", "
	}
	if e.Row >= 0 && e.hasPlace() {
		part("row " + strconv.FormatInt(e.Row, 10))
	}
	if e.Offset >= 0 && e.Line == 0 && e.hasPlace() {
		part("byte " + strconv.FormatInt(e.Offset, 10))
	}
	if e.Column != "" {
		part("column " + strconv.Quote(e.Column))
	}
	if e.Value != "" {
		part("value " + strconv.Quote(e.Value))
	}
	if e.Err != nil {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// hasPlace reports whether a position was set, and not left at its zero value: an error about a
// file as a whole has neither line, column nor value.
func (e *Error) hasPlace() bool {
	return e.Line > 0 || e.Column != "" || e.Value != "" || e.Raw != "" || e.Row > 0 || e.Offset > 0
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
