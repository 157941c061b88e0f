package csvio

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/csv"
)

// How much of the beginning of a text is looked at: headBytes, or as much up to longHead as has someRows rows.
const (
	headBytes = 256 << 10
	longHead  = 4 << 20
	someRows  = 20
)

// sniffOptions are what is said about a text, and so is not looked for. The fields are those of
// csvio.ReadOptions by the same names; zero values are looked for.
type sniffOptions struct {
	Delimiter          byte
	Separator          string
	Quote              byte
	NoQuotes           bool
	Escape, Comment    byte
	NoComment          bool
	LineEnd            LineEnd
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

// Trim says whether blanks behind delimiters are text.
type Trim int

// Whether blanks behind delimiters are text.
const (
	KeepBlanks Trim = iota + 1
	TrimBlanks
)

// nulls are the words that mean null, and more that do in a column.
func (o *sniffOptions) nulls(more ...string) *csv.Words {
	words := o.Null
	if words == nil {
		words = nullWords()
	}
	return csv.NewWords(slices.Concat(words, more))
}
