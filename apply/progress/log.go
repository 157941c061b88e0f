package progress

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Log returns a Func that writes a record to logger at most once every so often (0 means
// ten seconds), counted from the job's beginning, and one when the job is done. A
// job shorter than that is one record. A nil logger means slog.Default().
//
// Records are of level Info, or Error for a job that ended before its end. Their attributes are
// job, rows, rows_total, bytes, bytes_total, elapsed, rows_per_s, left and the group calls (made,
// running, per_s, failed, retried); those not known are left out.
func Log(logger *slog.Logger, every time.Duration) Func {
	if logger == nil {
		logger = slog.Default()
	}
	if every <= 0 {
		every = 10 * time.Second
	}
	l := log{logger: logger, every: every, last: Event{Done: true}}
	return l.show
}

// log is a job that is written to a log.
type log struct {
	logger *slog.Logger
	every  time.Duration

	mu    sync.Mutex
	speed speed
	next  time.Duration // when to write again
	last  Event
}

func (l *log) show(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.begins(l.last) {
		l.next, l.speed = l.every, speed{}
	}
	l.last = e
	if e.Elapsed < l.next && !e.Done {
		return
	}
	l.speed.add(e)
	for l.next <= e.Elapsed {
		l.next += l.every
	}
	l.write(e)
}

func (l *log) write(e Event) {
	level, message, perSecond := slog.LevelInfo, "progress", l.speed.rows.perSecond()
	if e.Done {
		message = "done"
		perSecond = float64(e.RowsDone) / max(e.Elapsed.Seconds(), 1e-9) // over the whole job
	}
	attrs := []slog.Attr{slog.String("job", e.Job), slog.Int64("rows", e.RowsDone)}
	add := func(known bool, a slog.Attr) {
		if known {
			attrs = append(attrs, a)
		}
	}
	left, known := l.speed.left(e)
	add(e.RowsTotal > 0, slog.Int64("rows_total", e.RowsTotal))
	add(e.BytesDone > 0, slog.Int64("bytes", e.BytesDone))
	add(e.BytesTotal > 0, slog.Int64("bytes_total", e.BytesTotal))
	add(true, slog.Duration("elapsed", e.Elapsed.Round(time.Millisecond)))
	add(perSecond > 0 && e.Elapsed > 0, slog.Float64("rows_per_s", float64(int64(perSecond))))
	add(known && !e.Done, slog.Duration("left", left.Round(time.Second)))
	if c := e.Calls; c != (Calls{}) {
		perSecond := l.speed.calls.perSecond()
		if e.Done {
			perSecond = float64(c.Made) / max(e.Elapsed.Seconds(), 1e-9)
		}
		attrs = append(attrs, slog.Group("calls", slog.Int64("made", c.Made), slog.Int64("running", c.Running),
			slog.Float64("per_s", float64(int64(perSecond))), slog.Int64("failed", c.Failed), slog.Int64("retried", c.Retried)))
	}
	if e.Err != nil {
		level, message = slog.LevelError, "stopped"
		attrs = append(attrs, slog.Any("error", e.Err))
	}
	l.logger.LogAttrs(context.Background(), level, message, attrs...)
}
