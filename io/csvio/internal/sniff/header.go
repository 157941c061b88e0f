package sniff

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/volley-go/volley/internal/csv"
	"github.com/volley-go/volley/io/csvio/internal/dialect"
)

// headerVote weighs whether the first row is names, in points, column by column. A row of data fits
// the columns that it begins; names do not, or look unlike what stands below them. If nothing
// speaks either way, a row of words is names and one with a value is data: a row of names among the
// data is seen, a row of data that became names is not.
type headerVote struct {
	points float64
	why    string
	most   float64 // points of the reason that is told

	values int      // fields of the row that could not be told from a number, date or bool
	over   []*below // columns of words under a number or date
	alike  bool     // a field could be a value of its column
}

// Points for and against.
const (
	otherKind    = 2.0  // a name over a column of numbers, dates or bools that it is none of,
	otherKindOf1 = 0.9  // of which there is one value
	sameKind     = -1.0 // a value that its column could have
	sameYear     = -0.3 // one that may be the name of a year
	inQuotes     = 4.0  // names in quotes they do not need, above values that have none
	maybeQuoted  = 0.5  // or that they do need, over some that do too,
	numbered     = 1.5  // names such as 2019, 2020 or x1, x2, and not so below
	repeated     = -1.5 // a text that is a value below
	twice        = -0.5 // a text that stands in the row already
	fewNames     = -0.5 // fewer fields than are empty over values
	otherShape   = 1.0  // a text that is unlike those below, which are alike
	sameShape    = -0.7 // and one that is like them
	shapeRowsMin = 3    // values that are alike
	wordRowsMin  = 10   // words that are enough if one number alone stands over words
	headerLooks  = 100  // rows that are looked at
)

// Reasons that leave no doubt.
const (
	wordsOver  = "words over columns of numbers and dates"
	quotedOver = "names in quotes over values without"
)

func (h *headerVote) add(points float64, why string) {
	h.points += points
	h.alike = h.alike || points <= sameShape
	if points > h.most {
		h.most, h.why = points, why
	}
}

// isHeader returns 1 if the first row is names, else 0, and why.
func (o *Options) isHeader(r *dialect.Rules, rows []sampleRow) (int, string) {
	if rows[0].filled() == 0 {
		return 0, "the first row is empty"
	}
	return o.headline(r, rows).verdict()
}

// namesRow returns 1 if the first row is left out as names, else 0, and why. If the options name
// the columns, it is left out only if it is these names or cannot be data: everybody sees a row of
// names that was kept, and nobody a row of data that was left out.
func (o *Options) namesRow(r *dialect.Rules, rows []sampleRow) (int, string) {
	n, why := o.isHeader(r, rows)
	if o.Names == nil || o.HeaderRows > 0 {
		return n, why
	}
	first := trimmed(rows[0].fields)
	if slices.Equal(first, o.Names) && !slices.ContainsFunc(rows[1:], func(s sampleRow) bool { return slices.Equal(trimmed(s.fields), first) }) {
		return 1, "the first row is ReadOptions.Names"
	}
	if n > 0 && !o.headline(r, rows).certain() {
		return 0, "ReadOptions.Names names the columns, and the first row may be data"
	}
	return n, why
}

// certain reports whether the row is names beyond doubt: words over numbers or dates, or quotes
// only it has, and nothing like the values below.
func (h *headerVote) certain() bool {
	return h.most >= otherKindOf1 && (h.why == wordsOver || h.why == quotedOver) && !h.alike
}

