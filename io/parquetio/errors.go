package parquetio

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"strings"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/paths"
)

// What is wrong with a file; errors of reading wrap one of these, or an error of the system.
var (
	ErrCorrupt     = errors.New("the file is damaged")
	ErrLimit       = errors.New("over a limit of ReadOptions.Limits; raise it if the file is to be trusted")
	ErrUnsupported = errors.New("this feature of Parquet is not supported")
)

// PageError says in which row group and page of a column something is wrong. It is inside the
// [chunker.Error] that names the file and the column.
type PageError struct {
	RowGroup int // from 0
	Page     int // from 0, dictionaries included; -1 where the whole column chunk is meant
	Err      error
}

func (e *PageError) Error() string {
	if e.Page < 0 {
		return fmt.Sprintf("row group %d: %v", e.RowGroup, e.Err)
	}
	return fmt.Sprintf("row group %d, page %d: %v", e.RowGroup, e.Page, e.Err)
}

// Unwrap returns the cause.
func (e *PageError) Unwrap() error { return e.Err }

// corrupt and its kin put a sentence before the sentinel that tells what kind of fault it is.
func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}

func limited(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrLimit}, args...)...)
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnsupported}, args...)...)
}

func fileError(op, file, column string, err error) error {
	if pe, ok := err.(*fs.PathError); ok {
		if file == "" { // of a writer that is a file
			file = pe.Path
		}
		err = paths.Missing(file, pe.Err) // the file is named once
	}
	return &chunker.Error{Op: op, File: file, Row: -1, Offset: -1, Column: column, Err: err}
}

// guard turns a panic into an error: libraries for compression and metadata meet bytes here that
// their authors did not think of.
func guard(err *error) {
	if r := recover(); r != nil {
		stack := string(debug.Stack())
		if i := strings.Index(stack, "panic("); i >= 0 {
			stack = stack[i:]
		}
		*err = corrupt("decoding panicked: %v\n%s", r, stack)
	}
}
