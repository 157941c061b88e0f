package apply

import (
	"fmt"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
)

// Policy says what becomes of a row whose function fails. The zero Policy is [Stop].
type Policy struct {
	// RowsMax is how many rows may fail before the run ends with an error; 0 is
	// no such limit. Of a stream, rows that the source could not decode or of which it lost something
	// count too; each row counts once.
	RowsMax int
	// RatioMax is what share of the rows seen may fail, looked at from the
	// 1,000th row on and at the end; 0 is no such limit.
	RatioMax float64

	action action
	sink   chunker.Sink
}

type action int

const (
	stop action = iota
	null
	reject
)

// Stop ends the run at the first row of the table that fails, with that row's error.
// Rows before it are finished, rows behind it are not begun any more, and the context of
// calls under way for them is cancelled. Nothing is written.
func Stop() Policy { return Policy{} }

// Null makes the results of a row that fails null and goes on. The report has the
// number of such rows and the first errors. Of a stream, a row on which the condition fails has no
// results: it is left out, and counted as such.
func Null() Policy { return Policy{action: null} }

// Reject leaves rows that fail out of the output and writes them to a sink, in
// order: the columns of the input, then those that say where each stood and why it failed, by [chunker.RejectSchema]. Of a
// stream, rows that the source could not decode and left out are among them. The sink is written also where the run ends
// with an error because too many rows failed: rowsMax is the most that may, 0 means any number.
func Reject(sink chunker.Sink, rowsMax int) Policy {
	return Policy{action: reject, sink: sink, RowsMax: rowsMax}
}

// Sink is where rows that fail go, whole; nil unless the policy is [Reject].
func (p Policy) Sink() chunker.Sink { return p.sink }

// over tells whether bad rows are more than the policy allows of rows.
func (p *Policy) over(bad, rows int) bool {
	return p.RowsMax > 0 && bad > p.RowsMax ||
		p.RatioMax > 0 && float64(bad) > p.RatioMax*float64(max(rows, 1000))
}

// String is the policy as plans and reports show it.
func (p Policy) String() string {
	s := [...]string{"stop at the first", "null", "reject"}[p.action]
	if p.action != stop && p.RowsMax > 0 {
		s += fmt.Sprintf(", at most %s", count.Of(p.RowsMax, "row"))
	}
	if p.action != stop && p.RatioMax > 0 {
		s += fmt.Sprintf(", at most %g %% of the rows", 100*p.RatioMax)
	}
	return s
}

// TooManyError ends a run in which more rows failed than its policy allows.
type TooManyError struct {
	Failed int    // rows that had failed when the run ended
	Policy Policy // the policy's limits
	First  error  // the first of them: a [*RowError], or a [*chunker.Error] if the source could not read it whole
}

func (e *TooManyError) Error() string {
	msg := count.Of(e.Failed, "row") + " failed"
	switch p := &e.Policy; {
	case p.RowsMax > 0 && e.Failed > p.RowsMax:
		msg += fmt.Sprintf(", more than Policy.RowsMax %d allows", p.RowsMax)
	case p.RatioMax > 0:
		msg += fmt.Sprintf(", more than Policy.RatioMax %g allows", p.RatioMax)
	}
	if e.First != nil {
		msg += "; the first: " + e.First.Error()
	}
	return msg
}

// Unwrap returns the first row's error.
func (e *TooManyError) Unwrap() error { return e.First }