// headline weighs the first row, which has something in it.
func (o *Options) headline(r *dialect.Rules, rows []sampleRow) *headerVote {
	h := new(headerVote)
	first := trimmed(rows[0].fields)
	row := h.numbers(first, rows[1:])
	if sure, maybe := namesQuoted(r, rows); sure {
		h.add(inQuotes, quotedOver)
	} else if maybe {
		h.add(maybeQuoted, "names in quotes")
	}
	nulls, under := o.Nulls(), rowsUnder(rows)
	columns := make([]*below, len(first))
	for i := range first {
		columns[i] = newBelow(i, under, nulls)
	}
	if at := corner(first, columns); len(at) > 0 {
		row = at
		h.add(numbered, "a word and integers over a table of numbers")
	}
	named, nameless, names := 0, 0, make(map[string]bool, len(first)) // columns with values
	for i, name := range first {
		if name == "" {
			if len(columns[i].texts) > 0 {
				nameless++
			}
			continue
		}
		named++
		if nulls.Has([]byte(name)) {
			continue
		}
		if names[name] {
			h.add(twice, "")
		}
		names[name] = true
		_, isNumbered := slices.BinarySearch(row, i)
		if !slices.Contains(rows[0].quoted, false) && columns[i].bare(name) && !needsQuotes(r, name, len(first) == 1) {
			h.add(otherKind, quotedOver)
			isNumbered = true
		}
		h.weigh(name, isNumbered, columns[i])
	}
	if nameless > named {
		h.add(fewNames, "")
	}
	if len(h.over) > 1 || len(h.over) == 1 && named > 1 && h.over[0].many() {
		h.add(otherShape*float64(len(h.over)), "numbers over columns of words")
	}
	return h
}

// numbers weighs fields that are numbered one after the other, and returns their places if no row
// below is numbered in the same ones, as A1,A2 over B1,B2 is.
func (h *headerVote) numbers(first []string, below []sampleRow) []int {
	row := slices.DeleteFunc(numberedIn(first), func(i int) bool {
		same := sameWord(first[i], i, below)
		if same {
			h.add(sameShape, "")
		}
		return same
	})
	if slices.ContainsFunc(below, func(s sampleRow) bool { return slices.Equal(numberedIn(trimmed(s.fields)), row) }) {
		return nil
	}
	if len(row) > 0 {
		h.add(numbered, "names that are numbered one after the other")
	}
	return row
}

// rowsUnder returns the rows under the first that are looked at. Names may be repeated: rows that
// are the same as the first are none of them, if there are others.
func rowsUnder(rows []sampleRow) []sampleRow {
	all := rows[1:min(len(rows), headerLooks)]
	under := all
	for len(under) > 0 && slices.Equal(under[0].fields, rows[0].fields) {
		under = under[1:]
	}
	if len(under) == 0 {
		return all
	}
	return under
}

// verdict returns 1 if the row is names, else 0, and why.
func (h *headerVote) verdict() (int, string) {
	switch {
	case h.points > 0 && h.why != "":
		return 1, h.why
	case h.points < 0 && h.values > 0:
		return 0, "the first row has numbers, dates or bools as those below it"
	case h.points < 0:
		return 0, "the first row looks like those below it"
	case h.values > 0:
		return 0, "the first row has a number, date or bool"
	}
	return 1, "no field of the first row is a number, date or bool"
}

func trimmed(fields []string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = strings.TrimSpace(f)
	}
	return out
}

// below are the values of a column under the first row.
type below struct {
	Profile
	texts  []string
	quoted bool // a value is in quotes
}

// bare reports whether a text is a number, as the column's values are, none of which is in quotes.
func (b *below) bare(name string) bool {
	return len(b.texts) >= 2 && !b.quoted && b.kinds&(isInt|isFloat) != 0 && typesOf([]byte(name))&(isInt|isFloat) != 0
}

func newBelow(column int, rows []sampleRow, nulls *csv.Words) *below {
	b := &below{Profile: Profile{kinds: ^isText}}
	for _, s := range rows {
		if column >= len(s.fields) || s.broken {
			continue
		}
		text := strings.TrimSpace(s.fields[column])
		if text == "" || nulls.Has([]byte(text)) {
			continue
		}
		b.texts = append(b.texts, text)
		b.quoted = b.quoted || s.quoted[column]
		b.add([]byte(text))
	}
	return b
}

