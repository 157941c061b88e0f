package sniff

import (
	"bytes"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/csv"
)

// Profile is what samples of a column say.
type Profile struct {
	kinds  typeSet // that all values could be of
	proof  typeSet // forms that a value showed
	any    bool    // a value was seen
	long   bool    // a number with a point was, that has more digits than a float64
	maybe  []string
	maybes int // values that are a word that may mean null

	// What Like goes by, of the first values: all, those without a text, those of a number, date or
	// the like.
	Rows, Empty, Strong int
}

const profileRows = 64

// look counts what the first values look like. Rows with too many fields are mended by it.
func (e *Profile) look(b []byte, quoted bool) {
	if e.Rows == profileRows {
		return
	}
	e.Rows++
	if len(b) == 0 && !quoted {
		e.Empty++
	} else if cell(b, "") == strongCell {
		e.Strong++
	}
}

// Like returns how likely a value of the column looks, as a logarithm.
func (e *Profile) Like(b []byte) float64 {
	share := func(n, of int) float64 { return math.Log((float64(n) + 0.1) / (float64(of) + 0.2)) }
	if len(b) == 0 {
		return share(e.Empty, e.Rows)
	}
	filled := e.Rows - e.Empty
	p := share(filled, e.Rows)
	if cell(b, "") == strongCell {
		p += share(e.Strong, filled)
	} else {
		p += share(filled-e.Strong, filled)
	}
	if other, _ := otherForms(b, e.kinds); e.any && e.kinds != 0 && e.kinds&(typesOf(b)|other) == 0 {
		p -= 5
	}
	return p
}

// maybeNull are words that mean null in a column of numbers, dates or bools, beside [NullWords].
var maybeNull = []string{"-", "--", "---", ".", "..", "?", "#N/A", "#NA", "#NULL!", "#VALUE!", "#DIV/0!", "None", "none", "NONE", "nil", "NIL", "(null)", "<null>", "NULL ", "missing", "unknown", "Unknown", "-nan", "<NA>", "N.A.", "n.a.", "na", "NaT"}

// add narrows the types down to those that a value has too. It only collects words that may mean
// null: what the column turns out to be decides on them.
func (e *Profile) add(b []byte) {
	if e.any && e.kinds == 0 && e.maybes == 0 {
		return // text
	}
	if len(b) <= 9 && (len(b) == 0 || b[0]-'0' > 9) && slices.Contains(maybeNull, string(b)) { // none begins with a digit
		e.maybes++
		if !slices.Contains(e.maybe, string(b)) {
			e.maybe = append(e.maybe, string(b))
		}
		return
	}
	k := typesOf(b)
	other, proof, ok := otherFormsByType(b, k)
	if !ok {
		other, proof = otherForms(b, e.kinds)
	}
	if k == isFloat && proves(csv.Number{Decimal: '.'}, b) {
		proof |= isFloat
	}
	e.kinds &= k | other
	e.proof |= proof
	e.any = true
	e.long = e.long || len(b) > floatDigits && k == isFloat && digits(b) > floatDigits
}

const floatDigits = 17 // tell any float64 from all others

// digits counts the digits of a number but for zeros at its beginning, and at its end after a
// point.
func digits(b []byte) int {
	if e := bytes.IndexAny(b, "eE"); e >= 0 {
		b = b[:e]
	}
	if bytes.IndexByte(b, '.') >= 0 {
		b = bytes.TrimRight(b, "0")
	}
	b = bytes.TrimLeft(b, "+-0.")
	return len(b) - bytes.Count(b, []byte("."))
}

// typeAndForm returns the narrowest type that all samples fit, and the form in which it is written.
// If several forms fit nothing is guessed: the column stays text. What the options say goes first.
func (e *Profile) typeAndForm(o *Options) (arrow.DataType, Form) {
	k := e.kinds
	if !e.any {
		return arrow.BinaryTypes.String, Form{}
	}
	if o.Decimal == ',' || o.Thousands != 0 {
		if t := e.numberIn(csv.Number{Decimal: o.Decimal, Thousands: o.Thousands}); t != nil {
			return t, Form{Number: csv.Number{Decimal: o.Decimal, Thousands: o.Thousands}}
		}
		if o.Decimal == ',' {
			k &^= isFloat
		}
	}
	if t := plainType(k); t != nil {
		return t, Form{}
	}
	if i := e.pair(); i >= 0 {
		return arrow.FixedWidthTypes.Boolean, Form{Yes: cases(boolPairs[i][0]), No: cases(boolPairs[i][1])}
	}
	if o.Decimal == 0 && o.Thousands == 0 {
		for i, n := range numberForms {
			if e.proof&floatForm(i) != 0 {
				if t := e.numberIn(n); t != nil {
					return t, Form{Number: n}
				}
			}
		}
	}
	if t, order := e.dated(o); t != nil {
		return t, Form{Order: order}
	}
	return arrow.BinaryTypes.String, Form{}
}

