package sniff

import (
	"bytes"

	"github.com/volley-go/volley/internal/csv"
)

// typeSet is a set of types, and of forms of writing them, that a text could be of.
type typeSet uint64

const (
	isInt typeSet = 1 << iota
	isFloat
	isBool
	isDate
	isTime          // a timestamp without zone
	isZoned         // one with
	isText  typeSet = 0

	isYes   typeSet = 1 << 6 // the first of the pairs of words for true and false
	isForm  typeSet = 1 << 16
	isOrder typeSet = 1 << 48
)

// boolPairs are words for true and false beside those the parser knows. A column is taken for bool
// only where both words are seen.
var boolPairs = [...][2]string{{"yes", "no"}, {"y", "n"}, {"t", "f"}, {"on", "off"}}

// numberForms are ways of writing numbers beside 1234.5. Bit 2i of isForm says that a text is an
// integer in form i, bit 2i+1 that it is a float.
var numberForms = [...]csv.Number{
	{Decimal: ',', Thousands: 0},
	{Decimal: '.', Thousands: ','},
	{Decimal: ',', Thousands: '.'},
	{Decimal: ',', Thousands: ' '},
	{Decimal: '.', Thousands: ' '},
	{Decimal: '.', Thousands: '\''},
	{Decimal: ',', Thousands: '\''},
}

// commasApart and pointsApart are the forms whose thousands could be decimals.
const commasApart, pointsApart = 1, 2

// allNumbers are the bits of digits alone, allIntegers those of digits that no float holds.
const (
	allNumbers  = isForm<<(2*len(numberForms)) - isForm
	allIntegers = allNumbers / 3
)

func intForm(i int) typeSet   { return isForm << (2 * i) }
func floatForm(i int) typeSet { return isForm << (2*i + 1) }

// Of every order of dates, three bits: dates, points in time, and such with a zone.
func dateIn(o csv.DateOrder) typeSet  { return isOrder << (3 * (o - 1)) }
func timeIn(o csv.DateOrder) typeSet  { return dateIn(o) << 1 }
func zonedIn(o csv.DateOrder) typeSet { return dateIn(o) << 2 }

// Form is how a column writes its values, where that is not how the parsers take them.
type Form struct {
	Number csv.Number
	Order  csv.DateOrder
	Yes    []string // words for true, and for false
	No     []string
}

func (f *Form) Plain() bool {
	return f.Number == csv.Number{} && f.Order == 0 && f.Yes == nil && f.No == nil
}

// typesOf returns what a text that is no null can be read as, in the form that the parsers take.
func typesOf(b []byte) typeSet {
	if len(b) == 0 {
		return isText
	}
	switch c := b[0]; {
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		if k := numeric(b); k != isText {
			return k
		}
		if _, ok := csv.Date(b); ok {
			return isDate | isTime
		}
		if _, nanos, zoned, ok := csv.Timestamp(b); ok && nanos%1000 == 0 {
			if zoned {
				return isZoned
			}
			return isTime
		}
	case c|0x20 == 't' || c|0x20 == 'f':
		if _, ok := csv.Bool(b); ok {
			return isBool
		}
	default:
		if _, ok := csv.Float(b); ok {
			return isFloat // nan, inf
		}
	}
	return isText
}

// numeric returns whether a text is an integer, a float, both or neither. Integers that a float
// would round are no floats. Numbers with leading zeros and telephone numbers are neither.
func numeric(b []byte) (k typeSet) {
	if v, ok := csv.StrictInt(b); ok {
		if k = isInt; -1<<53 <= v && v <= 1<<53 {
			return isInt | isFloat
		}
	}
	if _, ok := csv.StrictFloat(b); ok {
		k |= isFloat
	}
	return k
}

// OnlyFloat reports whether a text is a number that a float64 holds and no int64.
func OnlyFloat(b []byte) bool { return numeric(b) == isFloat }