// weigh adds what a column says of its name.
func (h *headerVote) weigh(name string, numbered bool, b *below) {
	value := isValue(name)
	if value {
		h.values++
	}
	switch {
	case len(b.texts) == 0:
		if value && !numbered {
			h.add(sameYear, "")
		} else if looksLikeValue(name) {
			h.values++
		}
	case len(b.texts) == 1 && b.kinds&^(isForm-isYes) == isText: // a lone y is a word
		h.text(name, numbered, b)
	case b.any && b.kinds != isText && !b.fits(name):
		points := otherKind
		if len(b.texts) == 1 {
			points = otherKindOf1
		}
		h.add(points, wordsOver)
	case b.any && b.kinds != isText:
		h.values++
		if !numbered {
			h.add(b.sameKind(name), "")
		}
	case value && hasDigit(name) && b.words():
		h.over = append(h.over, b)
	case value:
		if !numbered {
			h.add(sameYear, "")
		}
	default:
		h.text(name, numbered, b)
	}
}

// words reports whether a column has different words, among which a number would be another kind of
// value. Texts that begin with a digit, as 5 kg and 10:30-11:00, may be numbers in other rows, and
// a word such as unknown may stand for one.
func (b *below) words() bool {
	for _, t := range b.texts {
		if first, _ := utf8.DecodeRuneInString(t); !unicode.IsLetter(first) {
			return false
		}
	}
	return len(b.texts) >= shapeRowsMin && slices.ContainsFunc(b.texts, func(t string) bool { return t != b.texts[0] })
}

// many reports whether a number among the words would have shown: they are at least wordRowsMin, of
// shapeRowsMin kinds, and not sorted, or it would be the first.
func (b *below) many() bool {
	distinct := len(slices.Compact(slices.Sorted(slices.Values(b.texts))))
	return len(b.texts) >= wordRowsMin && distinct >= shapeRowsMin && !slices.IsSorted(b.texts)
}

// fits reports whether a text could be a value of the column.
func (b *below) fits(text string) bool {
	e := b.Profile
	e.add([]byte(text))
	return e.kinds != isText
}

// sameKind returns the points of a value in the first row over values of its kind. A year over
// values that are no years says less.
func (b *below) sameKind(name string) float64 {
	if isYear(name) && !slices.ContainsFunc(b.texts, isYear) {
		return sameYear
	}
	return sameKind
}

func isYear(s string) bool { return len(s) == 4 && s >= "1800" && s <= "2200" && allDigits(s) }

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// text weighs a text over a column of texts.
func (h *headerVote) text(name string, numbered bool, b *below) {
	same := 0
	for _, t := range b.texts {
		if t == name {
			same++
		}
	}
	switch {
	case same*10 >= len(b.texts):
		h.add(repeated, "")
		return
	case same > 0:
		h.add(repeated/3, "")
		return
	case b.sameForm(name) && looksLikeValue(name):
		h.add(sameKind, "")
		return
	case !numbered && b.sameForm(name):
		h.add(sameShape, "")
		return
	case looksLikeValue(name) && slices.ContainsFunc(b.texts, func(t string) bool { return runForm(t) == runForm(name) }):
		h.values++
	}
	if len(b.texts) < shapeRowsMin {
		return
	}
	if like, alike := b.like(name); alike && like {
		h.add(sameShape, "")
	} else if alike {
		h.add(otherShape, "a text unlike those below it, which are alike")
	}
}

// like reports whether the column's texts are alike in some way, and whether a text is like them.
// Words of letters alone are as much like names as unlike them.
func (b *below) like(name string) (like, alike bool) {
	for _, of := range []func(string) string{exactShape, runShape} {
		want := of(b.texts[0])
		if slices.ContainsFunc(b.texts, func(t string) bool { return of(t) != want }) {
			continue
		}
		words := strings.Trim(want, "Aa ") == ""
		if like = of(name) == want; !words || !like && len(want) <= 4 && !strings.Contains(want, " ") && len(want) == len(b.texts[0]) {
			return like, true
		}
		return false, false
	}
	if prefix := commonPrefix(b.texts); len(prefix) > 2 {
		return strings.HasPrefix(name, prefix), true
	}
	digits := 0
	for _, t := range b.texts {
		if hasDigit(t) {
			digits++
		}
	}
	return hasDigit(name), digits*10 >= len(b.texts)*9
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// exactShape returns a text with A and a in place of letters and 0 in place of digits.
func exactShape(s string) string {
	if len(s) > 100 {
		return "long"
	}
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9':
			return '0'
		case c >= 'A' && c <= 'Z':
			return 'A'
		case c >= 'a' && c <= 'z' || c >= utf8.RuneSelf:
			return 'a'
		}
		return c
	}, s)
}

