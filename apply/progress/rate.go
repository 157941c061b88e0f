package progress

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// memory is how far back rates look: what a job did this long ago counts 1/e of what it does now.
// Long enough that chunks do not make a rate jump, short enough to follow a job that slows down.
const memory = 3 * time.Second

// speed is the rates of one job, smoothed.
type speed struct {
	rows, bytes, calls rate
	last               Event
}

// add takes in a later event. Events of no duration are left for the next.
func (s *speed) add(e Event) {
	took := e.Elapsed - s.last.Elapsed
	if took <= 0 {
		return
	}
	s.rows.add(float64(e.RowsDone-s.last.RowsDone), took)
	s.bytes.add(float64(e.BytesDone-s.last.BytesDone), took)
	s.calls.add(float64(e.Calls.Made-s.last.Calls.Made), took)
	s.last = e
}

// left is the time the rest will take at the present rate; known is false where
// the total is not known or nothing moves.
func (s *speed) left(e Event) (d time.Duration, known bool) {
	rest, rate := float64(e.RowsTotal-e.RowsDone), s.rows.perSecond()
	if e.RowsTotal <= 0 {
		rest, rate = float64(e.BytesTotal-e.BytesDone), s.bytes.perSecond()
	}
	if _, known := e.fraction(); !known || rate <= 0 {
		return 0, false
	}
	seconds := max(rest, 0) / rate
	if seconds > 1e6*3600 {
		return 0, false // more than a century is no prediction
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// rate is an average in which the weight of the past falls exponentially with time.
type rate struct {
	sum    float64 // of things, weighted
	weight float64 // of time, in seconds: smaller than memory at the beginning, so that no start from zero shows
}

func (r *rate) add(n float64, took time.Duration) {
	t, m := took.Seconds(), memory.Seconds()
	keep := math.Exp(-t / m)
	// Within the interval the things are taken to have come evenly.
	share := m * (1 - keep) / t
	r.sum = r.sum*keep + n*share
	r.weight = r.weight*keep + t*share
}

func (r *rate) perSecond() float64 {
	if r.weight == 0 {
		return 0
	}
	return r.sum / r.weight
}

// compact writes a number to three digits: 9, 950, 1.23k, 45.6M.
func compact(v float64) string {
	units := []string{"", "k", "M", "G", "T", "P"}
	for v >= 999.5 && len(units) > 1 {
		v, units = v/1000, units[1:]
	}
	decimals := 2
	switch {
	case v >= 99.5, units[0] == "" && v == math.Trunc(v):
		decimals = 0
	case v >= 9.995:
		decimals = 1
	}
	return strconv.FormatFloat(v, 'f', decimals, 64) + units[0]
}

// clock writes a duration as people say it: 0.4s, 12s, 3m05s, 2h07m.
func clock(d time.Duration) string {
	switch s := int(d.Round(time.Second) / time.Second); {
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	default:
		return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	}
}