// otherForms returns the forms, of those in open, in which a text is a number, date or bool that
// the parsers do not take as it stands. proof are the forms that it shows: it reads in no other.
func otherForms(b []byte, open typeSet) (k, proof typeSet) {
	if len(b) == 0 || len(b) > 40 || open < isYes {
		return 0, 0
	}
	if open&(isForm-1) >= isYes {
		k, proof = words(b)
	}
	if c := b[0]; c-'0' > 9 && c != '-' && c != '+' && c != ',' && c != '.' && (c|0x20)-'a' > 25 {
		return k, proof
	}
	var buf [64]byte
	for i, n := range numberForms {
		if open&(intForm(i)|floatForm(i)) == 0 {
			continue
		}
		if plain, _, ok := n.Plain(b, buf[:0]); ok {
			switch got := numeric(plain); {
			case got&isInt != 0 && got&isFloat != 0:
				k |= intForm(i) | floatForm(i)
			case got&isInt != 0:
				k |= intForm(i)
			case got&isFloat != 0:
				k |= floatForm(i)
			default:
				continue
			}
			if proves(n, b) {
				proof |= floatForm(i)
			}
		}
	}
	for o := csv.YMD; o <= csv.MDY; o++ {
		if open&(dateIn(o)|timeIn(o)|zonedIn(o)) == 0 {
			continue
		}
		if plain, _, ok := o.Plain(b, buf[:0]); ok {
			switch got := typesOf(plain); {
			case got&isDate != 0:
				k |= dateIn(o) | timeIn(o)
			case got&isTime != 0:
				k |= timeIn(o)
			case got&isZoned != 0:
				k |= zonedIn(o)
			}
		}
	}
	return k, proof
}

// pointForms are the bits of a number with a point that cannot stand between thousands.
const pointForms = isForm<<(2*1+1) | isForm<<(2*4+1) | isForm<<(2*5+1)

// otherFormsByType is a shortcut for otherForms: it derives the answer from the types of the text,
// without trying each form. ok is false if it cannot.
func otherFormsByType(b []byte, k typeSet) (other, proof typeSet, ok bool) {
	switch {
	case k&isInt != 0 && k&isFloat == 0:
		return allIntegers, 0, b[0]-'0' <= 9
	case k&isInt != 0:
		return allNumbers, 0, b[0]-'0' <= 9
	case k == isFloat:
		at := bytes.IndexByte(b, '.')
		return pointForms, 0, at > 0 && len(b)-at != 4 && len(bytes.TrimLeft(b, "0123456789.")) == 0
	case k == isDate|isTime:
		return dateIn(csv.YMD) | timeIn(csv.YMD), 0, true
	case k == isTime:
		return timeIn(csv.YMD), 0, true
	case k == isZoned:
		return zonedIn(csv.YMD), 0, true
	}
	return 0, 0, false
}

// words returns the pairs of words for true and false that a text is of, and which of the two it
// is.
func words(b []byte) (k, proof typeSet) {
	for i, pair := range boolPairs {
		if word(b, pair[0]) {
			k, proof = k|isYes<<(2*i)|isYes<<(2*i+1), proof|isYes<<(2*i)
		} else if word(b, pair[1]) {
			k, proof = k|isYes<<(2*i)|isYes<<(2*i+1), proof|isYes<<(2*i+1)
		}
	}
	return k, proof
}

// word reports whether a text is a word in lower, upper or title case.
func word(b []byte, w string) bool { return len(b) == len(w) && bytes.EqualFold(b, []byte(w)) }

// proves reports whether a number shows its form: 1,234 could be a thousand or little more than
// one; 1,5 and 1,234,567 and 1,234.5 could not.
func proves(n csv.Number, b []byte) bool {
	decimals := bytes.Count(b, []byte{n.Decimal})
	if n.Thousands == 0 {
		at := bytes.IndexByte(b, n.Decimal)
		return decimals == 1 && (len(b)-at-1 != 3 || len(bytes.TrimLeft(b[:at], "+-")) > 3 || at == 0 || bytes.HasPrefix(bytes.TrimLeft(b[:at], "+-"), []byte("0")))
	}
	thousands := bytes.Count(b, []byte{n.Thousands})
	if n.Thousands == ' ' {
		thousands += bytes.Count(b, []byte("\u00a0")) + bytes.Count(b, []byte("\u202f"))
	}
	return thousands > 1 || thousands == 1 && decimals == 1
}
