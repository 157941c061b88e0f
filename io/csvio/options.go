package csvio

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/csv"
)

// ReadOptions is how CSV is read. The zero value finds out what it can.
type ReadOptions struct {
	// Delimiter separates fields; 0 takes the one of , ; tab | that cuts the first rows evenly.
	Delimiter byte
	// Quote begins and ends fields that hold delimiters or line ends; 0 is ".
	Quote byte
	// NoQuotes makes quotes ordinary text.
	NoQuotes bool
	// Comment leaves out rows that begin with it; 0 leaves out none.
	Comment byte
	// Header says whether the first row holds the columns' names.
	Header Header
	// Names are the columns' names, in place of the header's or where there is none
	// (column_1 and so on then, otherwise).
	Names []string
	// Types gives columns their types; the others' are found. A name that is no
	// column is an error.
	Types map[string]arrow.DataType
	// Null are the words that mean null where they are not quoted; nil is
	// [NullWords]. An empty field is null always.
	Null []string
	// OnBad says what becomes of rows that cannot be decoded.
	OnBad OnBad
	// RowMax is the most bytes a row may have; 0 is 16 MiB. A quote that is
	// never closed ends there.
	RowMax int
	// ColumnsMax is the most columns a file may have; 0 is 20,480.
	ColumnsMax int
}

// Header says whether there is a row of names.
type Header int

// Whether there is a row of names. Sniffed looks: a first row in which a field is a
// number, date or bool holds no names.
const (
	Sniffed Header = iota
	Present
	Absent
)

// OnBad is what becomes of a row that cannot be decoded: one with too few or too many
// fields, text behind a closing quote, or a value that does not fit its column.
type OnBad int

// What becomes of bad rows. Stop ends with an error at the first; Null makes a value that does not
// fit null, fills short rows with nulls and cuts long ones; Reject leaves the row out, and gives
// it to whoever reads the stream (see [chunker.Chunk]).
const (
	Stop OnBad = iota
	Null
	Reject
)

// NullWords are the words that mean null unless [ReadOptions.Null] says otherwise. (NaN is
// none: it is a float.)
func NullWords() []string { return []string{"NA", "N/A", "n/a", "null", "NULL", "Null", `\N`} }

const (
	rowMax     = 16 << 20
	columnsMax = 20480
)

// Open is a source that reads files as one table, with default options. A path may be a pattern (see
// [path/filepath.Match]): all files that it names, in the order of their names.
func Open(path ...string) chunker.Source { return ReadOptions{}.Open(path...) }

// ReadFile reads a file, or all files that a pattern names, into a frame with default options.
func ReadFile(ctx context.Context, path string) (*frame.Frame, error) {
	return ReadOptions{}.ReadFile(ctx, path)
}

// Open is a source that reads files as one table; a path may be a pattern.
func (o ReadOptions) Open(path ...string) chunker.Source { return &source{options: o, paths: path} }

// From is a source that reads r once, for standard input and the like; name is what
// errors call it. Types are found from the first block.
func (o ReadOptions) From(name string, r io.Reader) chunker.Source {
	return &source{options: o, paths: []string{name}, reader: r}
}

// ReadFile reads a file, or all files that a pattern names, into a frame. Where a value does not
// fit the type its column was found to have, the column is made wider and the
// file read again, so that nothing is lost.
func (o ReadOptions) ReadFile(ctx context.Context, path string) (*frame.Frame, error) {
	wider := map[string]arrow.DataType{}
	for {
		f, err := chunker.ReadAll(ctx, &source{options: o, paths: []string{path}, wider: wider})
		column, t := surprise(err)
		if t == nil {
			return f, err
		}
		wider[column] = t
	}
}

// check refuses options that cannot be meant.
func (o *ReadOptions) check() error {
	special := []byte{o.Delimiter, o.quote(), o.Comment}
	for i, c := range special {
		if c == 0 {
			continue
		}
		if c >= 0x80 || c == '\n' || c == '\r' {
			return fmt.Errorf("%q cannot be a delimiter, quote or comment: use a single ASCII character that is no line end", c)
		}
		if slices.Contains(special[:i], c) {
			return fmt.Errorf("%q is given two meanings of delimiter, quote and comment", c)
		}
	}
	for name, t := range o.Types {
		if t == nil {
			return fmt.Errorf("the type given for column %q is nil", name)
		}
		if _, ok := decoderFor(t); !ok {
			return fmt.Errorf("column %q: CSV cannot be read as %s: read it as a string and convert it with a function", name, t)
		}
	}
	for i, name := range o.Names {
		if at := slices.Index(o.Names, name); at != i {
			return fmt.Errorf("names %d and %d are both %q", at, i, name)
		}
	}
	return nil
}

func (o *ReadOptions) quote() byte {
	if o.NoQuotes {
		return 0
	}
	if o.Quote == 0 {
		return '"'
	}
	return o.Quote
}

func (o *ReadOptions) rowMax() int {
	if o.RowMax <= 0 {
		return rowMax
	}
	return o.RowMax
}

func (o *ReadOptions) nulls() *csv.Words {
	words := o.Null
	if words == nil {
		words = NullWords()
	}
	return csv.NewWords(words)
}
