package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/volley-go/volley/internal/ir"
	"github.com/volley-go/volley/internal/near"
)

// Error says what is wrong with the text of an expression and where. It is
// returned by Compile and its kin, before any row is read.
type Error struct {
	Text string // the whole text
	Pos  int    // byte offset of the place in Text
	Msg  string // what is wrong, and what to write instead
}

// Error is the message, the line of the text, and a caret under the place.
func (e *Error) Error() string {
	pos := min(max(e.Pos, 0), len(e.Text))
	begin := strings.LastIndexByte(e.Text[:pos], '\n') + 1
	end := len(e.Text)
	if n := strings.IndexByte(e.Text[begin:], '\n'); n >= 0 {
		end = begin + n
	}
	line, before := e.Text[begin:end], e.Text[begin:min(pos, end)]
	if len(line) > lineMax {
		line, before = around(line, len(before))
	}
	// Tabs stay tabs in the lead, so that the caret lands right on any terminal.
	var lead strings.Builder
	for _, r := range before {
		if r != '\t' {
			r = ' '
		}
		lead.WriteRune(r)
	}
	if strings.TrimSpace(e.Text) == "" {
		return "expr: " + e.Msg
	}
	return fmt.Sprintf("expr: %s\n\t%s\n\t%s^", e.Msg, line, lead.String())
}

// lineMax is how many bytes of a line are shown whole.
const lineMax = 1000

// around is what stands near a place of a long line, and the part of it before the place.
func around(line string, at int) (shown, before string) {
	from, to := max(at-100, 0), min(at+100, len(line))
	before = strings.ToValidUTF8(line[from:at], "")
	if from > 0 {
		before = "…" + before
	}
	if shown = before + strings.ToValidUTF8(line[at:to], ""); to < len(line) {
		shown += "…"
	}
	return shown, before
}

// RowError is what went wrong in one row: an integer division by zero, a value
// that a cast does not take, an error of a registered function. The row's
// result is null; what becomes of the row is the caller's policy.
type RowError struct {
	Name  string // the result's name
	Text  string // the expression's text
	Pos   int    // byte offset of the failing operation in Text
	Cause error
}

// Error is the cause and the operation's place.
func (e *RowError) Error() string { return fmt.Sprintf("%v (at %q)", e.Cause, snippet(e.Text, e.Pos)) }

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Cause }

// snippet is up to 24 characters of text from pos on.
func snippet(text string, pos int) string {
	s := text[min(max(pos, 0), len(text)):]
	if utf8.RuneCountInString(s) <= 24 {
		return s
	}
	return string([]rune(s)[:24]) + "…"
}

// Causes of failing rows.
var (
	// ErrDivideByZero is the cause of a row whose integer divisor is 0.
	ErrDivideByZero = ir.ErrDivideByZero
	// ErrNegativeShift is the cause of a row whose shift count is negative.
	ErrNegativeShift = ir.ErrNegativeShift
	// ErrOverflow is the cause of a row whose decimal or rounded result has too many digits.
	ErrOverflow = ir.ErrOverflow
	// ErrCast is the cause of a row whose value the type of a cast does not hold.
	ErrCast = ir.ErrCast
	// ErrTimeRange is the cause of a row whose time or duration the type does not hold.
	ErrTimeRange = ir.ErrTimeRange
)

// bail carries an *Error up through the recursive passes; only catch stops it.
type bail struct{ err *Error }

// catch turns a bail into the error of the surrounding function.
func catch(err *error) {
	switch p := recover().(type) {
	case nil:
	case bail:
		*err = p.err
	default:
		panic(p)
	}
}

// meant is the candidate that a misspelt name may mean, as a sentence part.
func meant(name string, candidates []string, written func(string) string) string {
	best := near.Name(name, candidates)
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", written(best))
}

func asIs(name string) string { return name }
