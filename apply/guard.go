package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/apply/async"
	"github.com/volley-go/volley/internal/cost"
)

// guard is what the calls of one function pass in one run, bound: see Calls for the order.
type guard struct {
	set      Calls
	retry    *async.Retry // that counts; nil for none
	breakers *async.Keyed[string, *async.Breaker]
	hosts    *async.Keyed[string, *async.Limiter]
	limiters []*async.Limiter
	timeout  *async.Timeout
	hedge    *hedge
	memo     *memo
	several  bool // nodes have it
	counts   counts
}

// guard binds the settings to a node, and makes what its calls pass unless another node of the same
// function has it.
func (c *Calls) guard(schema *columns, n *node, shared *guard) (*guard, error) {
	keys, err := c.PerKey.bind(schema, n)
	if err != nil {
		return nil, fmt.Errorf("Calls.PerKey: %w", err)
	}
	if shared == nil {
		shared = c.newGuard()
	} else {
		shared.several = true
	}
	n.guard, n.keys = shared, keys
	if keys != nil {
		n.also = keys.reads()
	}
	n.waits = n.waits || c.PerSecond > 0 || len(c.Limiters) > 0 || c.PerKey.given()
	n.borrows = n.borrows || n.batch != nil && c.leaves() // a call that was left behind still sees its batch
	return shared, nil
}

func (c *Calls) newGuard() *guard {
	g := &guard{set: *c}
	if c.Retry != nil {
		retry, told := *c.Retry, c.Retry.OnRetry
		retry.OnRetry = func(ctx context.Context, again async.Again) {
			g.counts.retried.Add(1)
			if told != nil {
				told(ctx, again)
			}
		}
		g.retry = &retry
	}
	if b := c.Breaker; b != nil {
		g.breakers = async.PerKey(func(string) *async.Breaker {
			return &async.Breaker{Failures: b.Failures, Open: b.Open, If: b.If}
		})
	}
	if k := c.PerKey; k.limits() {
		g.hosts = async.PerKey(func(string) *async.Limiter {
			return &async.Limiter{Concurrency: k.Concurrency, PerSecond: k.PerSecond, Burst: k.Burst}
		})
	}
	g.limiters = inOrder(c.Limiters)
	if c.PerSecond > 0 || c.Concurrency > 0 {
		own := &async.Limiter{Concurrency: c.Concurrency, PerSecond: c.PerSecond, Burst: c.Burst}
		g.limiters = append([]*async.Limiter{own}, g.limiters...)
	}
	if c.leaves() {
		g.timeout = &async.Timeout{After: c.Timeout, Grace: c.Grace, AbandonedMax: c.AbandonedMax}
	}
	if c.Hedge > 0 {
		g.hedge = &hedge{share: c.Hedge}
	}
	if c.Once {
		g.memo = &memo{}
	}
	return g
}

// inOrder is limiters in the one order in which all functions take them: if one held what another
// waits for, and the other way round, neither would go on. A limiter that is given twice is one.
func inOrder(list []*async.Limiter) []*async.Limiter {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b *async.Limiter) int {
		return cmp.Compare(uintptr(unsafe.Pointer(a)), uintptr(unsafe.Pointer(b)))
	})
	return slices.Compact(list)
}

// passage is what one call of a row passes: an [async.Guard].
type passage struct {
	*guard
	key   string
	meter *meter // of the calls; nil if they are not to be told of

	breaker *async.Breaker // the key's; nil for none
	asked   *bool          // whether it let the call through
}

// Do passes the guards behind Retry and Hedge, and calls the function. The breaker is asked twice:
// rows that it refuses wait for no turn, and those that waited while it opened are not called.
func (p passage) Do(ctx context.Context, call func(context.Context) error) error {
	if p.breakers == nil {
		return p.turn(ctx, call)
	}
	return p.broken(ctx, call)
}

// broken is Do with a breaker.
func (p passage) broken(ctx context.Context, call func(context.Context) error) error {
	asked := false
	err := p.breakers.Use(p.key, func(b *async.Breaker) error {
		if err := b.Refuses(); err != nil {
			return err
		}
		behind := p // which a change would move to the heap
		behind.breaker, behind.asked = b, &asked
		return behind.turn(ctx, call)
	})
	if !asked && errors.Is(err, async.ErrOpen) {
		p.counts.refused.Add(1)
		if p.set.PerKey.given() {
			err = fmt.Errorf("%s: %w", shownKey(p.key), err)
		}
	}
	return err
}

// turn waits for the turn of the key and of the function, and calls.
func (p passage) turn(ctx context.Context, call func(context.Context) error) error {
	if p.hosts == nil {
		return p.limited(ctx, call)
	}
	return p.hosts.Do(patient{ctx}, p.key, func(context.Context) error { return p.limited(ctx, call) })
}

func (p passage) limited(ctx context.Context, call func(context.Context) error) error {
	for _, l := range p.limiters {
		if err := l.Acquire(patient{ctx}); err != nil {
			return err
		}
		defer l.Release()
	}
	return p.unbroken(ctx, call)
}

