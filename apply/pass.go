package apply

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/expr"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bind"
	"github.com/volley-go/volley/internal/cost"
	"github.com/volley-go/volley/internal/inflight"
	"github.com/volley-go/volley/internal/morsel"
)

// pass is one evaluation of a stage's nodes over all rows of a table: first the
// sample, then the rest, by one worker or many. Its results lie in shared columns.
type pass struct {
	caller  context.Context
	ctx     context.Context    // of the calls
	cancel  context.CancelFunc // ends the calls under way
	end     func()             // frees what the pass holds on to; once no worker runs
	nodes   []*node
	records []arrow.Record
	starts  []int // first row of each record, and the number of rows
	columns [][]*column
	forms   []form
	trust   bool
	policy  *chunker.Policy
	waits   bool // some function takes a context
	form    Form // which of two forms the settings force
	limits
	width   *inflight.Width // of the stage's calls; nil if none of its functions can wait
	meter   *meter          // the same
	cursor  *morsel.Cursor
	control *cost.Controller // of the workers
	opened  bool             // by the first worker

	mu       sync.Mutex
	workers  []*worker // where functions wait
	failures []failure // under Stop only the first row's, in the order of the table
	bad      badRows   // the first rows that failed, as many as the policy allows and one more
	stopped  bool      // by a row's error
	capped   bool      // too many rows failed
	err      error     // of the whole pass
	trials   []trial   // of the sample, by node

	begun []begun
	left  atomic.Bool // there is one
}

// failure is a row's error, with its place in the frame and among the stage's functions.
type failure struct {
	row, function int
	err           *chunker.RowError
}

// form is whether a node's vector form is in use.
type form struct {
	on      atomic.Bool
	dropped atomic.Int64 // 1 + the row at which it was given up
}

func (f *form) use() bool { return f.on.Load() }
func (f *form) drop(row int) {
	f.on.Store(false)
	f.dropped.CompareAndSwap(0, int64(row)+1)
}

func newPass(ctx context.Context, nodes []*node, records []arrow.Record, policy *chunker.Policy, trust bool) *pass {
	p := &pass{caller: ctx, nodes: nodes, records: records, starts: []int{0}, policy: policy, trust: trust, forms: make([]form, len(nodes)), trials: make([]trial, len(nodes))}
	p.ctx, p.cancel = context.WithCancel(ctx)
	var sizes []int
	for i, r := range records {
		for _, c := range r.Columns() { // a chunk's, which no frame has seen
			bind.CountNulls(c)
		}
		sizes = append(sizes, int(r.NumRows()))
		p.starts = append(p.starts, p.starts[i]+int(r.NumRows()))
	}
	for _, n := range nodes {
		p.waits = p.waits || n.waits
		var cols []*column
		for _, o := range n.out {
			cols = append(cols, newColumn(o, p.rows()))
		}
		p.columns = append(p.columns, cols)
	}
	p.cursor = morsel.NewCursor(sizes...)
	p.end = p.cancel
	if ctx.Done() != nil {
		release := context.AfterFunc(ctx, func() { p.cursor.StopAt(0) })
		p.end = func() { release(); p.cancel() }
	}
	return p
}

func (p *pass) rows() int { return p.starts[len(p.starts)-1] }

// fail keeps a row's error and does what the policy says about going on.
func (p *pass) fail(k, rec, i int, err error) {
	row := p.starts[rec] + i
	p.mu.Lock()
	defer p.mu.Unlock()
	// A run that is cancelled is told once. A function that looks at the caller's context sees it
	// before the pass does.
	if over := cmp.Or(p.ctx.Err(), p.caller.Err()); over != nil && errors.Is(err, over) {
		return
	}
	name := p.nodes[k].name
	var of *expr.RowError // one of several expressions that are computed together
	if errors.As(err, &of) {
		name = of.Name
	}
	f := failure{row, p.nodes[k].placeOf(name), &chunker.RowError{
		Func: name, Row: int64(row), Values: valuesOf(p.nodes[k], p.records[rec], i), Err: err,
	}}
	if p.policy.Stops() {
		p.stop(f)
		return
	}
	p.failures = append(p.failures, f)
	if last, full := p.bad.add(row, p.policy.Allowed(max(p.rows(), 1000))+1); full {
		p.capped = true
		p.stopAfter(last)
	}
}

