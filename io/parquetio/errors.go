package parquetio

import (
	"fmt"

	"github.com/volley-go/volley/io/parquetio/internal/fault"
)

// What is wrong with a file; errors of reading wrap one of these, or an error of the system.
var (
	ErrCorrupt     = fault.ErrCorrupt     // the file is damaged
	ErrLimit       = fault.ErrLimit       // it asks for more than [Limits] allow
	ErrUnsupported = fault.ErrUnsupported // it has a feature of Parquet that is not supported
)

// PageError says in which row group and page of a column something is wrong. It is inside the
// [chunker.Error] that names the file and the column.
type PageError struct {
	RowGroup int // from 0
	Page     int // from 0, dictionaries included; -1 if the whole column chunk is meant
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

// The words of internal/fault that nearly every function of reading has.

func corrupt(format string, args ...any) error { return fault.Corrupt(format, args...) }

func limited(format string, args ...any) error { return fault.Limited(format, args...) }

func unsupported(format string, args ...any) error { return fault.Unsupported(format, args...) }

// guard, deferred, turns a panic into an error. It is no function of its own: recover works in the
// deferred function alone.
var guard = fault.Catch
