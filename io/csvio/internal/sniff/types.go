package sniff

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

// Column is what was found, or said, about the values of a column.
type Column struct {
	Type      arrow.DataType
	Found     bool       // from samples
	Form      Form       // of its values
	Marks     csv.Number // of numbers of the file
	Unsure    bool       // a text, for a mark in its numbers could be of decimals or of thousands
	Nulls     *csv.Words
	NullWords []string // of nulls, beside those of the options
	Profile   *Profile
}

// TypeInference narrows down what the columns of a text can be, sample by sample.
type TypeInference struct {
	options  *Options
	rules    *dialect.Rules
	dialect  csv.Dialect // of the text made plain
	nulls    *csv.Words
	profiles []Profile // by column
	index    csv.Index
}

// NewTypeInference begins with columns of which nothing is known but how rows are cut.
func NewTypeInference(o *Options, r *dialect.Rules, columns int) *TypeInference {
	t := &TypeInference{options: o, rules: r, dialect: r.Scanner(), nulls: o.Nulls(), profiles: make([]Profile, columns)}
	for i := range t.profiles {
		t.profiles[i].kinds = ^isText
	}
	return t
}

// Look learns from the first rows of a sample, which begins with a row. It returns the sample made
// plain, in which the scanner reads it.
func (t *TypeInference) Look(text []byte, rows int) []byte {
	if !t.rules.Plain() {
		text = t.rules.Flatten(text, t.dialect, nil, new(dialect.Shifts))
	}
	t.index.Build(text, t.dialect, len(t.profiles))
	for row := range min(t.index.Rows, rows) {
		for i, f := range t.index.Row(row) {
			b := csv.Trim(f.Raw(text))
			if t.options.Mends {
				t.profiles[i].look(b, f.Quoted())
			}
			if len(b) == 0 || !f.Quoted() && t.nulls.Has(b) {
				continue // nothing in quotes is a null too, where the rest are numbers
			}
			t.profiles[i].add(b)
		}
	}
	return text
}

// Settle gives the columns their types, the forms their values have and the words that are null in
// them. wider are types of columns that an earlier reading found too narrow.
func (t *TypeInference) Settle(names []string, wider map[string]arrow.DataType) []Column {
	marks := marksOf(t.profiles, t.options)
	out := make([]Column, len(names))
	for i, name := range names {
		out[i] = Column{Marks: marks, Profile: &t.profiles[i]}
		out[i].settle(t.options, name, wider[name])
	}
	return out
}

// settle gives a column its type; wider is nil if none was found too narrow.
func (c *Column) settle(o *Options, name string, wider arrow.DataType) {
	c.Type, c.Form, c.Unsure = c.Profile.typeByMarks(o, c.Marks)
	sampled := c.Type
	if wider != nil {
		c.Type = wider
	}
	t, given := o.Types[name]
	if c.Found = !given; given {
		c.Type = t
		c.Form.given(o, t)
	}
	if c.Type != sampled && c.Form.Plain() && c.Marks.Decimal == ',' && isNumeric(c.Type) {
		c.Form.Number = c.Marks // 1.200 is no 1.2 here
	}
	if c.Type.ID() == arrow.STRING || c.Type.ID() == arrow.BINARY {
		c.Form = Form{}
		c.Nulls = o.Nulls()
		return
	}
	if c.Type.ID() == arrow.BOOL && o.True != nil {
		c.Form = Form{Yes: o.True, No: o.False}
	}
	if o.Null == nil {
		c.NullWords = c.Profile.maybe
	}
	c.Nulls = o.Nulls(c.NullWords...)
}

func isNumeric(t arrow.DataType) bool {
	return arrow.IsInteger(t.ID()) || arrow.IsFloating(t.ID()) || arrow.IsDecimal(t.ID())
}

// given is the form of values of a type that the options give, where samples do not show another.
func (f *Form) given(o *Options, t arrow.DataType) {
	switch t.ID() {
	case arrow.DATE32, arrow.TIMESTAMP:
		if f.Number != (csv.Number{}) || f.Yes != nil {
			*f = Form{}
		}
		if f.Order == 0 && o.Dates != 0 {
			f.Order = o.Dates
		}
	case arrow.BOOL:
		f.Number, f.Order = csv.Number{}, 0
	default:
		f.Yes, f.No, f.Order = nil, nil, 0
		if o.Decimal == ',' || o.Thousands != 0 {
			f.Number = csv.Number{Decimal: o.Decimal, Thousands: o.Thousands}
		}
	}
}

// Why says in words what spoke for the column's type.
func (c *Column) Why() string {
	e := c.Profile
	switch {
	case !c.Found:
		return "ReadOptions.Types"
	case !e.any:
		return "no values in the samples"
	case c.Type.ID() == arrow.STRING && e.Undecided():
		return "dates whose day and month cannot be told apart: give ReadOptions.Dates"
	case c.Type.ID() == arrow.STRING && c.Unsure:
		return "numbers whose mark may be of thousands or of decimals: give ReadOptions.Decimal, and ReadOptions.Thousands if they have both"
	case c.Type.ID() == arrow.STRING:
		return "no narrower type fits all samples"
	case e.long && c.Type.ID() == arrow.FLOAT64:
		return "fits all samples, some rounded to the 17 digits of a float64: give a decimal in ReadOptions.Types to keep more"
	}
	return "fits all samples"
}
