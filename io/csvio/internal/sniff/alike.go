package sniff

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/volley-go/volley/internal/csv"
)

// sameForm reports whether a text is written like at least half of the column's texts, in a form
// that words do not have: with digits, or as an address. If it begins as values do, letters need to
// be of the same kind only; if not, as many.
func (b *below) sameForm(name string) bool {
	if !hasDigit(name) && !looksLikeValue(name) {
		return false
	}
	of := []func(string) string{digitsForm}
	if looksLikeValue(name) {
		of = append(of, runForm, codeForm, addressForm)
	}
	for _, form := range of {
		want, same := form(name), 0
		for _, t := range b.texts {
			if want != "" && form(t) == want {
				same++
			}
		}
		if same > 0 && same*2 >= len(b.texts) {
			return true
		}
	}
	return false
}

// looksLikeValue reports whether a text that is no number, date or bool is written as few names
// are: 5 kg, $3.50, 08:00, a code with many digits, an address or a path.
func looksLikeValue(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return hasDigit(s) && !unicode.IsLetter(first) && first != '_' || codeForm(s) != "" || addressForm(s) != ""
}

// digitsForm returns the shape of a text in which numbers count alike, however long.
func digitsForm(s string) string {
	shape := strings.TrimLeft(exactShape(s), "+-")
	out := make([]byte, 0, len(shape))
	for i := range len(shape) {
		c := shape[i]
		inside := (c == '.' || c == ',') && len(out) > 0 && out[len(out)-1] == '0' && i+1 < len(shape) && shape[i+1] == '0'
		if inside || c == '0' && len(out) > 0 && out[len(out)-1] == '0' {
			continue
		}
		out = append(out, c)
	}
	return string(out)
}

// runForm returns the shape in which words count alike too, and blanks do not count.
func runForm(s string) string {
	return string(slices.Compact([]byte(strings.ReplaceAll(digitsForm(s), " ", ""))))
}

// codeForm returns the shape of a code of letters and digits mixed, as digests, UUIDs, MAC
// addresses and IBANs are; "" of other texts.
func codeForm(s string) string {
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		return "0x"
	}
	digits, letters := 0, 0
	shape := strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9':
			digits++
			return 'x'
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			letters++
			return 'x'
		}
		return c
	}, s)
	if digits < 3 || len(s) < 8 || digits+letters > 128 || digits*4 < letters || strings.Trim(shape, "x-: ") != "" {
		return ""
	}
	return shape
}

// addressForm returns which kind of address a text is: of a mail, on the web or of a file; "" of
// other texts.
func addressForm(s string) string {
	at, slash := strings.IndexByte(s, '@'), strings.IndexAny(s, `/\`)
	switch {
	case strings.Contains(s, " "):
		return ""
	case strings.Contains(s, "://") || strings.HasPrefix(s, "www."):
		return "web"
	case at > 0 && strings.Contains(s[at:], "."):
		return "mail"
	case slash == 0 && len(s) > 1, slash > 0 && (s[slash-1] == ':' || s[slash-1] == '.' || s[slash-1] == '~'), slash > 0 && strings.LastIndexByte(s, '.') > slash:
		return "file"
	}
	return ""
}

// corner returns the places of the integers in a first row that are names beside a word, or
// nothing, in its corner; nil if the row may be data with a word in front. If the word is written
// otherwise than those below it, one year or a few round steps are enough; if not, it takes more of
// them.
func corner(first []string, columns []*below) []int {
	if len(first) < 2 || strings.Trim(exactShape(first[0]), "Aa _-") != "" {
		return nil
	}
	var at []int
	for i, f := range first[1:] {
		if allDigits(f) && len(f) < 10 {
			if columns[i+1].sumOf(f) {
				return nil // total,2021 over 1000 and 1021
			}
			at = append(at, i+1)
		} else if isValue(f) {
			return nil
		}
	}
	if len(at) == 0 || !numbersBelow(columns, at) {
		return nil
	}
	sure, maybe := numberNames(first, columns, at)
	if !columns[0].otherWord(first[0]) || !sure && (!maybe || !columns[0].unlikeWord(first[0])) || columns[0].allShaped(first[0]) {
		return nil
	}
	return at
}

// numbersBelow reports whether only numbers stand below some fields.
func numbersBelow(columns []*below, at []int) bool {
	return !slices.ContainsFunc(at, func(i int) bool {
		b := columns[i]
		return len(b.texts) < 2 || b.kinds&(isInt|isFloat) == 0
	})
}

// sumOf reports whether a number of up to nine digits is the sum of a column's.
func (b *below) sumOf(digits string) bool {
	sum := 0.0
	for _, t := range b.texts {
		v, ok := csv.Float([]byte(t))
		if !ok {
			return false
		}
		sum += v
	}
	return math.Abs(sum-float64(number(digits))) < 0.001
}

// numberNames reports whether integers are names by themselves, surely or maybe: years over other
// numbers, integers one after the other.
func numberNames(first []string, columns []*below, at []int) (sure, maybe bool) {
	years, fractions := true, true
	for _, i := range at {
		texts := columns[i].texts
		years = years && isYear(first[i]) && !slices.ContainsFunc(texts, isYear)
		fractions = fractions && len(texts) >= shapeRowsMin && !slices.ContainsFunc(texts, func(t string) bool { return !strings.Contains(t, ".") })
	}
	step := stepOf(first, at)
	rows := len(columns[at[0]].texts)
	for row := 0; step != 0 && row < rows; row++ {
		values := make([]string, len(first))
		for _, i := range at {
			if row < len(columns[i].texts) {
				values[i] = columns[i].texts[row]
			}
		}
		if s := stepOf(values, at); s != 0 && (s == step || len(at) > 2) {
			step = 0
		}
	}
	sure = years && (fractions || step > 0) || step == 1 && len(at) > 2
	return sure, years || step == 1 || step > 4 && number(first[at[0]])%step == 0
}

// stepOf returns by how much each of some integers exceeds the one before it; 0 if there are no
// two, or the steps differ.
func stepOf(fields []string, at []int) (step int) {
	for k := 1; k < len(at); k++ {
		a, b := fields[at[k-1]], fields[at[k]]
		if !allDigits(a) || !allDigits(b) || len(a) > 9 || len(b) > 9 {
			return 0
		}
		d := number(b) - number(a)
		if d <= 0 || k > 1 && d != step {
			return 0
		}
		step = d
	}
	return step
}

// number returns the value of up to nine digits.
func number(digits string) (n int) {
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}

// otherWord reports whether a column has texts and a word is none of them; for no word, whether it
// has any values.
func (b *below) otherWord(name string) bool {
	return len(b.texts) >= 2 && (name == "" || b.kinds == isText && !slices.Contains(b.texts, name))
}

// allShaped reports whether all texts of a column have the exact shape of a word.
func (b *below) allShaped(name string) bool {
	return !slices.ContainsFunc(b.texts, func(t string) bool { return exactShape(t) != exactShape(name) })
}

// unlikeWord reports whether all texts of a column have a digit, or all begin with a capital or a
// small letter, and a word does not.
func (b *below) unlikeWord(name string) bool {
	if name == "" {
		return false
	}
	small, capital := strings.ToLower(name) == name, strings.ToUpper(name[:1]) == name[:1]
	all := func(is func(string) bool) bool {
		return !slices.ContainsFunc(b.texts, func(t string) bool { return !is(t) })
	}
	return all(hasDigit) || small && all(func(t string) bool { return unicode.IsUpper(firstRune(t)) }) ||
		capital && all(func(t string) bool { return unicode.IsLower(firstRune(t)) })
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
