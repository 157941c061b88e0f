package ooc

import (
	"fmt"
	"strings"
	"time"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/cputime"
)

// Report is what a job came to. Its String is a table for people.
type Report struct {
	Steps *apply.Report // the plan, what each step came to, the rows that failed

	RowsIn  int64 // decoded
	Pruned  int64 // rows the source left out, since a condition cannot be true for them
	RowsOut int64 // written; 0 if the job failed, since no output is there then
	Refused int64 // rows the source could not decode: none of RowsIn
	Chunks  int64 // of the input
	Bytes   int64 // of the input, as stored

	// What became of rows that are bad. Each count is one of its own: a row that lost a value and
	// is then rejected is in both.
	LeftOut     int64 // rows that are neither in the output nor in OnError's sink: of Refused, and those on which a step failed
	Rejected    int64 // rows in OnError's sink: of Refused, and those on which a step failed
	Unchosen    int64 // rows on which a condition failed, whatever became of them
	NullResults int64 // rows written, or made into new ones, with nulls for the results of functions that failed
	Nulled      int64 // rows in which the source made a value null that it could not read or that was missing
	Cut         int64 // rows whose surplus fields the source dropped
	Mended      int64 // rows whose broken quotes the source read as text, and rows of names that it filled

	// FirstRefused, FirstNulled, FirstCut and FirstMended say what is wrong with the first of these
	// rows, at most 10 each. Those on which a step failed are in Steps.
	FirstRefused, FirstNulled, FirstCut, FirstMended []*chunker.Error

	Elapsed time.Duration
	CPU     time.Duration // the process used meanwhile; 0 where the system does not tell

	Memory  int64 // the budget, in bytes
	PeakUse int64 // most that was held of it at the same time
	// Holders held that: chunks under way, pages of files, row groups being written. The largest is
	// first.
	Holders []chunker.Holding
	PeakRSS int64 // most the process has held resident so far; 0 where the system does not tell
}

func (r *run) report() *Report {
	c := r.flow.Counts()
	rep := &Report{
		RowsIn: int64(c.Rows), Pruned: int64(c.Pruned), RowsOut: r.rowsOut, Refused: int64(c.Refused),
		LeftOut: int64(c.LeftOut), Rejected: int64(c.Rejected), Unchosen: int64(c.Unchosen),
		NullResults: int64(c.NullResults), Nulled: int64(c.Nulled), Cut: int64(c.Cut), Mended: int64(c.Mended),
		FirstRefused: c.First.Refused, FirstNulled: c.First.Nulled, FirstCut: c.First.Cut, FirstMended: c.First.Mended,
		Chunks: int64(c.Chunks), Bytes: r.bytesRead, Elapsed: time.Since(r.start), Memory: r.memory.Limit(), PeakUse: r.memory.Peak(),
		Holders: r.memory.Holders(),
	}
	rep.Steps = &apply.Report{
		Plan: &apply.Plan{Rows: c.Seen(), Workers: r.workers, Policy: r.job.OnError},
		Rows: c.Rows, Failed: c.Failed, Errors: c.First.Failed, Elapsed: rep.Elapsed,
	}
	rep.Steps.Add(r.flow.Bound())
	if cpu, ok := cputime.Process(); ok {
		rep.CPU = cpu - r.cpu
		rep.Steps.CPU = rep.CPU
	}
	if rss, ok := cputime.PeakRSS(); ok {
		rep.PeakRSS = rss
	}
	return rep
}

// String is the report as a table.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in, %d out, in %s; %s read in %s", count.Of(r.RowsIn, "row"), r.RowsOut, count.Of(r.Chunks, "chunk"), count.Bytes(r.Bytes), r.Elapsed.Round(time.Millisecond))
	if s := r.Elapsed.Seconds(); s > 0 {
		fmt.Fprintf(&b, " (%s/s)", count.Bytes(int64(float64(r.Bytes)/s)))
	}
	fmt.Fprintf(&b, "\nmemory: at most %s of the budget's %s were held", count.Bytes(r.PeakUse), count.Bytes(r.Memory))
	before := ": "
	for _, h := range r.Holders {
		fmt.Fprintf(&b, "%s%s by %s", before, count.Bytes(h.Bytes), h.Who)
		before = ", "
	}
	if r.PeakRSS > 0 {
		fmt.Fprintf(&b, "; the process held %s at its peak", count.Bytes(r.PeakRSS))
	}
	b.WriteString("\n")
	for _, c := range []struct {
		rows       int64
		one, other string
		what       string
	}{
		{r.Pruned, "row was", "rows were", "not decoded: by the file's statistics and dictionaries, no condition is true there"},
		{r.Refused, "row", "rows", "could not be read"},
		{r.Unchosen, "row", "rows", "failed on a condition"},
		{r.LeftOut, "of these rows was", "of these rows were", "left out"},
		{r.Rejected, "row that could not be read or failed was", "rows that could not be read or failed were", "rejected"},
		{r.NullResults, "row failed: its", "rows failed: their", "results are null"},
		{r.Nulled, "row has", "rows have", "a null for a value that could not be read or was missing"},
		{r.Cut, "row", "rows", "had more fields than there are columns: what is too much was dropped"},
		{r.Mended, "row was", "rows were", "mended: broken quotes are read as text, names that are missing are made up"},
	} {
		if c.rows > 0 {
			fmt.Fprintf(&b, "%d %s %s\n", c.rows, count.Word(c.rows, c.one, c.other), c.what)
		}
	}
	if len(r.Steps.Plan.Stages) > 0 {
		b.WriteString(r.Steps.String())
	}
	return b.String()
}