// stopAfter ends what comes after a row. Rows before it are still run, so that what a run ends with
// is the same on any workers; and so is the row itself by the functions behind the one that failed,
// which may stand before it in the list.
func (p *pass) stopAfter(row int) {
	p.cursor.StopAt(row + 1)
	for _, w := range p.workers {
		if w.base > row {
			w.cancel()
		}
	}
}

// stop keeps a failure if it is the first in the order of the table so far. Rows before
// it are still run, so that the error is the one that a plain loop ends with, whatever
// the sample and the workers saw first; calls under way for rows behind it are cut short.
func (p *pass) stop(f failure) {
	if p.stopped && !f.before(p.failures[0]) {
		return
	}
	p.stopped, p.failures = true, append(p.failures[:0], f)
	p.stopAfter(f.row)
}

// cut leaves the first rows of a pass that has ended, and reports whether all of them are done.
func (p *pass) cut(rows int) bool {
	for _, cols := range p.columns {
		for _, c := range cols {
			if !c.cut(rows) {
				return false
			}
		}
	}
	for i, lo := range p.starts[:len(p.records)] {
		if hi := p.starts[i+1]; hi >= rows {
			p.records = append(p.records[:i:i], p.records[i].NewSlice(0, int64(rows-lo)))
			p.starts = append(p.starts[:i+1:i+1], rows)
			break
		}
	}
	return true
}

// badRows are the first rows of a table that failed, so many of them: a heap with the last on top.
type badRows struct {
	rows []int
	has  map[int]bool
}

// add takes a row in. full reports whether there are n, and last is the last of the first n.
func (b *badRows) add(row, n int) (last int, full bool) {
	if b.has == nil {
		b.has = map[int]bool{}
	}
	if !b.has[row] {
		b.has[row] = true
		heap.Push(b, row)
	}
	if len(b.rows) > n {
		delete(b.has, heap.Pop(b).(int))
	}
	return b.rows[0], len(b.rows) == n
}

func (b *badRows) Len() int           { return len(b.rows) }
func (b *badRows) Less(i, j int) bool { return b.rows[i] > b.rows[j] }
func (b *badRows) Swap(i, j int)      { b.rows[i], b.rows[j] = b.rows[j], b.rows[i] }
func (b *badRows) Push(x any)         { b.rows = append(b.rows, x.(int)) }
func (b *badRows) Pop() any {
	n := len(b.rows) - 1
	x := b.rows[n]
	b.rows = b.rows[:n]
	return x
}

func (f failure) before(g failure) bool {
	return f.row < g.row || f.row == g.row && f.function < g.function
}

// abort ends the pass with an error that is no row's.
func (p *pass) abort(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.cursor.StopAt(0)
	p.cancel()
}

// begun is rows of which the nodes before one are done: where a worker was that gave them back.
type begun struct {
	morsel.Span
	node int
}

// leave keeps how far rows have come that are given back.
func (p *pass) leave(b begun) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun = append(p.begun, b)
	p.left.Store(true)
}

// continued is the node with which a claimed span goes on. If it is not the same for all rows of
// the span, those behind the first such rows are given back.
func (p *pass) continued(m morsel.Span) (morsel.Span, int) {
	if !p.left.Load() {
		return m, 0
	}
	p.mu.Lock()
	node, hi := 0, m.Hi
	for _, b := range p.begun {
		switch {
		case b.Part != m.Part || b.Hi <= m.Lo || hi <= b.Lo:
		case b.Lo > m.Lo:
			hi = b.Lo
		default:
			node, hi = b.node, min(hi, b.Hi)
		}
	}
	p.mu.Unlock()
	if hi < m.Hi {
		p.cursor.GiveBack(morsel.Span{Part: m.Part, Lo: hi, Hi: m.Hi})
		m.Hi = hi
	}
	return m, node
}

// work claims morsels and evaluates them.
func (w *worker) work() {
	for {
		if w.busy { // a morsel that another goroutine of this worker left
			w.morsel()
		}
		if w.Timed {
			w.p.keepTrials(w.trials)
		}
		m, ok := w.p.control.Next(&w.Worker, w.m.Lo-w.first)
		if !ok {
			return
		}
		if err := w.begin(m); err != nil {
			w.p.abort(err)
			w.m, w.first = morsel.Span{Part: m.Part, Lo: m.Lo, Hi: m.Lo}, m.Lo
		}
	}
}

// keepTrials keeps how the sample's vector forms did, up to the last run of it that ended.
func (p *pass) keepTrials(trials []trial) {
	p.mu.Lock()
	defer p.mu.Unlock()
	copy(p.trials, trials)
}