// unbroken goes on if the breaker lets it.
func (p passage) unbroken(ctx context.Context, call func(context.Context) error) error {
	if p.breaker == nil {
		return p.timed(ctx, call)
	}
	return p.breaker.Do(ctx, func(ctx context.Context) error {
		*p.asked = true
		return p.timed(ctx, call)
	})
}

// patient is a context whose deadline is not known before it comes. A limiter would refuse at once
// whoever has no turn before the run's deadline, and rows would fail in a run that goes on.
type patient struct{ context.Context }

func (patient) Deadline() (time.Time, bool) { return time.Time{}, false }

// timed calls within the timeout.
func (p passage) timed(ctx context.Context, call func(context.Context) error) error {
	if p.timeout == nil {
		return p.count(ctx, call)
	}
	err := p.timeout.Do(ctx, func(ctx context.Context) error { return p.count(ctx, call) })
	if _, ok := errors.AsType[*async.TimeoutError](err); ok {
		p.counts.timedOut.Add(1)
	}
	return err
}

// count calls, and counts the call from its begin to its end, which may be after its row's.
func (p passage) count(ctx context.Context, call func(context.Context) error) (err error) {
	p.counts.made.Add(1)
	p.counts.running.Add(1)
	began, failed := p.meter.begin(), 1
	defer func() {
		p.meter.end(began, 1, failed)
		p.counts.running.Add(-1)
	}()
	if err = call(ctx); err == nil {
		failed = 0
	}
	return err
}

// leastTime is how long so many rows take at least by the limits per second, of their function's
// own and of limiters that it shares.
func (p *pass) leastTime(rows int) (least time.Duration) {
	for _, n := range p.nodes {
		if n.guard == nil {
			continue
		}
		calls := float64(rows)
		if n.calls.Once && p.rows() > 0 {
			calls *= 1 - float64(p.saves(n))/float64(p.rows())
		}
		for _, l := range n.guard.limiters {
			if l.PerSecond > 0 {
				least = max(least, cost.Nanos((calls-float64(l.Burst))/l.PerSecond*1e9))
			}
		}
	}
	return least
}

// guarded is a worker's part of a node's guard: what it needs of the vector's rows.
type guarded struct {
	*guard
	key    keys       // nil for none
	inputs *inputKeys // nil without Once
}

// open takes the columns of a record batch.
func (g *guarded) open(rec arrow.Record) error {
	if g == nil {
		return nil
	}
	if g.key != nil {
		if err := g.key.open(rec); err != nil {
			return fmt.Errorf("Calls.PerKey: %w", err)
		}
	}
	if g.inputs != nil {
		return g.inputs.open(rec)
	}
	return nil
}

// load brings the keys of rows lo … lo+n-1 of the batch into reach.
func (g *guarded) load(lo, n int) {
	if g == nil {
		return
	}
	if g.key != nil {
		g.key.load(lo, n)
	}
	if g.inputs != nil {
		g.inputs.load(lo)
	}
}

// guards makes a worker's part of the node's guard; nil if it has none. byFunc makes the keys if a
// Go function does.
func (n *node) guards(byFunc func(f any) func(i int) string) *guarded {
	if n.guard == nil {
		return nil
	}
	g := &guarded{guard: n.guard}
	switch by := n.guard.set.PerKey.ByFunc; {
	case n.keys != nil:
		g.key = n.keys.worker()
	case by != nil:
		g.key = funcKeys(byFunc(by))
	}
	if n.guard.memo != nil {
		g.inputs = &inputKeys{columns: n.in, typed: n.guard.several}
	}
	return g
}

// passed is the guarded call for row i of the vector. call needs nothing of the vector any more:
// one that is left behind goes on while other rows are in its place.
func passed[R any](g *guarded, t *task, i int, call func(context.Context) (R, error)) (v R, err error) {
	p := passage{guard: g.guard, meter: t.meter}
	if g.key != nil {
		if p.key, err = g.key.at(i); err != nil {
			return v, fmt.Errorf("the key of Calls.PerKey: %w", err)
		}
	}
	v, err = repeated(t.ctx, p, call)
	if errors.Is(err, async.ErrAbandonedMax) {
		t.abort(fmt.Errorf("%w, or raise Calls.AbandonedMax", err))
	}
	return v, err
}

// repeated calls until a call succeeds, or none is to be made any more.
func repeated[R any](ctx context.Context, p passage, call func(context.Context) (R, error)) (v R, err error) {
	if p.retry == nil {
		return attempt(ctx, p, call)
	}
	err = p.retry.Do(ctx, func(ctx context.Context) (err error) {
		v, err = attempt(ctx, p, call)
		return err
	})
	return v, err
}

// attempt is one of the calls that Retry counts.
func attempt[R any](ctx context.Context, p passage, call func(context.Context) (R, error)) (v R, err error) {
	if p.hedge != nil {
		v, err = hedged(ctx, p, call)
	} else {
		v, err = async.Call(ctx, p, call)
	}
	if err != nil {
		var none R
		return none, err
	}
	return v, nil
}

// guardedCall is the result for row i: of a call, or of one for equal input.
func guardedCall[R any](g *guarded, t *task, i int, bound func(i int) func(context.Context) (R, error)) (R, error) {
	if g.memo == nil {
		return passed(g, t, i, bound(i))
	}
	return once(g, t, i, bound)
}
