package apply

import (
	"context"
	"fmt"
	"math/bits"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/bitmap"
	"github.com/volley-go/volley/internal/cost"
	"github.com/volley-go/volley/internal/morsel"
	"github.com/volley-go/volley/internal/panics"
)

// worker evaluates morsels, vector by vector, every node on a vector before the
// next. Where it is lies in its fields, not on its stack: a function may end the
// goroutine (runtime.Goexit), and another then goes on from there.
type worker struct {
	cost.Worker
	p       *pass
	rec     int           // the batch the kernels are open on; -1 none
	kernels []kernel      // by node; nil for those of Batch and Expr
	evals   []*evaluation // by node; nil for all but those of Expr
	texts   [][]textRun   // by node and output: the morsel's part of variable-width columns

	ctx    context.Context    // of the morsel's calls
	cancel context.CancelFunc // of ctx; nil where no function takes one
	base   int                // the morsel's first row in the table; of the pass's lock

	busy   bool        // a morsel is begun and not ended
	m      morsel.Span // what is left of the morsel, beginning with the vector
	first  int         // its first row in the batch
	n      int         // rows of the vector
	k      int         // node being evaluated
	b      int         // Batch nodes before this one have had the morsel
	halves []halve     // of the morsel that node has yet to have, the next one last
	halved bool        // the node has begun
	at     int         // rows of the vector that node has done
	ready  bool        // the vector is loaded for the node
	masked bool        // some rows of the vector are null
	valid  [vectorRows / 8]byte
	bits   [vectorRows / 8]byte // scratch: a boolean result, a result's validity

	task   task
	trials []trial // by node: of the sample
}

// trial is how a vector form did so far.
type trial struct {
	tried, differs bool
	ns             float64 // a row, in the fastest run: a pause of the process is no cost of the form
}

func newWorker(p *pass) *worker {
	n := len(p.nodes)
	w := &worker{
		p: p, ctx: p.ctx, rec: -1, trials: make([]trial, n),
		kernels: make([]kernel, 0, n), evals: make([]*evaluation, 0, n), texts: make([][]textRun, 0, n),
	}
	w.Times = make([]time.Duration, n)
	w.task = task{ctx: p.ctx, fail: w.fail, abort: p.abort, hand: &w.Hand}
	for _, n := range p.nodes {
		var k kernel
		if n.make != nil {
			k = n.make()
		}
		var ev *evaluation
		if n.program != nil {
			ev = newEvaluation(n)
		}
		w.kernels, w.evals = append(w.kernels, k), append(w.evals, ev)
		w.texts = append(w.texts, make([]textRun, len(n.out)))
	}
	return w
}