// runShape returns the shape with each run of one kind made one.
func runShape(s string) string {
	return string(slices.Compact([]byte(exactShape(s))))
}

func commonPrefix(texts []string) string {
	prefix := texts[0]
	for _, t := range texts[1:] {
		n := 0
		for n < min(len(prefix), len(t)) && prefix[n] == t[n] {
			n++
		}
		prefix = prefix[:n]
	}
	return prefix
}

// numberedIn returns the places of neighbouring fields that are numbered one after the other:
// years, or a word and a number.
func numberedIn(fields []string) []int {
	var out []int
	for i := 0; i+1 < len(fields); i++ {
		word, n, ok := cutNumber(fields[i])
		for j := i + 1; ok && j < len(fields); j++ {
			w, m, ok := cutNumber(fields[j])
			if !ok || w != word || m != n+j-i {
				break
			}
			if j == i+1 {
				out = append(out, i)
			}
			out = append(out, j)
		}
		if len(out) > 0 && out[len(out)-1] > i {
			i = out[len(out)-1]
		}
	}
	return out
}

// cutNumber cuts a number off a word's end; one without a word is a year.
func cutNumber(s string) (word string, n int, ok bool) {
	word = strings.TrimRight(s, "0123456789")
	digits := s[len(word):]
	if len(digits) == 0 || len(digits) > 4 || word == "" && !isYear(s) || hasDigit(word) || strings.Trim(word, "+-.") == "" && word != "" {
		return "", 0, false
	}
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return word, n, true
}

// sameWord reports whether a value below a numbered field has the same word, or is a year too.
func sameWord(name string, column int, rows []sampleRow) bool {
	word, _, _ := cutNumber(name)
	return slices.ContainsFunc(rows, func(s sampleRow) bool {
		if column >= len(s.fields) {
			return false
		}
		w, _, ok := cutNumber(strings.TrimSpace(s.fields[column]))
		return ok && w == word
	})
}

// namesQuoted reports whether quotes show that the first row is names: all of its fields are in
// quotes, and below it only fields that need them, or none if those of the first row need theirs.
// maybe says that quotes do not speak against it.
func namesQuoted(r *dialect.Rules, rows []sampleRow) (sure, maybe bool) {
	if slices.Contains(rows[0].quoted, false) {
		return false, false
	}
	idle := func(s *sampleRow) (idle bool) {
		for i, f := range s.fields {
			idle = idle || s.quoted[i] && !needsQuotes(r, f, len(s.fields) == 1)
		}
		return idle
	}
	quoted := false
	for _, s := range rows[1:] {
		if idle(&s) {
			return false, false
		}
		quoted = quoted || slices.Contains(s.quoted, true)
	}
	return !quoted || idle(&rows[0]), true
}

// needsQuotes reports whether a text could be something else without quotes. alone says that it is
// the only field of its row.
func needsQuotes(r *dialect.Rules, s string, alone bool) bool {
	return s == "" || strings.Contains(s, r.Delimiter) || strings.ContainsAny(s, "\r\n") || strings.IndexByte(s, r.Quote) >= 0 ||
		strings.Trim(s, " \t") != s || strings.IndexByte(dialect.FirstBytes, s[0]) >= 0 || slices.Contains(dialect.NullWords(), s) ||
		alone && strings.ContainsAny(s, dialect.Usual+dialect.Rare)
}

var errNamesMended = errors.New("the quotes of the row of names are broken: they are read as text")
