package progress

import (
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/internal/width"
)

// Terminal returns a Func that draws a bar with rates and the time left on w, and
// one line of summary when a job is done. Where w is no terminal (a file, a pipe, a
// buffer) it returns nil: nothing is shown, and nothing spent.
//
// The bar is drawn over at most ten times a second, first after 0.1 s, in the
// terminal's width at that moment. The summary stays; whatever else the program writes to
// the terminal meanwhile mixes with the bar.
//
//	flights.csv  ━━━━━━━━━━━━────────   58%  195,328 of 336,776 rows  1.21M rows/s   112MB/s   0.1s left
//	flights.csv: 336,776 rows in 0.3s, 1.20M rows/s, 111MB/s
func Terminal(w io.Writer) Func {
	file, ok := w.(*os.File)
	if !ok {
		return nil
	}
	if _, ok := terminal.Columns(file); !ok {
		return nil
	}
	return newBar(w, func() int {
		n, _ := terminal.Columns(file)
		return n
	}).show
}

// pause is the time between two drawings.
const pause = 100 * time.Millisecond

// bar is a line of a terminal that is drawn over and over.
type bar struct {
	w       io.Writer
	columns func() int // of the terminal; 0: not known

	mu    sync.Mutex
	speed speed
	next  time.Duration // when to draw again
	last  Event
	drawn int // columns taken by what is on the line
}

func newBar(w io.Writer, columns func() int) *bar {
	return &bar{w: w, columns: columns, last: Event{Done: true}} // so that any event begins a job
}

func (b *bar) show(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.begins(b.last) {
		b.next, b.speed = pause, speed{}
	}
	b.last = e
	switch {
	case e.Done:
		b.draw(summary(e), "\n")
		b.drawn = 0
	case e.Elapsed >= b.next:
		b.speed.add(e)
		b.draw(line(e, &b.speed, b.room()), "")
		b.next = e.Elapsed + pause
	}
}

// room is the columns a line may take. The last one stays free: a letter there makes some
// terminals go to the next line.
func (b *bar) room() int {
	if n := b.columns(); n > 1 {
		return n - 1
	}
	return 79
}

// draw goes to the start of the line and writes over what is there, in one write. Blanks cover
// the rest: every terminal knows them, escape codes not every one. A terminal that
// is gone is no reason to stop the job.
func (b *bar) draw(text, end string) {
	columns := width.Of(text)
	_, _ = io.WriteString(b.w, "\r"+text+strings.Repeat(" ", max(b.drawn-columns, 0))+end)
	b.drawn = columns
}
