package chunker

import (
	"fmt"
	"math"

	"github.com/volley-go/volley/internal/count"
)

// Policy says what becomes of a row on which a step fails. The zero Policy is [Stop].
type Policy struct {
	// RowsMax is how many rows may fail before the run ends with an error; 0 is no such limit. Of a
	// stream, rows that the source could not decode or of which it lost something count too. Each row
	// counts once. The run ends with the first row that is one too many, in the order of the table:
	// that row is the last that is counted and rejected, however the table is cut and on any workers.
	RowsMax int
	// RatioMax is what share of the rows may fail; 0 is no such limit. Of a frame, and behind a step
	// that needs all rows, it is of all rows that came. Of a stream it is of the rows up to each one
	// that fails, of the first 1,000 as a whole, and of all rows at the end.
	RatioMax float64

	action action
	sink   Sink
}

type action int

const (
	stop action = iota
	null
	reject
)

// Stop ends the run at the first row of the table that fails, with that row's error. Rows before it
// are finished, rows after it are not begun any more, and the context of calls under way for them
// is cancelled. Nothing is written.
func Stop() Policy { return Policy{} }

// Null makes the results of a row that fails null and goes on. The report has the number of such
// rows and the first errors. A row on which a condition fails has no results: it is left out, and
// counted as such.
func Null() Policy { return Policy{action: null} }

// Reject leaves rows that fail out of the output and writes them to a sink, in order: the columns
// of the input, then those that say where each stood and why it failed, by [RejectSchema]. Of a
// stream, rows that the source could not decode and left out are among them. The sink is written
// also if the run ends with an error because too many rows failed, up to the one that was too many:
// rowsMax is the most that may, 0 means any number.
func Reject(sink Sink, rowsMax int) Policy {
	return Policy{action: reject, sink: sink, RowsMax: rowsMax}
}

// Stops reports whether the first row that fails ends the run.
func (p Policy) Stops() bool { return p.action == stop }

// Rejects reports whether rows that fail are left out and written to Sink.
func (p Policy) Rejects() bool { return p.action == reject }

// Sink is where rows that fail go, whole; nil unless the policy is [Reject].
func (p Policy) Sink() Sink { return p.sink }

// WithoutSink is the policy for a trial: rows that [Reject] would leave out are left out, and
// written nowhere.
func (p Policy) WithoutSink() Policy {
	p.sink = nil
	return p
}

// Allowed is the most rows that may fail of so many.
func (p Policy) Allowed(rows int) int {
	most := math.MaxInt - 1
	if p.RowsMax > 0 {
		most = p.RowsMax
	}
	if p.RatioMax > 0 {
		most = min(most, int(p.RatioMax*float64(rows)))
	}
	return most
}

// Exceeded reports whether bad rows are more than the policy allows after that many rows. The share
// is that of the first 1,000 rows until more are seen.
func (p Policy) Exceeded(bad, rows int) bool { return bad > p.Allowed(max(rows, 1000)) }

// ExceededAtEnd reports whether bad rows are more than the policy allows of all rows.
func (p Policy) ExceededAtEnd(bad, rows int) bool { return bad > p.Allowed(rows) }

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
	Failed int    // rows that failed, up to the one that was too many
	Policy Policy // the policy's limits
	First  error  // the first of them: a [*RowError], or an [*Error] if the source could not read it whole
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
