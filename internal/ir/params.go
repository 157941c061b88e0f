package ir

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// Decimals is the parameter of the roundings: digits behind the point, below 0 those before it.
type Decimals int

// String is the number of digits.
func (d Decimals) String() string { return fmt.Sprint(int(d)) }

// Quoted is a text parameter.
type Quoted string

// String is the text in quotes.
func (q Quoted) String() string { return fmt.Sprintf("%q", string(q)) }

// Pattern is a compiled regular expression as a node's parameter.
type Pattern struct{ *regexp.Regexp }

// String is the expression in quotes.
func (p Pattern) String() string { return fmt.Sprintf("%q", p.Regexp.String()) }

// TextSet is the list of a long in(), as a node's parameter.
type TextSet map[string]bool

// String lists the texts, sorted.
func (s TextSet) String() string {
	list := slices.AppendSeq(make([]string, 0, len(s)), maps.Keys(s))
	slices.Sort(list)
	return fmt.Sprintf("%q", list)
}

// Field is the parameter of opField.
type Field string

// String is the name.
func (f Field) String() string { return string(f) }

// Unit is a parameter: a length of time by name.
type Unit string

// String is the name.
func (u Unit) String() string { return string(u) }

// UnitSeconds are those of the units that have a fixed length on the wall clock.
var UnitSeconds = map[Unit]int64{"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}

// UnitMonths are those of the units that the calendar makes.
var UnitMonths = map[Unit]int64{"month": 1, "quarter": 3, "year": 12}

// WithinDay reports whether the unit is shorter than a day.
func (u Unit) WithinDay() bool { return UnitSeconds[u] > 0 && UnitSeconds[u] < 86400 }

// Ratio is the parameter of opScale: times mul, or divided by div; rounded down, or towards zero.
type Ratio struct {
	Mul, Div int64
	ToZero   bool
}

// String is *mul/div.
func (r Ratio) String() string { return fmt.Sprintf("*%d/%d", r.Mul, r.Div) }

// Function is the parameter of a call.
type Function struct {
	Name string
	Func any // the function, with what a machine knows of it
}

// String is the name.
func (c Function) String() string { return c.Name }

// Column is a column that an expression reads.
type Column struct {
	Name     string
	Index    int // in the schema
	Type     arrow.DataType
	Nullable bool
}

// Computed is the parameter of OpLookup: what is computed from a dictionary's entries.
type Computed interface {
	Fails() error    // the usual cause of an entry that fails, nil if none can
	MayBeNull() bool // an entry that is not null may give null
	String() string
}
