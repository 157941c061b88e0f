package sniff

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

// HeadBytes of the beginning of a text are looked at. If these hold less than SomeRows rows, more
// are, up to LongHead.
const (
	HeadBytes = 256 << 10
	LongHead  = 4 << 20
	SomeRows  = 20
)

// Options are what is said about a text, and so is not looked for. The fields are those of
// csvio.ReadOptions by the same names, which say what each is; zero values are looked for.
type Options struct {
	Delimiter          byte
	Separator          string
	Quote              byte
	NoQuotes           bool
	Escape, Comment    byte
	NoComment          bool
	LineEnd            dialect.LineEnd
	Trim               Trim
	BlankRows          bool
	Skip               int
	Header             Header
	HeaderRows         int
	Names              []string
	Types              map[string]arrow.DataType
	Null, True, False  []string
	Decimal, Thousands byte
	Dates              csv.DateOrder
	ColumnsMax         int
	Mends              bool // rows with broken quotes, of names too, are to be mended
}

// Header says whether there is a row of names.
type Header int

// Whether there is a row of names. Sniffed weighs the first row against the columns under it.
const (
	Sniffed Header = iota
	Present
	Absent
)

// Trim says whether blanks after delimiters are text.
type Trim int

// Whether blanks after delimiters are text.
const (
	KeepBlanks Trim = iota + 1
	TrimBlanks
)

// Nulls are the words that mean null, and more that do in a column.
func (o *Options) Nulls(more ...string) *csv.Words {
	words := o.Null
	if words == nil {
		words = dialect.NullWords()
	}
	return csv.NewWords(slices.Concat(words, more))
}
