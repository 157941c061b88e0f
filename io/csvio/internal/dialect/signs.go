package dialect

import "strconv"

// Usual are the delimiters that are tried first and believed most; a rare one must cut nearly all
// rows alike.
const (
	Usual = ",;\t|"
	Rare  = "^~:\x1f\x1e\x01\x02# "
)

// FirstBytes may mean something else at the beginning of a field: white space, comments,
// apostrophes as quotes, marks. Who writes puts such texts in quotes, and who looks for needless
// quotes knows it.
const FirstBytes = " \t#'\xEF"

// NullWords are the words that mean null if nothing else is said. (NaN is none: it is a float.)
func NullWords() []string { return []string{"NA", "N/A", "n/a", "null", "NULL", "Null", `\N`} }

// LineEnd is what ends rows.
type LineEnd int

// What ends rows: LF is \n or \r\n, CR is \r, MixedEnds any of the three.
const (
	LF LineEnd = iota + 1
	CR
	MixedEnds
)

func (e LineEnd) String() string {
	names := [...]string{"?", `\n or \r\n`, `\r`, `\n, \r\n and \r, mixed`}
	if e < 0 || int(e) >= len(names) {
		return strconv.Itoa(int(e))
	}
	return names[e]
}
