package chunker

import (
	"fmt"
	"math"

	"github.com/volley-go/volley/internal/count"
)

// Policy says what becomes of a bad row: one that the source cannot decode, or on which a step
// fails. A run has one for all of them: [Stop], [Null], [Reject] or [Skip]. A source may have one
// of its own, for its rows: see [Fallible]. The zero Policy stops as Stop does, and in a source
// leaves its rows to the policy of the run.
type Policy struct {
	// RowsMax is how many rows may be bad before the run ends with an error; 0 is no such limit.
	// Rows that the source could not decode or of which it lost something, and those on which steps
	// fail, count together. Each row counts once. The run ends with the first row that is one too
	// many, in the order of the table: that row is the last that is counted and rejected, however
	// the table is cut and on any workers.
	RowsMax int
	// RatioMax is what share of the rows may be bad; 0 is no such limit. Of a frame, and behind a
	// step that needs all rows, it is of all rows that came. Of a stream it is of the rows up to
	// each one that is bad, of the first 1,000 as a whole, and of all rows at the end.
	RatioMax float64

	action action
	sink   Sink
}

type action int

const (
	unsaid action = iota
	stop
	null
	reject
	skip
)

// Stop ends the run at the first row of the table that is bad, with that row's error. Rows before
// it are finished, rows after it are not begun any more, and the context of calls under way for
// them is cancelled. Nothing is written.
func Stop() Policy { return Policy{action: stop} }

// Null makes the results of a row that fails null and goes on. The report has the number of such
// rows and the first errors. A row on which a condition fails has no results: it is left out, and
// counted as such. Of a row that cannot be decoded the source keeps what it can, with nulls for the
// rest: its package says how, and which rows it leaves out nevertheless.
func Null() Policy { return Policy{action: null} }

// Reject leaves bad rows out of the output and writes them to a sink, in order: the columns of the
// input, then those that say where each stood and why it is bad, by [RejectSchema]. The sink is
// written also if the run ends with an error because too many rows are bad, up to the one that was
// too many: rowsMax is the most that may be, 0 means any number. As the policy of a source it may
// have no sink: then whoever reads the stream is given the rows, in [Chunk].
func Reject(sink Sink, rowsMax int) Policy {
	return Policy{action: reject, sink: sink, RowsMax: rowsMax}
}

// Skip leaves bad rows out of the output and writes them nowhere. The report has their number and
// the first errors.
func Skip() Policy { return Policy{action: skip} }

// Given reports whether the policy was chosen: the zero Policy was not.
func (p Policy) Given() bool { return p.action != unsaid }

// Stops reports whether the first bad row ends the run.
func (p Policy) Stops() bool { return p.action == unsaid || p.action == stop }

// Nulls reports whether bad rows go on, with nulls for what failed: it is [Null].
func (p Policy) Nulls() bool { return p.action == null }

// LeavesOut reports whether bad rows are left out of the output: it is [Reject] or [Skip].
func (p Policy) LeavesOut() bool { return p.action == reject || p.action == skip }

// Rejects reports whether bad rows are left out and written to Sink.
func (p Policy) Rejects() bool { return p.action == reject }

// Sink is where bad rows go, whole; nil unless the policy is [Reject].
func (p Policy) Sink() Sink { return p.sink }

// WithoutSink is the policy for a trial: rows that [Reject] would leave out are left out, and
// written nowhere.
func (p Policy) WithoutSink() Policy {
	p.sink = nil
	return p
}

// Allowed is the most rows that may be bad of a number of rows.
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

// Check refuses limits that mean nothing: fewer than no rows, a share that is none, or limits of a
// policy that stops at the first bad row. The error begins with the limits.
func (p Policy) Check() error {
	switch {
	case p.RowsMax < 0 || !(p.RatioMax >= 0 && p.RatioMax <= 1):
		return fmt.Errorf("RowsMax %d and RatioMax %v: give a number of rows, and a share from 0 to 1", p.RowsMax, p.RatioMax)
	case p.Stops() && (p.RowsMax > 0 || p.RatioMax > 0):
		return fmt.Errorf("RowsMax %d and RatioMax %v, and stops at the first bad row: limits are for chunker.Null, Skip and Reject", p.RowsMax, p.RatioMax)
	}
	return nil
}

// String is the policy as plans and reports show it.
func (p Policy) String() string {
	s := [...]string{"stop at the first", "stop at the first", "null", "reject", "skip"}[p.action]
	if !p.Stops() && p.RowsMax > 0 {
		s += fmt.Sprintf(", at most %s", count.Of(p.RowsMax, "row"))
	}
	if !p.Stops() && p.RatioMax > 0 {
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
