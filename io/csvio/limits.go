package csvio

import (
	"fmt"
	"io"
	"strings"

	"github.com/volley-go/volley/internal/count"
)

const (
	rowMax     = 16 << 20
	fieldMax   = 16 << 20
	columnsMax = 20480
	// ratioMax is more than gzip can reach (1,032); zstd, xz and bzip2 reach thousands with rows
	// that repeat.
	ratioMax       = 1100
	ratioFrom      = 12 << 20 // where a limit is given
	ratioFromFrame = 1 << 30
	// limitMax keeps a row, and the block after which it stands, below what Arrow's offsets of 32
	// bits reach.
	limitMax = 1 << 30
)

// LimitError says that an input is beyond one of the limits of [ReadOptions].
type LimitError struct {
	What   string // what is too much
	Limit  int64
	Option string // the field of ReadOptions that sets the limit
	Hint   string // what to do
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%s: %s; ReadOptions.%s sets the limit", e.What, e.Hint, e.Option)
}

func (o *ReadOptions) rowMax() int     { return limit(o.RowMax, rowMax) }
func (o *ReadOptions) fieldMax() int   { return limit(o.FieldMax, fieldMax) }
func (o *ReadOptions) columnsMax() int { return limit(o.ColumnsMax, columnsMax) }

// ratio is how many times as many bytes compressed ones may become, 0 for any, and from how many
// on. A stream needs no limit but a given one: its memory does not grow with the text. A frame's
// does.
func (s *source) ratio() (most, from int64) {
	switch given := s.options.RatioMax; {
	case given > 0:
		return int64(given), ratioFrom
	case given == 0 && s.collects:
		return ratioMax, ratioFromFrame
	}
	return 0, 0
}

func limit(given, otherwise int) int {
	if given == 0 {
		return otherwise
	}
	return given
}

// inflated stops reading what a small input was made to become.
type inflated struct {
	io.ReadCloser
	raw   *counter
	n     int64
	ratio int64 // 0: any
	from  int64
}

func (r *inflated) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if r.n += int64(n); r.ratio > 0 && r.n > r.from && r.n/r.ratio > r.raw.n.Load() {
		return 0, &LimitError{
			What: fmt.Sprintf("%s became %d, more than %d times as many", count.Of(r.raw.n.Load(), "compressed byte"), r.n, r.ratio), Limit: r.ratio,
			Option: "RatioMax", Hint: "is the file what it should be?",
		}
	}
	return n, err
}

// tooLong is the error of a row or field beyond its limit.
func tooLong(what string, n int, option, hint string) error {
	verb := " longer than "
	if strings.HasSuffix(what, "within") {
		verb = " "
	}
	return &LimitError{What: fmt.Sprintf("%s%s%s", what, verb, count.Of(n, "byte")), Limit: int64(n), Option: option, Hint: hint}
}