// marksOf is how a file writes numbers, as far as a column proves it. Columns that prove different
// marks of decimals speak for themselves alone, and where the options name a mark nothing is found.
func marksOf(all []Profile, o *Options) (n csv.Number) {
	if o.Decimal != 0 || o.Thousands != 0 {
		return n
	}
	for i := range all {
		t, f := all[i].typeAndForm(o)
		m := f.Number
		if m == (csv.Number{}) && t.ID() == arrow.FLOAT64 && all[i].proof&isFloat != 0 {
			m.Decimal = '.'
		}
		switch {
		case m.Decimal == 0:
			continue
		case n.Decimal != 0 && n.Decimal != m.Decimal:
			return csv.Number{}
		}
		n.Decimal = m.Decimal
		if m.Thousands == '.' || m.Thousands == ',' {
			n.Thousands = m.Thousands
		}
	}
	return n
}

// typeByMarks is typeAndForm for a column of a file with these marks: numbers such as 1.200 are
// 1200 if another column has 1.234,50. If that has 3,50 alone they could be either, and stay text,
// as 1,200 does beside 3.50: unsure says so.
func (e *Profile) typeByMarks(o *Options, marks csv.Number) (t arrow.DataType, f Form, unsure bool) {
	t, f = e.typeAndForm(o)
	points := marks.Decimal == ',' && t.ID() == arrow.FLOAT64 && f.Plain() && e.kinds&intForm(pointsApart) != 0
	commas := o.Decimal == 0 && o.Thousands == 0 && t.ID() == arrow.STRING && e.any && e.kinds&(intForm(commasApart)|floatForm(commasApart)) != 0
	if !points && !commas {
		return t, f, false
	}
	if marks.Thousands != 0 {
		if t := e.numberIn(marks); t != nil {
			return t, Form{Number: marks}, false
		}
	}
	return arrow.BinaryTypes.String, Form{}, true
}

func plainType(k typeSet) arrow.DataType {
	switch {
	case k&isInt != 0:
		return arrow.PrimitiveTypes.Int64
	case k&isFloat != 0:
		return arrow.PrimitiveTypes.Float64
	case k&isBool != 0:
		return arrow.FixedWidthTypes.Boolean
	}
	return timeType(k, isDate)
}

// timeType is the type of dates or points in time whose bits begin at one.
func timeType(k, date typeSet) arrow.DataType {
	switch {
	case k&date != 0:
		return arrow.FixedWidthTypes.Date32
	case k&(date<<1) != 0:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case k&(date<<2) != 0:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	}
	return nil
}

// numberIn is the type of a column whose numbers all are of a form; nil where they are not.
func (e *Profile) numberIn(n csv.Number) arrow.DataType {
	if n.Decimal == 0 {
		n.Decimal = '.'
	}
	for i, f := range numberForms {
		switch {
		case f != n:
		case e.kinds&intForm(i) != 0:
			return arrow.PrimitiveTypes.Int64
		case e.kinds&floatForm(i) != 0:
			return arrow.PrimitiveTypes.Float64
		}
	}
	return nil
}

// pair is the pair of words that the column has both of.
func (e *Profile) pair() int {
	for i := range boolPairs {
		both := isYes<<(2*i) | isYes<<(2*i+1)
		if e.kinds&both == both && e.proof&both == both {
			return i
		}
	}
	return -1
}

// dated is the type of a column of dates in another form than the parsers take, where there is one
// order only that all samples have, or the options name it.
func (e *Profile) dated(o *Options) (t arrow.DataType, order csv.DateOrder) {
	for c := csv.YMD; c <= csv.MDY; c++ {
		got := timeType(e.kinds, dateIn(c))
		if got == nil || o.Dates != 0 && o.Dates != c {
			continue
		}
		if t != nil {
			return nil, 0 // 01/02/2018: which is the month?
		}
		t, order = got, c
	}
	return t, order
}

// Undecided reports whether the column's values are dates that can be read with the day or with the
// month first.
func (e *Profile) Undecided() bool {
	_, day := e.dated(&Options{Dates: csv.DMY})
	_, month := e.dated(&Options{Dates: csv.MDY})
	return e.any && day != 0 && month != 0
}

// cases lists a word in lower, upper and title case.
func cases(w string) []string {
	title := string(w[0]-'a'+'A') + w[1:]
	upper := string(bytes.ToUpper([]byte(w)))
	if title == upper {
		return []string{w, upper}
	}
	return []string{w, upper, title}
}
