package progress

import (
	"fmt"
	"strings"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/internal/width"
)

// The columns that most numbers of compact and clock take.
const (
	compactWidth = len("98.3k")
	clockWidth   = len("3m05s")
)

// The bar takes what room is left between these.
const (
	barMin = 8
	barMax = 40
)

// line is the bar and what is said beside it, in room columns. What grows and
// shrinks is padded, so that neither the bar nor the words beside it jump.
func line(e Event, s *speed, room int) string {
	fraction, known := e.fraction()
	parts := []string{"", counts(e), rowRate(s.rows.perSecond()), byteRate(s.bytes.perSecond()), clock(e.Elapsed), calls(e.Calls, s.calls.perSecond())}
	if known {
		parts[0] = fmt.Sprintf("%3d%%", int(100*fraction)) // not 100 before the end
	}
	if left, ok := s.left(e); ok {
		parts[4] = width.Pad(clock(left), clockWidth, true) + " left"
	}
	job := width.Cut(printable(e.Job), max(room/3, 8))
	// Where there is no room, the least telling goes first: bytes, counts, rows, calls, time.
	for _, drop := range []int{-1, 3, 1, 2, 5, 4} {
		if drop >= 0 {
			parts[drop] = ""
		}
		spare := room - width.Of(joined(job, joined(parts...)))
		switch {
		case known && spare >= barMin+gap:
			return joined(job, drawn(fraction, min(spare-gap, barMax)), joined(parts...))
		case !known && spare >= 0:
			return joined(job, joined(parts...))
		}
	}
	return width.Cut(joined(parts[0], job), room)
}

// drawn is a bar of so many columns.
func drawn(fraction float64, columns int) string {
	done := int(fraction * float64(columns))
	return strings.Repeat("━", done) + strings.Repeat("─", columns-done)
}

// summary is the line that stays when a job is done.
func summary(e Event) string {
	job := printable(e.Job)
	if job != "" {
		job += ": "
	}
	if e.Err != nil {
		return job + "stopped after " + strings.TrimLeft(counts(e), " ") + ", " + clock(e.Elapsed) + ": " + printable(e.Err.Error())
	}
	text := job + done(e) + " in " + clock(e.Elapsed)
	if c := e.Calls; c != (Calls{}) {
		text += ", " + count.Grouped(c.Made, "call") + troubles(c)
	}
	if seconds := e.Elapsed.Seconds(); seconds > 0 {
		for _, rate := range []string{rowRate(float64(e.RowsDone) / seconds), byteRate(float64(e.BytesDone) / seconds)} {
			if rate != "" {
				text += ", " + strings.TrimLeft(rate, " ")
			}
		}
	}
	return text
}

// counts says how much is done, and of how much: in rows or else in bytes.
func counts(e Event) string {
	switch {
	case e.RowsTotal > 0 && e.RowsDone <= e.RowsTotal:
		total := count.Thousands(e.RowsTotal)
		return width.Pad(count.Thousands(e.RowsDone), len(total), true) + " of " + total + " " + count.Noun(e.RowsTotal, "row")
	case e.RowsDone == 0 && e.BytesTotal > 0:
		return compact(float64(e.BytesDone)) + "B of " + compact(float64(e.BytesTotal)) + "B"
	}
	return done(e)
}

// done says how much is done.
func done(e Event) string {
	if e.RowsDone == 0 && e.BytesDone > 0 {
		return compact(float64(e.BytesDone)) + "B"
	}
	return count.Grouped(e.RowsDone, "row")
}

// calls says how calls are going; nothing if there are none.
func calls(c Calls, perSecond float64) string {
	if c == (Calls{}) {
		return ""
	}
	text := compact(float64(c.Running)) + " calls under way"
	if perSecond > 0 {
		text += " (" + compact(perSecond) + "/s)"
	}
	return text + troubles(c)
}

// troubles says how many rows failed and calls were made again; nothing if none.
func troubles(c Calls) (text string) {
	if c.Failed > 0 {
		text += ", " + compact(float64(c.Failed)) + " failed"
	}
	if c.Retried > 0 {
		text += ", " + compact(float64(c.Retried)) + " retried"
	}
	return text
}

func rowRate(perSecond float64) string {
	if perSecond <= 0 {
		return ""
	}
	return width.Pad(compact(perSecond), compactWidth, true) + " rows/s"
}

func byteRate(perSecond float64) string {
	if perSecond <= 0 {
		return ""
	}
	return width.Pad(compact(perSecond), compactWidth, true) + "B/s"
}

const gap = 2 // blanks between parts

// joined puts the parts that are there beside each other.
func joined(parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, strings.Repeat(" ", gap))
}

// printable is text on one line, without what a terminal would obey.
func printable(s string) string {
	return terminal.Escape(strings.NewReplacer("\n", " ", "\t", " ").Replace(s))
}
