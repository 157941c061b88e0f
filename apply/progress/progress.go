// Package progress shows how far a job is: as a bar on a terminal, or as lines of a
// structured log.
//
// A job reports [Event]s to a [Func], some hundred or thousand a second; the
// Func decides which of them it shows. What is not shown costs about 30 ns, so that
// nobody who reports has to count or look at a clock for it.
//
//	engine := apply.Engine{Progress: progress.Terminal(os.Stderr)}
//	engine := apply.Engine{Progress: progress.Log(logger, 10*time.Second)}
//	engine := apply.Engine{Progress: progress.Auto(os.Stderr)} // the one or the other
//
// The Funcs of this package start no goroutine: between two events nothing
// moves. Time is that of the events, Elapsed, and so is the limit on how often
// something is shown. They may be called from several goroutines, but show one job at
// a time: jobs that run side by side should have one each.
package progress

import (
	"io"
	"log/slog"
	"time"
)

// Event says how far a job is.
type Event struct {
	Job string // what is being done, in a word or two: a file name, a step

	RowsDone  int64
	RowsTotal int64 // -1 (or 0): not known

	BytesDone  int64 // of the input, as stored
	BytesTotal int64 // -1 (or 0): not known

	Calls Calls // of functions that may wait; the zero Calls if none is known

	Elapsed time.Duration // since the job began

	Done bool  // this is the job's last event
	Err  error // with Done: why the job ended before its end
}

// Calls says how far the calls of functions are that may wait: requests, look-ups.
type Calls struct {
	Running int64 // under way now
	Made    int64 // begun so far, retries too
	Failed  int64 // rows that ended with an error
	Retried int64 // calls that were made again after an error
}

// Func takes the events of a job in their order. A nil Func means that nobody wants to know: who
// reports checks for it. Whoever writes one of their own may count on calls coming
// from one goroutine at a time, and should return at once: the job waits.
type Func func(Event)

// fraction is how much of the job is done, by rows or else by bytes.
func (e Event) fraction() (f float64, known bool) {
	switch {
	case e.RowsTotal > 0:
		f = float64(e.RowsDone) / float64(e.RowsTotal)
	case e.BytesTotal > 0:
		f = float64(e.BytesDone) / float64(e.BytesTotal)
	default:
		return 0, false
	}
	return min(max(f, 0), 1), true // totals may be estimates
}

// begins tells the first event of a job from one more of the job that was at last.
func (e Event) begins(last Event) bool {
	return last.Done || e.Job != last.Job || e.Elapsed < last.Elapsed
}

// Auto returns Terminal(w) where w is a terminal, and elsewhere a Func that writes to w a
// line of text in slog's form every ten seconds and one at the end.
func Auto(w io.Writer) Func {
	if bar := Terminal(w); bar != nil {
		return bar
	}
	return Log(slog.New(slog.NewTextHandler(w, nil)), 0)
}