// enlist makes the worker known to its pass, with the row it begins at, so that its calls
// can be cut short when a row before it fails.
func (w *worker) enlist(m morsel.Span) {
	p := w.p
	if !p.waits {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.cancel == nil {
		p.workers = append(p.workers, w)
	}
	w.base = p.cursor.Unit(m.Part, m.Lo)
	if w.cancel == nil || w.ctx.Err() != nil {
		w.ctx, w.cancel = context.WithCancel(p.ctx)
		w.task.ctx = w.ctx
	}
}

// begin takes a morsel on. An error is one of the whole pass.
func (w *worker) begin(m morsel.Span) error {
	w.enlist(m)
	if m.Part != w.rec {
		for i := range w.kernels {
			if err := w.open(i, w.p.records[m.Part]); err != nil {
				return fmt.Errorf("%s: %w", w.p.nodes[i].name, err)
			}
		}
		w.rec = m.Part
	}
	m, w.k = w.p.continued(m)
	w.m, w.first, w.at, w.n, w.b, w.ready, w.busy = m, m.Lo, 0, 0, 0, false, true
	return nil
}

// openFirst opens the kernels on the first batch ahead of its morsel. It is done on the caller's
// goroutine, whose stack has grown already: that of a new one would have to, which costs 3 µs.
func (w *worker) openFirst() {
	if len(w.p.records) == 0 {
		return
	}
	for i := range w.kernels {
		if w.open(i, w.p.records[0]) != nil {
			return // and once more by begin, which tells it
		}
	}
	w.rec = 0
}

func (w *worker) open(k int, rec arrow.Record) error {
	switch {
	case w.kernels[k] != nil:
		return w.kernels[k].open(rec)
	case w.evals[k] != nil:
		return w.evals[k].Bind(rec)
	}
	return nil
}

// morsel evaluates what is left of the morsel.
func (w *worker) morsel() {
	if w.hold() {
		defer w.p.calls.Give()
	}
	for w.m.Lo < w.m.Hi {
		if w.n == 0 {
			w.n = min(w.m.Len(), vectorRows)
		}
		if w.p.cursor.Stopped(w.row(0)) {
			break
		}
		for w.k < len(w.kernels) {
			switch {
			case w.kernels[w.k] != nil:
				w.vector()
			case w.evals[w.k] != nil:
				start := time.Now()
				if err := w.expression(w.evals[w.k]); err != nil {
					w.p.abort(err)
				}
				w.Times[w.k] += time.Since(start)
			}
			w.k, w.at, w.ready = w.k+1, 0, false
		}
		w.m.Lo += w.n
		w.k, w.n = 0, 0
		if w.m.Len() > 1 && w.p.cursor.Wanted(&w.Hand) {
			w.share()
		}
	}
	for w.b < len(w.p.nodes) {
		if w.p.nodes[w.b].batch == nil || !w.batch() {
			w.b, w.halved = w.b+1, false
		}
	}
	w.flush()
	w.busy = false
}

// share gives what is left of the morsel to workers that have none.
func (w *worker) share() {
	w.p.cursor.GiveBack(w.m)
	w.m.Hi = w.m.Lo
}

// row is the row in the frame of row i of the vector.
func (w *worker) row(i int) int { return w.p.cursor.Unit(w.rec, w.m.Lo+i) }

// vector evaluates a node on the vector: load, call, store.
func (w *worker) vector() {
	if slots := w.p.nodes[w.k].ownSlots(); slots != nil {
		if !w.take(slots) {
			return
		}
		defer slots.Give()
	}
	var start time.Time
	if w.Timed {
		start = time.Now()
	}
	kr := w.kernels[w.k]
	w.task.meter = w.meter()
	if !w.ready {
		w.load(kr)
		w.ready = true
	}
	if v, ok := kr.(vectorKernel); ok && w.at == 0 && w.p.forms[w.k].use() {
		w.whole(v)
	}
	for w.at < w.n {
		if w.Interrupted() {
			w.Resume()
		}
		rows := w.p.cursor.Before(w.row(w.at), w.n-w.at)
		if rows == 0 && w.at > 0 { // the rows done are wanted
			w.n = w.at
			break
		}
		if rows == 0 {
			return
		}
		if !w.p.cursor.Wanted(&w.Hand) {
			w.guard(kr, w.at+rows)
		} else if w.guard(kr, w.at+1); w.at < w.n {
			w.shorten()
		}
	}
	if w.Timed {
		w.Times[w.k] += time.Since(start)
	}
	if v, ok := kr.(vectorKernel); ok && w.Timed && !w.Last {
		w.try(v)
	}
	if w.Timed {
		start = time.Now()
	}
	w.store()
	if w.Timed {
		w.Times[w.k] += time.Since(start)
	}
}

// try holds a node's vector form against the row form, whose results are there.
func (w *worker) try(v vectorKernel) {
	t := &w.trials[w.k]
	if t.differs || w.p.form == RowForm {
		return
	}
	t.tried, t.differs = true, true // a form that panics or ends the goroutine differs
	defer func() { recover() }()
	took, equal := v.compare(w.n, func(i int) bool { return !w.masked || bitmap.Get(w.valid[:], i) })
	t.differs = !equal
	if ns := float64(took) / float64(w.n); t.ns == 0 || ns < t.ns {
		t.ns = ns
	}
}

// shorten ends the vector at the rows done, for the nodes behind this one too. The rest is for
// whoever claims it, who goes on with this node where those before it are done.
func (w *worker) shorten() {
	at, behind := w.m.Lo+w.at, w.m.Lo+w.n
	rest := morsel.Span{Part: w.m.Part, Lo: at, Hi: w.m.Hi}
	if w.k > 0 {
		w.p.leave(begun{morsel.Span{Part: w.m.Part, Lo: at, Hi: behind}, w.k})
	}
	w.m.Hi, w.n = at, w.at
	w.p.cursor.GiveBack(rest)
}

// load brings the vector's inputs into reach and finds the rows that are null in one of them.
func (w *worker) load(kr kernel) {
	kr.load(w.m.Lo, w.n)
	w.masked = false
	for _, c := range kr.columns() {
		if c.Nulls == 0 || c.SeesNull {
			continue
		}
		if !w.masked {
			bitmap.Copy(w.valid[:], 0, c.Valid, c.Bit+w.m.Lo, w.n)
			w.masked = true
		} else {
			bitmap.And(w.valid[:], 0, w.valid[:], 0, c.Valid, c.Bit+w.m.Lo, w.n)
		}
	}
	var direct []byte
	if w.p.nodes[w.k].inPlace {
		direct = w.p.columns[w.k][0].at(w.row(0))
	}
	kr.place(direct)
	if w.masked {
		w.eachNull(kr.zero)
	}
}

// eachNull calls f for the rows of the vector that are null.
func (w *worker) eachNull(f func(int)) {
	for i := range w.n {
		if !bitmap.Get(w.valid[:], i) {
			f(i)
		}
	}
}

// guard runs rows, up to where the worker is interrupted, and moves at behind them. A panic, or the
// end of the goroutine, becomes the error of the row it came from, and at moves behind that.
func (w *worker) guard(kr kernel, hi int) {
	ended, from := false, w.at
	if !metersCalls(kr) {
		w.task.begins()
	}
	defer func() {
		if ended {
			w.task.ends(w.at-from, false)
			return
		}
		err := panics.From(recover())
		if metersCalls(kr) {
			from = w.task.at
		}
		w.task.ends(w.task.at+1-from, true)
		kr.zero(w.task.at)
		w.fail(w.task.at, err)
		w.at = w.task.at + 1
	}()
	if !w.masked {
		kr.run(&w.task, w.at, hi)
		w.at = w.task.at + 1
	} else {
		w.at = w.runValid(kr, hi)
	}
	ended = true
}

// meter is what is told of the node's calls: nil if they are cheap, or others of the stage wait.
func (w *worker) meter() *meter {
	if !w.Slow || !w.p.nodes[w.k].waits && w.p.waits {
		return nil
	}
	return w.p.meter
}

// metersCalls reports whether a kernel tells of each call itself.
func metersCalls(kr kernel) bool {
	_, ok := kr.(interface{ metersCalls() })
	return ok
}

// runValid runs the rows before hi that are not null, and returns the row behind those done.
func (w *worker) runValid(kr kernel, hi int) int {
	for lo := w.at; lo < hi; lo += 64 {
		if m := bitmap.Load(w.valid[:], lo, min(64, hi-lo)); m != 0 {
			if rest := kr.runMask(&w.task, lo, m); rest != 0 {
				return lo + bits.TrailingZeros64(rest)
			}
		}
	}
	return hi
}

// fail makes row i of the vector null and keeps why.
func (w *worker) fail(i int, err error) {
	if !w.masked {
		bitmap.Fill(w.valid[:], 0, w.n, true)
		w.masked = true
	}
	bitmap.Clear(w.valid[:], i)
	w.Failed++
	w.failed(w.p.nodes[w.k], 1)
	w.p.fail(w.k, w.rec, w.m.Lo+i, err)
}

// store puts the vector's results into the columns.
func (w *worker) store() {
	kr := w.kernels[w.k]
	for i, c := range w.p.columns[w.k] {
		if c.values == nil {
			w.storeText(kr, c, &w.texts[w.k][i])
		} else if !w.p.nodes[w.k].inPlace {
			w.storeFixed(kr, c)
		}
	}
	// Validity last: packing a time may fail a row, for all of the node's columns.
	for _, c := range w.p.columns[w.k] {
		if valid := w.validity(kr, c); valid != nil {
			c.setValid(w.row(0), w.n, valid)
		}
	}
}

// validity returns the rows of a result that are not null, nil where all are.
func (w *worker) validity(kr kernel, c *column) []byte {
	if !c.packer.Nullable {
		if w.masked {
			return w.valid[:]
		}
		return nil
	}
	if w.masked {
		copy(w.bits[:], w.valid[:])
	} else {
		bitmap.Fill(w.bits[:], 0, w.n, true)
	}
	for i := range w.n {
		if c.packer.Null(unsafe.Add(kr.result(i), c.offset)) {
			bitmap.Clear(w.bits[:], i)
		}
	}
	return w.bits[:]
}

func (w *worker) storeFixed(kr kernel, c *column) {
	dst, row := c.values, w.row(0)
	if c.packer.Width == 0 {
		dst, row = w.bits[:], 0
	}
	for lo := 0; lo < w.n; {
		k, err := c.packer.Fixed(dst, row+lo, unsafe.Add(kr.result(lo), c.offset), kr.stride(), w.n-lo)
		if lo += k; err != nil {
			if isNull := w.masked && !bitmap.Get(w.valid[:], lo); !isNull && !c.packer.Null(unsafe.Add(kr.result(lo), c.offset)) {
				w.fail(lo, err)
			}
			lo++
		}
	}
	if c.packer.Width == 0 {
		c.setBits(w.row(0), w.n, w.bits[:])
	}
}

func (w *worker) storeText(kr kernel, c *column, run *textRun) {
	if len(run.Ends) == 0 {
		run.row = w.row(0)
	}
	for i := range w.n {
		src := unsafe.Add(kr.result(i), c.offset)
		if w.masked && !bitmap.Get(w.valid[:], i) || c.packer.Null(src) {
			run.Skip()
		} else {
			c.packer.Append(&run.Text, src)
		}
	}
}

// flush hands the morsel's variable-width parts over.
func (w *worker) flush() {
	for k, runs := range w.texts {
		for i := range runs {
			if len(runs[i].Ends) > 0 {
				w.p.columns[k][i].addText(runs[i])
				runs[i] = textRun{}
			}
		}
	}
}

// whole computes the vector by a node's vector form, and checks a few rows of the
// morsel against the row form. Where they differ, or the form panics or ends the
// goroutine, the form is given up and the vector is left to the row form.
func (w *worker) whole(v vectorKernel) {
	agreed := false
	defer func() {
		if !agreed {
			recover()
			w.p.forms[w.k].drop(w.row(0))
		}
		if w.masked {
			w.eachNull(v.zero)
		}
	}()
	v.runVector(w.n)
	agreed = w.p.trust || w.shadow(v)
	if agreed {
		w.at = w.n
	}
}

// shadow checks the first row of each morsel and one that a hash of its place picks.
func (w *worker) shadow(v vectorKernel) bool {
	if w.m.Lo != w.first {
		return true
	}
	other := int(uint64(w.row(0)) * 0x9E3779B97F4A7C15 >> 33 % uint64(w.n))
	for _, i := range []int{0, other} {
		if w.masked && !bitmap.Get(w.valid[:], i) {
			continue
		}
		if !v.check(&w.task, i) {
			return false
		}
	}
	return true
}
