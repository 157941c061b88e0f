package charset

import (
	"bytes"
	"math"
)

// watch looks at what is read as Windows-1252, by windows of rows with bytes beyond ASCII, each by
// itself: in the mixture of all that was read, a tail of another encoding would not show. A window
// whose letters are about as frequent as before, as nearly all are, costs a nanosecond a byte; the
// others are weighed as a text is (some tenths of a millisecond).
type watch struct {
	seen   letters // of windows that certainly are Windows-1252: what is doubtful teaches nothing
	window letters
	rows   []byte // of the window
	at     int64  // where they begin
	all    Evidence
	advice string
}

// letters are how often bytes beyond ASCII come.
type letters struct {
	n   [128]int
	sum int
}

const (
	windowLetters = 48
	windowBytes   = 64 << 10
	windowRow     = 256 // of a row on each side of such a byte
	unlike        = 0.4 // of the letters would have to be others
	usualCost     = 4.0 // of a letter of a text that is Windows-1252 throughout; in a mixture they cost more
)

func (l *letters) add(text []byte) {
	for i := nextHigh(text, 0); i < len(text); i = nextHigh(text, i+1) {
		l.n[text[i]-0x80]++
		l.sum++
	}
}

func (l *letters) join(o *letters) {
	for c, n := range o.n {
		l.n[c] += n
	}
	l.sum += o.sum
}

// distance is the share of the letters that would have to be others for two texts to be alike.
func (l *letters) distance(o *letters) (d float64) {
	if l.sum == 0 || o.sum == 0 {
		return 1
	}
	for c := range l.n {
		d += math.Abs(float64(l.n[c])/float64(l.sum)-float64(o.n[c])/float64(o.sum)) / 2
	}
	return d
}

// refuted takes in what is read, from an offset on, and says from which byte on it cannot be
// Windows-1252, and why; "" where it can.
func (w *watch) refuted(b []byte, at int64, ends bool) (int64, string) {
	if ASCII(b) {
		b = nil
	}
	for _, c := range undefined1252 {
		if i := bytes.IndexByte(b, c); i >= 0 {
			return at + int64(i), "bytes that Windows-1252 gives no meaning"
		}
	}
	for i := nextHigh(b, 0); i < len(b); i = nextHigh(b, i) {
		begin, end := rowAround(b, i)
		if len(w.rows) == 0 {
			w.at = at + int64(begin)
		}
		w.rows = append(append(w.rows, b[begin:end]...), '\n')
		w.window.add(b[begin:end])
		if i = end; w.window.sum >= windowLetters || len(w.rows) >= windowBytes {
			if why := w.judge(); why != "" {
				return w.at, why
			}
		}
	}
	if w.all.weigh(b); w.all.mixed() {
		return at, mixture
	}
	if ends && len(w.rows) > 0 {
		return w.at, w.judge()
	}
	return 0, ""
}

// rowAround is the row with a byte, or what of a long one stands near it.
func rowAround(b []byte, i int) (begin, end int) {
	begin, end = max(i-windowRow, 0), min(i+windowRow, len(b))
	if n := bytes.LastIndexByte(b[begin:i], '\n'); n >= 0 {
		begin += n + 1
	}
	if n := bytes.IndexByte(b[i:end], '\n'); n >= 0 {
		end = i + n
	}
	return begin, end
}

// judge says why the window cannot be Windows-1252, and begins the next one.
func (w *watch) judge() (why string) {
	if w.window.distance(&w.seen) > unlike {
		var certain bool
		if certain, why = refutes(w.rows); certain {
			w.seen.join(&w.window)
		}
	}
	w.rows, w.window = w.rows[:0], letters{}
	return why
}

// refutes says why rows are clearly not Windows-1252, or that they certainly are.
func refutes(rows []byte) (certain bool, why string) {
	var v Evidence
	if v.weigh(rows); v.valid > v.bad {
		return false, mixture
	}
	if e, what := pairsOf(rows); e != Unknown {
		return false, looksLike(e, what)
	}
	text := highBytes(rows)
	x := explain(text)
	if x.otherCost+2*margin < x.bestCost {
		return false, x.looksLike(text)
	}
	weight := 0.0
	for _, c := range text {
		weight += c.weight
	}
	return x.bestCost < usualCost*weight && x.bestCost+margin < x.otherCost, ""
}
