// Package fault makes the errors of Parquet files: what kind of fault it is, and in which file and
// column. Corrupt, Limited and Unsupported put a sentence behind the sentinel that a user asks for
// by errors.Is; In names the place; Catch makes a library's panic an error of a damaged file.
package fault

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"strings"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/paths"
)

// The kinds of faults. Package parquetio has them under the same names.
var (
	ErrCorrupt     = errors.New("the file is damaged")
	ErrLimit       = errors.New("over a limit of ReadOptions.Limits; raise it if the file is to be trusted")
	ErrUnsupported = errors.New("this feature of Parquet is not supported")
)

// Corrupt returns an error that wraps ErrCorrupt and says what is damaged.
func Corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}

// Limited returns an error that wraps ErrLimit and says what is over which limit.
func Limited(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrLimit}, args...)...)
}

// Unsupported returns an error that wraps ErrUnsupported and says what is not supported.
func Unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnsupported}, args...)...)
}

// In returns err with the operation ("read", "write"), the file and the column it happened in. An
// error of the system names its file itself: it is named once.
func In(op, file, column string, err error) error {
	if pe, ok := err.(*fs.PathError); ok {
		if file == "" { // of a writer that is a file
			file = pe.Path
		}
		err = paths.Missing(file, pe.Err)
	}
	return &chunker.Error{Op: op, File: file, Row: -1, Offset: -1, Column: column, Err: err}
}

// Catch, deferred, turns a panic into an error: libraries for compression and metadata meet bytes
// in files that their authors did not think of.
func Catch(err *error) {
	if r := recover(); r != nil {
		stack := string(debug.Stack())
		if i := strings.Index(stack, "panic("); i >= 0 {
			stack = stack[i:]
		}
		*err = Corrupt("decoding panicked: %v\n%s", r, stack)
	}
}
