package csvio

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/csv"
)

// settled is what was found, or said, about the values of a column.
type settled struct {
	t        arrow.DataType
	found    bool       // from samples
	form     form       // of its values
	marks    csv.Number // of numbers of the file
	unsure   bool       // a text, for a mark in its numbers could be of decimals or of thousands
	nulls    *csv.Words
	words    []string // of nulls, beside those of the options
	evidence *evidence
}

// typeInference narrows down what the columns of a text can be, sample by sample.
type typeInference struct {
	options  *sniffOptions
	rules    *rules
	dialect  csv.Dialect // of the text made plain
	nulls    *csv.Words
	profiles []evidence // by column
	index    csv.Index
}

// newTypeInference begins with columns of which nothing is known but how rows are cut.
func newTypeInference(o *sniffOptions, r *rules, columns int) *typeInference {
	t := &typeInference{options: o, rules: r, dialect: r.dialect(), nulls: o.nulls(), profiles: make([]evidence, columns)}
	for i := range t.profiles {
		t.profiles[i].kinds = ^isText
	}
	return t
}

// look takes the first rows of a sample in, which begins with a row, and returns it made plain.
func (t *typeInference) look(text []byte, rows int) []byte {
	if !t.rules.plain() {
		text = t.rules.flatten(text, t.dialect, nil, new(shifts))
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
			t.profiles[i].take(b)
		}
	}
	return text
}

// settle gives the columns their types, the forms their values have and the words that are null in
// them. wider are types of columns that an earlier reading found too narrow.
func (t *typeInference) settle(names []string, wider map[string]arrow.DataType) []settled {
	marks := marksOf(t.profiles, t.options)
	out := make([]settled, len(names))
	for i, name := range names {
		out[i] = settled{marks: marks, evidence: &t.profiles[i]}
		out[i].settle(t.options, name, wider[name])
	}
	return out
}

// settle gives a column its type; wider is nil if none was found too narrow.
func (c *settled) settle(o *sniffOptions, name string, wider arrow.DataType) {
	c.t, c.form, c.unsure = c.evidence.marked(o, c.marks)
	sampled := c.t
	if wider != nil {
		c.t = wider
	}
	t, given := o.Types[name]
	if c.found = !given; given {
		c.t = t
		c.form.given(o, t)
	}
	if c.t != sampled && c.form.plain() && c.marks.Decimal == ',' && isNumeric(c.t) {
		c.form.number = c.marks // 1.200 is no 1.2 here
	}
	if c.t.ID() == arrow.STRING || c.t.ID() == arrow.BINARY {
		c.form = form{}
		c.nulls = o.nulls()
		return
	}
	if c.t.ID() == arrow.BOOL && o.True != nil {
		c.form = form{yes: o.True, no: o.False}
	}
	if o.Null == nil {
		c.words = c.evidence.maybe
	}
	c.nulls = o.nulls(c.words...)
}

func isNumeric(t arrow.DataType) bool {
	return arrow.IsInteger(t.ID()) || arrow.IsFloating(t.ID()) || arrow.IsDecimal(t.ID())
}

// given is the form of values of a type that the options give, where samples do not show another.
func (f *form) given(o *sniffOptions, t arrow.DataType) {
	switch t.ID() {
	case arrow.DATE32, arrow.TIMESTAMP:
		if f.number != (csv.Number{}) || f.yes != nil {
			*f = form{}
		}
		if f.order == 0 && o.Dates != 0 {
			f.order = o.Dates
		}
	case arrow.BOOL:
		f.number, f.order = csv.Number{}, 0
	default:
		f.yes, f.no, f.order = nil, nil, 0
		if o.Decimal == ',' || o.Thousands != 0 {
			f.number = csv.Number{Decimal: o.Decimal, Thousands: o.Thousands}
		}
	}
}

// why says in words what spoke for the column's type.
func (c *settled) why() string {
	e := c.evidence
	switch {
	case !c.found:
		return "ReadOptions.Types"
	case !e.any:
		return "no values in the samples"
	case c.t.ID() == arrow.STRING && e.undecided():
		return "dates whose day and month cannot be told apart: give ReadOptions.Dates"
	case c.t.ID() == arrow.STRING && c.unsure:
		return "numbers whose mark may be of thousands or of decimals: give ReadOptions.Decimal, and ReadOptions.Thousands if they have both"
	case c.t.ID() == arrow.STRING:
		return "no narrower type fits all samples"
	case e.long && c.t.ID() == arrow.FLOAT64:
		return "fits all samples, some rounded to the 17 digits of a float64: give a decimal in ReadOptions.Types to keep more"
	}
	return "fits all samples"
}
